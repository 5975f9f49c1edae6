"""Facts: what is to be remembered across restarts and belongs to no job."""

from bot.store import Store, lookups, open_store, transitions
from tests.clock import ManualClock


async def test_what_was_never_remembered_is_nothing(store: Store) -> None:
    await store.write(transitions.remember, "other", "value")
    assert await store.read(lookups.fact, "commands") is None


async def test_the_newest_value_takes_the_place_of_the_one_before(store: Store) -> None:
    await store.write(transitions.remember, "commands", "first")
    await store.write(transitions.remember, "commands", "second")
    assert await store.read(lookups.fact, "commands") == "second"


async def test_a_fact_survives_closing_and_opening(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock) as store:
        await store.write(transitions.remember, "commands", "a digest")
    async with open_store(database_url, clock=clock) as store:
        assert await store.read(lookups.fact, "commands") == "a digest"
