"""Facts: what is to be remembered across restarts and belongs to no job."""

from bot.store import Store, open_store
from tests.clock import ManualClock


async def test_what_was_never_remembered_is_nothing(store: Store) -> None:
    await store.set_meta("other", "value")
    assert await store.get_meta("commands") is None


async def test_the_newest_value_takes_the_place_of_the_one_before(store: Store) -> None:
    await store.set_meta("commands", "first")
    await store.set_meta("commands", "second")
    assert await store.get_meta("commands") == "second"


async def test_a_fact_survives_closing_and_opening(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock) as store:
        await store.set_meta("commands", "a digest")
    async with open_store(database_url, clock=clock) as store:
        assert await store.get_meta("commands") == "a digest"
