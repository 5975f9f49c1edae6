"""A PostgreSQL server for every test that asks for one; time without end for every example."""

import asyncio
import os
from collections.abc import AsyncGenerator, Generator

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from tests.store.postgres import Server, installed, own_server

# How long an example takes says how busy the machine is, and nothing about us.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def postgres() -> Generator[Server]:
    """One server for all tests of this process."""
    given = os.environ.get("TEST_DATABASE_URL")
    programs = installed()
    if given:
        server = Server(make_url(given))
        yield server
        asyncio.run(server.drop())
    elif programs:
        with own_server(programs) as server:
            yield server
    else:
        missing = "PostgreSQL is not installed (no initdb), and TEST_DATABASE_URL is not set"
        if os.environ.get("REMIXBOT_REQUIRE_POSTGRES"):
            pytest.fail(missing)
        pytest.skip(missing)


@pytest.fixture
async def postgresql_url(postgres: Server) -> AsyncGenerator[str]:
    """An empty PostgreSQL database."""
    async with postgres.database() as url:
        yield url
