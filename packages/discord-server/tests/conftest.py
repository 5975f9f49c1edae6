"""A server that is asked without a bot, and one with the example bot on it."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from discord_server.clock import MovableClock
from discord_server.people import Community, Person
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.things import Channel
from raw_client import RawDiscord

EXAMPLE = "example_bot"


@pytest.fixture
async def raw() -> AsyncIterator[RawDiscord]:
    """One channel, one person, a clock to put forward, and no limit on how often one may ask."""
    clock = MovableClock()
    async with DiscordServer(clock=clock) as server, aiohttp.ClientSession() as http:
        server.limits.enabled = False
        raw = RawDiscord(server, clock, http)
        yield raw
        assert server.strays(taken_only=True) == raw.strays


@pytest.fixture
async def discord() -> AsyncIterator[DiscordServer]:
    """A server that nobody asked for anything it does not have."""
    async with DiscordServer() as server:
        yield server
        assert server.unknown_routes == []


@pytest.fixture
def guild(discord: DiscordServer) -> Community:
    return discord.add_guild("studio")


@pytest.fixture
def channel(guild: Community) -> Channel:
    return guild.add_channel("images")


@pytest.fixture
def ann(guild: Community) -> Person:
    return guild.add_person("ann")


@pytest.fixture
def bob(guild: Community) -> Person:
    return guild.add_person("bob")


@pytest.fixture
async def bot(
    discord: DiscordServer,
    channel: Channel,  # noqa: ARG001  # a bot knows the channels that are there when it connects
    tmp_path: Path,
) -> AsyncIterator[BotProcess]:
    """The example bot, connected."""
    async with BotProcess(discord, cwd=tmp_path, module=EXAMPLE) as process:
        await discord.bot_online()
        yield process
