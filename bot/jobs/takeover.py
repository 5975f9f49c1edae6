"""Takes over jobs of an earlier process: what their authors were told comes first, and holds.

The earlier process may have told an end that it could not write down, because the database was away
or because it was killed in between. Such a job is recorded as it was told, and nothing else happens
to it.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Concatenate, ParamSpec

from bot.errors import AnswerUnseen, DeliveryFailed, EndedUnseen, StoreUnavailable
from bot.jobs.retry import retry
from bot.jobs.run import Dependencies, Run
from bot.jobs.status_message import Progress, Shown, Told
from bot.model import Completed, Job, JobState
from bot.store import StoreSession, transitions

P = ParamSpec("P")

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
        if run.looked:
            return
        self._under_way += 1
        try:
            await self._look(run, self._looks)
        finally:
            self._under_way -= 1

    async def glance(self, run: Run) -> None:
        """The same for a job that waits; done again where its turn comes before that."""
        await self._look(run, self._glances)

    async def record_end(self, run: Run, finished: Job | None) -> None:
        """Write down the end that people were told: it is not told again, and nothing else happens.

        *finished*: the job as the API says that it ended, which is recorded already.
        """
        if run.shown is None:
            return
        log.info("Job %d: had already ended, and its author was told", run.job.id)
        job, shown, posted = run.job, run.shown, run.shown.posted
        if shown.said is Told.REFUSED:
            await self._record(job, transitions.withdraw)
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
                await self._record(job, transitions.finish, made)
            await self._record(
                job, transitions.mark_delivered, posted.message_id, channel_id=posted.channel_id
            )
        else:
            if finished is not None:
                await self._record(job, transitions.keep)
            elif job.state is JobState.SUBMITTING and not shown.uncharged:
                await self._record(job, transitions.mark_unknown)
            else:
                failure = EndedUnseen.failure
                await self._record(job, transitions.fail, failure, release=shown.uncharged)
            await self._record(job, transitions.mark_notified, posted.message_id)

    async def _record(
        self,
        job: Job,
        step: Callable[Concatenate[StoreSession, int, P], object],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        with suppress(StoreUnavailable):  # the store keeps what the database does not take
            await self._needs.store.record(step, job.id, *args, **kwargs)

    async def _look(self, run: Run, room: asyncio.Semaphore) -> None:
        async def look() -> tuple[Shown | None, bool]:
            try:
                return await run.status.inspect(), False
            except AnswerUnseen:
                return None, True

        with suppress(DeliveryFailed):
            shown, unseen = await retry(
                look,
                room=room,
                clock=self._needs.clock,
                patience_s=self._needs.patience_s,
                what=f"Job {run.job.id}: failed to read its message",
            )
            if run.looked:
                return
            run.looked, run.shown, run.unseen = True, shown, unseen
            if run.end_told or unseen:
                run.ticket.leave()
            elif shown is not None and not run.stopped:
                run.stops.add(run.job.id)
                if run.sent:
                    run.show(Progress())
                await self._record(run.job, transitions.stop)
