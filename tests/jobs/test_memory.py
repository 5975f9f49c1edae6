"""Memory is handed out first come, first served, and none of it is ever lost."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs.image_loader import MemoryBudget

LIMIT = 100


class Holders:
    """Some who want memory, until they are told to stop."""

    def __init__(self) -> None:
        self.budget = MemoryBudget(LIMIT)
        self.holding: dict[int, int] = {}
        self.order: list[int] = []
        self.tasks: list[asyncio.Task[None]] = []
        self.done: list[asyncio.Event] = []

    def want(self, size: int) -> None:
        self.done.append(asyncio.Event())
        self.tasks.append(asyncio.create_task(self._hold(len(self.tasks), size)))

    async def _hold(self, number: int, size: int) -> None:
        async with self.budget.hold(size) as held:
            self.order.append(number)
            self.holding[number] = held.size_bytes
            try:
                await self.done[number].wait()
                held.shrink(size // 2)
                held.shrink(size)
            finally:
                del self.holding[number]


STEP = st.tuples(st.sampled_from(["want", "want", "end", "cancel"]), st.integers(0, 130))


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40))
async def test_no_more_is_held_than_there_is_and_everybody_is_served_in_order(
    steps: list[tuple[str, int]],
) -> None:
    people = Holders()
    cancelled = set[int]()
    for step, size in steps:
        if step == "want":
            people.want(size)
        elif people.tasks:
            number = size % len(people.tasks)
            if step == "end":
                people.done[number].set()
            else:
                people.tasks[number].cancel()
                cancelled.add(number)
        for _ in range(3):  # whoever is given something takes it before the next step
            await asyncio.sleep(0)
        assert sum(people.holding.values()) <= LIMIT
    for done in people.done:
        done.set()
    await asyncio.gather(*people.tasks, return_exceptions=True)
    served = [number for number in people.order if number not in cancelled]
    assert served == [number for number in range(len(people.tasks)) if number not in cancelled]
    async with asyncio.timeout(5), people.budget.hold(LIMIT) as held:
        assert held.size_bytes == LIMIT, "all of it is free again"
