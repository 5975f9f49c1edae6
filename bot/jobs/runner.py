"""Brings an accepted job to its end: submit once, read until it is done, deliver.

Knows nothing of Discord: what people see goes to a `Screen`.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import stamina

from bot.api import GenerationApi, PictureDownloads
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    ApiUnavailable,
    DeliveryFailed,
    EndedUnseen,
    GenerationFailed,
    JobOverdue,
    JobTooOld,
    NothingMade,
    OperatorError,
    RemixbotError,
    ServiceError,
    StoreUnavailable,
    SubmitUnknown,
    TaskNotFound,
    UserError,
)
from bot.incidents import as_told
from bot.jobs.crew import Crew
from bot.jobs.forecast import DurationHistory, Forecast
from bot.jobs.gallery import hang
from bot.jobs.gate import Gate
from bot.jobs.screen import Progress, Screen
from bot.model import (
    Completed,
    Failed,
    ImagineRequest,
    Job,
    JobState,
    RemixRequest,
    Request,
    Running,
    TaskState,
)
from bot.store import Store

log = logging.getLogger(__name__)

NOT_FOUND_READS = 5
NOT_FOUND_SPAN_S = 120.0
"""A task is given up as unknown after this many reads in a row, over at least this long."""


NOTHING_CHARGED = (
    UserError,
    OperatorError,
    ApiUnavailable,
    ApiBusy,
    StoreUnavailable,
    JobTooOld,
)
"""What only a submit raises that the API did not take: reading goes on after any of these."""

OPERATOR_PAUSE_S = 60.0
"""How often it is tried whether the API takes the key again."""
TICK_S = 4.0
"""How often the bar moves."""
LATE_S = 15 * 60.0
"""After this long people want to hear that somebody still watches."""
TOKEN_LIFE_S = 15 * 60.0
"""An interaction's token is of no use after this long, and so it is not kept."""

