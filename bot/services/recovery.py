"""Goes on, after a start, with the jobs that an earlier process left open."""

import asyncio
import logging
from collections.abc import Callable

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.jobs.background import BackgroundTasks
from bot.jobs.maintenance import Maintenance
from bot.jobs.queue import JobQueue, Ticket
from bot.jobs.runner import JobRunner
from bot.jobs.status_message import StatusMessage
from bot.model import Job, JobState
from bot.store import Store

log = logging.getLogger(__name__)

RETRY_S = 5.0
"""Between two tries to read them."""
AT_ONCE = 50
"""Between so many jobs that start everything else has its turn."""


class Recovery:
    """`load` before anybody can ask for a job, then `run`."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        runner: JobRunner,
        maintenance: Maintenance,
        *,
        background: BackgroundTasks,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._runner = runner
        self._maintenance = maintenance
        self._background = background
        self._clock = clock
        self._jobs: list[Job] | None = None
        self._running = asyncio.Lock()
        self._has_run = False

    async def load(self) -> None:
        """Read the jobs; tokens and old jobs are erased by then.

        If the database doesn't answer, `run` tries again.
        """
        try:
            await self._runner.prepare(await self._maintenance.prepare())
            self._jobs = await self._store.left_open()
        except StoreUnavailable as error:
            log.error("Failed to load unfinished jobs, will retry: %s", error)

    async def run(self, status_of: Callable[[Job], StatusMessage]) -> None:
        """Go on with the jobs, the first time that this is called.

        If they could not be read yet, that happens in the background.
        """
        async with self._running:
            if self._has_run:
                return
            self._has_run = True
            if self._jobs is not None:
                await self.resume(self._jobs, status_of)
            else:
                later = self._run_later(status_of)
                self._background.spawn(later, name="going on with what was left open")

    async def _run_later(self, status_of: Callable[[Job], StatusMessage]) -> None:
        while self._jobs is None:
            await self._clock.sleep(RETRY_S)
            await self.load()
        await self.resume(self._jobs, status_of)

    async def resume(self, jobs: list[Job], status_of: Callable[[Job], StatusMessage]) -> None:
        """Start *jobs*, in the order in which they were asked for.

        What the API has already takes its room first, whatever the limits are now. All have their
        places in the queue before anything else happens; then they start, a few at a time, so that
        thousands keep nobody else waiting.
        """
        tickets: dict[int, Ticket] = {}
        for job in sorted(jobs, key=lambda job: job.state is JobState.ACCEPTED):
            who, where = job.author_id, job.destination.guild_id
            if job.state is JobState.ACCEPTED:
                tickets[job.id] = self._queue.join(who, where, forced=True)
            else:
                tickets[job.id] = self._queue.resume(who, where)
        await self._queue.forecast()
        for number, job in enumerate(jobs, start=1):
            log.info("Job %d: resumed, was %s", job.id, job.state.value)
            self._runner.start(job, status_of(job), tickets[job.id], resumed=True)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        self._maintenance.all_are_followed = True
