"""What people choose for all their jobs is kept for each of them, and forgotten with them."""

from bot.preferences import Preferences
from bot.store import Erased, Store, preferences
from tests.store.samples import AUTHOR, PLACE


async def chosen(store: Store, person_id: int = AUTHOR) -> Preferences:
    return await store.read(preferences.preferences_of, person_id)


async def test_what_is_chosen_is_kept_beside_what_was_chosen_before(store: Store) -> None:
    assert await chosen(store) == Preferences()
    await store.write(preferences.change, AUTHOR, {"aspect": "16:9", "pings": False})
    now = await store.write(preferences.change, AUTHOR, {"aspect": "2:3", "style": "“x” 🌅"})
    assert now == Preferences(aspect="2:3", pings=False, style="“x” 🌅")
    assert await chosen(store) == now
    assert await chosen(store, AUTHOR + 1) == Preferences()
    await store.write(preferences.change, AUTHOR, {"aspect": "", "pings": True, "style": ""})
    assert await chosen(store) == Preferences()


async def test_what_another_version_has_kept_harms_nothing(store: Store) -> None:
    kept = {"aspect": "16:9", "raw": "yes", "mood": "blue", "chaos": None}
    assert Preferences.of(kept) == Preferences(aspect="16:9")
    await store.write(preferences.change, AUTHOR, kept)  # pyright: ignore[reportArgumentType]  # as it may be
    assert await chosen(store) == Preferences(aspect="16:9")


async def test_it_is_forgotten_at_once_with_the_person_alone(store: Store) -> None:
    for person_id in (AUTHOR, AUTHOR + 1):
        await store.write(preferences.change, person_id, {"aspect": "16:9"})
    await store.forget(Erased.GUILD, PLACE.guild_id or 0)
    await store.forget(Erased.GUILD, AUTHOR)
    assert await chosen(store) == Preferences(aspect="16:9")
    await store.forget(Erased.AUTHOR, AUTHOR)
    assert await chosen(store) == Preferences()
    await store.write(preferences.change, AUTHOR, {"raw": True})
    await store.erase(None)
    assert await chosen(store) == Preferences(raw=True), "what is chosen afterwards stays"
    await store.write(preferences.reset, AUTHOR)
    assert await chosen(store) == Preferences()
    assert await chosen(store, AUTHOR + 1) == Preferences(aspect="16:9")
