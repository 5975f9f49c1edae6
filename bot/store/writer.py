"""Writes in groups: steps that wait at the same time share a transaction.

A transaction costs about as much for twenty steps as for one, and SQLite has one writer: queueing
here is fair and cheap, in the database it would be neither. What could not be written waits in
memory, and comes before everything else once the database takes writes again. What a step does is
not known here.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from bot.clock import Clock
from bot.errors import StoreUnavailable, UserError
from bot.store.store_errors import is_database_wide, to_store_error

T = TypeVar("T")
Step = Callable[[Session], Any]

log = logging.getLogger(__name__)

GROUP_MAX = 20
"""Steps in one transaction: what hurries waits for one such group at the most."""
PENDING_AT_ONCE = 100
"""Steps that waited for the database, in one transaction."""
RETRY_PAUSES_S = (0.5, 5.0)
"""Between two tries to write what waits for the database: the pause at first, and at the most."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    step: Step
    outcome: asyncio.Future[Any]
    later: Step | None
    """What is to be written in any case, where the database is in trouble."""
    undo: Step | None
    """What is to be written where nobody knows whether the step was committed."""

    def end(self, outcome: Any) -> None:
        if self.outcome.done():
            return
        if isinstance(outcome, Exception):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Writer:
    """Runs steps one after the other, each in a transaction that it may share with its like."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock
        self._hurried: deque[_Waiting] = deque()
        self._patient: deque[_Waiting] = deque()
        self._pending: deque[Step] = deque()
        """What the database did not take, in order: nothing else is written before it."""
        self._committing = False
        """The database has been asked to commit: an error from then on leaves it in doubt."""
        self._work: asyncio.Task[None] | None = None
        self._retries: asyncio.Task[None] | None = None

    async def run(
        self,
        step: Callable[[Session], T],
        *,
        hurry: bool = False,
        later: Step | None = None,
        undo: Step | None = None,
    ) -> T:
        """What *step* returns, once it is committed; what hurries goes before all that does not.

        A step may run a second time, after a rollback: alone, so that one that fails takes no other
        along. Raises `StoreUnavailable`, and what the step raises.

        Where the database is in trouble, *later* is kept until it can be written, and so is *undo*
        where *step* may have been committed all the same. What is kept runs before every other step
        from then on, and must do no harm where it is not needed. It waits in memory, and is lost
        with this process.
        """
        waiting = _Waiting(step, asyncio.get_running_loop().create_future(), later, undo)
        (self._hurried if hurry else self._patient).append(waiting)
        if self._work is None:
            self._work = asyncio.create_task(self._work_off(), name="database writer")
        return await waiting.outcome

    async def settle(self) -> None:
        """Wait until nothing waits any more; what the database did not take is tried once more."""
        await self._try_pending()
        if self._work is not None:
            await asyncio.wait({self._work})
        if self._retries is not None:
            self._retries.cancel()
            await asyncio.gather(self._retries, return_exceptions=True)
        if self._pending:
            log.error("Failed to write %d changes to the database", len(self._pending))

    async def _work_off(self) -> None:
        try:
            while lane := self._hurried or self._patient:
                await self._write([lane.popleft() for _ in range(min(len(lane), GROUP_MAX))])
        finally:
            self._work = None

    async def _write(self, group: Sequence[_Waiting]) -> None:
        """What waits goes first; *group* is refused where that is not possible."""
        try:
            await self._write_pending()
            outcomes = await self._transact([one.step for one in group])
        except asyncio.CancelledError:
            for one in group:
                one.end(StoreUnavailable(detail="closing"))
            raise
        except Exception as error:
            if is_database_wide(error):
                self._refuse(group, to_store_error(error))
            elif len(group) == 1:
                group[0].end(to_store_error(error))
            else:
                for one in group:
                    await self._write([one])
        else:
            for one, outcome in zip(group, outcomes, strict=True):
                one.end(outcome)

    async def _transact(self, steps: Sequence[Step]) -> list[Any]:
        self._committing = False
        async with self._sessions.begin() as session:
            outcomes = await session.run_sync(_run_all, steps)
            self._committing = True
        return outcomes

    def _refuse(self, group: Sequence[_Waiting], error: Exception) -> None:
        """The database is in trouble: keep what must be written all the same, and say so to all."""
        in_doubt = self._committing
        kept = [
            step for one in group for step in (one.later, one.undo if in_doubt else None) if step
        ]
        if kept and not self._pending:
            log.warning("Failed to write to the database, keeping changes in memory until it works")
        self._pending.extend(kept)
        if self._pending and self._retries is None:
            self._retries = asyncio.create_task(self._retry(), name="database retries")
        for one in group:
            one.end(error)

    # ------------------------------------------------------------------ what waits

    async def _retry(self) -> None:
        """Try again and again, so that what waits needs no other write to come along."""
        pause_s, longest_s = RETRY_PAUSES_S
        try:
            while self._pending:
                await self._clock.sleep(pause_s)
                pause_s = min(2 * pause_s, longest_s)
                await self._try_pending()
        finally:
            self._retries = None

    async def _try_pending(self) -> None:
        if self._pending:
            with suppress(StoreUnavailable):
                await self.run(lambda _: None)  # all that waits goes before it

    async def _write_pending(self) -> None:
        """Write all that waits, in order. Raises what a driver raises: the rest waits on.

        One that can never be written is found by halves, and must not be in the way of all others.
        """
        count, at_once = len(self._pending), PENDING_AT_ONCE
        while self._pending:
            batch = list(islice(self._pending, at_once))
            try:
                await self._transact(batch)
            except Exception as error:
                if is_database_wide(error):
                    self._committing = False  # none of those who wait for an outcome
                    raise
                if len(batch) > 1:
                    at_once = len(batch) // 2
                    continue
                log.error("Failed to write a kept change: %s", type(error).__name__)
            at_once = PENDING_AT_ONCE
            for _ in batch:
                self._pending.popleft()
        if count:
            log.info("The database accepts writes again: wrote %d kept changes", count)


def _run_all(session: Session, steps: Sequence[Callable[[Session], Any]]) -> list[Any]:
    """The outcome of each step. A refusal is one: it is raised before anything is written."""
    outcomes: list[Any] = []
    for step in steps:
        try:
            outcomes.append(step(session))
        except UserError as refusal:
            outcomes.append(refusal)
    return outcomes
