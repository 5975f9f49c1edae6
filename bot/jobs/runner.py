"""Brings an accepted job to its end: submit once, follow it until it is done, deliver.

Knows nothing of Discord: what people see goes to a `StatusMessage`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from bot.actions import ACTIONS
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
    ModelUnknown,
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
from bot.jobs.poller import TICK_S, FollowedTask
from bot.jobs.queue import Ticket
from bot.jobs.retry import retry
from bot.jobs.run import Dependencies, NothingToDo, Run
from bot.jobs.status_message import Progress, StatusMessage
from bot.jobs.submitter import Submitter
from bot.jobs.takeover import Takeover
from bot.model import Completed, Failed, Job, JobState, MessageLink, Running, TaskState
from bot.store import lookups, transitions

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

SLICE = 100
"""So many messages are seen to before everything else has its turn."""
DELIVERIES_AT_ONCE = 10
"""How much memory their images may take is up to the image loader."""


class JobRunner:
    """Follows every job that was started, each in a background task."""

    def __init__(self, needs: Dependencies) -> None:
        self._needs = needs
        self._clock = needs.clock
        self._poller = needs.poller
        self.takeover = Takeover(needs)
        self._submitter = Submitter(needs, self.takeover)
        self._runs: dict[int, Run] = {}
        self._stops = set[int]()
        """Jobs of which somebody wants no images any more, before they are started here."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._followed: dict[Run, FollowedTask] = {}
        self._showing: asyncio.Task[None] | None = None
        self._deliveries = asyncio.Semaphore(DELIVERIES_AT_ONCE)

    async def prepare(self, last_at_work: datetime) -> None:
        """Take in how long jobs took before this start, and until when there was a bot.

        Raises `StoreUnavailable`.
        """
        self._submitter.last_at_work = last_at_work
        for action in ACTIONS.values():
            durations = await self._needs.store.read(lookups.recent_durations, action)
            self._poller.add_durations(action, reversed(durations))

    def start(
        self, job: Job, status: StatusMessage, ticket: Ticket, *, resumed: bool = False
    ) -> asyncio.Task[None]:
        """Run *job* in the background, from the state in which it is to its end.

        Its place is free again once the API is done with it. *resumed*: an earlier process had it,
        so it is looked at what that one told people, and what was told is not changed.
        """
        stopped = job.id in self._stops and job.state is not JobState.FAILED  # else read after that
        run = self._runs[job.id] = Run(
            job=job,
            status=status,
            ticket=ticket,
            asked=self._clock.monotonic() - self._clock.seconds_since(job.created_at),
            stopped=stopped or job.stopped_at is not None,
            looked=not resumed,
            sent=job.state is not JobState.ACCEPTED,
        )
        self._stops.discard(job.id)
        if run.stopped and ticket.waits:
            ticket.leave()
        task = self._needs.background.spawn(self._run(run), name=f"job {job.id}")
        self._tasks.add(task)

        def ended(_: object) -> None:
            del self._runs[job.id]
            self._tasks.discard(task)
            ticket.leave()

        task.add_done_callback(ended)
        return task

    async def until_idle(self) -> None:
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
            self._stops.add(job_id)
            return None
        if run.stopped or run.over:
            return None
        if run.sent and unsent_only:
            return JobState.RUNNING
        run.stopped = True
        if run.sent:
            run.show(Progress())
            return JobState.RUNNING
        if run.ticket.waits:
            run.ticket.leave()
        return JobState.ACCEPTED

    async def _run(self, run: Run) -> None:
        finished = error = look = None
        if run.stopped and run.sent:
            run.show(Progress())
        if run.job.state is JobState.RUNNING:  # reading changes nothing
            look = self._needs.background.spawn(
                self.takeover.inspect(run), name=f"looking at job {run.job.id}"
            )
        try:
            finished = await self._finish(run)
        except NothingToDo:
            pass
        except Exception as raised:
            error = to_user_error(raised, f"Job {run.job.id}")
        finally:
            run.over = True
            run.ticket.leave()
        await (self.takeover.inspect(run) if look is None else asyncio.wait({look}))
        if not run.looked:
            log.error(
                "Job %d: failed to read its message, leaving it for the next start", run.job.id
            )
        elif run.end_told:
            await self.takeover.record_end(run, finished)
        elif error is not None:
            await self._tell(run, error)
        elif finished is not None and run.stopped:
            await self._tell(run, JobKept(cost_usd=finished.cost_usd))
        elif finished is not None:
            await self._deliver(run, finished)

    # ------------------------------------------------------------------ to the images

    async def _finish(self, run: Run) -> Job:
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
                await self._needs.record(job, transitions.begin_run, state.task_id)
            case JobState.RUNNING if job.task_id is not None:
                state = Running(task_id=job.task_id)
            case JobState.FINISHED | JobState.KEPT | JobState.UNDELIVERABLE if job.task_id:
                if not job.images:
                    raise NothingMade
                return job
            case JobState.FAILED:
                raise JobStopped if job.failure == JobStopped.failure else EndedUnseen
            case _:
                raise SubmitUnknown(interrupted=True, detail=f"found {job.state.value}")
        sent = self._clock.monotonic() - sent_s
        try:
            completed = await self._follow(run, state, sent)
        except OutputUnreadable as made:  # it costs, and nobody can find what
            completed = Completed(
                task_id=made.task_id, job_id=made.task_id, images=(), cost_usd=made.cost_usd
            )
            await self._needs.record(job, transitions.finish, completed)
            raise
        recorded = await self._needs.record(job, transitions.finish, completed)
        self._poller.add_durations(job.request.action, [self._clock.monotonic() - sent])
        if recorded is not None and recorded.state is JobState.KEPT:
            run.stopped = True
        if not completed.images:
            raise NothingMade
        return recorded or replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            images=completed.images,
            cost_usd=completed.cost_usd,
        )

    async def _follow(self, run: Run, state: TaskState, sent: float) -> Completed:
        """Show how far the API is until it is done.

        Raises `GenerationFailed`, and what `TaskPoller.follow` raises.
        """
        if isinstance(state, Running):
            if self._showing is None or self._showing.done():
                showing = self._show_progress()
                self._showing = self._needs.background.spawn(showing, name="showing progress")
            resumed = run.job.state is not JobState.ACCEPTED
            task = self._poller.task(state, run.job, sent, resumed=resumed)
            self._followed[run] = task
            if task.is_known:
                run.show(self._poller.progress(task))
            try:
                async for news in self._poller.follow(task):
                    state = news
                    if isinstance(state, Running):
                        run.show(self._poller.progress(task))
            finally:
                del self._followed[run]
        if isinstance(state, Completed):
            return state
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, cause=state.cause, detail=state.detail)
        raise AssertionError("a task is followed until it is done")

    async def _show_progress(self) -> None:
        """Let the bars of all move, a few at a time; ends when there is none."""
        while self._followed:
            await self._clock.sleep(TICK_S)
            for number, (run, task) in enumerate(tuple(self._followed.items()), start=1):
                if task.is_known and run in self._followed:
                    run.show(self._poller.progress(task))
                if number % SLICE == 0:
                    await asyncio.sleep(0)

    # ------------------------------------------------------------------ to people

    async def _deliver(self, run: Run, job: Job) -> None:
        """Show the images; a result that nobody can be given is kept, with the reason."""
        took_s = self._clock.monotonic() - run.asked

        async def bring() -> MessageLink:
            """Images are fetched anew for each attempt, so that no pause keeps them in memory."""
            loading = self._needs.loader.loaded(
                job.images,
                file_limit_bytes=job.destination.file_limit_bytes,
                source=await self._needs.find_source(job),
            )
            async with loading as (result_images, source):
                return await run.status.deliver(job, result_images, source, took_s=took_s)

        try:
            posted = await self._bring(job, bring)
        except Exception as raised:  # a bug as well must not cost anybody what was paid for
            to_user_error(raised, f"Job {job.id}: failed to deliver its images")
            problem = raised.detail if isinstance(raised, DeliveryFailed) else type(raised).__name__
            await self._needs.record(job, transitions.mark_undeliverable, problem)
            return
        await self._needs.record(
            job, transitions.mark_delivered, posted.message_id, channel_id=posted.channel_id
        )
        log.info("Job %d: delivered after %.0f s", job.id, took_s)
        await run.status.ping(posted, delivered=True, took_s=took_s)

    async def _tell(self, run: Run, error: RemixbotError) -> None:
        """End a job without posting images, and make sure that its author hears of it."""
        job = run.job
        if isinstance(error, SubmitUnknown):
            await self._needs.record(job, transitions.mark_unknown)
        elif not isinstance(error, JobKept):
            release = isinstance(error, NOTHING_OWED)
            await self._needs.record(job, transitions.fail, error.failure, release=release)
        if isinstance(error, ModelUnknown):
            self._needs.availability.switch_off(job.request.action)
        took_s = self._clock.monotonic() - run.asked
        uncharged = isinstance(error, NOTHING_CHARGED)
        try:
            posted = await self._bring(
                job, lambda: run.status.fail(job, error, nothing_charged=uncharged)
            )
        except DeliveryFailed as fault:
            log.warning("Job %d: failed to tell its author how it ended: %s", job.id, fault.detail)
            return
        await self._needs.record(job, transitions.mark_notified, posted.message_id)
        if not run.stopped:
            await run.status.ping(posted, delivered=False, took_s=took_s)

    async def _bring(self, job: Job, bring: Callable[[], Awaitable[MessageLink]]) -> MessageLink:
        return await retry(
            bring,
            room=self._deliveries,
            clock=self._clock,
            patience_s=self._needs.patience_s,
            what=f"Job {job.id}: failed to deliver its outcome",
        )
