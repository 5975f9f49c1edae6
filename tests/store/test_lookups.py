"""Finding a job again: by its message, its provider id, its task id."""

import pytest

from bot.store import Store
from tests.store import samples
from tests.store.samples import MESSAGE


async def test_a_job_is_found_by_the_message_that_shows_it(store: Store) -> None:
    job = await samples.accepted(store)
    await store.show_in(job.id, MESSAGE)
    assert await store.by_message(MESSAGE) == await store.job(job.id)


async def test_a_job_is_found_by_the_message_that_holds_its_pictures(store: Store) -> None:
    job = await samples.finished(store)
    await store.show_in(job.id, MESSAGE)
    await store.delivered(job.id, MESSAGE + 1)
    for message_id in (MESSAGE, MESSAGE + 1):
        assert await store.by_message(message_id) == await store.job(job.id)


@pytest.mark.parametrize("provider_job_id", ["provider-1", "provider-1-own"])
async def test_a_job_is_found_by_its_provider_id_and_by_that_of_one_picture(
    store: Store, provider_job_id: str
) -> None:
    job = await samples.finished(store)
    assert await store.by_provider_id(provider_job_id) == job


async def test_where_two_jobs_have_one_provider_id_the_newest_is_found(store: Store) -> None:
    await samples.finished(store)
    newest = await samples.finished(store)
    assert await store.by_provider_id("provider-1") == newest
    assert await store.by_provider_id("provider-1-own") == newest


async def test_a_job_is_found_by_its_task_id(store: Store) -> None:
    job = await samples.running(store, task_id="d758n65e878c73cmdg20")
    assert await store.by_task_id("d758n65e878c73cmdg20") == await store.job(job.id)


async def test_a_task_id_is_no_provider_id(store: Store) -> None:
    await samples.finished(store)
    assert await store.by_provider_id("task-1") is None
    assert await store.by_task_id("provider-1") is None


async def test_what_is_not_known_is_not_found(store: Store) -> None:
    await samples.finished(store)
    assert await store.job(404) is None
    assert await store.by_message(404) is None
    assert await store.by_provider_id("' OR 1=1 --") is None
    assert await store.by_task_id("%") is None


async def test_digits_too_long_for_a_message_id_are_not_found_and_do_no_harm(store: Store) -> None:
    assert await store.by_message(2**63 - 1) is None
    assert await store.by_message(2**63) is None
    assert await store.by_message(10**40) is None
