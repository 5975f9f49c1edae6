"""The Store: the one door to what is kept.

It brings locks, tasks, the clock and errors together. What can be asked and done is in
`bot.store.lookups`, `transitions`, `counting` and `erasing`: functions that are handed to it. What
the states of a job mean to Discord or to the API is not known here.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.errors import StoreUnavailable, UserError
from bot.model import Job
from bot.store import counting, erasing, lookups
from bot.store.instance_lock import InstanceLock
from bot.store.steps import Revocable, StoreSession
from bot.store.store_errors import database_errors
from bot.store.tables import Erased
from bot.store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Store:
    """Jobs and images. Comes from `open_store`, which also closes it.

    Every method raises `StoreUnavailable` if the database doesn't answer. A cancelled call comes
    back at once; what it began still runs to its end.
    """

    def __init__(
        self,
        reading: AsyncEngine,
        writing: AsyncEngine,
        clock: Clock,
        instance_lock: InstanceLock,
        newest_job_id: int,
    ) -> None:
        self.instance_lock = instance_lock
        self._clock = clock
        self._sessions = async_sessionmaker(reading, sync_session_class=StoreSession)
        self._writer = Writer(async_sessionmaker(writing, sync_session_class=StoreSession), clock)
        self._wished = asyncio.Event()
        self._under_way: set[asyncio.Task[Any]] = set()
        self._newest_job_id = newest_job_id
        """Of those that were accepted before this process; ids only ever grow."""

    async def read(
        self, question: Callable[Concatenate[StoreSession, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What *question* returns: each of its statements sees what is committed by then."""
        return await self._run(self._read(self._bound(question, *args, **kwargs)))

    async def write(
        self, step: Callable[Concatenate[StoreSession, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """What *step* returns, once it is committed; what it raises, it has not been done."""
        return await self._run(self._writer.run(self._bound(step, *args, **kwargs)))

    async def record(
        self, step: Callable[Concatenate[StoreSession, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`write` for what has happened, whether the database takes it now or not.

        If it doesn't, `StoreUnavailable` is raised all the same, and *step* is kept in memory, in
        order, and written before anything else once the database takes writes again. It must do
        no harm a second time.
        """
        write = self._bound(step, *args, **kwargs)
        return await self._run(self._writer.run(write, later=write))

    async def attempt(self, step: Revocable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`write` for a step that counts only if its caller hears of it.

        Cancelled or in doubt, it is taken back, at the latest once the database takes writes
        again. What has not begun by then is left out: where many ask, that is what keeps up.
        """
        step_of_theirs, wanted = self._bound(step.run, *args, **kwargs), True

        def run(session: Session) -> T | None:
            return step_of_theirs(session) if wanted else None

        take_back = self._bound(step.take_back, *args, **kwargs)
        running = self._start(self._writer.run(run, hurry=step.hurried, undo=take_back))
        try:
            return cast("T", await asyncio.shield(running))
        except asyncio.CancelledError:
            wanted = False
            self._start(self._take_back(running, take_back))
            raise

    # ---------------------------------------------------------------- what an earlier process left

    async def open_jobs(self) -> list[Job]:
        """Every job that is neither delivered nor told of, the oldest first."""
        jobs = page = await self.read(lookups.open_jobs)
        while len(page) == lookups.OPEN_AT_ONCE:
            page = await self.read(lookups.open_jobs, after=page[-1].id)
            jobs += page
        return jobs

    async def left_open(self) -> list[Job]:
        """Those of them that were not accepted here, but in an earlier process."""
        return [job for job in await self.open_jobs() if job.id <= self._newest_job_id]

    # ---------------------------------------------------------------- forgetting

    async def forget(self, whose: Erased, whose_id: int) -> None:
        """Record that a person's or server's jobs and drafts are to be forgotten, those under way
        later.

        From then on what has ended is not shown any more; `erase` erases it. For 30 days it stays
        known who asked when in which server, and what it cost: limits count.
        """
        await self.write(erasing.forget, whose, whose_id)
        self._wished.set()

    async def wished(self) -> None:
        """Wait until something is to be forgotten of which the last `erase` did not know."""
        await self._wished.wait()

    async def erase(self, created_before: datetime | None) -> int:
        """Erase what is to be forgotten, jobs that are older than this, and what is of no use.

        Jobs that have not ended stay. In small batches, between which other writes get through: it
        may take an hour. Cancelled or killed, it leaves the rest to the next call, because what is
        wished is written down until it is done. How many jobs it erased.
        """
        self._wished.clear()
        erased = 0
        for wish in await self.read(erasing.wishes):
            theirs = partial(erasing.wished_jobs, wish=wish)
            erased += await self._erase_batches(theirs, erasing.erase_jobs)
            if not await self.read(erasing.is_left, wish):
                await self.write(erasing.strike_off, wish)
        if created_before is not None:
            newest = await self.read(erasing.newest_before, created_before)
            old = partial(erasing.old_jobs, moment=created_before, newest=newest)
            erased += await self._erase_batches(old, erasing.erase_jobs)
        await self._erase_batches(erasing.old_usage, counting.give_back)
        await self._erase_batches(erasing.old_drafts, erasing.erase_jobs)
        return erased

    async def _erase_batches(
        self,
        next_ones: Callable[[StoreSession, int, int], Sequence[int]],
        erase: Callable[[StoreSession, Sequence[int]], None],
    ) -> int:
        """In the order of their numbers, past those that have not ended; how many there were."""

        def step(session: StoreSession, ids: Sequence[int]) -> float:
            began = self._clock.monotonic()
            erase(session, ids)
            return began

        after, erased, size = 0, 0, erasing.FIRST_BATCH
        while ids := await self.read(next_ones, after, size):
            began = await self.write(step, ids)
            after, erased = ids[-1], erased + len(ids)
            size = erasing.next_batch(len(ids), self._clock.monotonic() - began)
        return erased

    # ---------------------------------------------------------------- how it is done

    async def drain(self) -> None:
        """Wait for what cancelled calls left under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._writer.settle()

    def _bound(
        self, step: Callable[Concatenate[StoreSession, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> Callable[[Session], T]:
        """*step* with its arguments, and with this moment as the one it was asked for at."""
        now = self._clock.now()

        def run(session: Session) -> T:
            store_session = cast("StoreSession", session)
            store_session.now = now
            return step(store_session, *args, **kwargs)

        return run

    async def _read(self, question: Callable[[Session], T]) -> T:
        with database_errors():
            async with self._sessions() as session:
                return await session.run_sync(question)

    async def _take_back(
        self, running: asyncio.Task[Any], take_back: Callable[[Session], None]
    ) -> None:
        with suppress(UserError, StoreUnavailable):
            if await running:
                await self._writer.run(take_back, later=take_back)

    async def _run(self, work: Coroutine[Any, Any, T]) -> T:
        """*work* in a task of its own, because a driver cannot break a statement off.

        SQLAlchemy answers a cancellation by closing the connection, which waits for the
        statement: a caller with a time limit would wait for a locked database all the same.
        """
        task = self._start(work)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_log_failure)
            raise

    def _start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("A database call failed after its caller gave up: %s", error)
