"""A server that is asked without a bot."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from tests.discord_server.raw import RawDiscord
from tests.discord_server.server import DiscordServer
from tests.discord_server.world import MovableClock


@pytest.fixture
async def raw() -> AsyncIterator[RawDiscord]:
    """One channel, one person, a clock to put forward, and no limit on how often one may ask."""
    clock = MovableClock()
    async with DiscordServer(clock=clock) as server, aiohttp.ClientSession() as http:
        server.limits.enabled = False
        raw = RawDiscord(server, clock, http)
        yield raw
        assert server.strays(taken_only=True) == raw.strays
