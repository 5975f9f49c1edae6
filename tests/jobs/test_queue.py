"""The fair queue: limits hold, people take turns, and everybody is told how they stand."""

import asyncio
import sys
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from bot.errors import WaitingLimitReached
from bot.jobs.queue import FEW, TELL_EVERY_S, JobQueue, Ticket
from bot.limits import Limits, LimitScope, Quota
from tests.clock import START, ManualClock

ANN, BEN, CAT = 1, 2, 3
MANY = 10 * FEW
STUDIO, CLUB = 10, 20
USUAL_S = 40.0


def queue(clock: ManualClock | None = None, **limits: Quota) -> JobQueue:
    return JobQueue(
        limits=Limits(**dict[str, Any](limits)),
        clock=clock or ManualClock(),
        usual_s=lambda: USUAL_S,
    )


def positions(*tickets: Ticket) -> list[int | None]:
    return [None if one.position is None else one.position.position for one in tickets]


async def test_without_limits_nobody_waits() -> None:
    everyone = queue()
    assert all(everyone.join(ANN, STUDIO).runs for _ in range(1000))


async def test_three_people_with_fifty_jobs_take_turns() -> None:
    """Ann asks for 40 before Ben asks for 6 and Cat for 4; two run at once."""
    two = queue(everybody=Quota(running=2))
    asked = [two.join(ANN, STUDIO) for _ in range(40)]
    asked += [two.join(BEN, STUDIO) for _ in range(6)]
    asked += [two.join(CAT, STUDIO) for _ in range(4)]
    order: list[Ticket] = []
    running = [one for one in asked if one.runs]
    foreseen = sorted((one for one in asked if one.waits), key=lambda one: positions(one)[0] or 0)
    while running:
        assert len(running) <= 2
        order.append(running.pop(0))
        order[-1].leave()
        running += [one for one in asked if one.runs and one not in (*order, *running)]
    assert len(order) == 50
    assert order[2:] == foreseen, "everybody started when they were told"
    assert Counter(one.author_id for one in order[2:14]) == {ANN: 4, BEN: 4, CAT: 4}
    assert [one.author_id for one in order[18:]] == [ANN] * 32
    for person in (ANN, BEN, CAT):
        own = [one for one in asked if one.author_id == person]
        assert [one for one in order if one.author_id == person] == own, "first asked, first made"


@pytest.mark.parametrize(
    ("limits", "whose"),
    [
        ({"person": Quota(running=1, waiting=2)}, LimitScope.PERSON),
        ({"server": Quota(running=1, waiting=2)}, LimitScope.SERVER),
        ({"everybody": Quota(running=1, waiting=2)}, LimitScope.EVERYBODY),
    ],
)
async def test_no_more_wait_than_may(limits: dict[str, Any], whose: LimitScope) -> None:
    limited = queue(**limits)
    kept = [limited.join(ANN, STUDIO) for _ in range(3)]
    with pytest.raises(WaitingLimitReached) as refused:
        limited.join(ANN, STUDIO)
    assert (refused.value.whose, refused.value.limit) == (whose, 2)
    assert limited.join(ANN, STUDIO, forced=True).waits, "accepted before the restart"
    kept[1].leave()
    kept[2].leave()
    assert limited.join(ANN, STUDIO).waits


async def test_what_the_api_has_already_runs_whatever_the_limits_are() -> None:
    limited = queue(person=Quota(running=1))
    old = [limited.resume(ANN, STUDIO) for _ in range(3)]
    assert all(one.runs for one in old)
    waiting = limited.join(ANN, STUDIO)
    for one in old:
        assert waiting.waits
        one.leave()
        one.leave()
    assert waiting.runs
    assert limited.join(ANN, STUDIO).waits, "leaving twice makes room once"


async def test_people_are_told_when_theirs_is_likely_to_start() -> None:
    clock = ManualClock()
    one = queue(clock, everybody=Quota(running=1))
    running = one.join(ANN, STUDIO)
    await clock.advance(10)
    waiting = [one.join(BEN, STUDIO) for _ in range(3)]
    told = [ticket.position for ticket in waiting]
    starts = [START + timedelta(seconds=USUAL_S * (number + 1)) for number in range(3)]
    assert [turn and turn.starts_at for turn in told] == starts
    await clock.advance(100)
    running.leave()
    assert waiting[0].position is None
    assert waiting[1].position is not None
    assert waiting[1].position.starts_at == START + timedelta(seconds=110 + USUAL_S)


