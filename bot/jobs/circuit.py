"""Whether the API refuses to let anybody read, or whether that is the trouble of one task.

A circuit breaker (Nygard, "Release It!"): refusals of different tasks with no success between them
open it, and any success closes it. Whoever was refused when another one could be read does not open
it again. Nothing here waits or asks the API.
"""

OPENED_BY = 3
"""So many different tasks in a row open the circuit; where fewer are read, all of them, and never
less than two. One task whose account, model or content the API dislikes says nothing of others."""


class CircuitBreaker:
    def __init__(self) -> None:
        self._refused = set[str]()
        """Tasks that were refused since the latest success."""
        self._own_trouble = set[str]()
        """Tasks that were refused when another one could be read: of others they say nothing."""
        self.is_open = False

    def refused(self, task_id: str, *, read: int) -> bool:
        """The API did not let *task_id* be read, one of *read* tasks that are.

        Whether it is clear with this one that nobody may read.
        """
        if task_id not in self._own_trouble:
            self._refused.add(task_id)
        others, was_open = read - len(self._own_trouble), self.is_open
        self.is_open |= len(self._refused) >= max(min(OPENED_BY, others), 2)
        return self.is_open and not was_open

    def succeeded(self, task_id: str | None) -> None:
        """The API takes the key. If it let *task_id* be read, those that were refused before that
        are in trouble alone, until they are read themselves."""
        if task_id is not None:
            self._own_trouble |= self._refused
            self._own_trouble.discard(task_id)
        self._refused.clear()
        self.is_open = False

    def forget(self, task_id: str) -> None:
        self._refused.discard(task_id)
        self._own_trouble.discard(task_id)
