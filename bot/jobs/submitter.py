"""Sends an accepted job to the API, once: when its turn has come, and as long as somebody waits."""

import logging

from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    AnswerUnseen,
    ApiBusy,
    JobStopped,
    JobTooOld,
    StoreAway,
    StoreUnavailable,
    SubmitUnknown,
)
from bot.jobs.background import BackgroundTasks
from bot.jobs.gateway_status import GatewayStatus
from bot.jobs.poller import TaskPoller
from bot.jobs.run import NothingToDo, Run
from bot.jobs.status_message import Progress
from bot.jobs.takeover import Takeover
from bot.model import Job, TaskState
from bot.store import Store, lookups, transitions

log = logging.getLogger(__name__)

STORE_PAUSES_S = (0.5, 5.0)
"""Where the database takes no writes: the pause before a submit is tried again, from and to."""


class Submitter:
    """Sends jobs to *api* that their authors could be told of within the last *within_s* seconds.

    The database may be away for as long.
    """

    def __init__(
        self,
        *,
        api: GenerationApi,
        poller: TaskPoller,
        store: Store,
        takeover: Takeover,
        background: BackgroundTasks,
        clock: Clock,
        gateway_status: GatewayStatus,
        within_s: float,
    ) -> None:
        self._api = api
        self._poller = poller
        self._store = store
        self._takeover = takeover
        self._background = background
        self._clock = clock
        self._gateway_status = gateway_status
        self._within_s = within_s
        self.last_at_work = clock.now()
        """Until when an earlier process could tell people of its jobs."""

    async def submit(self, run: Run) -> TaskState:
        """Wait until *run* may be sent, and send it.

        Raises `JobStopped`, `JobTooOld`, `AnswerUnseen`, `StoreAway`, `NothingToDo`, and what the
        API refuses.
        """
        job = run.job
        await self._wait(run)
        await self._begin_submit(run)
        if run.stopped:
            raise JobStopped
        run.sent = True
        try:
            state = await self._api.submit(job.request)
        except ApiBusy as busy:
            self._poller.slow_down(busy.retry_after_s)
            raise
        self._poller.succeeded()
        log.info("Job %d is task %s", job.id, state.task_id)
        return state

    async def _wait(self, run: Run) -> None:
        """Wait for its turn.

        Raises `JobTooOld` where its author has heard nothing for too long, and `AnswerUnseen` where
        they may have heard that it is off.
        """
        alone_s = self._clock.seconds_since(max(run.job.created_at, self.last_at_work))
        if alone_s <= self._within_s:
            await self._wait_for_turn(run)
        began = self._clock.monotonic()
        await self._takeover.inspect(run)
        if run.end_told or not run.looked:
            raise NothingToDo
        alone_s += self._clock.monotonic() - began
        offline_since = self._gateway_status.last or self._clock.now()
        offline_s = self._clock.seconds_since(max(run.job.created_at, offline_since))
        if max(alone_s, offline_s) > self._within_s:
            raise JobTooOld
        if run.unseen:
            raise AnswerUnseen

    async def _wait_for_turn(self, run: Run) -> None:
        """Raises `JobStopped` where somebody stops the job meanwhile."""
        if run.ticket.runs:
            return
        if not run.looked:
            self._background.spawn(self._takeover.glance(run), name=f"glancing at job {run.job.id}")
        while run.ticket.waits:
            run.status.show(Progress(position=run.ticket.position))
            await run.ticket.wait_changed()
        if run.end_told:
            raise NothingToDo
        if run.unseen:
            raise AnswerUnseen
        if run.ticket.left:
            raise JobStopped
        run.status.show(Progress())

    async def _check_not_stopped(self, job: Job) -> None:
        """Raises `JobStopped` where that is what became of an accepted job, `StoreUnavailable`."""
        kept = await self._store.read(lookups.get, job.id)
        if kept is not None and kept.failure == JobStopped.__name__:
            raise JobStopped

    async def _begin_submit(self, run: Run) -> None:
        """Record that the job is about to be sent: until then it waits, and its author knows why.

        Raises `JobStopped`, and `StoreAway` where the database takes no writes for too long.
        """
        job, began = run.job, self._clock.monotonic()
        pause_s, longest_s = STORE_PAUSES_S
        while not run.stopped:
            try:
                if not await self._store.attempt(
                    transitions.begin_submit, job.id, run.status.message_id
                ):
                    await self._check_not_stopped(job)
                    raise SubmitUnknown(
                        interrupted=True, detail="the job is no longer waiting to be submitted"
                    )
            except StoreUnavailable as error:
                log.warning(
                    "Job %d: failed to record its submit, so it is not sent yet, will retry: %s",
                    job.id,
                    error,
                )
            else:
                return
            if self._clock.monotonic() - began >= self._within_s:
                raise StoreAway
            run.status.show(Progress(unrecorded=True))
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)
        raise JobStopped
