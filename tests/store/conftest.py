"""The databases that every promise of the store is tested on, and a watch on their connections."""

import threading
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool

from bot.store import Store, open_store
from tests.clock import ManualClock
from tests.store.newest import make_file
from tests.store.postgres import OwnServer, Server


@pytest.fixture(autouse=True)
def in_use() -> Generator[set[int]]:
    """The pooled connections that are checked out now; at the end of every test there are none.

    The one that holds a lock comes from no such pool. Nor is any connection open then: each one of
    aiosqlite has a thread, which ends with it.
    """
    checked_out: set[int] = set()

    def on_checkout(_connection: Any, entry: Any, _proxy: Any) -> None:
        checked_out.add(id(entry))

    def on_checkin(_connection: Any, entry: Any) -> None:
        checked_out.discard(id(entry))

    event.listen(QueuePool, "checkout", on_checkout)
    event.listen(QueuePool, "checkin", on_checkin)
    yield checked_out
    event.remove(QueuePool, "checkout", on_checkout)
    event.remove(QueuePool, "checkin", on_checkin)
    assert not checked_out, "a connection is still checked out"
    for thread in threading.enumerate():
        if "_connection_worker_thread" in thread.name:
            thread.join(timeout=5)
            assert not thread.is_alive(), "a connection is still open"


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An SQLite database that is not there yet."""
    return f"sqlite+aiosqlite:///{tmp_path}/store/remixbot.db"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind, empty but for the tables that `store` needs."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(database_url: str, clock: ManualClock, in_use: set[int]) -> AsyncGenerator[Store]:
    """One with the newest tables; those of the migrations have `database_url` alone."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        make_file(Path(url.database or ""))
    async with open_store(database_url, clock=clock) as opened:
        yield opened
        assert not in_use, "a connection is still checked out"


@pytest.fixture
def own_server(postgres: Server) -> OwnServer:
    if not isinstance(postgres, OwnServer):
        pytest.skip("the server of TEST_DATABASE_URL is not ours to stop")
    return postgres
