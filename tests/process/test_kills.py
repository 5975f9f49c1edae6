"""The bot is killed at every point of a job, and every job ends exactly once all the same."""

import signal
from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.clock import Clock
from bot.store import Erased, counting, erasing, open_store
from discord_server.clock import MovableClock
from discord_server.people import Person
from discord_server.server import DiscordServer
from discord_server.things import Channel
from sandbox.api import GenerationServer
from tests.flow.sim import paint_dot
from tests.patience import EASY_S
from tests.process.conftest import SPEED
from tests.process.fork_server import ForkServer
from tests.process.kill_launch import KILLED
from tests.process.lives import BEGINNING, LIVES, STARTS, Life, Start, around
from tests.process.stepping import States
from tests.process.world import World
from tests.store.seeding import HEAVY_USER, Seed, fill


@pytest.fixture
def clock() -> MovableClock:
    """Discord's clock and the API's; the bot has the machine's."""
    return MovableClock()


@pytest.fixture
async def api(clock: MovableClock) -> AsyncGenerator[GenerationServer]:
    async with GenerationServer(speed=SPEED, clock=clock.monotonic, painter=paint_dot) as server:
        yield server


@pytest.fixture
async def discord(clock: MovableClock) -> AsyncGenerator[DiscordServer]:
    """A Discord that is asked for nothing it does not have."""
    async with DiscordServer(clock=clock) as server:
        server.world.answer_within_s = EASY_S
        yield server
        assert server.unknown_routes == []


@pytest.fixture
def world(
    fork_server: ForkServer,
    discord: DiscordServer,
    api: GenerationServer,
    channel: Channel,
    people: list[Person],
    folder: Path,
) -> World:
    return World(
        fork_server=fork_server,
        discord=discord,
        api=api,
        channel=channel,
        author=people[0],
        folder=folder,
    )


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
async def test_every_point_of_a_life_is_in_the_list(world: World, life: Life) -> None:
    states = world.states()
    assert sorted(await world.live(life.ask, states=states)) == sorted(life.points)
    assert set(life.kills) <= set(life.points)
    only_what_writes_changed(states, life.events)
    await world.ended_once(life.ending)
    await world.has_nothing_to_do()


@pytest.mark.parametrize(
    ("life", "point"),
    [
        pytest.param(life, point, id=f"{name}: {point}")
        for name, life in LIVES.items()
        for point in life.kills
    ],
)
async def test_a_job_ends_once_wherever_the_bot_was_killed(
    world: World, life: Life, point: str
) -> None:
    await world.live(life.ask, kill_at=point)
    await world.go_on()
    await world.ended_once(life.ending_at(point))


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_every_point_of_a_start_is_in_the_list(
    world: World, clock: MovableClock, start: Start
) -> None:
    await leave_open(world, clock, start)
    states = world.states()
    passed = await world.go_on(late=start.late, states=states)
    want = {*around(BEGINNING), *start.points}
    assert (sorted(set(passed) - want), sorted(want - set(passed))) == ([], [])
    assert set(start.further_kills) <= set(start.points)
    only_what_writes_changed(states, start.events)
    await world.ended_once(start.ending)


@pytest.mark.parametrize(
    ("start", "point"),
    [
        pytest.param(start, point, id=f"{name}: {point}")
        for name, start in STARTS.items()
        for point in start.further_kills
    ],
)
async def test_a_job_ends_once_wherever_the_start_after_that_was_killed_too(
    world: World, clock: MovableClock, start: Start, point: str
) -> None:
    await leave_open(world, clock, start)
    await world.go_on(kill_at=point, late=start.late)
    clock.advance(minutes=6)  # Discord knows nonces for five
    await world.go_on()
    await world.ended_once(start.ending_at(point))


@pytest.mark.parametrize("point", around(["commit erase_jobs"]))
async def test_erasing_goes_on_after_a_kill_in_the_middle(
    world: World, tmp_path: Path, point: str
) -> None:
    """It is in batches of twenty at first; whoever else has jobs keeps them, and limits count."""
    url = f"sqlite+aiosqlite:///{tmp_path}/data/remixbot.db"
    async with open_store(url, clock=Clock()):
        pass
    await fill(url, Seed(jobs=2000, now=datetime.now(UTC)))
    async with open_store(url, clock=Clock()) as store:
        theirs, _ = await store.read(erasing.count_of, HEAVY_USER)
        others, usage = (
            await jobs(url) - theirs,
            await store.read(counting.usage, author_id=HEAVY_USER),
        )
        await store.forget(Erased.AUTHOR, HEAVY_USER)
    assert theirs > 40
    for _ in range(2):
        async with world.bot(kill_at=point) as bot:
            await bot.wait_for_line(f"^{KILLED}{point}$")
            assert await bot.wait() == -signal.SIGKILL
    assert others < await jobs(url) <= others + theirs - 20 * point.startswith("after")
    async with world.bot() as bot:
        await bot.wait_for_line(r"Erased \d+ jobs")
        assert await bot.stop() == 0
    assert await jobs(url) == others
    async with open_store(url, clock=Clock()) as store:
        assert await store.read(erasing.count_of, HEAVY_USER) == (0, 0)
        assert await store.read(counting.usage, author_id=HEAVY_USER) == usage


def only_what_writes_changed(states: States, events: Sequence[str]) -> None:
    """So kills between two writes find the same, and one of them is enough."""
    assert states.changed_unseen() == []
    assert states.different > sum(event.startswith("commit") for event in events)


async def jobs(url: str) -> int:
    """How many there are."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM jobs"))
    await engine.dispose()
    return int(count)


async def leave_open(world: World, clock: MovableClock, start: Start) -> None:
    """A job as *start* finds it; what the API has of it is done by then."""
    first, *others = start.kills
    await world.live(start.life.ask, kill_at=first)
    for point in others:
        await world.go_on(kill_at=point)
    clock.advance(minutes=1)
