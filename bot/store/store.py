"""The Store: the one door to what is kept.

It brings locks, tasks, the clock and errors together; the questions themselves are in
`bot.store.queries`. What the states of a job mean to Discord or to the API is not known here.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Session

from bot.actions import Action
from bot.clock import Clock
from bot.errors import StoreUnavailable, UserError
from bot.limits import KNOWN_PRICE_USD, Limits
from bot.model import (
    Completed,
    Draft,
    Job,
    JobState,
    MessageLink,
    NewJob,
    Suggestion,
    Usage,
)
from bot.store import counting, erasing, lists, metadata, queries
from bot.store.eraser import Eraser
from bot.store.instance_lock import InstanceLock
from bot.store.store_errors import database_errors
from bot.store.writer import Writer

P = ParamSpec("P")
T = TypeVar("T")

_log = logging.getLogger(__name__)


class Store:
    """Jobs and images. Comes from `open_store`, which also closes it.

    Every method raises `StoreUnavailable` where the database does not answer. A cancelled call
    comes back at once; what it began still runs to its end (`accept` and `begin_submit` are taken
    back).

    What has happened already (all from `begin_run` to `clear_message`, and a withdrawn job) is
    not lost by that: it is kept in memory, in order, and written before anything else once the
    database takes writes again. The same goes for taking back what was refused although it may have
    been committed.
    """

    def __init__(
        self, reading: AsyncEngine, writing: AsyncEngine, clock: Clock, instance_lock: InstanceLock
    ) -> None:
        self.instance_lock = instance_lock
        self._clock = clock
        self._sessions = async_sessionmaker(reading)
        self._writer = Writer(async_sessionmaker(writing), clock)
        self._eraser = Eraser(read=self._ask, write=self._write_alone, clock=clock)
        self._wished = asyncio.Event()
        self._under_way: set[asyncio.Task[Any]] = set()
        self._first_own: int | None = None
        """The number of the first job that was accepted here; ids only ever grow."""

    # ---------------------------------------------------------------- the life of a job

    async def accept(
        self, new: NewJob, *, limits: Limits | None = None, draft_id: int | None = None
    ) -> Job | None:
        """Record *new* and reserve what it is likely to cost; its draft, if it has one, is used up.

        ``None``: this interaction was accepted before, and whoever did that goes on with it.
        Raises `DraftGone`, `DailyLimitReached` and `BudgetUsedUp`: however many ask at once,
        together they stay within *limits*. Cancelled or in doubt, it leaves no row, and the draft
        as it was, at the latest once the database is written to again.
        """
        now = self._clock.now()

        def accept(session: Session) -> Job | None:
            job = queries.accept(session, new, limits or Limits(), draft_id, now)
            if job is not None and self._first_own is None:
                self._first_own = job.id
            return job

        return await self._run_or_take_back(
            accept,
            lambda session: queries.take_back_accept(session, new, draft_id, now),
            hurry=True,
        )

    async def withdraw(
        self, job_id: int, *, draft: Draft | None = None, guild_id: int | None = None
    ) -> bool:
        """Forget a job that is still accepted, and keep its *draft* anew; whether it was."""
        now = self._clock.now()
        return await self._run(self._note(queries.withdraw, job_id, draft, guild_id, now))

    async def begin_submit(self, job_id: int, message_id: int | None) -> bool:
        """Accepted → submitting, shown in this Discord message; whether this call did it.

        ``None`` where a crash came before that message was written down. Cancelled or in doubt, it
        leaves the job accepted, at the latest once the database is written to again.
        """
        now = self._clock.now()
        return await self._run_or_take_back(
            lambda session: queries.begin_submit(session, job_id, message_id, now),
            lambda session: queries.take_back_submit(session, job_id, now),
        )

    async def begin_run(self, job_id: int, task_id: str) -> bool:
        """Submitting → running; whether this call did it."""
        return await self._run(self._note(queries.begin_run, job_id, task_id))

    async def finish(self, job_id: int, completed: Completed) -> Job | None:
        """Submitting or running → finished; the job with its images where this call did it."""
        now = self._clock.now()
        return await self._run(self._note(queries.finish, job_id, completed, now))

    async def mark_unknown(self, job_id: int) -> bool:
        """Submitting → unknown; whether this call did it."""
        return await self._run(self._note(queries.mark_unknown, job_id))

    async def mark_delivered(
        self, job_id: int, message_id: int, *, channel_id: int | None = None
    ) -> bool:
        """Finished → delivered, the images being in this message; whether this call did it.

        *channel_id* is where that message is, unless in the channel of the request. Erases the
        token.
        """
        now = self._clock.now()
        step = self._note(queries.mark_delivered, job_id, message_id, channel_id, now)
        return await self._run(step)

    async def set_result_message(self, job_id: int, link: MessageLink) -> None:
        """Note that this message, a newer one, holds the images now: the job is found by it."""
        await self._run(self._note(queries.set_result_message, job_id, link))

    async def mark_undeliverable(self, job_id: int, problem: str) -> bool:
        """Keep why the images of a finished job could not be posted; whether it is finished."""
        return await self._run(self._note(queries.mark_undeliverable, job_id, problem))

    async def clear_message(self, message_id: int) -> None:
        """Note that this message, which held images, is gone."""
        await self._run(self._note(queries.clear_message, message_id))

    async def stop(
        self, job_id: int, *, insist: bool = False, unsent_only: bool = False
    ) -> JobState | None:
        """Stop a job; the state in which it was. ``None``: it had ended, or was stopped before.

        Accepted → failed, and what was reserved is free again. One that was sent to the API goes
        on there, and is marked; with *unsent_only* it is left alone. *insist*: what cannot be
        written now is kept until it can.
        """
        write = self._note if insist else self._write
        return await self._run(
            write(queries.stop, job_id, self._clock.now(), unsent_only=unsent_only)
        )

    async def fail(self, job_id: int, reason: str, *, release: bool = True) -> bool:
        """Any state but delivered, failed and unknown → failed; whether this call did it.

        *release*: what was reserved for it is free again; not so where it may have been charged.
        """
        return await self._run(self._note(queries.fail, job_id, reason, release=release))

    async def mark_notified(self, job_id: int, message_id: int) -> bool:
        """Note that this message told the author of a job that failed, is unknown or was stopped.

        Whether this call did: only the first one does. The job is found by this message from then
        on. Erases the token.
        """
        return await self._run(
            self._note(queries.mark_notified, job_id, message_id, self._clock.now())
        )

    async def erase_tokens(self, created_before: datetime) -> int:
        """Erase the interaction tokens of all jobs from before this moment; how many there were."""
        return await self._run(self._write(queries.erase_tokens, created_before))

    # ---------------------------------------------------------------- drafts

    async def keep_draft(self, draft: Draft, *, guild_id: int | None) -> None:
        """Keep *draft* for a day; a second one of the same number is left out."""
        now = self._clock.now()
        await self._run(self._write(queries.keep_draft, draft, guild_id, now))

    async def draft(self, draft_id: int) -> Draft | None:
        """The draft with this number, for a day."""
        return await self._run(self._read(queries.draft, draft_id, self._clock.now()))

    async def drop_draft(self, draft_id: int, author_id: int) -> bool:
        """Keep this person's draft no longer; whether it was still there."""
        return await self._run(self._write(queries.drop_draft, draft_id, author_id))

    # ---------------------------------------------------------------- forgetting

    async def forget_author(self, author_id: int) -> None:
        """Record that this person's jobs and drafts are to be forgotten, those under way later.

        From then on what has ended is not shown any more; `erase` erases it. For 30 days it stays
        known who asked when in which server, and what it cost: limits count.
        """
        await self._run(self._write(erasing.forget_author, author_id))
        self._wished.set()

    async def forget_guild(self, guild_id: int) -> None:
        """Record that a server's jobs and drafts are to be forgotten, in the same way."""
        await self._run(self._write(erasing.forget_guild, guild_id))
        self._wished.set()

    async def wished(self) -> None:
        """Wait until something is to be forgotten of which the last `erase` did not know."""
        await self._wished.wait()

    async def erase(self, created_before: datetime | None) -> int:
        """Erase what is to be forgotten, jobs that are older than this, and what is of no use.

        Jobs that have not ended stay. In small batches, between which other writes get through: it
        may take an hour. Cancelled or killed, it leaves the rest to the next call. How many jobs it
        erased.
        """
        self._wished.clear()
        return await self._eraser.erase(created_before)

    async def count_of(self, author_id: int) -> tuple[int, int]:
        """How many jobs of this person have ended, and how many have not."""
        return await self._run(self._read(erasing.count_of, author_id))

    async def guilds_of(self, application_id: int) -> set[int]:
        """The servers of which something is kept that this bot itself was in."""
        return await self._run(self._read(erasing.guilds_of, application_id))

    # ---------------------------------------------------------------- looking up

    async def get(self, job_id: int) -> Job | None:
        """The job with this number."""
        return await self._run(self._read(queries.get, job_id))

    async def by_interaction(self, interaction_id: int) -> Job | None:
        """The job that was asked for in this interaction."""
        return await self._run(self._read(queries.by_interaction, interaction_id))

    async def children(self, of: Job, viewer_id: int, *, limit: int) -> list[Job]:
        """The newest *limit* remixes of this job's images that this person may see."""
        return await self._run(self._read(lists.children, of, viewer_id, limit))

    async def by_message(self, message_id: int) -> Job | None:
        """The job shown in this message, or whose images are posted there."""
        return await self._run(self._read(queries.by_message, message_id))

    async def find_by_api_id(self, any_id: str) -> Job | None:
        """The newest job that somebody calls so.

        *any_id* may be the provider's id of the job or of one of its images, or the platform's
        task id.
        """
        return await self._run(self._read(queries.find_by_api_id, any_id))

    async def open_jobs(self) -> list[Job]:
        """Every job that is neither delivered nor told of, the oldest first."""
        jobs = page = await self._run(self._read(queries.open_jobs))
        while len(page) == queries.OPEN_AT_ONCE:
            page = await self._run(self._read(queries.open_jobs, after=page[-1].id))
            jobs += page
        return jobs

    async def left_open(self) -> list[Job]:
        """Those of them that were not accepted here, but in an earlier process."""
        jobs = await self.open_jobs()
        return [job for job in jobs if self._first_own is None or job.id < self._first_own]

    async def jobs_of(self, author_id: int, *, offset: int, limit: int) -> list[Job]:
        """The jobs of one person, the newest first: *limit* of them after the first *offset*."""
        return await self._run(self._read(lists.jobs_of, author_id, offset, limit))

    async def suggestions(
        self, author_id: int, channel_id: int, *, words: str = "", limit: int = 25
    ) -> list[Suggestion]:
        """Finished jobs to go on with: this person's, then others' public ones in this channel.

        In each part the newest first. *words* stand in the prompt (letters of any case) or begin
        the provider's job id.
        """
        question = self._read(lists.suggestions, author_id, channel_id, words, limit)
        return await self._run(question)

    async def usage(self, *, author_id: int | None = None, guild_id: int | None = None) -> Usage:
        """What one person, or one server, has used in the last 30 days."""
        now = self._clock.now()
        question = self._read(counting.usage, now, author_id=author_id, guild_id=guild_id)
        return await self._run(question)

    async def price(self, action: Action, *, known: Decimal = KNOWN_PRICE_USD) -> Decimal:
        """What a job of this action is taken to cost, in USD: about what the latest ones did.

        Between a quarter and four times of the *known* price, times the factor of the action.
        """
        return await self._run(self._read(counting.price, action, known))

    async def recent_durations(self, action: Action, limit: int = 50) -> list[float]:
        """Seconds from submit to finish of the newest *limit* jobs of this action, newest first."""
        return await self._run(self._read(queries.recent_durations, action, limit))

    # ---------------------------------------------------------------- facts

    async def get_meta(self, name: str) -> str | None:
        """What was remembered last under this name; ``None`` for nothing."""
        return await self._run(self._read(metadata.fact, name))

    async def set_meta(self, name: str, value: str) -> None:
        """Keep *value* under this name across restarts."""
        await self._run(self._write(metadata.remember, name, value))

    # ---------------------------------------------------------------- how it is done

    async def drain(self) -> None:
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

    async def _ask(self, question: Callable[[Session], T]) -> T:
        return await self._run(self._read(question))

    async def _write_alone(self, step: Callable[[Session], T]) -> T:
        return await self._run(self._writer.run(step, alone=True))

    async def _note(
        self, step: Callable[Concatenate[Session, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """The same for what has happened, whether the database takes it now or not.

        Such a step sets only what it has compared, so that a second time does no harm.
        """

        def write(session: Session) -> T:
            return step(session, *args, **kwargs)

        return await self._writer.run(write, later=write)

    async def _run_or_take_back(
        self,
        step: Callable[[Session], T],
        take_back: Callable[[Session], None],
        *,
        hurry: bool = False,
    ) -> T:
        """*step*, which counts only where the caller hears of it; false: it did nothing."""
        running = self._start(self._writer.run(step, hurry=hurry, undo=take_back))
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._start(self._take_back(running, take_back))
            raise

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
