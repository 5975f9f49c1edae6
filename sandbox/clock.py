"""The one clock of the sandbox: Discord, the generation API and the bot all read it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import perf_counter

from bot.clock import Clock


class WorldClock(Clock):
    """Runs as fast as the machine's clock, from *behind_s* seconds ago, and can be set forward.

    So a story can be told before anybody looks: its dates lie in the past, nobody waits for it.
    """

    def __init__(self, *, behind_s: float) -> None:
        self._behind_s = behind_s
        # not time.monotonic: SimCord replaces that one, and asks this clock for its time
        self._ahead_s = -perf_counter()
        self._hurried = asyncio.Event()

    def now(self) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=self._behind_s)

    def monotonic(self) -> float:
        return perf_counter() + self._ahead_s

    async def sleep(self, delay_s: float) -> None:
        """Wait; not at all while the clock is hurried."""
        await super().sleep(0)
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurried.wait(), max(delay_s, 0.0))

    async def until(self, event: asyncio.Future[None], within_s: float | None = None) -> None:
        if within_s is None:
            await event
            return
        sleeping = asyncio.ensure_future(self.sleep(within_s))
        try:
            await asyncio.wait({event, sleeping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()

    def skip(self, seconds: float) -> None:
        """Set the clock forward; back never."""
        seconds = max(seconds, 0.0)
        self._behind_s -= seconds
        self._ahead_s += seconds

    @contextmanager
    def hurried(self) -> Generator[None]:
        """While this lasts nobody sleeps; in the end the clock shows the machine's date."""
        self._hurried.set()
        try:
            yield
        finally:
            self._hurried.clear()
            self.skip(self._behind_s)
