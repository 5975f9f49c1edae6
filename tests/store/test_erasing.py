"""What is forgotten leaves nothing behind but what limits count, and that for 30 days."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from bot.actions import REMIX
from bot.errors import DailyLimitReached
from bot.limits import MONTH, Limits, Quota
from bot.model import Spending
from bot.store import Erased, Store, counting, erasing, lookups, open_store, transitions
from tests.clock import START, ManualClock
from tests.store import samples
from tests.store.samples import AUTHOR, CHANNEL, MESSAGE, PLACE, completed, found, new_job

GUILD = PLACE.guild_id or 0
BEN = AUTHOR + 1000
JOBS = 10
"""More than fit into two batches."""

Forget = Callable[[Store], Awaitable[object]]
WISHES: dict[str, Forget] = {
    "the author's": lambda store: store.forget(Erased.AUTHOR, AUTHOR),
    "the server's": lambda store: store.forget(Erased.GUILD, GUILD),
}
AGE = START + timedelta(seconds=1)


async def forget_author(store: Store, author_id: int = AUTHOR) -> None:
    await store.forget(Erased.AUTHOR, author_id)
    await store.erase(None)


async def forget_guild(store: Store, guild_id: int = GUILD) -> None:
    await store.forget(Erased.GUILD, guild_id)
    await store.erase(None)


ERASURES: dict[str, Forget] = {
    "the author's": forget_author,
    "the server's": forget_guild,
    "age": lambda store: store.erase(AGE),
}


@pytest.fixture(params=ERASURES)
def forget(request: pytest.FixtureRequest) -> Forget:
    return ERASURES[request.param]


async def all_traces(store: Store) -> list[object]:
    """Everything by which a job of `samples` could be found."""
    return [
        await store.read(lookups.find_by_api_id, "provider-1"),
        await store.read(lookups.find_by_api_id, "provider-1-own"),
        await store.read(lookups.find_by_api_id, "task-1"),
        await store.read(lookups.by_message, MESSAGE),
        await store.read(lookups.by_message, samples.ELSEWHERE),
        *await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=9),
        *await store.read(lookups.suggestions, AUTHOR, CHANNEL),
        *await store.read(lookups.suggestions, BEN, CHANNEL),
    ]


async def test_of_an_ended_job_nothing_stays_but_what_counts(store: Store, forget: Forget) -> None:
    job = await samples.delivered(store)
    await forget(store)
    assert not any(await all_traces(store))
    assert await store.read(lookups.get, job.id) is None
    assert await store.read(lookups.by_interaction, job.interaction_id) is None
    counted = (await store.read(counting.usage, guild_id=GUILD)).by_person
    assert counted == ((AUTHOR, Spending(jobs=1, usd=completed().cost_usd or Decimal(0))),)
    assert await store.open_jobs() == []


async def test_forgetting_twice_changes_nothing(store: Store, forget: Forget) -> None:
    await samples.delivered(store)
    await forget(store)
    before = await store.read(counting.usage, author_id=AUTHOR)
    await forget(store)
    assert await store.read(counting.usage, author_id=AUTHOR) == before


async def test_of_what_cost_nothing_nothing_stays(store: Store, forget: Forget) -> None:
    job = await samples.failed(store)
    await store.record(transitions.mark_notified, job.id, 5)
    await forget(store)
    assert await store.read(lookups.get, job.id) is None
    assert (await store.read(counting.usage, author_id=AUTHOR)).month == Spending()


async def test_a_wish_to_be_forgotten_is_no_way_around_a_limit(
    store: Store, forget: Forget, clock: ManualClock
) -> None:
    limits = Limits(person=Quota(jobs_per_day=1))
    await samples.delivered(store)
    await forget(store)
    with pytest.raises(DailyLimitReached):
        await store.attempt(transitions.accept, new_job(), limits=limits)
    clock.set_ahead(timedelta(days=1))
    assert await store.attempt(transitions.accept, new_job(), limits=limits)


async def test_what_counts_goes_after_thirty_days(
    store: Store, forget: Forget, clock: ManualClock, database_url: str
) -> None:
    await samples.delivered(store)
    await forget(store)
    clock.set_ahead(MONTH - timedelta(microseconds=1))
    await store.erase(None)
    assert await count(database_url, "usage") == 1
    clock.set_ahead(MONTH)
    await store.erase(None)
    assert await count(database_url, "usage") == 0


@pytest.mark.parametrize("wish", WISHES)
async def test_what_has_not_ended_is_erased_when_it_has(store: Store, wish: str) -> None:
    for make in (samples.accepted, samples.submitting, samples.running, samples.finished):
        job = await make(store)
        await ERASURES[wish](store)
        kept = await found(store, job.id)
        assert kept.request == job.request, "a job under way goes on"
        assert await store.read(erasing.count_of, AUTHOR) == (0, 1)
        if make is samples.finished:
            assert await store.record(transitions.mark_delivered, job.id, MESSAGE)
        else:
            await store.attempt(transitions.begin_submit, job.id, MESSAGE)
            await store.record(transitions.mark_unknown, job.id)
            await store.record(transitions.fail, job.id, "why", release=False)
            assert await store.record(transitions.mark_notified, job.id, MESSAGE)
        assert not any(await all_traces(store))
        assert await store.read(lookups.get, job.id) is None
        assert await store.read(erasing.count_of, AUTHOR) == (0, 0)


async def test_age_alone_erases_nothing_that_has_not_ended(store: Store) -> None:
    job = await samples.running(store)
    await store.erase(START + timedelta(days=1))
    assert (await found(store, job.id)).request == job.request
    await store.record(transitions.finish, job.id, completed())
    await store.record(transitions.mark_delivered, job.id, MESSAGE)
    assert (await found(store, job.id)).request == job.request, "it was not asked to be forgotten"


async def test_a_result_that_nobody_could_be_given_is_no_job_under_way(store: Store) -> None:
    job = await samples.finished(store)
    await store.record(transitions.mark_undeliverable, job.id, "HTTP 403")
    assert await store.read(erasing.count_of, AUTHOR) == (1, 0)
    await forget_author(store)
    assert await store.open_jobs() == []
    assert await store.read(lookups.get, job.id) is None


async def test_a_result_that_cannot_be_given_later_is_erased_then(store: Store) -> None:
    job = await samples.finished(store)
    await forget_author(store)
    await store.record(transitions.mark_undeliverable, job.id, "HTTP 403")
    assert await store.open_jobs() == []
    assert await store.read(lookups.get, job.id) is None


async def test_other_peoples_and_other_servers_jobs_stay(store: Store) -> None:
    others = [
        await store.attempt(transitions.accept, replace(new_job(), author_id=BEN)),
        await store.attempt(transitions.accept, new_job(place=replace(PLACE, guild_id=7))),
    ]
    await forget_author(store, BEN + 1)
    await forget_guild(store, GUILD + 1)
    for other in others:
        assert other is not None
        assert await store.read(lookups.get, other.id) == other
        await store.attempt(transitions.begin_submit, other.id, 1)
        await store.record(transitions.fail, other.id, "why")
        await store.record(transitions.mark_notified, other.id, 1)
        assert (await found(store, other.id)).request == other.request


async def test_a_price_is_not_learned_from_what_was_forgotten(store: Store) -> None:
    for number in range(3):
        job = await samples.running(store)
        await store.record(
            transitions.finish, job.id, replace(completed(f"{number}"), cost_usd=Decimal("0.2"))
        )
        await store.record(transitions.mark_delivered, job.id, MESSAGE)
    assert await store.read(counting.price, REMIX) == Decimal("0.2")
    await forget_author(store)
    assert await store.read(counting.price, REMIX) == Decimal("0.08")
    assert await store.read(lookups.recent_durations, REMIX) == []


async def test_drafts_go_with_their_author_and_with_their_server(store: Store) -> None:
    for number, author in ((1, AUTHOR), (2, BEN)):
        draft = replace(new_job(), interaction_id=number, author_id=author)
        await store.write(transitions.keep_draft, draft)
    await store.forget(Erased.AUTHOR, AUTHOR)
    assert await store.read(lookups.draft, 1) is None
    assert await store.read(lookups.draft, 2) is not None
    await store.forget(Erased.GUILD, GUILD)
    assert await store.read(lookups.draft, 2) is None


async def test_servers_are_known_by_what_this_bot_itself_was_asked_there(store: Store) -> None:
    def asked(guild_id: int | None, application_id: int, *, reachable: bool = True):  # noqa: ANN202
        place = replace(PLACE, guild_id=guild_id, bot_is_member=reachable)
        return replace(new_job(place=place), application_id=application_id)

    for new in (asked(1, 9), asked(2, 8), asked(3, 9, reachable=False), asked(None, 9)):
        await store.attempt(transitions.accept, new)
    assert await store.read(erasing.guilds_of, 9) == {1}
    await store.forget(Erased.GUILD, 1)
    assert await store.read(erasing.guilds_of, 9) == set()


# ------------------------------------------------------------------ in batches


@pytest.mark.parametrize("wish", WISHES)
async def test_from_the_wish_on_nothing_is_shown_though_nothing_is_erased_yet(
    store: Store, wish: str, clock: ManualClock
) -> None:
    job = await samples.delivered(store)
    assert all(
        [
            await store.read(lookups.find_by_api_id, "provider-1"),
            await store.read(lookups.by_message, MESSAGE),
        ]
    )
    await WISHES[wish](store)
    assert not any(await all_traces(store))
    assert await store.read(lookups.by_interaction, job.interaction_id) is None
    source = replace(job, provider_job_id="7286412345678901234", images=())
    assert await store.read(lookups.children, [source], AUTHOR, limit=9) == []
    if wish == "the author's":
        assert await store.read(erasing.count_of, AUTHOR) == (0, 0)
    assert await store.read(lookups.get, job.id) is not None, "it is not erased yet"
    clock.set_ahead(timedelta(hours=1))
    later = await samples.delivered(store, MESSAGE + 1)
    assert [one.id for one in await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=9)] == [
        later.id
    ]
    await store.erase(None)
    assert await store.read(lookups.get, job.id) is None
    assert await store.read(lookups.get, later.id), "it was asked for after the wish"


@pytest.mark.parametrize("wish", WISHES)
async def test_a_wish_that_a_stop_leaves_half_done_is_fulfilled_by_the_next_process(
    database_url: str, clock: ManualClock, wish: str
) -> None:
    async with open_store(database_url, clock=clock) as store:
        for number in range(JOBS):
            await samples.delivered(store, MESSAGE + number)
        await WISHES[wish](store)
        erasing_it = asyncio.create_task(store.erase(None))
        await _commits(2)
        erasing_it.cancel()
        with pytest.raises(asyncio.CancelledError):
            await erasing_it
    assert 0 < await count(database_url, "jobs") < JOBS
    async with open_store(database_url, clock=clock) as store:
        later = await samples.delivered(store)
        await store.erase(None)
        [left] = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=9)
        assert left.id == later.id
    assert await count(database_url, "pictures") == 2
    assert await count(database_url, "erasures") == 0


async def test_other_writes_get_through_between_two_batches(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasing, "GROWTH_MAX", 1)
    for number in range(JOBS):
        await samples.delivered(store, MESSAGE + number)
    await store.forget(Erased.AUTHOR, AUTHOR)
    erasing_it = asyncio.create_task(store.erase(None))
    await _commits(1)
    others = replace(new_job(place=replace(PLACE, guild_id=7)), author_id=BEN)
    assert await store.attempt(transitions.accept, others)
    erasing_it.cancel()
    with pytest.raises(asyncio.CancelledError):
        await erasing_it
    assert await count(database_url, "erasures") == 1, "the erasing was not over"
    await store.erase(None)
    assert await count(database_url, "jobs") == 1


async def test_batches_are_as_large_as_they_may_hold_up_others(
    database_url: str, clock: ManualClock
) -> None:
    """Each job takes five milliseconds here: three of them are what a batch may take."""
    sizes: list[int] = []

    def erased(*call: Any) -> None:
        if "DELETE FROM jobs" in call[2]:
            sizes.append(len(call[3]) - 1)
            clock.pass_at_once(0.005 * sizes[-1])

    async with open_store(database_url, clock=clock) as store:
        for number in range(JOBS):
            await samples.delivered(store, MESSAGE + number)
        await store.forget(Erased.AUTHOR, AUTHOR)
        event.listen(Engine, "after_cursor_execute", erased)
        try:
            await store.erase(None)
        finally:
            event.remove(Engine, "after_cursor_execute", erased)
    assert await count(database_url, "jobs") == 0
    assert set(sizes[1:-1]) == {3}


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a few jobs are many."""
    monkeypatch.setattr(erasing, "FIRST_BATCH", 2)


async def _commits(number: int) -> None:
    """Wait for so many commits, from now on."""
    enough = asyncio.Event()
    committed: list[Session] = []

    def note(session: Session) -> None:
        committed.append(session)
        if len(committed) == number:
            enough.set()

    event.listen(Session, "after_commit", note)
    await enough.wait()
    event.remove(Session, "after_commit", note)


async def count(database_url: str, table: str) -> int:
    """How many rows *table* has."""
    engine = create_async_engine(database_url)
    try:
        async with engine.connect() as connection:
            rows = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608  # our own names
            return int(rows.scalar_one())
    finally:
        await engine.dispose()


async def test_a_message_that_is_gone_is_no_way_to_a_job(store: Store) -> None:
    job = await samples.delivered(store)
    assert await store.read(lookups.by_message, MESSAGE) is not None
    await store.record(transitions.clear_message, MESSAGE)
    assert await store.read(lookups.by_message, MESSAGE) is None
    left = await found(store, job.id)
    assert left.posted is None
    assert left.images
