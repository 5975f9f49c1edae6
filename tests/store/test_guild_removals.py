"""What is kept of a server is erased once Discord has said twice that the bot is not there."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from bot.services.guild_removals import GuildRemovals
from bot.store import Store, erasing, transitions
from tests.clock import ManualClock
from tests.store.samples import PLACE, new_job

APPLICATION, HERE, GONE = 7, 100, 200
AGAIN_S, DAY_S = 600.0, 24 * 3600.0

Look = Callable[[], Awaitable[None]]


class Discord:
    """What it says: whom it names at the beginning, and what it answers when asked."""

    def __init__(self) -> None:
        self.named: set[int] | None = {HERE}
        self.has_bot: bool | None = False
        """In the one that it did not name; ``None``: no answer."""
        self.asked: list[int] = []
        self.was_asked = asyncio.Event()

    async def is_member(self, guild_id: int) -> bool | None:
        self.asked.append(guild_id)
        self.was_asked.set()
        return self.has_bot


@pytest.fixture
def discord() -> Discord:
    return Discord()


@pytest.fixture
def started(store: Store, clock: ManualClock, discord: Discord) -> Callable[[], GuildRemovals]:
    """As after a start: nothing is remembered but what the store knows."""
    return lambda: GuildRemovals(
        store=store,
        clock=clock,
        application_id=APPLICATION,
        present=lambda: discord.named,
        is_member=discord.is_member,
    )


@pytest.fixture
def look(started: Callable[[], GuildRemovals]) -> Look:
    """Each look is that of another start."""
    return lambda: started().look()


@pytest.fixture(autouse=True)
async def jobs(store: Store) -> None:
    """One of each server."""
    for guild_id in (HERE, GONE):
        asked = new_job(place=replace(PLACE, guild_id=guild_id))
        await store.attempt(transitions.accept, replace(asked, application_id=APPLICATION))


async def kept(store: Store) -> bool:
    """Whether anything is kept of the one server; that of the other always is."""
    servers = await store.read(erasing.guilds_of, APPLICATION)
    assert HERE in servers
    return GONE in servers


async def test_who_is_named_is_not_asked_about(discord: Discord, look: Look) -> None:
    discord.named = {HERE, GONE}
    await look()
    discord.named = None
    await look()
    assert discord.asked == []


async def test_a_server_that_was_left_out_by_mistake_keeps_everything(
    store: Store, clock: ManualClock, discord: Discord, look: Look
) -> None:
    discord.has_bot = True
    for _ in range(3):
        await look()
        await clock.advance(DAY_S)
    assert await kept(store)
    assert discord.asked == [GONE] * 3


async def test_two_answers_after_a_while_are_needed(
    store: Store, clock: ManualClock, look: Look
) -> None:
    await look()
    await look()
    await clock.advance(AGAIN_S - 1)
    await look()
    assert await kept(store), "several starts in a few minutes are no second time"
    await clock.advance(1)
    await look()
    assert not await kept(store)


async def test_no_answer_is_not_the_first_of_two(
    store: Store, clock: ManualClock, discord: Discord, look: Look
) -> None:
    discord.has_bot = None
    await look()
    await clock.advance(AGAIN_S)
    discord.has_bot = False
    await look()
    await look()
    await clock.advance(AGAIN_S - 1)
    await look()
    assert await kept(store), "Discord has said it once"
    await clock.advance(1)
    await look()
    assert not await kept(store)


async def test_who_comes_back_between_two_answers_begins_anew(
    store: Store, clock: ManualClock, discord: Discord, look: Look
) -> None:
    await look()
    discord.named = {HERE, GONE}
    await look()
    await clock.advance(AGAIN_S)
    discord.named = {HERE}
    await look()
    assert await kept(store)
    discord.has_bot = True
    await look()
    await clock.advance(AGAIN_S)
    discord.has_bot = False
    await look()
    assert await kept(store)


async def test_where_nobody_answers_a_day_is_needed(
    store: Store, clock: ManualClock, discord: Discord, look: Look
) -> None:
    discord.has_bot = None
    await look()
    await clock.advance(DAY_S - 1)
    await look()
    assert await kept(store)
    await clock.advance(1)
    await look()
    assert not await kept(store)


async def test_what_discord_tells_is_asked_for_once_more_at_once(
    store: Store, started: Callable[[], GuildRemovals]
) -> None:
    await started().removed(GONE)
    assert not await kept(store)


@pytest.mark.parametrize("answer", [True, None])
async def test_what_discord_tells_and_does_not_confirm_erases_nothing(
    store: Store,
    clock: ManualClock,
    discord: Discord,
    started: Callable[[], GuildRemovals],
    answer: bool | None,
) -> None:
    discord.has_bot = answer
    await started().removed(GONE)
    assert await kept(store)
    discord.has_bot = False
    await clock.advance(AGAIN_S)
    await started().look()
    assert await kept(store) is (answer is True), "no answer leaves what was told standing"


async def test_it_is_looked_at_again_by_itself(
    store: Store, clock: ManualClock, started: Callable[[], GuildRemovals], discord: Discord
) -> None:
    watching = asyncio.create_task(started().watch())
    await discord.was_asked.wait()
    while await kept(store):
        await clock.advance(AGAIN_S)
    watching.cancel()
    await asyncio.wait({watching})
    await store.drain()
    assert len(discord.asked) == 2
