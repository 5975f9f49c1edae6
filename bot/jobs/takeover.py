"""Takes over jobs of an earlier process: what their authors were told comes first, and holds.

The earlier process may have told an end that it could not write down, because the database was away
or because it was killed in between. Such a job is recorded as it was told, and nothing else happens
to it.
"""

import asyncio
import logging
from contextlib import suppress

from bot.errors import AnswerUnseen, DeliveryFailed, EndedUnseen, StoreUnavailable
from bot.jobs.retry import retry
from bot.jobs.run import Dependencies, Run
from bot.jobs.status_message import Progress, Told
from bot.model import Completed, Job, JobState
from bot.store import transitions

log = logging.getLogger(__name__)

LOOKS_AT_ONCE = 10
"""At messages of jobs that go on now."""
GLANCES_AT_ONCE = 2
"""At messages of jobs that wait for their turn: nothing hurries, and there may be thousands."""


class Takeover:
    """Looks at the messages of jobs, a few at a time."""

    def __init__(self, needs: Dependencies) -> None:
        self._needs = needs
        self._looks = asyncio.Semaphore(LOOKS_AT_ONCE)
        self._glances = asyncio.Semaphore(GLANCES_AT_ONCE)
        self._under_way = 0

    @property
    def sees_all(self) -> bool:
        """Discord has answered for every job that goes on now."""
        return not self._under_way

    async def inspect(self, run: Run) -> None:
        """Find out what people were told of a job that an earlier process had.

        Where Discord could not be asked for so long, the job stays one that nobody has looked at.
        """
        if not run.looked:
            self._under_way += 1
            try:
                await self._look(run, self._looks)
            finally:
                self._under_way -= 1

    def glance(self, run: Run) -> None:
        """The same in the background, for a job that waits: its turn may come before that."""
        if not run.looked:
            looking = self._look(run, self._glances)
            self._needs.background.spawn(looking, name=f"glancing at job {run.job.id}")

    async def record_end(self, run: Run, finished: Job | None) -> None:
        """Write down the end that people were told: it is not told again, and nothing else happens.

        *finished*: the job as the API says that it ended, which is recorded already.
        """
        if run.shown is None:
            return
        log.info("Job %d: had already ended, and its author was told", run.job.id)
        job, shown, posted, record = run.job, run.shown, run.shown.posted, self._needs.record
        if shown.said is Told.REFUSED:
            await record(job, transitions.withdraw)
        elif shown.said is Told.IMAGES:
            if job.state is JobState.ACCEPTED:  # a backup knows less than Discord
                with suppress(StoreUnavailable):
                    begin = transitions.begin_submit
                    await self._needs.store.attempt(begin, job.id, posted.message_id)
            if finished is None:
                made = Completed(
                    task_id=job.task_id or "",
                    job_id=shown.images[0].job_id if shown.images else "",
                    images=shown.images,
                )
                await record(job, transitions.finish, made)
            await record(
                job, transitions.mark_delivered, posted.message_id, channel_id=posted.channel_id
            )
        else:
            if finished is not None:
                await record(job, transitions.keep)
            elif job.state is JobState.SUBMITTING and not shown.uncharged:
                await record(job, transitions.mark_unknown)
            else:
                failure = EndedUnseen.failure
                await record(job, transitions.fail, failure, release=shown.uncharged)
            await record(job, transitions.mark_notified, posted.message_id)

    async def _look(self, run: Run, room: asyncio.Semaphore) -> None:
        shown, unseen = None, False
        try:
            shown = await retry(
                run.status.inspect,
                room=room,
                clock=self._needs.clock,
                patience_s=self._needs.patience_s,
                what=f"Job {run.job.id}: failed to read its message",
            )
        except DeliveryFailed:
            return
        except AnswerUnseen:
            unseen = True
        if run.looked:
            return
        run.looked, run.shown, run.unseen = True, shown, unseen
        if run.end_told or unseen:
            run.ticket.leave()
        elif shown is not None and not run.stopped:
            run.stopped = True
            if run.sent:
                run.show(Progress())
            await self._needs.record(run.job, transitions.stop)
