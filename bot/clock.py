"""The one clock of the bot: dates, durations and waiting.

What depends on the time asks here, so that a test (or the sandbox) can hand in a clock of its own.
Only what guards against another machine's silence, timeouts and their retries, runs on real time.
"""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The date, aware, in UTC. May jump when the machine's clock is set."""
        return datetime.now(UTC)

    def seconds_since(self, moment: datetime) -> float:
        """0 where *moment* is still to come: somebody may have set the clock."""
        return max((self.now() - moment).total_seconds(), 0.0)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes backwards."""
        return time.monotonic()

    async def sleep(self, delay_s: float) -> None:
        """Wait *delay_s* seconds; zero or less only gives way once."""
        await asyncio.sleep(max(delay_s, 0.0))

    async def until(self, event: asyncio.Future[None], within_s: float | None = None) -> None:
        """Wait for what others bring about, *within_s* seconds at the most if that is given.

        After that the *event* is there by itself.
        """
        loop = asyncio.get_running_loop()
        timer = None if within_s is None else loop.call_later(within_s, _come_about, event)
        try:
            await event
        finally:
            if timer is not None:
                timer.cancel()


def _come_about(event: asyncio.Future[None]) -> None:
    if not event.done():
        event.set_result(None)
