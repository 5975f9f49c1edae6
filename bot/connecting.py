"""Connects to Discord with patience, and says what stands in the way.

Whatever may pass by itself is waited for: Discord out of order, a ban by Cloudflare, no network, no
more starts for today. What only somebody can mend ends the bot with a sentence.
"""

import asyncio
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import discord
from discord.gateway import DiscordWebSocket, ReconnectWebSocket

from bot.backoff import pauses, retry_after_s
from bot.ui import discord_errors
from bot.ui.requests import NotDiscord

log = logging.getLogger(__name__)

_LOST = (
    *discord_errors.FAULTS,
    discord.LoginFailure,
    discord.GatewayNotFound,
    discord.ConnectionClosed,
)
"""What logging in and staying connected may raise."""
GATEWAY_ANSWERS_S = 60.0
"""How long a gateway may take to greet the bot, and then to let it in."""
_STABLE_S = 60.0
"""A connection that lasted so long was a good one: what comes after it is new trouble."""
_RESUMES = 2
"""After so many attempts to go on with a session, a new one is begun at the main gateway: the
address that Discord gave for going on may be dead."""
_UNKNOWN_ERROR = 4000
"""The close code after which a session can be gone on with."""
_WAIT_MAX_S = 24 * 3600.0

_LOGIN_REFUSED = (
    "Discord rejected the token. Copy a new one from the developer portal "
    "(your application > Bot > Reset Token) into DISCORD_TOKEN."
)
_TOO_LARGE = (
    "Discord requires bots in this many servers to use sharding, which this one doesn't support: "
    "remove it from some servers."
)
_INTENTS_REFUSED = (
    "Discord rejected the bot's gateway intents. It doesn't need privileged ones: does "
    "DISCORD_TOKEN belong to another application?"
)
_CLOSED_FOR_GOOD = {
    4004: _LOGIN_REFUSED,
    4010: _TOO_LARGE,
    4011: _TOO_LARGE,
    4012: "Discord no longer supports the gateway version that this bot uses: update the bot.",
    4013: _INTENTS_REFUSED,
    4014: _INTENTS_REFUSED,
}
"""By the gateway's close codes."""
_BY_STATUS = {
    403: "Cloudflare, which sits in front of Discord, or a firewall is blocking this machine "
    "(HTTP 403).",
    429: "Cloudflare, which sits in front of Discord, has temporarily banned this machine's "
    "address (HTTP 429).",
}
_BY_KIND = {
    discord.RateLimited: "Discord is rate limiting this bot (HTTP 429).",
    (discord.ConnectionClosed, ReconnectWebSocket): "Discord's gateway closed the connection.",
    aiohttp.ClientConnectorDNSError: "Discord's server name can't be resolved: check this "
    "machine's network and DNS.",
    aiohttp.ClientSSLError: "Something answered in Discord's place, without Discord's certificate: "
    "check this machine's clock, its certificates, and any proxy or firewall between it and "
    "Discord.",
    NotDiscord: "Something answered in Discord's place: a proxy, a firewall, or a network that "
    "requires signing in first.",
    TimeoutError: "Discord didn't answer in time.",
}


class DiscordRefuses(Exception):
    """Discord does not take this bot as it is, and waiting does not help; the text says why."""


async def connect(client: discord.Client, token: str) -> None:
    """Log *client* in, and keep it connected until it is closed. Raises `DiscordRefuses`."""
    waits = pauses()
    while True:
        try:
            await client.login(token)
            break
        except _LOST as fault:
            # discord.py would use the connections of the failed attempt, or leave them open.
            await client.http.close()
            client.http.connector = discord.utils.MISSING
            await _pause(waits, fault)
    # Discord counts how often a bot starts in a day, and withdraws the token of one above it.
    waits = pauses()
    while True:
        try:
            _, _, allowed = await client.http.get_bot_gateway()
        except _LOST as fault:
            await _pause(waits, fault)
            continue
        if allowed["remaining"] > 0:
            break
        wait_s = max(next(waits), min(allowed["reset_after"] / 1000, _WAIT_MAX_S))
        used_up = "Discord allows this bot no more starts for now: it has started too often."
        log.warning("%s Next attempt in %d s.", used_up, max(1, round(wait_s)))
        await asyncio.sleep(wait_s)
    await _stay_connected(client)


