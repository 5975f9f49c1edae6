"""A clock that stands still until a test moves it."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.clock import Clock

T = TypeVar("T")

START = datetime(2026, 1, 1, 12, tzinfo=UTC)


class ManualClock(Clock):
    """Sleepers wake in the order of their times, each after the one before has had its turn."""

    def __init__(self) -> None:
        self._elapsed_s = 0.0
        self._ahead = timedelta()
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return START + self._ahead + timedelta(seconds=self._elapsed_s)

    def monotonic(self) -> float:
        return self._elapsed_s

    async def sleep(self, delay_s: float) -> None:
        await self.until(asyncio.get_running_loop().create_future(), delay_s)

    async def until(self, event: asyncio.Future[None], within_s: float | None = None) -> None:
        if within_s is None:
            await self._wait(event)
            return
        sleeper = (self._elapsed_s + max(within_s, 0.0), event)
        self._sleepers.append(sleeper)
        try:
            await self._wait(event)
        finally:
            self._sleepers.remove(sleeper)

    def set_ahead(self, span: timedelta) -> None:
        """As if somebody set the machine's clock: the date changes, no time passes."""
        self._ahead = span

    def pass_at_once(self, seconds: float) -> None:
        """Let *seconds* pass in which nobody has a turn: whatever is done now takes so long."""
        self._elapsed_s += seconds

    async def advance(self, seconds: float) -> None:
        """Let *seconds* pass, waking everybody whose time comes."""
        await self._let_work()
        end = self._elapsed_s + seconds
        while due := [one for one in self._sleepers if one[0] <= end and not one[1].done()]:
            at, waking = min(due, key=lambda one: one[0])
            self._elapsed_s = max(self._elapsed_s, at)
            waking.set_result(None)
            await self._let_work()
        self._elapsed_s = end
        await self._let_work()

    async def _wait(self, waking: asyncio.Future[None]) -> None:
        await waking

    async def _let_work(self) -> None:
        """Give way until whoever woke has done what needs no more than the event loop."""
        for _ in range(20):
            await asyncio.sleep(0)


async def impatiently(work: Awaitable[T]) -> T:
    """What *work* comes to while the clock of the event loop, by which libraries wait, runs ahead.

    For what is asked of somebody who does not answer: nobody else is given time to.
    """
    loop, working, ahead_s = asyncio.get_running_loop(), asyncio.ensure_future(work), 0.0
    real_time = loop.time

    def time() -> float:
        return real_time() + ahead_s

    setattr(loop, "time", time)  # noqa: B010  # for good: it must not go back
    while not working.done():
        ahead_s += 0.1
        await asyncio.sleep(0)
    return await working
