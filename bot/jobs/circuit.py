"""Whether the API refuses to let anybody read, or whether that is the trouble of one task.

A circuit breaker (Nygard, "Release It!"): refusals of different tasks with no success between them
open it, and any success closes it. Nothing here waits or asks the API.
"""

from enum import Enum, auto

OPENED_BY = 3
"""So many different tasks in a row open the circuit; where fewer are read, all of them, and never
less than two. One task whose account, model or content the API dislikes says nothing of others."""


class Verdict(Enum):
    """What a refusal says."""

    ONE_TASK = auto()
    """Nothing about other tasks."""
    OPENED = auto()
    """With this one it is clear that nobody may read."""
    OPEN = auto()
    """That was known."""


class CircuitBreaker:
    """Closed at first."""

    def __init__(self) -> None:
        self._refused = set[str]()
        """Tasks that were refused since the latest success."""
        self.is_open = False

    def refused(self, task_id: str, *, read: int) -> Verdict:
        """The API did not let *task_id* be read, one of *read* tasks that are."""
        self._refused.add(task_id)
        if self.is_open:
            return Verdict.OPEN
        self.is_open = len(self._refused) >= max(min(OPENED_BY, read), 2)
        return Verdict.OPENED if self.is_open else Verdict.ONE_TASK

    def succeeded(self) -> None:
        """The API has answered somebody."""
        self._refused.clear()
        self.is_open = False
