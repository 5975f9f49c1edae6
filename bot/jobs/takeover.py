"""Takes over jobs of an earlier process: what their authors were told comes first, and holds.

The earlier process may have told an end that it could not write down, because the database was away
or because it was killed in between. Such a job is recorded as it was told, and nothing else happens
to it.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.clock import Clock
from bot.errors import AnswerUnseen, DeliveryFailed, EndedUnseen, StoreUnavailable
from bot.jobs.retry import retry
from bot.jobs.run import Run
from bot.jobs.status_message import Shown, Told
from bot.model import Completed, Job, JobState
from bot.store import Store

log = logging.getLogger(__name__)

LOOKS_AT_ONCE = 10
"""At messages of jobs that go on now."""
GLANCES_AT_ONCE = 2
"""At messages of jobs that wait for their turn: nothing hurries, and there may be thousands."""

Write = Callable[[], Awaitable[object]]


class Takeover:
    """Looks at the messages of jobs, a few at a time, for *patience_s* seconds each at the most."""

    def __init__(self, *, store: Store, clock: Clock, patience_s: float) -> None:
        self._store = store
        self._clock = clock
        self._patience_s = patience_s
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

    async def record_end(self, run: Run, completed: Completed | None) -> None:
        """Write down the end that people were told: it is not told again, and nothing else happens.

        *completed*: what the API says of the job, where it was asked.
        """
        if run.shown is None:
            return
        log.info("Job %d: had already ended, and its author was told", run.job.id)
        for write in _writes(self._store, run.job, run.shown, completed):
            with suppress(StoreUnavailable):  # it keeps what the database does not take
                await write()

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
                clock=self._clock,
                patience_s=self._patience_s,
                what=f"Job {run.job.id}: failed to read its message",
            )
            if run.looked:
                return
            run.looked, run.shown, run.unseen = True, shown, unseen
            if run.end_told or unseen:
                run.ticket.leave()
            elif shown is not None and not run.stopped:
                run.stopped = True
                run.status.stopped()
                with suppress(StoreUnavailable):
                    await self._store.stop(run.job.id, insist=True)


def _writes(store: Store, job: Job, shown: Shown, completed: Completed | None) -> list[Write]:
    """What is to be written of a *job* whose end was told in *shown*, in this order."""
    posted = shown.posted
    if shown.said is Told.REFUSED:
        return [lambda: store.withdraw(job.id)]
    if shown.said is Told.IMAGES:
        made = completed or Completed(
            task_id=job.task_id or "",
            job_id=shown.images[0].job_id if shown.images else "",
            images=shown.images,
        )
        writes: list[Write] = [
            lambda: store.finish(job.id, made),
            lambda: store.mark_delivered(job.id, posted.message_id, channel_id=posted.channel_id),
        ]
        if job.state is JobState.ACCEPTED:  # a backup knows less than Discord
            writes.insert(0, lambda: store.begin_submit(job.id, posted.message_id))
        return writes
    told: Write = lambda: store.mark_notified(job.id, posted.message_id)  # noqa: E731  # one of a list
    if completed is not None and completed.images:  # nobody wanted them any more
        kept: list[Write] = [
            lambda: store.stop(job.id, insist=True),
            lambda: store.finish(job.id, completed),
        ]
        return [*kept, told]
    if job.state is JobState.SUBMITTING and not shown.uncharged:
        return [lambda: store.mark_unknown(job.id), told]
    if job.state is JobState.FINISHED and job.stopped_at is not None:
        return [told]
    return [lambda: store.fail(job.id, EndedUnseen.__name__, release=shown.uncharged), told]
