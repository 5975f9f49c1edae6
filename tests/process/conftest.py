"""The real program, `python -m bot`, between a Discord over real sockets and the sandbox API."""

import json
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from discord_server.handles import Handle
from discord_server.people import Community, Person
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.world import Channel
from sandbox.api import GenerationServer
from tests.flow.sim import KEY, paint_dot
from tests.patience import EASY, EASY_S
from tests.process.fork_server import ForkedBot, ForkServer
from tests.process.kill_launch import CONSTANTS
from tests.store.newest import make_file

SPEED = 10.0
"""Jobs are done by the time of the first read."""
SOON = {
    **EASY,
    "bot.jobs.forecast.FIRST_READ_S": (0.4, 0.5),
    "bot.jobs.forecast.SHORTEST_GAP_S": 0.2,
    "bot.jobs.forecast.LONGEST_GAPS_S": ((1e9, 0.5),),
}
"""Nobody is in a hurry, and jobs are read soon."""


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordServer]:
    """A Discord that is asked for nothing it does not have."""
    async with DiscordServer() as server:
        server.world.answer_within_s = EASY_S
        yield server
        assert server.unknown_routes == []


@pytest.fixture
async def api() -> AsyncGenerator[GenerationServer]:
    async with GenerationServer(speed=SPEED, painter=paint_dot) as server:
        yield server


@pytest.fixture
def guild(discord: DiscordServer) -> Community:
    return discord.add_guild("studio")


@pytest.fixture
def channel(guild: Community) -> Channel:
    return guild.add_channel("images")


@pytest.fixture
def people(guild: Community, channel: Channel) -> list[Person]:  # noqa: ARG001  # channels first
    return [guild.add_person(name) for name in ("ann", "ben", "cat", "dan", "eve")]


@dataclass(frozen=True, slots=True)
class Outside:
    """What there is outside of the bot: Discord with a server and five people, and the API."""

    discord: DiscordServer
    api: GenerationServer
    guild: Community
    channel: Channel
    people: list[Person]

    @property
    def ann(self) -> Person:
        return self.people[0]

    @property
    def ben(self) -> Person:
        return self.people[1]

    async def imagine(self, prompt: str, *, who: Person | None = None, **options: bool) -> Handle:
        """`/imagine`, by Ann unless *who* says otherwise."""
        return await (who or self.ann).slash(self.channel, "imagine", prompt=prompt, **options)


@pytest.fixture
def outside(
    discord: DiscordServer,
    api: GenerationServer,
    guild: Community,
    channel: Channel,
    people: list[Person],
) -> Outside:
    return Outside(discord, api, guild, channel, people)


@pytest.fixture
def env(api: GenerationServer) -> dict[str, str]:
    return {"VTRIX_API_KEY": KEY, "VTRIX_API_URL": api.url, CONSTANTS: json.dumps(SOON)}


@pytest.fixture(scope="session")
def fork_server() -> Iterator[ForkServer]:
    """Starts bots without importing everything again each time."""
    with ForkServer() as fork_server:
        yield fork_server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where bots run; the database is in place, which spares the first of them its making."""
    make_file(tmp_path / "data" / "remixbot.db")
    return tmp_path


class Bots:
    """Starts bots in one folder, one after the other: ``async with bots(SETTING="x") as bot``."""

    def __init__(
        self, fork_server: ForkServer, discord: DiscordServer, folder: Path, env: dict[str, str]
    ) -> None:
        self._fork_server = fork_server
        self._discord = discord
        self._folder = folder
        self._env = env

    def start(self, **settings: str) -> BotProcess:
        """A bot that has yet to start, with the test's settings and these."""
        env = {**self._env, **settings}
        return ForkedBot(self._fork_server, self._discord, cwd=self._folder, env=env)

    @asynccontextmanager
    async def __call__(self, **settings: str) -> AsyncGenerator[BotProcess]:
        """A bot that is connected, with the test's settings and these."""
        async with self.start(**settings) as bot:
            await bot.wait_for_line("Logged in as")
            yield bot
        assert "Traceback" not in bot.output


@pytest.fixture
def bots(
    fork_server: ForkServer,
    discord: DiscordServer,
    people: list[Person],  # noqa: ARG001  # a bot knows those who are there when it connects
    folder: Path,
    env: dict[str, str],
) -> Bots:
    return Bots(fork_server, discord, folder, env)


@pytest.fixture
async def bot(bots: Bots, request: pytest.FixtureRequest) -> AsyncGenerator[BotProcess]:
    """The bot, connected; it logs no error, but where a test's mark says so."""
    async with bots.start() as process:
        await process.wait_for_line("Logged in as")
        yield process
    if not request.node.get_closest_marker("logs_errors"):
        assert "ERROR" not in process.output
    if "incident" not in process.output:
        assert "Traceback" not in process.output