async def test_a_job_that_takes_longer_than_usual_may_end_at_any_moment() -> None:
    clock = ManualClock()
    one = queue(clock, everybody=Quota(running=1))
    one.join(ANN, STUDIO)
    await clock.advance(1000)
    turn = one.join(BEN, STUDIO).position
    assert turn is not None
    assert turn.starts_at == clock.now()


async def test_whoever_waits_hears_of_every_change() -> None:
    clock = ManualClock()
    one = queue(clock, everybody=Quota(running=1))
    running, waiting = one.join(ANN, STUDIO), [one.join(BEN, STUDIO) for _ in range(3)]
    heard: list[list[int | None]] = []

    async def listen() -> None:
        while waiting[2].waits:
            heard.append(positions(waiting[2]))
            await waiting[2].wait_changed()

    async with asyncio.TaskGroup() as group:
        group.create_task(listen())
        await asyncio.sleep(0)
        telling = group.create_task(one.notify_waiting())
        for ticket in (running, waiting[1]):
            ticket.leave()
            await clock.advance(TELL_EVERY_S)
        waiting[0].leave()
        await clock.advance(0)
        telling.cancel()
    assert heard == [[3], [2], [1]]
    assert waiting[2].runs


async def test_who_waits_is_told_once_a_second_of_all_that_happened() -> None:
    clock = ManualClock()
    one = queue(clock, everybody=Quota(running=1))
    one.join(ANN, STUDIO)
    waiting = [one.join(BEN, STUDIO) for _ in range(20)]
    heard: list[int | None] = []

    async def listen() -> None:
        while True:
            await waiting[0].wait_changed()
            heard.extend(positions(waiting[0]))

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(listen()), group.create_task(one.notify_waiting())]
        await clock.advance(0.1)
        for _ in range(50):
            one.join(CAT, STUDIO)
            await clock.advance(0.01)
        assert len(heard) == 1
        await clock.advance(TELL_EVERY_S)
        assert len(heard) == 2, "what came meanwhile is told as well"
        await clock.advance(60)
        assert len(heard) == 2, "where nothing happens nobody is told"
        for task in tasks:
            task.cancel()


async def test_one_who_stops_listening_harms_nobody() -> None:
    one = queue(everybody=Quota(running=1))
    running, waiting = one.join(ANN, STUDIO), one.join(BEN, STUDIO)
    listening = asyncio.create_task(waiting.wait_changed())
    await asyncio.sleep(0)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    running.leave()
    assert waiting.runs


# ------------------------------------------------------------------ many


async def test_positions_among_many_are_foreseen_and_those_of_newcomers_close_to_it() -> None:
    many = queue(everybody=Quota(running=2))
    asked = [many.join(person, STUDIO) for _ in range(3) for person in range(FEW)]
    newcomer = many.join(10_000, STUDIO)
    guessed = positions(newcomer)[0]
    await many.forecast()
    foreseen = positions(newcomer)[0]
    assert guessed is not None
    assert foreseen is not None
    assert abs(guessed - foreseen) <= 2
    waiting = [one for one in asked if one.waits]
    told = [one for one in positions(*waiting, newcomer) if one is not None]
    assert sorted(told) == [*range(1, len(waiting) + 2)]


async def test_turns_of_thousands_are_foreseen_besides_everything_else() -> None:
    clock = ManualClock()
    many = queue(clock, everybody=Quota(running=2))
    asked = [many.join(number % 700, number % 9) for number in range(4 * MANY)]
    before = [one.position for one in asked[-10:]]
    steps = 0
    foreseeing = asyncio.create_task(many.forecast())
    while not foreseeing.done():
        await asyncio.sleep(0)
        steps += 1
    assert steps > 20
    told = positions(*(one for one in asked if one.waits))
    assert sorted(one for one in told if one is not None) == [*range(1, len(told) + 1)]
    assert None not in before, "also before that each is told something"


async def test_what_thousands_ask_for_costs_each_of_them_the_same() -> None:
    """Counted in calls: a queue that looks at all who wait would need 10^7."""
    many = queue(everybody=Quota(running=6), server=Quota(running=3))
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        asked = [many.join(number % 3000, number % 50) for number in range(5000)]
        for one in asked:
            one.leave()
    finally:
        sys.setprofile(None)
    assert calls / len(asked) < 400
