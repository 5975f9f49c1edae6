"""Finding a job again: by its message, its provider id, its task id."""

import pytest

from bot.store import Store, lookups, transitions
from tests.store import samples
from tests.store.samples import ELSEWHERE, MESSAGE


async def test_a_job_is_found_by_the_message_that_shows_it(store: Store) -> None:
    job = await samples.submitting(store, MESSAGE)
    assert await store.read(lookups.by_message, MESSAGE) == await store.read(lookups.get, job.id)


async def test_a_job_is_found_by_the_message_that_holds_its_images(store: Store) -> None:
    job = await samples.finished(store)
    await store.record(transitions.mark_delivered, job.id, MESSAGE)
    for message_id in (ELSEWHERE, MESSAGE):
        assert await store.read(lookups.by_message, message_id) == await store.read(
            lookups.get, job.id
        )


@pytest.mark.parametrize("any_id", ["provider-1", "provider-1-own", "task-1"])
async def test_a_job_is_found_by_whatever_somebody_calls_it(store: Store, any_id: str) -> None:
    job = await samples.finished(store)
    assert await store.read(lookups.find_by_api_id, any_id) == job


@pytest.mark.parametrize("any_id", ["provider-1", "provider-1-own", "task-1"])
async def test_where_two_jobs_have_one_id_the_newest_is_found(store: Store, any_id: str) -> None:
    await samples.finished(store)
    newest = await samples.finished(store)
    assert await store.read(lookups.find_by_api_id, any_id) == newest


async def test_what_is_not_known_is_not_found(store: Store) -> None:
    await samples.finished(store)
    assert await store.read(lookups.get, 404) is None
    assert await store.read(lookups.by_message, 404) is None
    assert await store.read(lookups.find_by_api_id, "' OR 1=1 --") is None
    assert await store.read(lookups.find_by_api_id, "%") is None


async def test_digits_too_long_for_a_message_id_are_not_found_and_do_no_harm(store: Store) -> None:
    assert await store.read(lookups.by_message, 2**63 - 1) is None
    assert await store.read(lookups.by_message, 2**63) is None
    assert await store.read(lookups.by_message, 10**40) is None
