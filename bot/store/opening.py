"""Opens the store: the folder, the lock, the migrations, the connections; closes what it opened."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import Clock
from bot.errors import StoreInUse
from bot.store.address import Address, read_address
from bot.store.engine import Patience, reading_engine, writing_engine
from bot.store.failures import database_errors
from bot.store.migrating import migrate
from bot.store.sole_use import lock_file
from bot.store.store import Store

T = TypeVar("T")


@asynccontextmanager
async def open_store(
    url: str, *, clock: Clock, busy_timeout_s: float = 5.0, answer_timeout_s: float = 10.0
) -> AsyncGenerator[Store]:
    """The store at *url*, with the newest tables; created where there is none.

    *busy_timeout_s* is how long a call waits for a lock that another program holds,
    *answer_timeout_s* how long for anything that a PostgreSQL server is asked. Raises `StoreInUse`
    where another store is open there, in whatever process, `StoreTooNew`, `AddressWrong`, and
    `StoreUnavailable`. None of them holds what is secret in *url*.
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
            if address.is_sqlite:
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


def _file_in_folder(address: Address) -> Path:
    """The path of an SQLite database, in a folder that exists."""
    address.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return address.file


async def _migrate(address: Address, patience: Patience) -> None:
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
