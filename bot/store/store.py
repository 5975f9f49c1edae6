"""The Store: the one door to what is kept.

It brings locks, tasks, the clock and errors together; the questions themselves are in
`bot.store.queries`. What the states of a job mean to Discord or to the API is not known here.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.errors import DailyLimitReached, StoreUnavailable
from bot.model import Completed, Job, NewJob
from bot.store import queries
from bot.store.failures import database_errors
from bot.store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Store:
    """Jobs and pictures. Comes from `open_store`, which also closes it.

    Every method raises `StoreUnavailable` where the database does not answer. A cancelled call
    comes back at once; what it began still runs to its end (`accept` is taken back).
    """

    def __init__(self, reading: AsyncEngine, writing: AsyncEngine, clock: Clock) -> None:
        self._clock = clock
        self._sessions = async_sessionmaker(reading)
        self._writer = Writer(async_sessionmaker(writing))
        self._under_way: set[asyncio.Task[Any]] = set()

    # ---------------------------------------------------------------- the life of a job

    async def accept(self, new: NewJob, *, daily_limit: int = 0) -> Job | None:
        """Record *new*, unless the bot took *daily_limit* jobs in the last 24 hours (0 = no limit).

        Jobs that failed do not count. ``None``: this interaction was accepted before, and whoever
        did that goes on with it. Raises `DailyLimitReached`. Cancelled, it leaves no row.
        """
        now = self._clock.now()
        accepting = self._start(
            self._writer.run(
                lambda session: queries.accept(session, new, daily_limit, now), hurry=True
            )
        )
        try:
            return await asyncio.shield(accepting)
        except asyncio.CancelledError:
            self._start(self._take_back(accepting))
            raise

    async def withdraw(self, job_id: int) -> bool:
        """Forget a job that is still accepted; whether it was."""
        return await self._run(self._write(queries.withdraw, job_id))

    async def begin_submit(self, job_id: int, message_id: int) -> bool:
        """Accepted → submitting, shown in this Discord message; whether this call did it."""
        now = self._clock.now()
        return await self._run(self._write(queries.begin_submit, job_id, message_id, now))

    async def begin_run(self, job_id: int, task_id: str) -> bool:
        """Submitting → running; whether this call did it."""
        return await self._run(self._write(queries.begin_run, job_id, task_id))

    async def finish(self, job_id: int, completed: Completed) -> Job | None:
        """Submitting or running → finished; the job with its pictures where this call did it."""
        now = self._clock.now()
        return await self._run(self._write(queries.finish, job_id, completed, now))

    async def delivered(self, job_id: int, message_id: int) -> bool:
        """Finished → delivered, the pictures being in this message; whether this call did it."""
        now = self._clock.now()
        return await self._run(self._write(queries.delivered, job_id, message_id, now))

    async def fail(self, job_id: int, reason: str) -> bool:
        """Any state but delivered and failed → failed; whether this call did it."""
        return await self._run(self._write(queries.fail, job_id, reason))

    # ---------------------------------------------------------------- looking up

    async def job(self, job_id: int) -> Job | None:
        """The job with this number."""
        return await self._run(self._read(queries.job, job_id))

    async def by_message(self, message_id: int) -> Job | None:
        """The job shown in this message, or whose pictures are posted there."""
        return await self._run(self._read(queries.by_message, message_id))

    async def by_id(self, any_id: str) -> Job | None:
        """The newest job that somebody calls so.

        *any_id* may be the provider's id of the job or of one of its pictures, or the platform's
        task id.
        """
        return await self._run(self._read(queries.by_id, any_id))

    # ---------------------------------------------------------------- facts

    async def remembered(self, name: str) -> str | None:
        """What was remembered last under this name; ``None`` for nothing."""
        return await self._run(self._read(queries.fact, name))

    async def remember(self, name: str, value: str) -> None:
        """Keep *value* under this name across restarts."""
        await self._run(self._write(queries.remember, name, value))

    # ---------------------------------------------------------------- how it is done

    async def settle(self) -> None:
        """Wait for what cancelled calls left under way."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        await self._writer.settle()

    async def _read(
        self, question: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with database_errors():
            async with self._sessions() as session:
                return await session.run_sync(question, *args, **kwargs)

    async def _write(
        self, step: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        return await self._writer.run(lambda session: step(session, *args, **kwargs))

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

    async def _take_back(self, accepting: asyncio.Task[Job | None]) -> None:
        try:
            job = await accepting
        except (DailyLimitReached, StoreUnavailable):
            return
        if job is None:
            return
        try:
            await self._write(queries.withdraw, job.id)
        except StoreUnavailable as error:
            _log.warning("job %d: stays recorded, though its caller left: %s", job.id, error)


def _log_failure(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("a call failed after its caller left: %s", error)
