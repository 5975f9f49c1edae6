"""What the tests of the API's client share."""

from collections.abc import AsyncIterator, Callable, Iterator

import aiohttp
import pytest
import stamina

from bot.api import GenerationApi, GuardedSession

KEY = "vtx-4f9c1e77a2b84d3f"


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    """Attempts follow each other at once; there are as many as ever."""
    with stamina.set_testing(True, attempts=10, cap=True):
        yield


ApiAt = Callable[..., GenerationApi]


@pytest.fixture
def api_at(session: aiohttp.ClientSession) -> ApiAt:
    """Makes a client for the server at a URL."""

    def make(url: str, timeout_s: float = 10.0) -> GenerationApi:
        return GenerationApi(GuardedSession(session), base_url=url, key=KEY, timeout_s=timeout_s)

    return make
