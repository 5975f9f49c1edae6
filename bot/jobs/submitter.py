"""Sends an accepted job to the API, once: when its turn has come, and as long as somebody waits."""

import logging

from bot.errors import (
    AnswerUnseen,
    ApiBusy,
    JobStopped,
    JobTooOld,
    StoreAway,
    StoreUnavailable,
    SubmitUnknown,
)
from bot.jobs.run import Dependencies, NothingToDo, Run
from bot.jobs.status_message import Progress
from bot.jobs.takeover import Takeover
from bot.model import TaskState
from bot.store import lookups, transitions

log = logging.getLogger(__name__)

STORE_PAUSES_S = (0.5, 5.0)
"""Where the database takes no writes: the pause before a submit is tried again, from and to."""


class Submitter:
    def __init__(self, needs: Dependencies, takeover: Takeover) -> None:
        self._needs = needs
        self._takeover = takeover
        self.last_at_work = needs.clock.now()
        """Until when an earlier process could tell people of its jobs."""

    async def submit(self, run: Run) -> TaskState:
        """Wait for the turn of *run*, and until it is known what people were told; then send it.

        Raises `JobStopped`, `JobTooOld` where its author has heard nothing for too long,
        `AnswerUnseen` where they may have heard that it is off, `StoreAway`, `NothingToDo`, and
        what the API refuses.
        """
        job, needs, clock = run.job, self._needs, self._needs.clock
        alone_s = clock.seconds_since(max(job.created_at, self.last_at_work))
        if alone_s <= needs.submit_within_s and not run.ticket.runs:
            self._takeover.glance(run)
            while run.ticket.waits:
                run.show(Progress(position=run.ticket.position))
                await run.ticket.wait_changed()
            if run.end_told:
                raise NothingToDo
            if run.unseen:
                raise AnswerUnseen
            if run.ticket.left:
                raise JobStopped
            run.show(Progress())
        began = clock.monotonic()
        await self._takeover.inspect(run)
        if run.end_told or not run.looked:
            raise NothingToDo
        alone_s += clock.monotonic() - began
        offline_since = needs.gateway_status.last or clock.now()
        offline_s = clock.seconds_since(max(job.created_at, offline_since))
        if max(alone_s, offline_s) > needs.submit_within_s:
            raise JobTooOld
        if run.unseen:
            raise AnswerUnseen
        await self._begin(run)
        run.sent = True
        try:
            state = await needs.api.submit(job.request)
        except ApiBusy as busy:
            needs.poller.slow_down(busy.retry_after_s)
            raise
        needs.poller.succeeded()
        log.info("Job %d is task %s", job.id, state.task_id)
        return state

    async def _begin(self, run: Run) -> None:
        """Record that the job is about to be sent: until then it waits, and its author knows why.

        Raises `JobStopped`, and `StoreAway` where the database takes no writes for too long.
        """
        job, store, clock = run.job, self._needs.store, self._needs.clock
        began, (pause_s, longest_s) = clock.monotonic(), STORE_PAUSES_S
        while not run.stopped:
            try:
                if await store.attempt(transitions.begin_submit, job.id, run.status.message_id):
                    break
                kept = await store.read(lookups.get, job.id)
                if kept is not None and kept.failure == JobStopped.failure:
                    raise JobStopped
                raise SubmitUnknown(
                    interrupted=True, detail="the job is no longer waiting to be submitted"
                )
            except StoreUnavailable as error:
                log.warning(
                    "Job %d: failed to record its submit, so it is not sent yet, will retry: %s",
                    job.id,
                    error,
                )
            if clock.monotonic() - began >= self._needs.submit_within_s:
                raise StoreAway
            run.show(Progress(unrecorded=True))
            await clock.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)
        if run.stopped:
            raise JobStopped
