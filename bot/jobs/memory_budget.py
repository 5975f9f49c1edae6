"""How much memory all of something may take together.

Who needs some waits until there is enough, first come, first served; and gives back what turns out
not to be needed. Knows nothing of what the memory is for.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager


class Held:
    """Some bytes of a budget, until they are given back. Made by `MemoryBudget`."""

    def __init__(self, budget: "MemoryBudget", size_bytes: int) -> None:
        self._budget = budget
        self.size_bytes = size_bytes

    def shrink(self, size_bytes: int) -> None:
        """Give back all over *size_bytes*; does nothing where there is no more than that."""
        over = self.size_bytes - size_bytes
        if over > 0:
            self.size_bytes = size_bytes
            self._budget.give_back(over)


class MemoryBudget:
    """*limit_bytes* in all."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = self._free_bytes = limit_bytes
        self._line = deque[tuple[asyncio.Future[None], int]]()

    @asynccontextmanager
    async def hold(self, size_bytes: int) -> AsyncGenerator[Held]:
        """*size_bytes*, or all there is where that is less, for as long as the block runs."""
        size_bytes = min(size_bytes, self._limit_bytes)
        if not self._line and size_bytes <= self._free_bytes:
            self._free_bytes -= size_bytes
        else:
            place = asyncio.get_running_loop().create_future()
            self._line.append((place, size_bytes))
            try:
                await place
            except asyncio.CancelledError:
                self.give_back(0 if place.cancelled() else size_bytes)
                raise
        held = Held(self, size_bytes)
        try:
            yield held
        finally:
            held.shrink(0)

    def give_back(self, size_bytes: int) -> None:
        """These bytes are free again."""
        self._free_bytes += size_bytes
        while self._line:
            place, wanted = self._line[0]
            if not place.done():  # else whoever waited was cancelled
                if wanted > self._free_bytes:
                    return
                self._free_bytes -= wanted
                place.set_result(None)
            self._line.popleft()
