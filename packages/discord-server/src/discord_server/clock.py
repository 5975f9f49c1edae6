"""What time it is on this Discord, and how long is for ever."""

import time
from datetime import UTC, datetime, timedelta

HANGS_S = 300.0
"""Who waits longer waits for something that never comes. Nothing is measured by it."""


class Clock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The date, aware, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some moment; never goes backwards."""
        return time.monotonic()


class MovableClock(Clock):
    """The machine's clock, which can also be put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def advance(self, **by: float) -> None:
        """Put it forward; *by* is what `timedelta` takes (``minutes=15``)."""
        self._ahead += timedelta(**by)

    def now(self) -> datetime:
        return super().now() + self._ahead

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead.total_seconds()
