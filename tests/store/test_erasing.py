"""What is forgotten leaves nothing behind but what limits count, and that for 30 days."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.limits import MONTH
from bot.model import Draft, Job
from bot.store import Store
from tests.clock import START, ManualClock
from tests.store import samples
from tests.store.samples import AUTHOR, CHANNEL, MESSAGE, PLACE, completed, found, new_job

GUILD = PLACE.guild_id or 0
BEN = AUTHOR + 1000

Forget = Callable[[Store], Awaitable[None]]
WISHES: dict[str, Forget] = {
    "the author's": lambda store: store.forget_author(AUTHOR),
    "the server's": lambda store: store.forget_guild(GUILD),
    "age": lambda store: store.forget_old(START + timedelta(seconds=1)),
}


@pytest.fixture(params=WISHES)
def forget(request: pytest.FixtureRequest) -> Forget:
    return WISHES[request.param]


async def all_traces(store: Store) -> list[object]:
    """Everything by which a job of `samples` could be found."""
    return [
        await store.by_id("provider-1"),
        await store.by_id("provider-1-own"),
        await store.by_id("task-1"),
        await store.by_message(MESSAGE),
        await store.by_message(samples.ELSEWHERE),
        *await store.jobs_of(AUTHOR, offset=0, limit=9),
        *await store.suggestions(AUTHOR, CHANNEL),
        *await store.suggestions(BEN, CHANNEL),
    ]


async def test_an_ended_job_is_emptied_of_all_but_what_counts(store: Store, forget: Forget) -> None:
    job = await samples.delivered(store)
    await forget(store)
    assert not any(await all_traces(store))
    left = await found(store, job.id)
    assert (left.request.prompt, left.request.callback, left.pictures) == ("", None, ())
    assert (left.author_id, left.place.guild_id, left.created_at) == (AUTHOR, GUILD, START)
    assert left.cost_usd == completed().cost_usd
    assert (left.place.channel_id, left.message_id, left.origin) == (0, None, None)
    assert await store.by_interaction(job.interaction_id) is None
    assert (await store.usage(author_id=AUTHOR)).month.jobs == 1
    assert await store.open_jobs() == []


async def test_forgetting_twice_changes_nothing(store: Store, forget: Forget) -> None:
    job = await samples.delivered(store)
    await forget(store)
    before = await store.job(job.id)
    await forget(store)
    assert await store.job(job.id) == before


async def test_what_cost_nothing_leaves_no_row(store: Store, forget: Forget) -> None:
    job = await samples.failed(store)
    await store.told(job.id, 5)
    await forget(store)
    assert await store.job(job.id) is None


async def test_the_row_goes_when_it_counts_no_more(
    store: Store, forget: Forget, clock: ManualClock
) -> None:
    job = await samples.delivered(store)
    await forget(store)
    clock.set_ahead(MONTH - timedelta(microseconds=1))
    await store.forget_old(None)
    assert await store.job(job.id) is not None
    clock.set_ahead(MONTH)
    await store.forget_old(None)
    assert await store.job(job.id) is None


async def test_an_old_job_goes_at_once(store: Store, forget: Forget, clock: ManualClock) -> None:
    job = await samples.delivered(store)
    clock.set_ahead(MONTH)
    await forget(store)
    assert await store.job(job.id) is None


@pytest.mark.parametrize("wish", ["the author's", "the server's"])
@pytest.mark.parametrize("state", ["accepted", "submitting", "running", "finished"])
async def test_what_has_not_ended_is_erased_when_it_has(
    store: Store, wish: str, state: str
) -> None:
    job: Job = await getattr(samples, state)(store)
    await WISHES[wish](store)
    kept = await found(store, job.id)
    assert kept.request == job.request, "a job under way goes on"
    assert await store.count_of(AUTHOR) == (0, 1)
    if state == "finished":
        assert await store.delivered(job.id, MESSAGE)
    else:
        await store.begin_submit(job.id, MESSAGE)
        await store.lose(job.id)
        await store.fail(job.id, "why", release=False)
        assert await store.told(job.id, MESSAGE)
    assert not any(await all_traces(store))
    assert (await found(store, job.id)).request.prompt == ""
    assert await store.count_of(AUTHOR) == (0, 0)


async def test_age_alone_erases_nothing_that_has_not_ended(store: Store) -> None:
    job = await samples.running(store)
    await store.forget_old(START + timedelta(days=1))
    assert (await found(store, job.id)).request == job.request
    await store.finish(job.id, completed())
    await store.delivered(job.id, MESSAGE)
    assert (await found(store, job.id)).request == job.request, "it was not asked to be forgotten"


async def test_a_result_that_nobody_could_be_given_is_no_job_under_way(store: Store) -> None:
    job = await samples.finished(store)
    await store.undelivered(job.id, "HTTP 403")
    assert await store.count_of(AUTHOR) == (1, 0)
    await store.forget_author(AUTHOR)
    assert await store.open_jobs() == []
    assert (await found(store, job.id)).pictures == ()


async def test_a_result_that_cannot_be_given_later_is_erased_then(store: Store) -> None:
    job = await samples.finished(store)
    await store.forget_author(AUTHOR)
    await store.undelivered(job.id, "HTTP 403")
    assert await store.open_jobs() == []
    assert (await found(store, job.id)).request.prompt == ""


async def test_other_peoples_and_other_servers_jobs_stay(store: Store) -> None:
    others = [
        await store.accept(replace(new_job(), author_id=BEN)),
        await store.accept(new_job(place=replace(PLACE, guild_id=7))),
    ]
    await store.forget_author(BEN + 1)
    await store.forget_guild(GUILD + 1)
    for other in others:
        assert other is not None
        assert await store.job(other.id) == other
        await store.begin_submit(other.id, 1)
        await store.fail(other.id, "why")
        await store.told(other.id, 1)
        assert (await found(store, other.id)).request == other.request


async def test_a_price_is_not_learned_from_what_was_forgotten(store: Store) -> None:
    job = await samples.running(store)
    await store.finish(job.id, replace(completed(), cost_usd=Decimal(5)))
    await store.delivered(job.id, MESSAGE)
    await store.forget_author(AUTHOR)
    assert await store.price(type(job.request)) == Decimal("0.08")
    assert await store.recent_durations(type(job.request)) == []


async def test_drafts_go_with_their_author_and_with_their_server(store: Store) -> None:
    for number, author in ((1, AUTHOR), (2, BEN)):
        draft = Draft(id=number, author_id=author, request=samples.REMIX, private=False)
        await store.keep_draft(draft, guild_id=GUILD)
    await store.forget_author(AUTHOR)
    assert await store.draft(1) is None
    assert await store.draft(2) is not None
    await store.forget_guild(GUILD)
    assert await store.draft(2) is None


async def test_servers_are_known_by_what_this_bot_itself_was_asked_there(store: Store) -> None:
    def asked(guild_id: int | None, application_id: int, *, reachable: bool = True):  # noqa: ANN202
        place = replace(PLACE, guild_id=guild_id, reachable=reachable)
        return replace(new_job(place=place), application_id=application_id)

    for new in (asked(1, 9), asked(2, 8), asked(3, 9, reachable=False), asked(None, 9)):
        await store.accept(new)
    assert await store.guilds_of(9) == {1}
    await store.forget_guild(1)
    assert await store.guilds_of(9) == set()


async def test_a_message_that_is_gone_is_no_way_to_a_job(store: Store) -> None:
    job = await samples.delivered(store)
    assert await store.by_message(MESSAGE) is not None
    await store.taken_down(MESSAGE)
    assert await store.by_message(MESSAGE) is None
    left = await found(store, job.id)
    assert left.posted is None
    assert left.pictures
