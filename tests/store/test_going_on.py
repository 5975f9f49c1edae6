"""What a start goes on from: the jobs that are open, and how long their like took."""

from datetime import timedelta

import pytest

from bot.actions import IMAGINE, REMIX
from bot.model import JobState, Request
from bot.store import Store, lookups, open_store, transitions
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import A_REMIX, MESSAGE, new_job

AN_IMAGINE = Request(action=IMAGINE, prompt="?")


@pytest.mark.parametrize("at_once", [2, 7, 500])
async def test_every_job_that_has_not_come_to_its_end_is_open_the_oldest_first(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(lookups, "OPEN_AT_ONCE", at_once)
    made = (
        samples.finished,
        samples.failed,
        samples.accepted,
        samples.unknown,
        samples.delivered,
        samples.running,
        samples.submitting,
    )
    jobs = [(await make(store)).id for make in made]
    clock.set_ahead(-timedelta(days=1))  # the newest one carries the oldest date
    jobs.append((await samples.accepted(store)).id)
    await store.record(transitions.withdraw, (await samples.accepted(store)).id)

    found = await store.open_jobs()

    assert [job.id for job in found] == [number for number in jobs if number != jobs[4]]
    assert found == [await store.read(lookups.get, job.id) for job in found]
    assert found[0].images == samples.completed().images


async def test_a_job_is_open_until_its_author_was_told(store: Store) -> None:
    failed, unknown = await samples.failed(store), await samples.unknown(store)
    await store.record(transitions.mark_notified, failed.id, MESSAGE)
    assert [job.id for job in await store.open_jobs()] == [unknown.id]
    await store.record(transitions.mark_notified, unknown.id, MESSAGE)
    assert not await store.open_jobs()


async def test_a_finished_job_that_could_not_be_delivered_stays_open_with_its_reason(
    store: Store,
) -> None:
    job = await samples.finished(store)
    await store.record(transitions.mark_undeliverable, job.id, "50007: no direct messages")
    (found,) = await store.open_jobs()
    assert found.delivery_problem == "50007: no direct messages"
    await store.record(transitions.mark_delivered, job.id, MESSAGE)
    assert not await store.open_jobs()


async def test_open_jobs_survive_closing_and_opening(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock) as store:
        await samples.running(store)
        await samples.finished(store)
        before = await store.open_jobs()
    async with open_store(database_url, clock=clock) as store:
        assert await store.open_jobs() == before
    assert [job.state for job in before] == [JobState.RUNNING, JobState.FINISHED]


async def test_durations_are_those_of_the_newest_jobs_of_one_kind(
    store: Store, clock: ManualClock
) -> None:
    for seconds in (30, 40, 50):
        await _finish(store, clock, A_REMIX, seconds)
        await _finish(store, clock, AN_IMAGINE, seconds + 0.5)
    assert await store.read(lookups.recent_durations, REMIX) == [50, 40, 30]
    assert await store.read(lookups.recent_durations, IMAGINE, limit=2) == [50.5, 40.5]


async def test_jobs_that_did_not_finish_have_no_duration(store: Store, clock: ManualClock) -> None:
    for make in (samples.accepted, samples.submitting, samples.running, samples.failed):
        await make(store)
        await clock.advance(10)
    assert await store.read(lookups.recent_durations, REMIX) == []


async def test_a_job_that_ended_before_it_began_because_the_clock_was_set_teaches_nothing(
    store: Store, clock: ManualClock
) -> None:
    job = await samples.running(store)
    clock.set_ahead(-timedelta(hours=1))
    await store.record(transitions.finish, job.id, samples.completed())
    assert await store.read(lookups.recent_durations, REMIX) == []


@pytest.mark.parametrize("end", ["delivered", "told of a failure", "told that nobody knows"])
async def test_the_token_is_kept_until_a_job_has_come_to_its_end(store: Store, end: str) -> None:
    job_id = await _submitted_with_token(store)
    match end:
        case "delivered":
            await store.record(transitions.finish, job_id, samples.completed())
        case "told of a failure":
            await store.record(transitions.fail, job_id, "GenerationFailed")
        case _:
            await store.record(transitions.mark_unknown, job_id)
    before = await samples.found(store, job_id)
    assert before.interaction_token == samples.TOKEN

    assert await (
        store.record(transitions.mark_delivered, job_id, MESSAGE)
        if end == "delivered"
        else store.record(transitions.mark_notified, job_id, MESSAGE)
    )

    after = await samples.found(store, job_id)
    assert after.interaction_token is None
    assert after.application_id == before.application_id


async def test_tokens_from_before_a_moment_are_erased_and_no_others(
    store: Store, clock: ManualClock
) -> None:
    old = [await _submitted_with_token(store) for _ in range(2)]
    await samples.submitting(store)  # has none
    await clock.advance(60)
    moment = clock.now()
    new = await _submitted_with_token(store)
    before = [await samples.found(store, number) for number in (*old, new)]

    assert await store.write(transitions.erase_tokens, moment) == 2
    assert await store.write(transitions.erase_tokens, moment) == 0

    after = [await samples.found(store, number) for number in (*old, new)]
    assert [job.interaction_token for job in after] == [None, None, samples.TOKEN]
    assert [job.state for job in after] == [job.state for job in before]


async def test_a_token_never_shows_where_a_job_is_printed(store: Store) -> None:
    new = samples.remix_from_a_message()
    job = await store.attempt(transitions.accept, new)
    assert job is not None
    assert job.interaction_token == samples.TOKEN
    for printed in (repr(new), str(job), f"{[job]}"):
        assert samples.TOKEN not in printed
        assert new.request.prompt in printed


async def _submitted_with_token(store: Store) -> int:
    job = await store.attempt(transitions.accept, samples.remix_from_a_message())
    assert job is not None
    assert await store.attempt(transitions.begin_submit, job.id, MESSAGE)
    return job.id


async def _finish(store: Store, clock: ManualClock, request: Request, seconds: float) -> None:
    job = await store.attempt(transitions.accept, new_job(request))
    assert job is not None
    await clock.advance(5)  # waiting its turn is no work
    await store.attempt(transitions.begin_submit, job.id, MESSAGE)
    await clock.advance(seconds)
    await store.record(transitions.finish, job.id, samples.completed())
