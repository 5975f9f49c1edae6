"""Brings an accepted job to its end: submit once, have it watched until it is done, deliver.

Knows nothing of Discord: what people see goes to a `Screen`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    ApiUnavailable,
    DeliveryFailed,
    EndedUnseen,
    GenerationFailed,
    JobKept,
    JobStopped,
    JobTooOld,
    NothingMade,
    OperatorError,
    OutputUnreadable,
    RemixbotError,
    StoreUnavailable,
    SubmitUnknown,
    UserError,
)
from bot.incidents import as_told
from bot.jobs.crew import Crew
from bot.jobs.gallery import Gallery
from bot.jobs.queue import Ticket
from bot.jobs.screen import Posted, Progress, Screen
from bot.jobs.watching import Watcher
from bot.model import (
    Completed,
    ImagineRequest,
    Job,
    JobState,
    RemixRequest,
    Running,
    TaskState,
)
from bot.store import Store

T = TypeVar("T")

log = logging.getLogger(__name__)

NOTHING_CHARGED = (
    UserError,
    OperatorError,
    ApiUnavailable,
    ApiBusy,
    StoreUnavailable,
    JobTooOld,
)
"""What only a submit raises that the API did not take: reading goes on after any of these."""
NOTHING_OWED = (*NOTHING_CHARGED, GenerationFailed)
"""What ends a job that is taken to cost nothing; of any other one nobody can tell."""

DELIVERIES_AT_ONCE = 10
"""How much their pictures may hold together is up to the gallery."""
DELIVERY_PAUSES_S = (30.0, 600.0)
"""Where Discord is out of order for long: the pause before it is tried again, from and to."""


@dataclass(slots=True, kw_only=True)
class _Run:
    """A job under way."""

    job: Job
    screen: Screen
    ticket: Ticket
    asked: float
    """When it was asked for, on the monotonic clock."""
    stopped: bool
    """Somebody wants no pictures of it any more."""


class JobRunner:
    """Follows every job that was started, each in a task of *crew*.

    A job that an earlier process left unsent is submitted unless there was no bot for more than
    *submit_within_s* seconds since it was asked for. News that Discord does not take for a passing
    reason is brought again for *patience_s* seconds.
    """

    def __init__(
        self,
        *,
        api: GenerationApi,
        watcher: Watcher,
        gallery: Gallery,
        store: Store,
        crew: Crew,
        clock: Clock,
        submit_within_s: float,
        patience_s: float,
    ) -> None:
        self._api = api
        self._watcher = watcher
        self._gallery = gallery
        self._store = store
        self._crew = crew
        self._clock = clock
        self._submit_within_s = submit_within_s
        self._patience_s = patience_s
        self._runs: dict[int, _Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._last_at_work = clock.now()
        self._deliveries = asyncio.Semaphore(DELIVERIES_AT_ONCE)

    async def prepare(self, last_at_work: datetime) -> None:
        """Take in how long jobs took before this start, and until when there was a bot.

        Raises `StoreUnavailable`.
        """
        self._last_at_work = last_at_work
        for kind in (ImagineRequest, RemixRequest):
            self._watcher.learn(kind, reversed(await self._store.recent_durations(kind)))

    def start(self, job: Job, screen: Screen, ticket: Ticket) -> asyncio.Task[None]:
        """Run *job* in the background, from the state in which it is to its end.

        Its place is free again once the API is done with it.
        """
        run = _Run(
            job=job,
            screen=screen,
            ticket=ticket,
            asked=self._clock.monotonic() - self._seconds_since(job.created_at),
            stopped=job.stopped_at is not None,
        )
        self._runs[job.id] = run
        task = self._crew.spawn(self._run(run), name=f"job {job.id}")
        task.add_done_callback(lambda _: self._ended(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def until_idle(self) -> None:
        """Wait until no job is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def stop(self, job_id: int) -> None:
        """A job was stopped in the store: act on it, where it is under way here."""
        run = self._runs.get(job_id)
        if run is None:
            return
        run.stopped = True
        if run.ticket.waits:
            run.ticket.leave()
        else:
            run.screen.stopped()

    def _ended(self, run: _Run) -> None:
        del self._runs[run.job.id]
        run.ticket.leave()

    async def _run(self, run: _Run) -> None:
        try:
            if run.stopped:
                run.screen.stopped()
            if run.screen.message_id is None:
                await run.screen.locate()
            completed = await self._complete(run)
        except Exception as raised:
            run.ticket.leave()
            await self._tell(run, as_told(raised, f"job {run.job.id}"))
        else:
            run.ticket.leave()
            if run.stopped:
                await self._tell(run, JobKept(cost_usd=completed.cost_usd))
            else:
                await self._deliver(run, completed)

    def _seconds_since(self, moment: datetime) -> float:
        return max((self._clock.now() - moment).total_seconds(), 0.0)

    # ------------------------------------------------------------------ to the pictures

    async def _complete(self, run: _Run) -> Completed:
        """Bring a job to its pictures, from wherever an earlier process may have left it.

        A job that was on its way to the API then is never sent again: nobody knows whether it
        arrived, and a second submit is a second bill.
        """
        job = run.job
        sent_s = self._seconds_since(job.submitted_at or job.created_at)
        match job.state:
            case JobState.ACCEPTED:
                if self._was_left_alone_s(job) > self._submit_within_s:
                    raise JobTooOld
                await self._wait_for_turn(run)
                sent_s = 0.0
                state = await self._submit(job, run.screen)
            case JobState.RUNNING if job.task_id is not None:
                state = Running(task_id=job.task_id)
            case JobState.FINISHED if job.task_id is not None:
                if not job.pictures:
                    raise NothingMade
                return Completed(
                    task_id=job.task_id,
                    job_id=job.provider_job_id or job.task_id,
                    pictures=job.pictures,
                    cost_usd=job.cost_usd,
                )
            case JobState.FAILED:
                raise JobStopped if job.failure == JobStopped.__name__ else EndedUnseen
            case _:
                raise SubmitUnknown(interrupted=True, detail=f"found {job.state.value}")
        sent = self._clock.monotonic() - sent_s
        resumed = job.state is not JobState.ACCEPTED
        try:
            completed = await self._watcher.follow(state, job, run.screen, sent, at_once=resumed)
        except OutputUnreadable as unreadable:
            await self._record_cost(job, unreadable)
            raise
        finished = await self._record(job, lambda: self._store.finish(job.id, completed))
        self._watcher.learn(type(job.request), [self._clock.monotonic() - sent])
        if finished is not None and finished.stopped_at is not None:
            run.stopped = True
        if not completed.pictures:
            raise NothingMade
        return completed

    def _was_left_alone_s(self, job: Job) -> float:
        """How long there was no bot since *job* was asked for: it may have waited for its turn."""
        return self._seconds_since(max(job.created_at, self._last_at_work))

    async def _wait_for_turn(self, run: _Run) -> None:
        """Raises `JobStopped` where somebody stops the job meanwhile."""
        if run.ticket.runs:
            return
        with suppress(StoreUnavailable):  # stopped so early that there was nobody to tell
            await self._check_not_stopped(run.job)
        while run.ticket.waits:
            run.screen.show(Progress(turn=run.ticket.turn))
            await run.ticket.news()
        if run.ticket.left:
            raise JobStopped
        run.screen.show(Progress())

    async def _check_not_stopped(self, job: Job) -> None:
        """Raises `JobStopped` where that is what became of an accepted job, `StoreUnavailable`."""
        kept = await self._store.job(job.id)
        if kept is not None and kept.failure == JobStopped.__name__:
            raise JobStopped

    async def _submit(self, job: Job, screen: Screen) -> TaskState:
        if not await self._store.begin_submit(job.id, screen.message_id):
            await self._check_not_stopped(job)
            raise StoreUnavailable(detail="the job is no longer waiting to be submitted")
        try:
            state = await self._api.submit(job.request)
        except ApiBusy as busy:
            self._watcher.slow_down(busy.retry_after_s)
            raise
        self._watcher.succeeded()
        log.info("Job %d is task %s", job.id, state.task_id)
        await self._record(job, lambda: self._store.begin_run(job.id, state.task_id))
        return state

    async def _record_cost(self, job: Job, made: OutputUnreadable) -> None:
        """Record what the API charged for pictures that nobody can find."""
        nothing = Completed(
            task_id=made.task_id, job_id=made.task_id, pictures=(), cost_usd=made.cost_usd
        )
        await self._record(job, lambda: self._store.finish(job.id, nothing))

    # ------------------------------------------------------------------ to people

    async def _deliver(self, run: _Run, completed: Completed) -> None:
        """Show the pictures; a result that nobody can be given is kept, with the reason."""
        job, screen = run.job, run.screen
        finished = replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            pictures=completed.pictures,
            cost_usd=completed.cost_usd,
        )
        took_s = self._clock.monotonic() - run.asked

        async def bring() -> Posted:
            limit_bytes = job.place.file_limit_bytes
            hanging = self._gallery.hung(completed.pictures, file_limit_bytes=limit_bytes)
            async with hanging as exhibits:
                return await screen.deliver(finished, exhibits, took_s=took_s)

        try:
            posted = await self._persistently(job, bring)
        except Exception as raised:  # a bug as well must not cost anybody what was paid for
            as_told(raised, f"delivery of job {job.id}")
            problem = raised.detail if isinstance(raised, DeliveryFailed) else type(raised).__name__
            await self._record(job, lambda: self._store.undelivered(job.id, problem))
            return

        async def keep() -> None:
            await self._store.finish(job.id, completed)  # where it could not be recorded before
            await self._store.delivered(job.id, posted.message_id, channel_id=posted.channel_id)

        await self._record(job, keep)
        log.info("Job %d is delivered after %.0f s", job.id, took_s)
        await screen.ping(posted, delivered=True, took_s=took_s)

    async def _tell(self, run: _Run, error: RemixbotError) -> None:
        """End a job without posting pictures, and make sure that its author hears of it."""
        job, screen = run.job, run.screen
        owed = not isinstance(error, NOTHING_OWED)
        if isinstance(error, SubmitUnknown):
            await self._record(job, lambda: self._store.lose(job.id))
        elif not isinstance(error, JobKept):
            reason = type(error).__name__
            await self._record(job, lambda: self._store.fail(job.id, reason, release=not owed))
        took_s = self._clock.monotonic() - run.asked
        uncharged = isinstance(error, NOTHING_CHARGED)
        try:
            posted = await self._persistently(
                job, lambda: screen.fail(job, error, nothing_charged=uncharged)
            )
        except DeliveryFailed as fault:
            log.warning("Job %d: its author could not be told: %s", job.id, fault.detail)
            return
        await self._record(job, lambda: self._store.told(job.id, posted.message_id))
        if not run.stopped:
            await screen.ping(posted, delivered=False, took_s=took_s)

    async def _persistently(self, job: Job, bring: Callable[[], Awaitable[Posted]]) -> Posted:
        """*bring*, again after a pause while what hinders it may pass.

        Pictures are fetched anew each time, so that no pause keeps them in memory. Raises
        `DeliveryFailed` where no way is left, or none was open for as long as we try.
        """
        until = self._clock.monotonic() + self._patience_s
        pause_s, longest_s = DELIVERY_PAUSES_S
        while True:
            await self._store.sole_use.certain()
            try:
                async with self._deliveries:
                    return await bring()
            except DeliveryFailed as fault:
                if not fault.may_pass or self._clock.monotonic() + pause_s > until:
                    raise
                log.warning("Job %d, again in %.0f s: %s", job.id, pause_s, fault)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    # ------------------------------------------------------------------ keeping the books

    async def _record(self, job: Job, write: Callable[[], Awaitable[T]]) -> T | None:
        """Write to the store, which keeps what the database does not take: nobody waits for it."""
        try:
            return await write()
        except StoreUnavailable as error:
            log.error("Job %d: its progress is recorded later: %s", job.id, error)
        return None
