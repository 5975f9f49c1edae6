"""Tells whether the settings are right without starting the bot: ``python -m bot check``.

Nothing is made, changed or spent: the API is asked for a task that cannot be, Discord for what the
token may see, the database for the version of its tables.
"""

import re
from collections.abc import AsyncGenerator
from enum import StrEnum
from typing import NamedTuple

import discord

from bot.actions import IMAGINE
from bot.api import GenerationApi, open_session
from bot.connecting import obstacle, refusal
from bot.errors import (
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiPermissionMissing,
    ApiUnavailable,
    RemixbotError,
    StoreUnavailable,
    StoreUnusable,
    TaskNotFound,
)
from bot.incidents import FOR_THE_OPERATOR, database_unusable
from bot.model import Request
from bot.settings import Settings
from bot.store import DatabaseStatus, inspect_database
from bot.texts import ENGLISH
from bot.ui import discord_errors
from bot.ui.interaction import NEEDED, missing_permissions
from bot.ui.requests import ended_in_time, within

_NO_TASK = "remixbot-check"
"""No task of the API is called so: its ids are made of 20 random characters."""
_NO_KEY = "remixbot-check-of-no-key"
"""No key of the API is called so."""
_OF_A_TASK = re.compile(r"(?<![/\w])task(?![/\w])", re.IGNORECASE)
"""The API says that it has no such *task*. A server that knows no such path may quote the path."""
_OF_TLS = ("ClientConnectorCertificateError", "ClientConnectorSSLError")
"""What aiohttp calls it when a server cannot show who it is."""
_DATABASE = {
    DatabaseStatus.NEW: "Database: can be created; the first start does that.",
    DatabaseStatus.OLD: "Database: from an older version; the next start upgrades it.",
    DatabaseStatus.READY: "Database: exists and is up to date.",
}


class Outcome(StrEnum):
    RIGHT = "ok"
    WRONG = "WRONG"
    UNKNOWN = "unsure"
    ADVICE = "advice"
    """Right, and could be better."""


class Finding(NamedTuple):
    outcome: Outcome
    sentence: str


_KEY_ACCEPTED = Finding(Outcome.RIGHT, "API key: the API accepts it.")


async def check(settings: Settings) -> AsyncGenerator[Finding]:
    """Everything that can be found out, one thing after the other. Raises nothing."""
    for remark in settings.remarks:
        outcome = Outcome.WRONG if remark.wrong else Outcome.ADVICE
        yield Finding(outcome, f"Settings: {remark.sentence}")
    try:
        status = await inspect_database(settings.database_url.get_secret_value())
        yield Finding(Outcome.RIGHT, _DATABASE[status])
    except StoreUnavailable as error:
        yield Finding(Outcome.WRONG, f"Database: {database_unusable(error.detail)}")
    except StoreUnusable as error:
        yield Finding(Outcome.WRONG, f"Database: {ENGLISH.describe(error)}")
    yield await _check_key(settings)
    async for finding in _check_discord(settings):
        yield finding


async def _check_key(settings: Settings) -> Finding:
    url, timeout_s = str(settings.vtrix_api_url), settings.api_timeout_seconds
    async with open_session(url) as session:
        key = settings.vtrix_api_key.get_secret_value()
        ours = GenerationApi(session, base_url=url, key=key, timeout_s=timeout_s)
        nobodys = GenerationApi(session, base_url=url, key=_NO_KEY, timeout_s=timeout_s)
        try:
            await ours.fetch(_NO_TASK, Request(action=IMAGINE))
        except TaskNotFound as error:
            if _OF_A_TASK.search(error.detail):
                return _KEY_ACCEPTED
            # If a key that cannot be right is refused, one that is not refused is right.
            try:
                await nobodys.fetch(_NO_TASK)
            except ApiKeyRefused:
                return _KEY_ACCEPTED
            except RemixbotError:
                pass
        except (ApiKeyRefused, ApiPermissionMissing, ApiCreditUsedUp) as error:
            if not isinstance(error, ApiPermissionMissing) or error.detail:  # the API has words
                return Finding(Outcome.WRONG, f"API key: {FOR_THE_OPERATOR[type(error)]}")
        except RemixbotError as error:
            sentence = (
                f"API key: can't be checked ({type(error).__name__}). Check VTRIX_API_URL, this "
                "machine's network and the API's status."
            )
            if isinstance(error, ApiUnavailable) and error.detail.startswith(_OF_TLS):
                sentence = (
                    "API key: can't be checked, because what answers at VTRIX_API_URL has no "
                    "certificate for that name that this machine trusts, or doesn't speak TLS. "
                    "Check that address and this machine's clock."
                )
            return Finding(Outcome.UNKNOWN, sentence)
    odd = (
        "API key: can't be checked, because what answers at VTRIX_API_URL doesn't look like the "
        "API. Check that address."
    )
    return Finding(Outcome.UNKNOWN, odd)


async def _check_discord(settings: Settings) -> AsyncGenerator[Finding]:
    trace = ended_in_time(settings.discord_timeout_seconds)
    async with discord.Client(intents=discord.Intents.none(), http_trace=trace) as client:
        try:
            token = settings.discord_token.get_secret_value()
            await within(settings.discord_timeout_seconds, client.login(token))
        except (discord.LoginFailure, *discord_errors.FAULTS) as fault:
            if (wrong := refusal(fault)) is not None:
                yield Finding(Outcome.WRONG, f"Discord token: {wrong}")
            else:
                untold = f"Discord token: can't be checked. {obstacle(fault)}"
                yield Finding(Outcome.UNKNOWN, untold)
            return
        user = client.user
        name = user.name if user else ""
        yield Finding(Outcome.RIGHT, f"Discord token: belongs to {name}.")
        try:
            guilds = [guild async for guild in client.fetch_guilds(limit=None)]
        except discord_errors.FAULTS as fault:
            untold = f"Servers: can't be checked. {obstacle(fault)}"
            yield Finding(Outcome.UNKNOWN, untold)
            return
        for guild in guilds:
            server = f"Server {guild.name}:"
            if settings.allowed_guilds and guild.id not in settings.allowed_guilds:
                closed = f"{server} not in ALLOWED_GUILDS, so the bot does nothing there."
                yield Finding(Outcome.WRONG, closed)
                continue
            try:
                whole = await client.fetch_guild(guild.id)
                bot = await whole.fetch_member(user.id if user else 0)
            except discord_errors.FAULTS as fault:
                untold = f"{server} can't be checked ({discord_errors.detail(fault)})."
                yield Finding(Outcome.UNKNOWN, untold)
                continue
            needed = [name for name, is_needed in NEEDED if is_needed]
            if missing := missing_permissions(bot.guild_permissions, needed):
                lacks = (
                    f"{server} the bot is missing {ENGLISH.listed(missing)}. Allow that for the "
                    "bot's role in Server Settings > Roles."
                )
                yield Finding(Outcome.WRONG, lacks)
            else:
                yield Finding(Outcome.RIGHT, f"{server} the bot has every permission it needs.")
        if not guilds:
            alone = (
                "Servers: the bot isn't in any. Invite it with the link that it logs at startup."
            )
            yield Finding(Outcome.RIGHT, alone)
