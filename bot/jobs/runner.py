"""Brings an accepted job to its end: submit once, have it watched until it is done, deliver.

Knows nothing of Discord: what people see goes to a `StatusMessage`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.actions import ACTIONS
from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    AnswerUnseen,
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
    StoreAway,
    StoreUnavailable,
    SubmitUnknown,
    UserError,
)
from bot.incidents import to_user_error
from bot.jobs.background import BackgroundTasks
from bot.jobs.gateway_status import GatewayStatus
from bot.jobs.image_loader import ImageLoader
from bot.jobs.poller import TICK_S, TaskPoller
from bot.jobs.queue import Ticket
from bot.jobs.retry import retry
from bot.jobs.run import NothingToDo, Run
from bot.jobs.status_message import MessageRef, StatusMessage
from bot.jobs.submitter import Submitter
from bot.jobs.takeover import Takeover
from bot.model import (
    Completed,
    Failed,
    Job,
    JobState,
    Running,
    TaskState,
)
from bot.store import Store, StoreSession, lookups, transitions

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

NOTHING_CHARGED = (
    UserError,
    OperatorError,
    ApiUnavailable,
    ApiBusy,
    StoreUnavailable,
    StoreAway,
    JobTooOld,
    AnswerUnseen,
)
"""What only a submit raises that the API did not take: reading goes on after any of these."""
NOTHING_OWED = (*NOTHING_CHARGED, GenerationFailed)
"""What ends a job that is taken to cost nothing; of any other one nobody can tell."""

RECORD_WAIT_S = 5.0
"""How long a job waits for the database: what that does not take meanwhile is written later."""
DELIVERIES_AT_ONCE = 10
"""How much memory their images may take is up to the image loader."""


class JobRunner:
    """Follows every job that was started, each in a task of *background*.

    A job is submitted unless its author could be told nothing for more than *submit_within_s*
    seconds since it was asked for, or the database took no writes for so long. News that Discord
    does not take for a passing reason is brought again for *patience_s* seconds.
    """

    def __init__(
        self,
        *,
        api: GenerationApi,
        poller: TaskPoller,
        loader: ImageLoader,
        store: Store,
        background: BackgroundTasks,
        clock: Clock,
        gateway_status: GatewayStatus,
        submit_within_s: float,
        patience_s: float,
    ) -> None:
        self._poller = poller
        self._loader = loader
        self._store = store
        self._background = background
        self._clock = clock
        self._takeover = Takeover(store=store, clock=clock, patience_s=patience_s)
        self._submitter = Submitter(
            api=api,
            poller=poller,
            store=store,
            takeover=self._takeover,
            background=background,
            clock=clock,
            gateway_status=gateway_status,
            within_s=submit_within_s,
        )
        self._patience_s = patience_s
        self._runs: dict[int, Run] = {}
        self._stopped_early = set[int]()
        """Jobs that somebody stopped before they were started here."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._deliveries = asyncio.Semaphore(DELIVERIES_AT_ONCE)

    async def prepare(self, last_at_work: datetime) -> None:
        """Take in how long jobs took before this start, and until when there was a bot.

        Raises `StoreUnavailable`.
        """
        self._submitter.last_at_work = last_at_work
        for action in ACTIONS.values():
            self._poller.add_durations(
                action, reversed(await self._store.read(lookups.recent_durations, action))
            )

    @property
    def sees_all(self) -> bool:
        """Nothing is under way of which nobody knows yet what its author was told."""
        return self._takeover.sees_all

    def start(
        self, job: Job, status: StatusMessage, ticket: Ticket, *, resumed: bool = False
    ) -> asyncio.Task[None]:
        """Run *job* in the background, from the state in which it is to its end.

        Its place is free again once the API is done with it. *resumed*: an earlier process had it,
        so it is looked at what that one told people, and what was told is not changed.
        """
        run = Run(
            job=job,
            status=status,
            ticket=ticket,
            asked=self._clock.monotonic() - self._clock.seconds_since(job.created_at),
            stopped=job.stopped_at is not None,
            looked=not resumed,
            sent=job.state is not JobState.ACCEPTED,
        )
        self._runs[job.id] = run
        if job.id in self._stopped_early:
            self._stopped_early.discard(job.id)
            if job.state is not JobState.FAILED:  # else it was read after that
                self.stop(job.id)
        task = self._background.spawn(self._run(run), name=f"job {job.id}")
        task.add_done_callback(lambda _: self._ended(run))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def until_idle(self) -> None:
        """Wait until no job is under way."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def asked_in(self, interaction_id: int) -> Job | None:
        """The job that was asked for in this interaction, where it is under way here."""
        runs = self._runs.values()
        return next((run.job for run in runs if run.job.interaction_id == interaction_id), None)

    def stop(self, job_id: int, *, unsent_only: bool = False) -> JobState | None:
        """Act on it that a job is stopped; how far it was, where it is under way here.

        Accepted or running, and then left alone where *unsent_only*; ``None`` where there is
        nothing to stop.
        """
        run = self._runs.get(job_id)
        if run is None:
            self._stopped_early.add(job_id)
            return None
        if run.stopped or run.over:
            return None
        if run.sent and unsent_only:
            return JobState.RUNNING
        run.stopped = True
        if run.sent:
            run.status.stopped()
            return JobState.RUNNING
        if run.ticket.waits:
            run.ticket.leave()
        return JobState.ACCEPTED

    def _ended(self, run: Run) -> None:
        del self._runs[run.job.id]
        run.ticket.leave()

    async def _run(self, run: Run) -> None:
        completed = error = look = None
        if run.stopped and run.sent:
            run.status.stopped()
        if run.job.state is JobState.RUNNING:  # reading changes nothing
            look = self._background.spawn(
                self._takeover.inspect(run), name=f"looking at job {run.job.id}"
            )
        try:
            completed = await self._complete(run)
        except NothingToDo:
            pass
        except Exception as raised:
            error = to_user_error(raised, f"Job {run.job.id}")
        finally:
            run.over = True
            run.ticket.leave()
        await (self._takeover.inspect(run) if look is None else asyncio.wait({look}))
        if not run.looked:
            log.error(
                "Job %d: failed to read its message, leaving it for the next start", run.job.id
            )
        elif run.end_told:
            await self._takeover.record_end(run, completed)
        elif error is not None:
            await self._tell(run, error)
        elif completed is not None and run.stopped:
            await self._tell(run, JobKept(cost_usd=completed.cost_usd))
        elif completed is not None:
            await self._deliver(run, completed)

    # ------------------------------------------------------------------ to the images

    async def _complete(self, run: Run) -> Completed:
        """Bring a job to its images, from wherever an earlier process may have left it.

        A job that was on its way to the API then is never sent again: nobody knows whether it
        arrived, and a second submit is a second bill.
        """
        job = run.job
        sent_s = self._clock.seconds_since(job.submitted_at or job.created_at)
        match job.state:
            case JobState.ACCEPTED:
                state = await self._submitter.submit(run)
                sent_s = 0.0
                await self._record(job, transitions.begin_run, state.task_id)
            case JobState.RUNNING if job.task_id is not None:
                state = Running(task_id=job.task_id)
            case JobState.FINISHED if job.task_id is not None:
                if not job.images:
                    raise NothingMade
                return Completed(
                    task_id=job.task_id,
                    job_id=job.provider_job_id or job.task_id,
                    images=job.images,
                    cost_usd=job.cost_usd,
                )
            case JobState.FAILED:
                raise JobStopped if job.failure == JobStopped.__name__ else EndedUnseen
            case _:
                raise SubmitUnknown(interrupted=True, detail=f"found {job.state.value}")
        sent = self._clock.monotonic() - sent_s
        resumed = job.state is not JobState.ACCEPTED
        try:
            completed = await self._follow(run, state, sent, resumed=resumed)
        except OutputUnreadable as unreadable:
            await self._record_cost(job, unreadable)
            raise
        finished = await self._record(job, transitions.finish, completed)
        self._poller.add_durations(job.request.action, [self._clock.monotonic() - sent])
        if finished is not None and finished.stopped_at is not None:
            run.stopped = True
        if not completed.images:
            raise NothingMade
        return completed

    async def _follow(self, run: Run, state: TaskState, sent: float, *, resumed: bool) -> Completed:
        """Show how far the API is until it is done. Raises what `TaskPoller.follow` raises."""
        if isinstance(state, Running):
            task = self._poller.task(state, run.job, sent, resumed=resumed)

            async def show() -> None:
                while True:
                    if task.is_known:
                        run.status.show(self._poller.progress(task))
                    await self._clock.sleep(TICK_S)

            showing = self._background.spawn(show(), name=f"showing job {run.job.id}")
            try:
                async for news in self._poller.follow(task):
                    state = news
                    if isinstance(state, Running):
                        run.status.show(self._poller.progress(task))
            finally:
                showing.cancel()
        if isinstance(state, Completed):
            return state
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, detail=state.detail)
        raise AssertionError("a task is followed until it is done")

    async def _record_cost(self, job: Job, made: OutputUnreadable) -> None:
        """Record what the API charged for images that nobody can find."""
        nothing = Completed(
            task_id=made.task_id, job_id=made.task_id, images=(), cost_usd=made.cost_usd
        )
        await self._record(job, transitions.finish, nothing)

    # ------------------------------------------------------------------ to people

    async def _deliver(self, run: Run, completed: Completed) -> None:
        """Show the images; a result that nobody can be given is kept, with the reason."""
        job, status = run.job, run.status
        finished = replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            images=completed.images,
            cost_usd=completed.cost_usd,
        )
        took_s = self._clock.monotonic() - run.asked

        async def bring() -> MessageRef:
            limit_bytes = job.destination.file_limit_bytes
            hanging = self._loader.loaded(completed.images, file_limit_bytes=limit_bytes)
            async with hanging as result_images:
                return await status.deliver(finished, result_images, took_s=took_s)

        try:
            posted = await self._persistently(job, bring)
        except Exception as raised:  # a bug as well must not cost anybody what was paid for
            to_user_error(raised, f"Job {job.id}: failed to deliver its images")
            problem = raised.detail if isinstance(raised, DeliveryFailed) else type(raised).__name__
            await self._record(job, transitions.mark_undeliverable, problem)
            return

        await self._record(
            job, transitions.mark_delivered, posted.message_id, channel_id=posted.channel_id
        )
        log.info("Job %d: delivered after %.0f s", job.id, took_s)
        await status.ping(posted, delivered=True, took_s=took_s)

    async def _tell(self, run: Run, error: RemixbotError) -> None:
        """End a job without posting images, and make sure that its author hears of it."""
        job, status = run.job, run.status
        owed = not isinstance(error, NOTHING_OWED)
        if isinstance(error, SubmitUnknown):
            await self._record(job, transitions.mark_unknown)
        elif not isinstance(error, JobKept):
            reason = type(error).__name__
            await self._record(job, transitions.fail, reason, release=not owed)
        took_s = self._clock.monotonic() - run.asked
        uncharged = isinstance(error, NOTHING_CHARGED)
        try:
            posted = await self._persistently(
                job, lambda: status.fail(job, error, nothing_charged=uncharged)
            )
        except DeliveryFailed as fault:
            log.warning("Job %d: failed to tell its author how it ended: %s", job.id, fault.detail)
            return
        await self._record(job, transitions.mark_notified, posted.message_id)
        if not run.stopped:
            await status.ping(posted, delivered=False, took_s=took_s)

    async def _persistently(
        self, job: Job, bring: Callable[[], Awaitable[MessageRef]]
    ) -> MessageRef:
        """Images are fetched anew for each attempt, so that no pause keeps them in memory."""
        return await retry(
            bring,
            room=self._deliveries,
            clock=self._clock,
            patience_s=self._patience_s,
            what=f"Job {job.id}: failed to deliver its outcome",
        )

    # ------------------------------------------------------------------ keeping the books

    async def _record(
        self,
        job: Job,
        step: Callable[Concatenate[StoreSession, int, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Note what has happened to *job*, whether the database takes it now or not."""
        try:
            async with asyncio.timeout(RECORD_WAIT_S):
                return await self._store.record(step, job.id, *args, **kwargs)
        except (StoreUnavailable, TimeoutError) as error:
            log.error("Job %d: failed to record its progress, will retry: %r", job.id, error)
        return None
