"""Opens the store: the folder, the lock, the migrations, the connections; closes what it opened."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from inspect import signature
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.errors import StoreInUse, StoreUnavailable
from bot.store.engine import Patience, is_sqlite, reading_engine, writing_engine
from bot.store.failures import database_errors
from bot.store.migrating import migrate
from bot.store.sole_use import lock_file
from bot.store.store import Store

T = TypeVar("T")

_POSTGRESQL_OPTIONS = signature(
    asyncpg.connect  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # untyped
).parameters.keys()
"""What may follow the question mark of an address; libpq calls some of it otherwise."""


@asynccontextmanager
async def open_store(
    url: str, *, clock: Clock, busy_timeout_s: float = 5.0, answer_timeout_s: float = 10.0
) -> AsyncGenerator[Store]:
    """The store at *url*, with the newest tables; created where there is none.

    *busy_timeout_s* is how long a call waits for a lock that another program holds,
    *answer_timeout_s* how long for anything that a PostgreSQL server is asked. Raises `StoreInUse`
    where another store is open there, in whatever process, `StoreTooNew`, and `StoreUnavailable`,
    whose detail never holds *url*.
    """
    patience = Patience(lock_s=busy_timeout_s, answer_s=answer_timeout_s)
    opened = AsyncExitStack()
    try:
        yield await _to_its_end(_open(opened, url, clock, patience))
    finally:
        await _to_its_end(opened.aclose())


async def _open(opened: AsyncExitStack, url: str, clock: Clock, patience: Patience) -> Store:
    """A store; what *opened* is left with must be closed, also after an error."""
    with database_errors():
        address = read_address(url)
        reading = reading_engine(address, patience)
        opened.push_async_callback(reading.dispose)
        try:
            if is_sqlite(address):
                opened.enter_context(lock_file(_file_in_folder(address)))
            await _migrate(address, patience)
            writing = writing_engine(address, patience)
            opened.push_async_callback(writing.dispose)
            await _try(writing)
        except BlockingIOError:
            raise StoreInUse from None
    store = Store(reading, writing, clock)
    opened.push_async_callback(store.settle)
    return store


def read_address(url: str) -> URL:
    """The address that *url* is. Raises `StoreUnavailable` where we cannot use it."""
    try:
        address = make_url(url)
        address.get_dialect().import_dbapi()
    except (ValueError, ImportError) as error:  # a port that is no number; a driver not installed
        raise StoreUnavailable(detail=type(error).__name__) from None
    if is_sqlite(address) and not _is_plain_file(address.database):
        raise StoreUnavailable(detail="the SQLite database is not a file")
    if not is_sqlite(address) and not address.query.keys() <= _POSTGRESQL_OPTIONS:
        raise StoreUnavailable(detail="the address has an option that asyncpg does not know")
    return address


def _is_plain_file(database: str | None) -> bool:
    """Whether each connection would see the same data, and for longer than it lasts."""
    return bool(database) and database != ":memory:" and not database.startswith("file:")


def _file_in_folder(address: URL) -> Path:
    """The path of an SQLite database, in a folder that exists."""
    path = Path(address.database or "")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


async def _migrate(address: URL, patience: Patience) -> None:
    """All missing migrations in one transaction, so that a crash leaves the old tables whole."""
    engine = writing_engine(address, patience, migrating=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


async def _try(engine: AsyncEngine) -> None:
    async with engine.connect():
        pass


async def _to_its_end(work: Coroutine[Any, Any, T]) -> T:
    """The outcome of *work*, which a cancellation does not break off: it counts afterwards.

    A migration or a closing that is left half-way would keep the database locked.
    """
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        task.exception()  # nobody else will look at it
        raise asyncio.CancelledError
    return task.result()
