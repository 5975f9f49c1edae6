"""Brings an accepted job to its end: submit once, read until it is done, deliver.

Knows nothing of Discord: what people see goes to a `Screen`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

import stamina

from bot.api import GenerationApi, PictureDownloads
from bot.clock import Clock
from bot.errors import (
    DeliveryFailed,
    GenerationFailed,
    Incident,
    JobOverdue,
    NothingMade,
    OperatorError,
    ServiceError,
    StoreUnavailable,
    SubmitUnknown,
    TaskNotFound,
)
from bot.incidents import as_told
from bot.jobs.crew import Crew
from bot.jobs.gallery import hang
from bot.jobs.schedule import gap_after, next_gap
from bot.jobs.screen import Progress, Screen
from bot.model import Completed, Failed, Job, JobState, Running, TaskState
from bot.store import Store

log = logging.getLogger(__name__)

NOT_FOUND_READS = 5
NOT_FOUND_SPAN_S = 120.0
"""A task is given up as unknown after this many reads in a row, over at least this long."""


MAYBE_CHARGED = (SubmitUnknown, GenerationFailed, Incident)
"""After any other error of a submit the API has not taken the job."""


class JobRunner:
    """Follows every job that was started, each in a task of *crew*."""

    def __init__(
        self,
        *,
        api: GenerationApi,
        downloads: PictureDownloads,
        store: Store,
        crew: Crew,
        clock: Clock,
        watch_s: float,
    ) -> None:
        self._api = api
        self._downloads = downloads
        self._store = store
        self._crew = crew
        self._clock = clock
        self._watch_s = watch_s

    def start(self, job: Job, screen: Screen) -> asyncio.Task[None]:
        """Run *job* in the background, from its submit to its end."""
        return self._crew.spawn(self._run(job, screen), name=f"job {job.id}")

    async def _run(self, job: Job, screen: Screen) -> None:
        began = self._clock.monotonic()
        submitted = False
        try:
            state = await self._submit(job, screen.message_id)
            submitted = True
            screen.show(Progress(submitted=True))
            completed = await self._follow(state, job, screen, began)
            await self._deliver(job, completed, screen, began)
        except DeliveryFailed as error:
            log.error("Job %d is finished and could not be posted: %s", job.id, error.detail)
        except Exception as raised:
            error = as_told(raised, f"job {job.id}")
            await self._record(job, lambda: self._store.fail(job.id, type(error).__name__))
            await screen.fail(
                job,
                error,
                nothing_charged=not submitted and not isinstance(error, MAYBE_CHARGED),
                took_s=self._clock.monotonic() - began,
            )

    async def _submit(self, job: Job, message_id: int) -> TaskState:
        if not await self._store.begin_submit(job.id, message_id):
            raise StoreUnavailable(detail="the job is no longer waiting to be submitted")
        state = await self._api.submit(job.request)
        log.info("Job %d is task %s", job.id, state.task_id)
        await self._record(job, lambda: self._store.begin_run(job.id, state.task_id))
        return state

    async def _follow(self, state: TaskState, job: Job, screen: Screen, began: float) -> Completed:
        reached = 0.0
        while isinstance(state, Running):
            waited_s = self._clock.monotonic() - began
            if waited_s >= self._watch_s:
                raise JobOverdue(waited_s=waited_s)
            if state.fraction is not None:
                reached = max(reached, state.fraction)
                screen.show(Progress(submitted=True, fraction=reached))
            state = await self._next_state(job, state.task_id, began)
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, detail=state.detail)
        return state

    async def _next_state(self, job: Job, task_id: str, began: float) -> TaskState:
        """Wait, then read; go on until an answer can be read, or the time to watch is over.

        Raises `TaskNotFound` and `JobOverdue`.
        """
        not_found_at: list[float] = []
        gap = next_gap(self._clock.monotonic() - began)
        while True:
            await self._clock.sleep(gap)
            now = self._clock.monotonic()
            try:
                return await self._api.fetch(task_id)
            except TaskNotFound as error:
                not_found_at.append(now)
                span = now - not_found_at[0]
                if len(not_found_at) >= NOT_FOUND_READS and span >= NOT_FOUND_SPAN_S:
                    raise
                gap = gap_after(error, now - began)
            except (ServiceError, OperatorError) as error:
                not_found_at.clear()
                as_told(error, f"job {job.id}, reading on")
                gap = gap_after(error, now - began)
            if now - began >= self._watch_s:
                raise JobOverdue(waited_s=now - began)

    async def _deliver(self, job: Job, completed: Completed, screen: Screen, began: float) -> None:
        finished = replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            pictures=completed.pictures,
            cost_usd=completed.cost_usd,
        )
        await self._record(job, lambda: self._store.finish(job.id, completed))
        if not completed.pictures:
            raise NothingMade
        exhibits = await hang(
            completed.pictures, self._downloads, file_limit_bytes=job.place.file_limit_bytes
        )
        took_s = self._clock.monotonic() - began
        message_id = await screen.deliver(finished, exhibits, took_s=took_s)
        log.info("Job %d is delivered after %.0f s", job.id, took_s)
        await self._record(job, lambda: self._store.delivered(job.id, message_id))

    async def _record(self, job: Job, write: Callable[[], Awaitable[object]]) -> None:
        """Write to the store; a database that stays away must not cost anybody the pictures."""
        try:
            async for attempt in stamina.retry_context(on=StoreUnavailable, attempts=4):
                with attempt:
                    await write()
        except StoreUnavailable as error:
            log.error("Job %d: its progress could not be recorded: %s", job.id, error)
