"""What somebody keeps stays until they, its author, or age take it away."""

from datetime import timedelta

from bot.store import Erased, Store, erasing, favorites, transitions
from tests.clock import START, ManualClock
from tests.store.samples import AUTHOR, PLACE, accepted, delivered
from tests.store.test_lists import made

ANN, BEN = AUTHOR, AUTHOR + 50


async def prompts(store: Store, person_id: int, *, offset: int = 0, limit: int = 9) -> list[str]:
    found = await store.read(favorites.favorites_of, person_id, offset=offset, limit=limit)
    return [job.request.prompt for job in found]


async def test_what_is_kept_is_listed_the_last_one_first_and_page_by_page(
    store: Store, clock: ManualClock
) -> None:
    jobs = [await made(store, prompt) for prompt in ("one", "two", "three")]
    for job in (jobs[2], jobs[0], jobs[1]):
        assert await store.write(favorites.keep, BEN, job.id)
        clock.set_ahead(timedelta(seconds=1))
    assert await store.write(favorites.keep, BEN, jobs[2].id), "once more changes nothing"
    assert await prompts(store, BEN) == ["two", "one", "three"]
    assert await prompts(store, BEN, offset=1, limit=1) == ["one"]
    assert await prompts(store, ANN) == []
    assert await store.read(favorites.count_of, BEN) == 3


async def test_what_is_kept_no_longer_is_gone_and_can_be_kept_again(store: Store) -> None:
    job = await made(store, "one")
    assert await store.write(favorites.keep, BEN, job.id)
    assert await store.read(favorites.is_kept, BEN, job.id)
    assert await store.write(favorites.drop, BEN, job.id)
    assert not await store.write(favorites.drop, BEN, job.id)
    assert not await store.read(favorites.is_kept, BEN, job.id)
    assert await store.write(favorites.keep, BEN, job.id)
    assert await prompts(store, BEN) == ["one"]


async def test_only_what_can_be_looked_up_can_be_kept(store: Store) -> None:
    job = await made(store, "one")
    await store.forget(Erased.AUTHOR, AUTHOR)
    for job_id in (job.id, job.id + 1):
        assert not await store.write(favorites.keep, BEN, job_id)
    withdrawn = await accepted(store)
    assert await store.record(transitions.withdraw, withdrawn.id, draft_id=5)
    assert not await store.write(favorites.keep, BEN, withdrawn.id)


async def test_a_favorite_goes_with_its_job(store: Store) -> None:
    ways = {
        "its author": lambda: store.forget(Erased.AUTHOR, AUTHOR),
        "its server": lambda: store.forget(Erased.GUILD, PLACE.guild_id or 0),
        "age": lambda: store.erase(START + timedelta(seconds=1)),
    }
    for way, erase in ways.items():
        job = await delivered(store)
        await store.write(favorites.keep, BEN, job.id)
        await erase()
        assert await prompts(store, BEN) == [], way
        await store.erase(None)
        assert await store.read(favorites.count_of, BEN) == 0, way


async def test_a_person_who_is_forgotten_has_kept_nothing_and_nobody_elses_are_touched(
    store: Store,
) -> None:
    job = await made(store, "one")
    for person in (ANN, BEN):
        await store.write(favorites.keep, person, job.id)
    await store.forget(Erased.AUTHOR, BEN)
    assert await store.read(favorites.count_of, BEN) == 0
    assert await prompts(store, ANN) == ["one"]
    assert await store.read(erasing.count_of, ANN) == (1, 0)
