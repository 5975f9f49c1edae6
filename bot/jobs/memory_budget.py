"""How much memory all of something may take together.

Who needs some waits until there is enough, first come, first served; and gives back what turns out
not to be needed. Knows nothing of what the memory is for.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass(slots=True, eq=False)
class Held:
    """Some bytes of *budget*, until they are given back."""

    budget: "MemoryBudget"
    size_bytes: int

    def shrink(self, size_bytes: int) -> None:
        """Give back all over *size_bytes*; does nothing where there is no more than that."""
        over = self.size_bytes - size_bytes
        if over > 0:
            self.size_bytes = size_bytes
            self.budget.give_back(over)


class MemoryBudget:
    """*limit_bytes* in all."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = self._free_bytes = limit_bytes
        self._line = asyncio.Lock()
        """Held by the first of those who wait."""
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def hold(self, size_bytes: int) -> AsyncGenerator[Held]:
        """*size_bytes*, or all there is where that is less, for as long as the block runs."""
        held = Held(self, min(size_bytes, self._limit_bytes))
        async with self._line:
            while held.size_bytes > self._free_bytes:
                self._freed.clear()
                await self._freed.wait()
            self._free_bytes -= held.size_bytes
        try:
            yield held
        finally:
            held.shrink(0)

    def give_back(self, size_bytes: int) -> None:
        """These bytes are free again."""
        self._free_bytes += size_bytes
        self._freed.set()
