"""The database takes no writes for a while: what happened meanwhile is written in the end."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.errors import StoreUnavailable
from bot.model import Job, JobState
from bot.store import Store, counting, lookups, open_store, transitions
from tests.clock import ManualClock
from tests.store import samples
from tests.store.outages import no_writes
from tests.store.relay import Relay
from tests.store.samples import MESSAGE, new_job


@pytest.fixture
async def impatient(database_url: str, clock: ManualClock) -> AsyncGenerator[Store]:
    """A store that waits next to nothing for a lock."""
    async with open_store(database_url, clock=clock, busy_timeout_s=0.02) as store:
        yield store


async def go_through(store: Store, job: Job) -> None:
    """All that happens to a job from the answer of the API on; the store may be unable."""
    steps = (
        lambda: store.record(transitions.begin_run, job.id, "task-1"),
        lambda: store.record(transitions.finish, job.id, samples.completed()),
        lambda: store.record(transitions.mark_delivered, job.id, MESSAGE),
    )
    for step in steps:
        with suppress(StoreUnavailable):
            await step()


async def test_what_happened_is_written_in_order_before_the_next_write(
    impatient: Store, database_url: str
) -> None:
    job = await samples.submitting(impatient)
    async with no_writes(database_url):
        await go_through(impatient, job)
        assert (await samples.found(impatient, job.id)).state is JobState.SUBMITTING
    await impatient.write(transitions.remember, "any", "write")
    kept = await samples.found(impatient, job.id)
    assert (kept.state, kept.task_id) == (JobState.DELIVERED, "task-1")
    assert len(kept.images) == len(samples.completed().images)


async def test_what_happened_is_written_without_anybody_writing_anything_else(
    impatient: Store, database_url: str, clock: ManualClock
) -> None:
    job = await samples.submitting(impatient)
    async with no_writes(database_url):
        await go_through(impatient, job)
        await clock.advance(600)
        assert (await samples.found(impatient, job.id)).state is JobState.SUBMITTING
    await clock.advance(5)
    await impatient.drain()
    assert (await samples.found(impatient, job.id)).state is JobState.DELIVERED


async def test_what_happened_is_written_when_the_store_is_closed(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock, busy_timeout_s=0.02) as store:
        job = await samples.submitting(store)
        async with no_writes(database_url):
            await go_through(store, job)
    async with open_store(database_url, clock=clock) as store:
        assert (await samples.found(store, job.id)).state is JobState.DELIVERED


async def test_what_is_lost_with_the_process_is_said(
    database_url: str, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with AsyncExitStack() as away:
        async with open_store(database_url, clock=clock, busy_timeout_s=0.02) as store:
            job = await samples.submitting(store)
            await away.enter_async_context(no_writes(database_url))
            await go_through(store, job)
        assert "Failed to write 3 changes" in caplog.text


async def test_a_later_step_of_the_same_job_finds_the_earlier_ones_done(
    impatient: Store, database_url: str
) -> None:
    job = await samples.submitting(impatient)
    async with no_writes(database_url):
        with pytest.raises(StoreUnavailable):
            await impatient.record(transitions.begin_run, job.id, "task-1")
    assert await impatient.record(transitions.finish, job.id, samples.completed())
    assert await impatient.record(transitions.mark_delivered, job.id, MESSAGE)


async def test_what_happened_to_many_jobs_is_written(impatient: Store, database_url: str) -> None:
    jobs = [await samples.submitting(impatient) for _ in range(60)]
    async with no_writes(database_url):
        await asyncio.gather(*(go_through(impatient, job) for job in jobs))
    await impatient.write(transitions.remember, "any", "write")
    assert await impatient.open_jobs() == []


async def test_a_change_that_can_never_be_written_is_in_nobodys_way(
    impatient: Store, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = [await samples.running(impatient) for _ in range(2)]
    broken = replace(samples.completed(), job_id="half a pair: \ud83e")
    async with no_writes(database_url):
        for job, completed in ((bad, broken), (good, samples.completed())):
            with pytest.raises(StoreUnavailable):
                await impatient.record(transitions.finish, job.id, completed)
    await impatient.write(transitions.remember, "any", "write")
    assert (await samples.found(impatient, good.id)).state is JobState.FINISHED
    assert (await samples.found(impatient, bad.id)).state is JobState.RUNNING
    assert "Failed to write a kept change" in caplog.text


async def test_a_submit_that_nobody_waits_for_any_more_has_not_begun(
    impatient: Store,
) -> None:
    job = await samples.accepted(impatient)
    beginning = asyncio.create_task(impatient.attempt(transitions.begin_submit, job.id, MESSAGE))
    await asyncio.sleep(0)
    beginning.cancel()
    with pytest.raises(asyncio.CancelledError):
        await beginning
    await impatient.drain()
    assert (await samples.found(impatient, job.id)).state is JobState.ACCEPTED
    assert await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)


async def test_a_stop_is_kept_where_the_caller_insists_and_nowhere_else(
    impatient: Store, database_url: str
) -> None:
    insisted, tried = await samples.accepted(impatient), await samples.accepted(impatient)
    async with no_writes(database_url):
        with pytest.raises(StoreUnavailable):
            await impatient.record(transitions.stop, insisted.id)
        with pytest.raises(StoreUnavailable):
            await impatient.write(transitions.stop, tried.id)
    await impatient.write(transitions.remember, "any", "write")
    assert (await samples.found(impatient, insisted.id)).failure == "stopped"
    assert await samples.found(impatient, tried.id) == tried


async def test_a_draft_whose_job_was_withdrawn_can_be_taken_up_again(
    impatient: Store, database_url: str
) -> None:
    await impatient.write(transitions.keep_draft, replace(new_job(), interaction_id=5))
    job = await impatient.attempt(transitions.accept, new_job(), draft_id=5)
    assert job is not None
    assert await impatient.read(lookups.draft, 5) is None
    async with no_writes(database_url):
        with pytest.raises(StoreUnavailable):
            await impatient.record(transitions.withdraw, job.id, draft_id=5)
    await impatient.write(transitions.remember, "any", "write")
    again = await impatient.read(lookups.draft, 5)
    assert again is not None
    assert again.request == job.request
    assert await impatient.open_jobs() == []
    assert (await impatient.read(counting.usage, author_id=job.author_id)).month.jobs == 0


@pytest.mark.parametrize("step", ["accept", "begin_submit"])
async def test_what_is_committed_long_after_everybody_gave_up_is_taken_back_all_the_same(
    postgresql_url: str, clock: ManualClock, step: str
) -> None:
    """The server gets the commit when the store has hung up, and asked for other things since."""
    async with (
        Relay.before(postgresql_url) as network,
        open_store(network.url, clock=clock, busy_timeout_s=0.05) as store,
    ):
        waiting = await samples.accepted(store)
        network.delay(b"COMMIT")
        if step == "accept":
            writing = asyncio.create_task(store.attempt(transitions.accept, new_job()))
        else:
            writing = asyncio.create_task(
                store.attempt(transitions.begin_submit, waiting.id, MESSAGE)
            )
        await network.delayed.wait()
        network.lose_connections()
        with pytest.raises(StoreUnavailable):
            await writing
        with suppress(StoreUnavailable):
            await store.write(transitions.remember, "any", "write")
        network.let_arrive()
        await _until_all_is_committed(postgresql_url)
        await store.write(transitions.remember, "any", "write")
        assert [(job.id, job.state) for job in await store.open_jobs()] == [
            (waiting.id, JobState.ACCEPTED)
        ]


async def _until_all_is_committed(url: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    under_way = text(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    )
    async with engine.connect() as connection:
        while (await connection.execute(under_way)).all():
            pass
    await engine.dispose()


async def test_a_draft_whose_job_was_accepted_for_nobody_can_be_taken_up_again(
    impatient: Store,
) -> None:
    new = new_job()
    await impatient.write(transitions.keep_draft, replace(new, interaction_id=5))
    draft = await impatient.read(lookups.draft, 5)
    accepting = asyncio.create_task(impatient.attempt(transitions.accept, new, draft_id=5))
    await asyncio.sleep(0)
    accepting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await accepting
    await impatient.drain()
    assert await impatient.open_jobs() == []
    again = await impatient.read(lookups.draft, 5)
    assert draft is not None
    assert again == replace(draft, id=again.id if again else 0)
