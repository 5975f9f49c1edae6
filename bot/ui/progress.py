"""Keeps a message up to date with a job, as often as Discord likes and no oftener."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.clock import Clock
from bot.jobs.crew import Crew
from bot.jobs.screen import Progress
from bot.ui import faults

log = logging.getLogger(__name__)

EDIT_GAP_S = 4.0
"""Discord publishes no limit for edits of one message; one in 3 to 5 s is what it tolerates."""
LAST_EDIT_S = 1.0
"""How long an edit under way may hold up the result."""


class ProgressEdits:
    """Edits in a task of its own: the first at once, the others at least 4 s apart, newest wins.

    discord.py waits inside an edit when a limit is near, so nothing else may wait for one.
    """

    def __init__(
        self, edit: Callable[[Progress], Awaitable[None]], *, crew: Crew, clock: Clock
    ) -> None:
        self._edit = edit
        self._crew = crew
        self._clock = clock
        self._shown: Progress | None = None
        self._newest: Progress | None = None
        self._task: asyncio.Task[None] | None = None
        self._editing = False
        self._stopped = False

    def show(self, progress: Progress) -> None:
        """Show *progress* when there is time."""
        self._newest = progress
        if self._task is None and not self._stopped:
            self._task = self._crew.spawn(self._work(), name="progress edits")

    async def stop(self) -> None:
        """No edit starts after this; one under way is given a second to end."""
        self._stopped = True
        task = self._task
        if task is None:
            return
        if self._editing:
            await asyncio.wait({task}, timeout=LAST_EDIT_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    async def _work(self) -> None:
        try:
            while self._newest is not None and self._newest != self._shown and not self._stopped:
                newest, self._editing = self._newest, True
                await self._edit_once(newest)
                self._shown, self._editing = newest, False
                if not self._stopped:
                    await self._clock.sleep(EDIT_GAP_S)
        finally:
            self._task = None

    async def _edit_once(self, progress: Progress) -> None:
        try:
            await self._edit(progress)
        except faults.FAULTS as error:
            log.info("A progress edit failed, the next one follows: %s", faults.detail(error))
