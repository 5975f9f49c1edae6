"""All reads of all jobs together keep to one pace."""

import asyncio
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs.rate_limiter import RateLimiter
from tests.clock import ManualClock

HAIR_S = 1e-6
"""Sums of fractions of a second are off by less."""


class RoughClock(ManualClock):
    """Every sleep ends a hair early, and the later it began the earlier: who sleeps last to some
    moment wakes first."""

    def __init__(self) -> None:
        super().__init__()
        self._hairs = 0

    async def sleep(self, delay_s: float) -> None:
        self._hairs += 1
        await super().sleep(delay_s - self._hairs * 1e-9)


class Passage:
    """People before a gate, and when each of them passed."""

    def __init__(self, per_second: float, clock: ManualClock | None = None) -> None:
        self.clock = clock or ManualClock()
        rng = Random(3)  # noqa: S311  # a test that can be repeated
        self.gate = RateLimiter(self.clock, per_second, rng)
        self.passed: list[tuple[int, float]] = []
        self._tasks: list[asyncio.Task[None]] = []

    def come(self, *names: int) -> list[asyncio.Task[None]]:
        tasks = [asyncio.create_task(self._pass(name)) for name in names]
        self._tasks += tasks
        return tasks

    async def _pass(self, name: int) -> None:
        await self.gate.acquire()
        self.passed.append((name, self.clock.monotonic()))

    async def everybody(self) -> list[float]:
        """Let time pass until nobody waits; the moments at which they passed, in order."""
        while not all(task.done() for task in self._tasks):
            await self.clock.advance(10)
        return self.times

    @property
    def names(self) -> list[int]:
        return [name for name, _ in self.passed]

    @property
    def times(self) -> list[float]:
        return [at for _, at in self.passed]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 20),
    st.lists(st.tuples(st.floats(0, 2), st.integers(1, 12)), min_size=1, max_size=6),
)
async def test_no_second_sees_more_requests_than_the_ceiling(
    per_second: int, arrivals: list[tuple[float, int]]
) -> None:
    passage = Passage(per_second)
    for after_s, count in arrivals:
        await passage.clock.advance(after_s)
        passage.come(*range(count))
    times = await passage.everybody()
    assert len(times) == sum(count for _, count in arrivals)
    for first, one_too_many in zip(times, times[per_second:], strict=False):
        assert one_too_many - first >= 1 - HAIR_S


async def test_a_ceiling_below_one_a_second_is_kept_too() -> None:
    passage = Passage(0.25)
    passage.come(1, 2, 3)
    assert await passage.everybody() == [0, 4, 8]


async def test_who_came_first_passes_first() -> None:
    passage = Passage(2)
    passage.come(1, 2, 3)
    await passage.clock.advance(0.6)
    passage.come(4, 5)
    await passage.everybody()
    assert passage.names == [1, 2, 3, 4, 5]


async def test_a_clock_that_wakes_people_early_and_in_any_order_changes_nothing() -> None:
    passage = Passage(2, RoughClock())
    passage.come(1, 2, 3, 4)
    times = await passage.everybody()
    assert passage.names == [1, 2, 3, 4]
    assert times == pytest.approx([0, 0.5, 1, 1.5], abs=HAIR_S)


async def test_nobody_waits_before_a_gate_that_was_not_used_for_a_while() -> None:
    passage = Passage(2)
    passage.come(1, 2)
    await passage.everybody()
    await passage.clock.advance(60)
    came_at = passage.clock.monotonic()
    passage.come(3)
    await passage.clock.advance(0)
    assert passage.passed[-1] == (3, came_at)


async def test_who_stops_waiting_keeps_nobody_up() -> None:
    passage = Passage(1)
    tasks = passage.come(1, 2, 3, 4)
    await passage.clock.advance(0.5)
    tasks[1].cancel()
    tasks[2].cancel()
    await passage.everybody()
    assert passage.passed == [(1, 0), (4, 1)]


