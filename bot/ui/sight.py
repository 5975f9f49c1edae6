"""Asks Discord who sees a channel.

What the gateway told of a channel earlier is not believed: since November 2026 Discord hides the
channels that the bot does not see, their names and overwrites included. Roles and owners of servers
are kept current by the gateway.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import discord

from bot.clock import Clock
from bot.jobs.background import BackgroundTasks
from bot.services.context import Caller
from bot.ui import discord_errors

ANSWER_WITHIN_S = 0.75
"""Discord wants its answer within three seconds, and the store may take one of them."""
BELIEVED_FOR_S = 60.0
REMEMBERED_MAX = 2000
ASKED_AT_ONCE_MAX = 20
"""Above this, what is not known counts as not seen: all requests of a bot share one limit."""

HIDDEN_NAME = "___hidden___"
HIDDEN_FLAG = 1 << 17
PRIVATE_THREAD = 12
THREADS = frozenset({10, 11, PRIVATE_THREAD})
VOICE_AND_STAGE = frozenset({2, 13})
VIEW = discord.Permissions.view_channel.flag
CONNECT = discord.Permissions.connect.flag
ADMINISTRATOR = discord.Permissions.administrator.flag
OF_A_ROLE, OF_A_MEMBER = 0, 1
"""Types of overwrites."""


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What a channel allows and denies to one role or one person."""

    target_id: int
    type: int
    allow: int
    deny: int


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """Of a channel that the bot sees: what says who else does."""

    guild_id: int
    thread_of: int | None
    """The channel that a thread belongs to."""
    private: bool
    """A thread of those alone who are in it."""
    overwrites: tuple[Overwrite, ...]
    needs: int = VIEW
    """The permissions without which nobody reads what is written there."""


class ChannelSight:
    """Knows for a minute what Discord said of a channel."""

    def __init__(
        self, client: discord.Client, *, background: BackgroundTasks, clock: Clock
    ) -> None:
        self._client = client
        self._background = background
        self._clock = clock
        self._known: OrderedDict[tuple[int, ...], tuple[float, Any]] = OrderedDict()
        self._asked: dict[tuple[int, ...], asyncio.Task[Any]] = {}

    async def seen(self, caller: Caller, channel_ids: Iterable[int]) -> frozenset[int]:
        """Those of these channels of the server *caller* is in that they see.

        Takes three quarters of a second at the most. What comes later is kept for the next time:
        nothing is cancelled, because discord.py would never release its lock on the route.
        """
        guild = self._client.get_guild(caller.guild_id or 0)
        if guild is None or guild.unavailable:
            return frozenset()
        asking = {
            channel_id: self._background.spawn(
                self._sees(caller, guild, channel_id), name=f"who sees channel {channel_id}"
            )
            for channel_id in channel_ids
        }
        done, _ = await asyncio.wait(asking.values(), timeout=ANSWER_WITHIN_S)
        return frozenset(
            channel_id
            for channel_id, task in asking.items()
            if task in done and not task.cancelled() and not task.exception() and task.result()
        )

    async def _sees(self, caller: Caller, guild: discord.Guild, channel_id: int) -> bool:
        channel: ChannelFacts | None = await self._ask(channel_id)
        if channel is None or channel.guild_id != guild.id:
            return False
        if channel.thread_of is None:
            return may_view(caller, guild, channel)
        if channel.private and not await self._ask(channel_id, caller.user_id):
            return False
        if channel.thread_of in caller.channel_ids:
            return caller.sees_channel
        above: ChannelFacts | None = await self._ask(channel.thread_of)
        return above is not None and above.guild_id == guild.id and may_view(caller, guild, above)

    async def _ask(self, *key: int) -> Any:
        """A channel's facts, or whether somebody is in a thread, asked once for all who want to
        know; ``None`` where Discord refuses.

        *key*: the channel's id, or those of the thread and of the person.
        """
        known = self._known.get(key)
        if known is not None and self._clock.monotonic() - known[0] < BELIEVED_FOR_S:
            return known[1]
        if key not in self._asked:
            if len(self._asked) >= ASKED_AT_ONCE_MAX:
                return None
            self._asked[key] = self._background.spawn(self._fetch(key), name="asking of a channel")
        return await asyncio.shield(self._asked[key])

    async def _fetch(self, key: tuple[int, ...]) -> Any:
        told = None
        try:
            if len(key) == 1:
                told = read_channel(await self._client.http.get_channel(*key))
            else:
                await self._client.http.get_thread_member(*key)
                told = True
        except discord_errors.FAULTS as fault:
            if discord_errors.is_transient(fault):
                return None
        finally:
            self._asked.pop(key, None)
        self._known[key] = (self._clock.monotonic(), told)
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED_MAX:
            self._known.popitem(last=False)
        return told


def read_channel(told: object) -> ChannelFacts | None:
    """What Discord tells of a channel of a server; ``None`` where the bot does not see it."""
    channel = cast("dict[str, Any]", told)
    hidden = channel.get("name") == HIDDEN_NAME or int(channel.get("flags") or 0) & HIDDEN_FLAG
    if hidden or not channel.get("guild_id"):
        return None
    kind = channel.get("type")
    overwrites: list[dict[str, Any]] = channel.get("permission_overwrites") or []
    return ChannelFacts(
        guild_id=int(channel["guild_id"]),
        thread_of=int(channel.get("parent_id") or 0) if kind in THREADS else None,
        private=kind == PRIVATE_THREAD,
        overwrites=tuple(
            Overwrite(int(one["id"]), int(one["type"]), int(one["allow"]), int(one["deny"]))
            for one in overwrites
        ),
        needs=VIEW | CONNECT if kind in VOICE_AND_STAGE else VIEW,
    )


def may_view(caller: Caller, guild: discord.Guild, channel: ChannelFacts) -> bool:
    """Whether somebody with these roles may view a channel of *guild*, as Discord documents it.

    What is written in a voice or stage channel can be read by who may also connect to it.
    """
    if guild.owner_id == caller.user_id:
        return True
    may = 0
    for role in guild.roles:
        if role.id in caller.role_ids | {guild.id}:
            may |= role.permissions.value
    if may & ADMINISTRATOR:
        return True
    of_roles = {(OF_A_ROLE, role_id) for role_id in caller.role_ids - {guild.id}}
    for targets in ({(OF_A_ROLE, guild.id)}, of_roles, {(OF_A_MEMBER, caller.user_id)}):
        applied = [one for one in channel.overwrites if (one.type, one.target_id) in targets]
        for one in applied:
            may &= ~one.deny
        for one in applied:
            may |= one.allow
    return may & channel.needs == channel.needs
