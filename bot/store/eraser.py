"""Erases in batches, however many rows there are, while other writes get through between them.

What is to be erased is written down before (`bot.store.erasing`) or follows from its age, so that
nothing is left undone by a process that is killed: the next one begins again with what is left.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Concatenate, ParamSpec, Protocol, TypeVar

from bot.clock import Clock
from bot.store import erasing
from bot.store.counting import give_back
from bot.store.steps import StoreSession

P = ParamSpec("P")
T = TypeVar("T")

HOLD_S = 0.015
"""How long a batch is meant to keep other writes waiting: some take longer than meant."""
FIRST_BATCH = 20
BATCH_MAX = 500
GROWTH_MAX = 1.5
GROWTH_MIN = 0.5
"""How many times as large as the one before a batch is: one slow one says little."""


class Transaction(Protocol):
    """Asks the database in a transaction of its own, or writes to it."""

    async def __call__(
        self,
        step: Callable[Concatenate[StoreSession, P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """What *step* returns, once it is committed."""
        ...


class Eraser:
    """Erases what is to be erased."""

    def __init__(self, *, read: Transaction, write: Transaction, clock: Clock) -> None:
        self._read = read
        self._write = write
        self._clock = clock
        self._size = FIRST_BATCH

    async def erase(self, created_before: datetime | None) -> int:
        """What somebody wants forgotten, jobs that are older than this, what is of no use any more.

        Ends when nothing is left that can be erased now; how many jobs it erased. Raises
        `StoreUnavailable`.
        """
        erased = 0
        for wish in await self._read(erasing.wishes):
            erased += await self._erase_jobs(partial(erasing.wished_jobs, wish=wish))
            if not await self._read(erasing.is_left, wish):
                await self._write(erasing.strike_off, wish)
        if created_before is not None:
            newest = await self._read(erasing.newest_before, created_before)
            erased += await self._erase_jobs(
                partial(erasing.old_jobs, moment=created_before, newest=newest)
            )
        await self._erase_all(erasing.old_usage, give_back)
        await self._erase_all(erasing.old_drafts, erasing.erase_jobs)
        return erased

    async def _erase_jobs(self, next_ones: Callable[..., Sequence[int]]) -> int:
        """In the order of their numbers, past those that have not ended; how many there were."""
        after = erased = 0
        while ids := await self._read(next_ones, after=after, limit=self._size):
            await self._erase_batch(erasing.erase_jobs, ids)
            after = ids[-1]
            erased += len(ids)
        return erased

    async def _erase_all(
        self,
        next_ones: Callable[..., Sequence[int]],
        erase: Callable[[StoreSession, Sequence[int]], None],
    ) -> None:
        while ids := await self._read(next_ones, limit=self._size):
            await self._erase_batch(erase, ids)

    async def _erase_batch(
        self, erase: Callable[[StoreSession, Sequence[int]], None], ids: Sequence[int]
    ) -> None:
        """Erase these, and size the next batch by how long this one kept others waiting."""
        began = self._clock.monotonic()

        def step(session: StoreSession) -> None:
            nonlocal began
            began = self._clock.monotonic()
            erase(session, ids)

        await self._write(step)
        held_s = self._clock.monotonic() - began
        factor = min(HOLD_S / held_s, GROWTH_MAX) if held_s > 0 else GROWTH_MAX
        factor = max(factor, GROWTH_MIN)
        self._size = min(max(round(len(ids) * factor), 1), BATCH_MAX)
