"""The newest tables in no time: all migrations run once, and what they leave is copied.

A test of the migrations, or of how a store is opened for the first time, has no use for this.
"""

import sqlite3
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from bot.store.migrating import migrate
from tests.store.postgres import OwnServer, Server

_dumps: dict[Server, str | None] = {}


def make_file(file: Path) -> None:
    """An SQLite database with the newest tables and nothing in them, unless there is one."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(_newest_file())


@cache
def _newest_file() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "newest.db"
        engine = create_engine(f"sqlite:///{file}")
        with engine.begin() as connection:
            migrate(connection)
        engine.dispose()
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA journal_mode = WAL")  # as the store would
        return file.read_bytes()


async def newest_tables(server: Server) -> str | None:
    """A script that makes the newest tables; ``None`` where they cannot be had quickly."""
    if server not in _dumps:
        _dumps[server] = await _dump(server)
    return _dumps[server]


async def _dump(server: Server) -> str | None:
    if not isinstance(server, OwnServer):
        return None
    async with server.database() as url:
        engine = create_async_engine(url, poolclass=NullPool)
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
        return server.dump(make_url(url).database or "")
