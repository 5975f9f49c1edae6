"""Keeps a message up to date with a job, as often as Discord likes and no oftener."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.jobs.background import BackgroundTasks
from bot.jobs.rate_limiter import RateLimiter
from bot.jobs.status_message import Progress
from bot.ui import discord_errors

log = logging.getLogger(__name__)

EDIT_GAP_S = 4.0
"""Discord publishes no limit for edits of one message; one in 3 to 5 s is what it tolerates."""
LAST_EDIT_S = 10.0
"""How long an edit under way may hold up the result, which would be overwritten by it."""
EDITS_PER_SECOND = 25.0
"""Of all messages together: half of what Discord allows a bot, and little work for the machine."""


class ProgressEdits:
    """Edits in tasks of their own, at least 4 s apart, when *limiter* has room; the newest wins.

    discord.py waits inside an edit when a limit is near, so nothing else may wait for one. An edit
    that has begun is never cancelled: discord.py would not give back the lock that it waits in.
    """

    def __init__(
        self,
        edit: Callable[[Progress], Awaitable[None]],
        *,
        background: BackgroundTasks,
        clock: Clock,
        limiter: RateLimiter,
    ) -> None:
        self._edit = edit
        self._background = background
        self._clock = clock
        self._limiter = limiter
        self._shown: Progress | None = None
        self._newest: Progress | None = None
        self._task: asyncio.Task[None] | None = None
        self._editing: asyncio.Task[None] | None = None
        self._closed = False

    def show(self, progress: Progress) -> None:
        self._newest = progress
        if self._task is None and not self._closed:
            self._task = self._background.spawn(self._work(), name="progress edits")

    async def close(self) -> asyncio.Task[None] | None:
        """No edit starts after this; the one that is still under way after ten seconds, if any."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()
        if self._editing is None or self._editing.done():
            return None
        await asyncio.wait({self._editing}, timeout=LAST_EDIT_S)
        return None if self._editing.done() else self._editing

    async def _work(self) -> None:
        try:
            while self._newest is not None and self._newest != self._shown:
                await self._limiter.acquire()
                self._shown = self._newest
                editing = self._edit_once(self._shown)
                self._editing = self._background.spawn(editing, name="progress edit")
                await asyncio.wait({self._editing})
                await self._clock.sleep(EDIT_GAP_S)
        finally:
            self._task = None

    async def _edit_once(self, progress: Progress) -> None:
        try:
            await self._edit(progress)
        except discord_errors.FAULTS as error:
            log.info("Failed to edit a progress bar: %s", discord_errors.detail(error))
