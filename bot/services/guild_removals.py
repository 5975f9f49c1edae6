"""Servers that the bot has left: what is kept of them is erased once Discord has said so twice.

A list of servers at the beginning of a session may leave one out that is there all the same, and
what was erased does not come back. Knows nothing of how Discord is asked.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import cast

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store import Erased, Store, erasing, lookups, transitions

log = logging.getLogger(__name__)

ASK_AGAIN_S = 600.0
"""Two answers within less time are one: what Discord has wrong, it has wrong for a while."""
LOOK_EVERY_S = 3600.0
GONE_FOR = timedelta(days=1)
"""A server that was missing for so long is gone, even if Discord cannot be asked."""
FACT = "servers missed by application {}"
"""Under this name the store remembers since when which servers are missing."""


@dataclass(frozen=True, slots=True)
class _Missing:
    since: datetime
    denied_at: datetime | None = None
    """When Discord said for the first time that the bot is not there."""


class GuildRemovals:
    """Watches over the servers of one application.

    *present* are those that Discord has named in this session, the unavailable ones among them;
    ``None`` while there is no session. *is_member* asks Discord whether the bot is in one; ``None``
    if that can't be told.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        application_id: int,
        present: Callable[[], Collection[int] | None],
        is_member: Callable[[int], Awaitable[bool | None]],
    ) -> None:
        self._store = store
        self._clock = clock
        self._application_id = application_id
        self._fact = FACT.format(application_id)
        self._present = present
        self._is_member = is_member
        self._looking = asyncio.Lock()

    async def watch(self) -> None:
        """Look again and again; ends only when it is cancelled."""
        await self.look()
        await self._clock.sleep(ASK_AGAIN_S)
        while True:
            await self.look()
            await self._clock.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Ask about each server of which something is kept and that Discord did not name.

        Never raises: what could not be done is done the next time.
        """
        present = self._present()
        if present is None:
            return
        try:
            async with self._remembered() as missing:
                left = await self._store.read(erasing.guilds_of, self._application_id)
                left -= {*present}
                for guild_id in missing.keys() - left:
                    del missing[guild_id]
                for guild_id in left:
                    await self._ask(guild_id, missing)
        except StoreUnavailable as error:
            log.warning("Failed to look for servers that removed the bot, will retry: %s", error)

    async def removed(self, guild_id: int) -> None:
        """Discord says that the bot was taken out of this server: ask whether that is so."""
        try:
            async with self._remembered() as missing:
                now = self._clock.now()
                missing[guild_id] = _Missing(now, denied_at=now)
                await self._ask(guild_id, missing, at_once=True)
        except StoreUnavailable as error:
            log.warning(
                "Server %d: failed to record that it removed the bot, will retry: %s",
                guild_id,
                error,
            )

    async def _ask(
        self, guild_id: int, missing: dict[int, _Missing], *, at_once: bool = False
    ) -> None:
        """Note in *missing* what Discord says, or forget the server if it is gone for good."""
        is_member = await self._is_member(guild_id)
        if is_member:
            missing.pop(guild_id, None)
            return
        now = self._clock.now()
        first = missing.setdefault(guild_id, _Missing(now))
        gone = now - first.since >= GONE_FOR
        if is_member is False:
            if first.denied_at is None:
                missing[guild_id] = replace(first, denied_at=now)
            else:
                gone |= at_once or now - first.denied_at >= timedelta(seconds=ASK_AGAIN_S)
        if gone:
            await self._store.forget(Erased.GUILD, guild_id)
            del missing[guild_id]
            log.info("Server %d: removed the bot, erasing its jobs", guild_id)

    @asynccontextmanager
    async def _remembered(self) -> AsyncGenerator[dict[int, _Missing]]:
        """The servers that are missing, remembered anew after the block if it changed them."""
        async with self._looking:
            fact = await self._store.read(lookups.fact, self._fact)
            written = cast("dict[str, tuple[str, str | bool | None]]", json.loads(fact or "{}"))
            missing: dict[int, _Missing] = {}
            for guild_id, (since, denied_at) in written.items():
                began = datetime.fromisoformat(since)
                # An earlier version wrote only whether Discord had denied it.
                denied = datetime.fromisoformat(denied_at) if isinstance(denied_at, str) else began
                missing[int(guild_id)] = _Missing(began, denied if denied_at else None)
            before = dict(missing)
            yield missing
            if missing != before:
                told = {
                    one: (said.since.isoformat(), said.denied_at and said.denied_at.isoformat())
                    for one, said in missing.items()
                }
                await self._store.write(transitions.remember, self._fact, json.dumps(told))
