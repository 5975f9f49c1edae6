"""Accepting: once for each interaction, never over the daily limit, never for a caller who left."""

import asyncio
from datetime import datetime, timedelta

import pytest

from bot.errors import DailyLimitReached
from bot.limits import Limits, Quota
from bot.model import Job
from bot.store import Store, lookups, open_store, transitions
from tests.clock import START, ManualClock
from tests.store import samples
from tests.store.samples import new_job

DAY = timedelta(hours=24)
MOMENT = timedelta(microseconds=1)


def daily(jobs: int) -> Limits:
    return Limits(everybody=Quota(jobs_per_day=jobs))


async def test_the_same_interaction_is_accepted_once(store: Store) -> None:
    new = new_job()
    first = await store.attempt(transitions.accept, new)
    assert first is not None
    assert await store.attempt(transitions.accept, new) is None
    assert await store.read(lookups.get, first.id) == first
    assert await store.read(lookups.get, first.id + 1) is None


async def test_the_same_interaction_twice_at_once_is_accepted_once(store: Store) -> None:
    new = new_job()
    answers = await asyncio.gather(*(store.attempt(transitions.accept, new) for _ in range(10)))
    assert sum(answer is not None for answer in answers) == 1


async def test_an_interaction_that_came_twice_is_told_nothing_of_the_limit(store: Store) -> None:
    new = new_job()
    await store.attempt(transitions.accept, new, limits=daily(1))
    assert await store.attempt(transitions.accept, new, limits=daily(1)) is None


async def test_twenty_at_once_with_a_limit_of_three_make_three_jobs(store: Store) -> None:
    answers = await asyncio.gather(
        *(store.attempt(transitions.accept, new_job(), limits=daily(3)) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Job) for answer in answers) == 3
    assert sum(isinstance(answer, DailyLimitReached) for answer in answers) == 17


async def test_the_limit_says_when_the_next_job_is_possible_and_then_it_is(
    store: Store, clock: ManualClock
) -> None:
    for _ in range(2):
        await store.attempt(transitions.accept, new_job(), limits=daily(2))
        await clock.advance(3600)
    with pytest.raises(DailyLimitReached) as reached:
        await store.attempt(transitions.accept, new_job(), limits=daily(2))
    assert (reached.value.limit, reached.value.free_at) == (2, START + DAY)

    _move(clock, to=reached.value.free_at - MOMENT)
    with pytest.raises(DailyLimitReached):
        await store.attempt(transitions.accept, new_job(), limits=daily(2))
    _move(clock, to=reached.value.free_at)
    assert await store.attempt(transitions.accept, new_job(), limits=daily(2))
    with pytest.raises(DailyLimitReached):
        await store.attempt(transitions.accept, new_job(), limits=daily(2))


async def test_a_limit_that_was_lowered_waits_until_enough_jobs_have_left(
    store: Store, clock: ManualClock
) -> None:
    for _ in range(5):
        await store.attempt(transitions.accept, new_job())
        await clock.advance(3600)
    with pytest.raises(DailyLimitReached) as reached:
        await store.attempt(transitions.accept, new_job(), limits=daily(2))
    assert reached.value.free_at == START + timedelta(hours=3) + DAY
    _move(clock, to=reached.value.free_at)
    assert await store.attempt(transitions.accept, new_job(), limits=daily(2))


async def test_jobs_that_cost_nothing_or_were_withdrawn_do_not_count(store: Store) -> None:
    await samples.failed(store)
    await store.record(transitions.withdraw, (await samples.accepted(store)).id)
    assert await store.attempt(transitions.accept, new_job(), limits=daily(1))


async def test_every_job_that_may_cost_something_counts(store: Store) -> None:
    for made in (samples.accepted, samples.submitting, samples.running, samples.finished):
        await made(store)
    await samples.delivered(store)
    await samples.unknown(store)  # it may have been charged
    assert await store.attempt(transitions.accept, new_job(), limits=daily(7))
    with pytest.raises(DailyLimitReached):
        await store.attempt(transitions.accept, new_job(), limits=daily(7))


async def test_zero_is_no_limit(store: Store) -> None:
    for _ in range(3):
        assert await store.attempt(transitions.accept, new_job(), limits=daily(0))


async def test_a_refused_job_can_be_asked_for_again_later(store: Store, clock: ManualClock) -> None:
    await samples.accepted(store)
    new = new_job()
    with pytest.raises(DailyLimitReached):
        await store.attempt(transitions.accept, new, limits=daily(1))
    await clock.advance(DAY.total_seconds())
    assert await store.attempt(transitions.accept, new, limits=daily(1))


async def test_a_job_whose_caller_left_leaves_no_row(database_url: str, clock: ManualClock) -> None:
    new = new_job()
    async with open_store(database_url, clock=clock) as store:
        accepting = asyncio.create_task(store.attempt(transitions.accept, new))
        await asyncio.sleep(0)
        accepting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await accepting
    async with open_store(database_url, clock=clock) as store:
        assert await store.read(lookups.get, 1) is None
        assert await store.attempt(transitions.accept, new) is not None


async def test_a_second_caller_who_leaves_does_not_take_the_job_of_the_first(
    database_url: str, clock: ManualClock
) -> None:
    new = new_job()
    async with open_store(database_url, clock=clock) as store:
        job = await store.attempt(transitions.accept, new)
        again = asyncio.create_task(store.attempt(transitions.accept, new))
        await asyncio.sleep(0)
        again.cancel()
        with pytest.raises(asyncio.CancelledError):
            await again
    async with open_store(database_url, clock=clock) as store:
        assert job is not None
        assert await store.read(lookups.get, job.id) == job


async def test_a_step_whose_caller_left_is_taken_to_its_end(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock) as store:
        job = await samples.running(store)
        finishing = asyncio.create_task(
            store.record(transitions.finish, job.id, samples.completed())
        )
        await asyncio.sleep(0)
        finishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await finishing
    async with open_store(database_url, clock=clock) as store:
        assert (await samples.found(store, job.id)).images == samples.completed().images


def _move(clock: ManualClock, to: datetime) -> None:
    clock.set_ahead(timedelta())
    clock.set_ahead(to - clock.now())
