"""A PostgreSQL server for every test that asks for one; what pytest needs on any machine."""

import ast
import asyncio
import gc
import os
from collections.abc import AsyncGenerator, Generator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy.engine import make_url

from tests.store.newest import newest_tables
from tests.store.postgres import Server, installed, own_server

# How long an example takes says how busy the machine is, and nothing about us.
settings.register_profile(
    "any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any-machine")

_parse = ast.parse


def parse_undisturbed(*args: Any, **kwargs: Any) -> Any:
    """`ast.parse`, with which pytest names a failure.

    CPython 3.11 raises `SystemError` from it ("recursion depth mismatch") where a garbage
    collection comes in between that parses too, and pytest ends with that, naming nothing.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return _parse(*args, **kwargs)
    finally:
        if was_enabled:
            gc.enable()


setattr(ast, "parse", parse_undisturbed)  # noqa: B010  # typed as a fixed function


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give each of those that run tests its share of the slow ones, and let it begin with them.

    Else the last of them would run alone in the end. Whatever needs PostgreSQL is marked so.
    """
    for item in items:
        if "postgres" in getattr(item, "fixturenames", ()):
            item.add_marker("postgresql")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    slow = [item for item in items if item.get_closest_marker("slow")]
    quick = [item for item in items if not item.get_closest_marker("slow")]
    bounds = [len(quick) * number // workers for number in range(workers + 1)]
    items[:] = [
        item
        for number in range(workers)
        for item in (*slow[number::workers], *quick[bounds[number] : bounds[number + 1]])
    ]


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: no garbage collection need look at it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


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
async def postgresql_url(postgres: Server, request: pytest.FixtureRequest) -> AsyncGenerator[str]:
    """A PostgreSQL database: empty, or with the newest tables for a test of a `store`."""
    tables = await newest_tables(postgres) if "store" in request.fixturenames else None
    async with postgres.database(tables) as url:
        yield url
