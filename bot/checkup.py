"""Tells whether the settings are right without starting the bot: ``python -m bot check``.

Nothing is made, changed or spent: the API is asked for a task that cannot be, Discord for what the
token may see, the database for the version of its tables.
"""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

import discord

from bot import notices, sentences
from bot.api import GenerationApi, open_session
from bot.errors import (
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiPermissionMissing,
    RemixbotError,
    StoreUnavailable,
    StoreUnusable,
    TaskNotFound,
)
from bot.settings import Settings
from bot.store import Condition, look_at_store
from bot.ui import faults
from bot.ui.places import NEEDED, missing_permissions

NO_TASK = "remixbot-check"
"""No task of the API is called so: its ids are made of 20 random characters."""

_CONDITIONS = {
    Condition.NEW: notices.CHECK_DATABASE_NEW,
    Condition.OLD: notices.CHECK_DATABASE_OLD,
    Condition.READY: notices.CHECK_DATABASE_READY,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    right: bool
    sentence: str


async def check(settings: Settings) -> AsyncGenerator[Finding]:
    """Everything that can be told, one thing after the other. Raises nothing."""
    yield await _check_database(settings)
    yield await _check_key(settings)
    async for finding in _check_discord(settings):
        yield finding


async def _check_database(settings: Settings) -> Finding:
    try:
        condition = await look_at_store(settings.database_url.get_secret_value())
    except StoreUnavailable as error:
        wrong = notices.database_unusable(error.detail)
        return Finding(False, notices.check_database_wrong(wrong))
    except StoreUnusable as error:
        return Finding(False, notices.check_database_wrong(sentences.describe(error)))
    return Finding(True, _CONDITIONS[condition])


async def _check_key(settings: Settings) -> Finding:
    url = str(settings.vtrix_api_url)
    async with open_session(url) as session:
        api = GenerationApi(
            session,
            base_url=url,
            key=settings.vtrix_api_key.get_secret_value(),
            timeout_s=settings.api_timeout_seconds,
        )
        try:
            await api.fetch(NO_TASK)
        except TaskNotFound:
            return Finding(True, notices.CHECK_KEY)
        except (ApiKeyRefused, ApiPermissionMissing, ApiCreditUsedUp) as error:
            wrong = sentences.FOR_THE_OPERATOR[type(error)]
            return Finding(False, notices.check_key_wrong(wrong))
        except RemixbotError as error:
            return Finding(False, notices.check_key_untold(type(error).__name__))
    return Finding(False, notices.check_key_untold("an answer about a task that cannot be"))


async def _check_discord(settings: Settings) -> AsyncGenerator[Finding]:
    async with discord.Client(intents=discord.Intents.none()) as client:
        try:
            await client.login(settings.discord_token.get_secret_value())
        except discord.LoginFailure:
            yield Finding(False, notices.check_token_wrong(notices.LOGIN_REFUSED))
            return
        except faults.FAULTS:
            yield Finding(False, notices.check_token_wrong(notices.NO_NETWORK))
            return
        user = client.user
        yield Finding(True, notices.check_token(user.name if user else ""))
        try:
            guilds = [guild async for guild in client.fetch_guilds(limit=None)]
        except faults.FAULTS as fault:
            yield Finding(False, notices.check_token_wrong(faults.detail(fault)))
            return
        for guild in guilds:
            yield await _check_guild(client, guild, settings)
        if not guilds:
            yield Finding(True, notices.CHECK_NO_SERVERS)


async def _check_guild(client: discord.Client, guild: discord.Guild, settings: Settings) -> Finding:
    if settings.allowed_guilds and guild.id not in settings.allowed_guilds:
        return Finding(False, notices.check_server_closed(guild.name))
    try:
        whole = await client.fetch_guild(guild.id)
        bot = await whole.fetch_member(client.user.id if client.user else 0)
    except faults.FAULTS as fault:
        return Finding(False, notices.check_server_untold(guild.name, faults.detail(fault)))
    needed = [name for name, is_needed in NEEDED if is_needed]
    if missing := missing_permissions(bot.guild_permissions, needed):
        return Finding(False, notices.check_server_lacks(guild.name, missing))
    return Finding(True, notices.check_server(guild.name))