RESUBMIT_S = 15 * 60.0
"""After this long nobody waits any more for a job that was not even submitted."""


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
        reads_per_second: float,
        rng: Random,
    ) -> None:
        self._api = api
        self._downloads = downloads
        self._store = store
        self._crew = crew
        self._clock = clock
        self._watch_s = watch_s
        self._rng = rng
        self._gate = Gate(clock, reads_per_second, rng)
        self._histories = defaultdict[type[Request], DurationHistory](DurationHistory)
        self._refused = False
        """The API lets us read nothing at the moment: its operator must act."""

    async def prepare(self) -> None:
        """Take in how long jobs took before this start, and erase tokens that are of no use.

        Raises `StoreUnavailable`.
        """
        await self._store.erase_tokens(self._clock.now() - timedelta(seconds=TOKEN_LIFE_S))
        for kind in (ImagineRequest, RemixRequest):
            for duration_s in reversed(await self._store.recent_durations(kind)):
                self._histories[kind].add(duration_s)

    def start(self, job: Job, screen: Screen) -> asyncio.Task[None]:
        """Run *job* in the background, from the state in which it is to its end."""
        return self._crew.spawn(self._run(job, screen), name=f"job {job.id}")

    async def _run(self, job: Job, screen: Screen) -> None:
        age_s = (self._clock.now() - job.created_at).total_seconds()
        began = self._clock.monotonic() - max(age_s, 0.0)
        try:
            completed = await self._complete(job, screen, began)
        except Exception as raised:
            await self._tell(job, screen, as_told(raised, f"job {job.id}"), began)
        else:
            await self._deliver(job, completed, screen, began)

    async def _complete(self, job: Job, screen: Screen, began: float) -> Completed:
        """Bring *job* to its pictures, from wherever an earlier process may have left it.

        A job that was on its way to the API then is never sent again: nobody knows whether it
        arrived, and a second submit is a second bill.
        """
        match job.state:
            case JobState.ACCEPTED:
                if self._clock.monotonic() - began > RESUBMIT_S:
                    raise JobTooOld
                state = await self._submit(job, screen)
            case JobState.RUNNING if job.task_id is not None:
                state = Running(task_id=job.task_id)
            case JobState.FINISHED if job.task_id is not None:
                return Completed(
                    task_id=job.task_id,
                    job_id=job.provider_job_id or job.task_id,
                    pictures=job.pictures,
                    cost_usd=job.cost_usd,
                )
            case JobState.FAILED:
                raise EndedUnseen
            case _:
                raise SubmitUnknown(detail=f"found {job.state.value}")
        completed = await self._follow(state, job, screen, began)
        await self._record(job, lambda: self._store.finish(job.id, completed))
        self._histories[type(job.request)].add(self._clock.monotonic() - began)
        if not completed.pictures:
            raise NothingMade
        return completed

    async def _tell(self, job: Job, screen: Screen, error: RemixbotError, began: float) -> None:
        """End *job* without pictures, and make sure that its author hears of it."""
        if isinstance(error, SubmitUnknown):
            await self._record(job, lambda: self._store.lose(job.id))
        else:
            await self._record(job, lambda: self._store.fail(job.id, type(error).__name__))
        told = await screen.fail(
            job,
            error,
            nothing_charged=isinstance(error, NOTHING_CHARGED),
            took_s=self._clock.monotonic() - began,
        )
        if told:
            await self._record(job, lambda: self._store.told(job.id))

    async def _submit(self, job: Job, screen: Screen) -> TaskState:
        if not await self._store.begin_submit(job.id, screen.message_id):
            raise StoreUnavailable(detail="the job is no longer waiting to be submitted")
        state = await self._api.submit(job.request)
        log.info("Job %d is task %s", job.id, state.task_id)
        await self._record(job, lambda: self._store.begin_run(job.id, state.task_id))
        return state

    async def _follow(self, state: TaskState, job: Job, screen: Screen, began: float) -> Completed:
        forecast = Forecast(self._histories[type(job.request)], self._rng)
        while isinstance(state, Running):
            forecast.observe(self._clock.monotonic() - began, state.fraction)
            state = await self._next_state(job, state.task_id, screen, forecast, began)
            waited_s = self._clock.monotonic() - began
            if isinstance(state, Running) and waited_s >= self._watch_s:
                raise JobOverdue(waited_s=waited_s)
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, detail=state.detail)
        return state

    async def _next_state(
        self, job: Job, task_id: str, screen: Screen, forecast: Forecast, began: float
    ) -> TaskState:
        """Wait, then read; go on until an answer can be read, or the time to watch is over.

        Raises `TaskNotFound` and `JobOverdue`.
        """
        not_found_at: list[float] = []
        while True:
            await self._wait(job, screen, forecast, began)
            await self._gate.turn()
            now = self._clock.monotonic()
            try:
                state = await self._api.fetch(task_id)
            except TaskNotFound:
                self._gate.succeeded()
                not_found_at.append(now)
                span = now - not_found_at[0]
                if len(not_found_at) >= NOT_FOUND_READS and span >= NOT_FOUND_SPAN_S:
                    raise
            except (ServiceError, OperatorError) as error:
                not_found_at.clear()
                self._put_off(job, error)
            else:
                self._gate.succeeded()
                self._refused = False
                return state
            if now - began >= self._watch_s:
                raise JobOverdue(waited_s=now - began)

    def _put_off(self, job: Job, error: RemixbotError) -> None:
        """A read failed: no job ends by that, but all of them may have to wait."""
        if isinstance(error, OperatorError):
            if not self._refused:  # the operator is told once, not once a minute
                as_told(error, f"job {job.id}, reading on")
            self._refused = True
            self._gate.slow_down(OPERATOR_PAUSE_S)
            return
        log.warning("Job %d, reading on: %s", job.id, error)
        if isinstance(error, ApiBusy):
            self._gate.slow_down(error.retry_after_s)

    async def _wait(self, job: Job, screen: Screen, forecast: Forecast, began: float) -> None:
        """Wait for the moment of the next read; meanwhile the bar moves by what is expected."""
        waited_s = self._clock.monotonic() - began
        if waited_s >= TOKEN_LIFE_S:
            useless = self._clock.now() - timedelta(seconds=TOKEN_LIFE_S)
            await self._record(job, lambda: self._store.erase_tokens(useless))
        rest_s = forecast.next_gap(waited_s)
        while rest_s > 0:
            screen.show(self._progress(forecast, began))
            await self._clock.sleep(min(rest_s, TICK_S))
            rest_s -= TICK_S

    def _progress(self, forecast: Forecast, began: float) -> Progress:
        waited_s = self._clock.monotonic() - began
        fraction, expected_s = forecast.shown_fraction(waited_s), forecast.expected_s(waited_s)
        ends_at = None
        if expected_s is not None:
            rounded_s = math.ceil((expected_s - waited_s) / TICK_S) * TICK_S
            ends_at = self._clock.now() + timedelta(seconds=rounded_s)
        return Progress(
            submitted=True,
            fraction=None if fraction is None else math.floor(fraction * 100) / 100,
            ends_at=ends_at,
            late=waited_s >= LATE_S,
            refused=self._refused,
        )

    async def _deliver(self, job: Job, completed: Completed, screen: Screen, began: float) -> None:
        finished = replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            pictures=completed.pictures,
            cost_usd=completed.cost_usd,
        )
        took_s = self._clock.monotonic() - began
        try:
            exhibits = await hang(
                completed.pictures, self._downloads, file_limit_bytes=job.place.file_limit_bytes
            )
            posted = await screen.deliver(finished, exhibits, took_s=took_s)
        except Exception as raised:  # a bug as well must not cost anybody what was paid for
            as_told(raised, f"delivery of job {job.id}")
            problem = raised.detail if isinstance(raised, DeliveryFailed) else type(raised).__name__
            await self._record(job, lambda: self._store.undelivered(job.id, problem))
            return
        log.info("Job %d is delivered after %.0f s", job.id, took_s)
        await self._record(
            job,
            lambda: self._store.delivered(job.id, posted.message_id, channel_id=posted.channel_id),
        )

    async def _record(self, job: Job, write: Callable[[], Awaitable[object]]) -> None:
        """Write to the store; a database that stays away must not cost anybody the pictures."""
        try:
            async for attempt in stamina.retry_context(on=StoreUnavailable, attempts=4):
                with attempt:
                    await write()
        except StoreUnavailable as error:
            log.error("Job %d: its progress could not be recorded: %s", job.id, error)
