"""Writes in groups: steps that wait at the same time share a transaction.

A transaction costs about as much for twenty steps as for one, and SQLite has one writer: queueing
here is fair and cheap, in the database it would be neither. What a step does is not known here.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from bot.errors import StoreUnavailable, UserError
from bot.store.failures import as_told, concerns_everybody

T = TypeVar("T")

GROUP_MAX = 20
"""Steps in one transaction: what hurries waits for one such group at the most."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    step: Callable[[Session], Any]
    outcome: asyncio.Future[Any]


class Writer:
    """Runs steps one after the other, each in a transaction that it may share with its like."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._hurried: deque[_Waiting] = deque()
        self._patient: deque[_Waiting] = deque()
        self._work: asyncio.Task[None] | None = None

    async def run(self, step: Callable[[Session], T], *, hurry: bool = False) -> T:
        """What *step* returns, once it is committed; what hurries goes before all that does not.

        A step may run a second time, after a rollback: alone, so that one that fails takes no other
        along. Raises `StoreUnavailable`, and what the step raises.
        """
        waiting = _Waiting(step, asyncio.get_running_loop().create_future())
        (self._hurried if hurry else self._patient).append(waiting)
        if self._work is None:
            self._work = asyncio.create_task(self._work_off(), name="database writer")
        return await waiting.outcome

    async def settle(self) -> None:
        """Wait until nothing waits any more."""
        if self._work is not None:
            await asyncio.wait({self._work})

    async def _work_off(self) -> None:
        try:
            while lane := self._hurried or self._patient:
                await self._write([lane.popleft() for _ in range(min(len(lane), GROUP_MAX))])
        finally:
            self._work = None

    async def _write(self, group: Sequence[_Waiting]) -> None:
        try:
            async with self._sessions.begin() as session:
                outcomes = await session.run_sync(_run_all, [one.step for one in group])
        except asyncio.CancelledError:
            _end(group, [StoreUnavailable(detail="closing")] * len(group))
            raise
        except Exception as error:
            if len(group) == 1 or concerns_everybody(error):
                _end(group, [as_told(error)] * len(group))
                return
            for one in group:
                await self._write([one])
        else:
            _end(group, outcomes)


def _run_all(session: Session, steps: Sequence[Callable[[Session], Any]]) -> list[Any]:
    """The outcome of each step. A refusal is one: it is raised before anything is written."""
    outcomes: list[Any] = []
    for step in steps:
        try:
            outcomes.append(step(session))
        except UserError as refusal:
            outcomes.append(refusal)
    return outcomes


def _end(group: Sequence[_Waiting], outcomes: Sequence[Any]) -> None:
    for one, outcome in zip(group, outcomes, strict=True):
        if one.outcome.done():
            continue
        if isinstance(outcome, Exception):
            one.outcome.set_exception(outcome)
        else:
            one.outcome.set_result(outcome)
