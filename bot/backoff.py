"""Growing pauses between attempts at something that others must put right."""

from random import SystemRandom

SHORTEST_S = 1.0
LONGEST_S = 300.0


class Pauses:
    """One second before the second attempt, then twice as long each time, up to *longest_s*.

    Each is shortened by up to a half at random, so that bots that were cut off together do not come
    back together.
    """

    def __init__(self, longest_s: float = LONGEST_S) -> None:
        self._random = SystemRandom()
        self._longest_s = longest_s
        self._next_s = SHORTEST_S

    def next_s(self, *, at_least_s: float = 0.0) -> float:
        """The pause before the next attempt, in seconds."""
        pause_s = self._next_s * self._random.uniform(0.5, 1.0)
        self._next_s = min(self._next_s * 2, self._longest_s)
        return max(pause_s, at_least_s)