async def _stay_connected(client: discord.Client) -> None:
    """The loop of `discord.Client.connect`, which writes a traceback for each lost connection,
    stumbles over a first one that fails, and tries a dead gateway for ever.
    """
    now = asyncio.get_running_loop().time
    last: DiscordWebSocket | None = None
    waits, failed = pauses(), 0
    while not client.is_closed():
        began = now()
        session: dict[str, Any] = {}
        if last is not None and last.session_id is not None and failed <= _RESUMES:
            session = {
                "resume": True,
                "session": last.session_id,
                "sequence": last.sequence,
                "gateway": last.gateway,
            }
        try:
            client.ws = last = await _Gateway.from_client(
                client, initial=last is None, shard_id=client.shard_id, **session
            )
            while True:
                await last.poll_event()
        except (ReconnectWebSocket, *_LOST) as fault:
            client.dispatch("disconnect")
            if client.is_closed():
                return
            if now() - began > _STABLE_S:
                waits, failed = pauses(), 0
            failed += 1
            if failed > 1 or not isinstance(fault, ReconnectWebSocket):
                await _pause(waits, fault)


class _Gateway(DiscordWebSocket):
    """A connection that is given up if the gateway does not let the bot in.

    Its heartbeats alone tell discord.py that all is well, for ever.
    """

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, *, loop: asyncio.AbstractEventLoop
    ) -> None:
        super().__init__(socket, loop=loop)
        self._let_in = [self.wait_for(event, lambda _: True) for event in ("READY", "RESUMED")]
        self._until = loop.time() + GATEWAY_ANSWERS_S

    async def identify(self) -> None:
        await super().identify()  # which pauses for seconds
        self._until = self.loop.time() + GATEWAY_ANSWERS_S

    async def poll_event(self) -> None:
        """Also raises `TimeoutError`."""
        if any(event.done() for event in self._let_in):
            await super().poll_event()
            return
        try:
            async with asyncio.timeout_at(self._until):
                await super().poll_event()
        except TimeoutError:
            await self.close(code=_UNKNOWN_ERROR)  # which a session survives
            raise


async def _pause(waits: Iterator[float], fault: Exception) -> None:
    """Say what is in the way and wait. Raises `DiscordRefuses` if that is no use."""
    if (sentence := refusal(fault)) is not None:
        raise DiscordRefuses(sentence) from None
    headers: Mapping[str, str] | None = None
    if isinstance(fault, discord.HTTPException):
        headers = fault.response.headers
    elif isinstance(fault, aiohttp.WSServerHandshakeError):
        headers = fault.headers
    asked_s = retry_after_s(headers or {}, at_most_s=_WAIT_MAX_S)
    if isinstance(fault, discord.RateLimited):
        asked_s = min(fault.retry_after, _WAIT_MAX_S)
    # A second more: who comes back too early is sent away for longer.
    wait_s = next(waits) if asked_s is None else max(next(waits), asked_s + 1)
    log.warning("%s Next attempt in %d s.", obstacle(fault), max(1, round(wait_s)))
    await asyncio.sleep(wait_s)


def refusal(error: BaseException) -> str | None:
    """What somebody must fix first; ``None`` if it may pass."""
    if isinstance(error, discord.ConnectionClosed):
        return _CLOSED_FOR_GOOD.get(error.code)
    if isinstance(error, discord.LoginFailure) or _status(error) == 401:
        return _LOGIN_REFUSED
    return None


def obstacle(error: BaseException) -> str:
    """What stands between the bot and Discord, in a sentence that names it."""
    if (status := _status(error)) is not None:
        return _BY_STATUS.get(status) or f"Discord is having trouble (HTTP {status})."
    for kind, sentence in _BY_KIND.items():
        if isinstance(error, kind):
            return sentence
    detail = discord_errors.detail(error)
    return f"Discord can't be reached ({detail}): check this machine's network and firewall."


def _status(error: BaseException) -> int | None:
    if isinstance(error, discord.GatewayNotFound) and error.__cause__ is not None:
        error = error.__cause__
    if isinstance(error, discord.HTTPException | aiohttp.WSServerHandshakeError):
        return error.status
    return None
