"""Whether the API refuses to let anybody read, or whether that is the trouble of one task.

A circuit breaker (Nygard, "Release It!"): refusals of different tasks with no success between them
open it, and any success closes it. Whoever was refused when another one could be read does not open
it again. Nothing here waits or asks the API.
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
        self._own_trouble = set[str]()
        """Tasks that were refused when another one could be read: of others they say nothing."""
        self.is_open = False

    def refused(self, task_id: str, *, read: int) -> Verdict:
        """The API did not let *task_id* be read, one of *read* tasks that are."""
        if task_id not in self._own_trouble:
            self._refused.add(task_id)
        if self.is_open:
            return Verdict.OPEN
        others = read - len(self._own_trouble)
        self.is_open = len(self._refused) >= max(min(OPENED_BY, others), 2)
        return Verdict.OPENED if self.is_open else Verdict.ONE_TASK

    def succeeded(self) -> None:
        """The API takes the key."""
        self._refused.clear()
        self.is_open = False

    def read(self, task_id: str) -> None:
        """The API let *task_id* be read: those that were refused before that are in trouble alone,
        until they are read themselves."""
        self._own_trouble |= self._refused
        self._own_trouble.discard(task_id)
        self.succeeded()

    def forget(self, task_id: str) -> None:
        """*task_id* is read no more."""
        self._refused.discard(task_id)
        self._own_trouble.discard(task_id)