async def test_a_refusal_stops_everybody_also_who_was_next() -> None:
    passage = Passage(2)
    passage.come(1, 2, 3)
    await passage.clock.advance(0.3)
    passage.gate.slow_down(30)
    times = await passage.everybody()
    assert passage.names == [1, 2, 3]
    assert times[0] == 0
    assert min(times[1:]) >= 30.3


@pytest.mark.parametrize("retry_after_s", [0.5, 7, 300])
async def test_the_pause_that_the_api_asks_for_is_kept_and_not_much_overdone(
    retry_after_s: float,
) -> None:
    passage = Passage(10)
    passage.gate.slow_down(retry_after_s)
    passage.come(1)
    (passed_at,) = await passage.everybody()
    assert retry_after_s <= passed_at <= 1.25 * retry_after_s


async def pause_after_refusal(passage: Passage) -> float:
    """How long the gate stays shut when the API refuses without a word of how long."""
    await passage.clock.advance(100)
    passage.gate.slow_down(None)
    refused_at = passage.clock.monotonic()
    passage.come(0)
    return (await passage.everybody())[-1] - refused_at


async def test_without_a_word_of_how_long_each_pause_is_twice_the_one_before() -> None:
    passage = Passage(10)
    for usual_s in (2, 4, 8, 16, 32, 64, 64, 64):
        assert usual_s <= await pause_after_refusal(passage) <= 1.25 * usual_s


async def test_pauses_are_not_all_of_one_length() -> None:
    pauses = set[float]()
    passage = Passage(10)
    for _ in range(5):
        pauses.add(await pause_after_refusal(passage))
        passage.gate.succeeded()
    assert len(pauses) == 5


async def test_after_a_success_earlier_refusals_are_forgotten() -> None:
    passage = Passage(10)
    for _ in range(4):
        await pause_after_refusal(passage)
    passage.gate.succeeded()
    assert await pause_after_refusal(passage) <= 2.5


async def test_refusals_of_requests_that_were_on_their_way_together_count_once() -> None:
    passage = Passage(10)
    for _ in range(8):
        passage.gate.slow_down(None)
    passage.come(1)
    (passed_at,) = await passage.everybody()
    assert passed_at <= 2.5


async def test_the_longest_pause_that_was_asked_for_holds() -> None:
    passage = Passage(10)
    passage.gate.slow_down(40)
    passage.gate.slow_down(1)
    passage.gate.slow_down(None)
    await passage.clock.advance(5)
    passage.gate.succeeded()
    passage.come(1, 2)
    first, second = await passage.everybody()
    assert first >= 40
    assert second - first >= 1 - HAIR_S, "the refusals are not forgotten"


async def test_a_short_pause_does_not_lift_the_ceiling() -> None:
    passage = Passage(0.1)
    passage.come(1)
    await passage.clock.advance(0)
    passage.gate.slow_down(1)
    passage.come(2)
    assert await passage.everybody() == [0, 10]


async def test_a_success_that_was_on_its_way_does_not_end_a_pause() -> None:
    passage = Passage(10)
    await pause_after_refusal(passage)
    passage.gate.slow_down(None)
    refused_at = passage.clock.monotonic()
    passage.gate.succeeded()
    passage.come(1)
    assert (await passage.everybody())[-1] - refused_at >= 4
    assert await pause_after_refusal(passage) >= 8


async def test_after_a_pause_one_request_a_second_feels_the_way_until_one_succeeds() -> None:
    passage = Passage(10)
    passage.gate.slow_down(5)
    passage.come(*range(8))
    await passage.clock.advance(9)
    careful = list(passage.times)
    assert 3 <= len(careful) <= 5
    assert all(later - earlier >= 1 - HAIR_S for earlier, later in pairwise(careful))
    passage.gate.succeeded()
    await passage.clock.advance(1.5)
    assert len(passage.passed) == 8


@pytest.mark.parametrize("per_second", [0, -1, float("nan")])
def test_a_gate_that_lets_nobody_pass_is_refused(per_second: float) -> None:
    with pytest.raises(ValueError, match="nobody"):
        Passage(per_second)
