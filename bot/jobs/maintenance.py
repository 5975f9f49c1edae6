"""Erases what is of no use any more, and notes until when there was a bot.

Knows nothing of jobs under way.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store import Store, lookups, transitions

log = logging.getLogger(__name__)

TOKEN_LIFE_S = 14.5 * 60
"""An interaction's token is good for 15 minutes, less a margin for the request itself: this long it
is used and kept, and then erased."""
TIDY_EVERY_S = 30.0
ERASE_EVERY_S = 3600.0
"""Unless somebody wants something forgotten before."""
AT_WORK_FACT = "last seen at work"
"""Under this name the store remembers until when people could be told of their jobs."""


class Maintenance:
    """Keeps *store* tidy; jobs that are older than *retention* are erased.

    That people can be told of their jobs is noted while *attends* says so.
    """

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        retention: timedelta | None,
        attends: Callable[[], bool],
    ) -> None:
        self._store = store
        self._clock = clock
        self._retention = retention
        self._attends = attends
        self.all_are_followed = False
        """What an earlier process left open is followed here: no job waits for nobody."""

    async def prepare(self) -> datetime:
        """Erase what became useless while there was no bot; the last moment at which there was one.

        Raises `StoreUnavailable`.
        """
        await self._erase_tokens()
        at_work = await self._store.read(lookups.fact, AT_WORK_FACT)
        return datetime.fromisoformat(at_work or datetime.min.replace(tzinfo=UTC).isoformat())

    async def run_periodically(self) -> None:
        """Do it again and again; ends only when it is cancelled."""
        while True:
            await self._clock.sleep(TIDY_EVERY_S)
            try:
                await self._erase_tokens()
                if self.all_are_followed and self._attends():
                    await self._store.write(
                        transitions.remember, AT_WORK_FACT, self._clock.now().isoformat()
                    )
            except StoreUnavailable as error:
                log.warning("Failed to erase old tokens, will retry: %s", error)

    async def erase(self) -> None:
        """Erase what is too old or was asked to be forgotten, also before this process began.

        At once, then every hour and whenever somebody asks; ends only when it is cancelled.
        """
        while True:
            before = None if self._retention is None else self._clock.now() - self._retention
            try:
                if erased := await self._store.erase(before):
                    log.info("Erased %d jobs", erased)
            except StoreUnavailable as error:
                log.warning("Failed to erase jobs, will retry: %s", error)
                await self._clock.sleep(TIDY_EVERY_S)
                continue
            waits = {
                asyncio.ensure_future(self._store.wished()),
                asyncio.ensure_future(self._clock.sleep(ERASE_EVERY_S)),
            }
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _erase_tokens(self) -> None:
        await self._store.write(
            transitions.erase_tokens, self._clock.now() - timedelta(seconds=TOKEN_LIFE_S)
        )
