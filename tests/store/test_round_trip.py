"""Whatever goes into the store comes out the same, also after it was closed."""

from collections.abc import Callable
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.actions import ACTIONS, IMAGINE, MediaKind, find_action
from bot.model import (
    PROMPT_MAX,
    Completed,
    Destination,
    Image,
    Job,
    MessageLink,
    NewJob,
    Request,
    Source,
)
from bot.store import Store, lookups, open_store, transitions
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import ELSEWHERE, imagine_in_private, new_job, remix_from_a_message

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)
SNOWFLAKES = st.integers(0, 2**63 - 1)
LINKS = st.builds(
    MessageLink,
    guild_id=st.none() | SNOWFLAKES,
    channel_id=SNOWFLAKES,
    message_id=SNOWFLAKES,
)
PLACES = st.builds(
    Destination,
    guild_id=st.none() | SNOWFLAKES,
    channel_id=SNOWFLAKES,
    private=st.booleans(),
    file_limit_bytes=st.integers(0, 2**40),
)
REQUESTS = st.builds(
    Request,
    action=st.sampled_from([*ACTIONS.values(), find_action("of_tomorrow")]),
    source=st.none() | st.builds(Source, job_id=TEXTS, image_no=st.none() | st.integers(0, 3)),
    prompt=st.just("") | TEXTS,
    options=st.dictionaries(TEXTS, st.integers(-(2**31), 2**31) | st.just(1.5) | TEXTS, max_size=2),
    callback=st.none() | TEXTS,
)
COMPLETED = st.builds(
    Completed,
    task_id=TEXTS,
    job_id=TEXTS,
    images=st.lists(
        st.builds(
            Image,
            job_id=TEXTS,
            image_no=st.integers(0, 15),
            url=TEXTS,
            kind=st.sampled_from(MediaKind),
        ),
        max_size=10,
    ).map(tuple),
    cost_usd=st.none() | st.decimals(0, 1_000_000, places=6),
)


@given(
    request=REQUESTS,
    place=PLACES,
    author_id=SNOWFLAKES,
    origin=st.none() | LINKS,
    message_id=SNOWFLAKES,
    answer=COMPLETED,
)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # one store takes all examples
)
async def test_every_job_comes_back_as_it_went_in(
    *,
    store: Store,
    request: Request,
    place: Destination,
    author_id: int,
    origin: MessageLink | None,
    message_id: int,
    answer: Completed,
) -> None:
    new = replace(new_job(request, place=place), author_id=author_id, origin=origin)
    job = await store.attempt(transitions.accept, new)
    assert job is not None
    assert await store.read(lookups.get, job.id) == job
    assert _as_asked(job) == new

    await store.attempt(transitions.begin_submit, job.id, message_id)
    await store.record(transitions.begin_run, job.id, "another task id")
    await store.record(transitions.finish, job.id, answer)

    kept = await samples.found(store, job.id)
    assert _as_asked(kept) == new
    assert kept.message_id == message_id
    assert kept.task_id == answer.task_id
    assert kept.provider_job_id == answer.job_id
    assert kept.images == answer.images
    assert kept.cost_usd == answer.cost_usd


@pytest.mark.parametrize("made", [remix_from_a_message, imagine_in_private])
async def test_a_job_survives_closing_and_opening(
    made: Callable[[], NewJob], database_url: str, clock: ManualClock
) -> None:
    new = made()
    async with open_store(database_url, clock=clock) as store:
        accepted = await store.attempt(transitions.accept, new)
        assert accepted is not None
        await store.attempt(transitions.begin_submit, accepted.id, ELSEWHERE)
        finished = await store.record(transitions.finish, accepted.id, samples.completed())
    async with open_store(database_url, clock=clock) as store:
        assert finished is not None
        assert await store.read(lookups.get, accepted.id) == finished
        assert _as_asked(finished) == new


async def test_the_longest_prompt_is_kept_whole(store: Store) -> None:
    for character in ("a", "ß", "\N{FAMILY}", "\u202e", "\n"):
        request = Request(action=IMAGINE, prompt=character * PROMPT_MAX)
        job = await store.attempt(transitions.accept, new_job(request))
        assert job is not None
        assert (await samples.found(store, job.id)).request == request


async def test_a_cost_is_kept_to_the_last_digit(store: Store) -> None:
    for cost in ("0", "0.000001", "0.1", "0.08", "123456789.123456"):
        job = await samples.finished(store, replace(samples.completed(), cost_usd=Decimal(cost)))
        assert f"{job.cost_usd:f}" == cost


async def test_two_images_with_one_number_are_both_kept_in_order(store: Store) -> None:
    images = tuple(
        Image(job_id="provider-1", image_no=0, url=f"https://example.org/{letter}.png")
        for letter in "cab"
    )
    job = await samples.finished(store, replace(samples.completed(), images=images))
    assert (await samples.found(store, job.id)).images == images


def _as_asked(job: Job) -> NewJob:
    return NewJob(**{field.name: getattr(job, field.name) for field in fields(NewJob)})
