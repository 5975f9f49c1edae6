"""Opens the store: the folder, the lock, the migrations, the connections; closes what it opened.

Or looks whether a store could be opened, without making or changing anything.
"""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from enum import Enum, auto
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select, text

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.address import read_address
from bot.store.engine import Patience, locking_engine, reading_engine, writing_engine
from bot.store.file_lock import FileLock
from bot.store.instance_lock import InstanceLock
from bot.store.migrating import is_newest, migrate
from bot.store.pooler_check import refuse_poolers
from bot.store.server_lock import ServerLock
from bot.store.store import Store
from bot.store.store_errors import database_errors
from bot.store.tables import JobRow

T = TypeVar("T")

_MAY_MAKE_TABLES = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")


@asynccontextmanager
async def open_store(
    url: str, *, clock: Clock, busy_timeout_s: float = 5.0, answer_timeout_s: float = 10.0
) -> AsyncGenerator[Store]:
    """The store at *url*, with the newest tables; created where there is none.

    *busy_timeout_s* is how long a call waits for a lock that another program holds,
    *answer_timeout_s* how long for anything that a PostgreSQL server is asked. Raises `StoreInUse`
    where another store is open there, in whatever process, `StoreTooNew`, `AddressWrong`,
    `PoolerUnfit`, and `StoreUnavailable`. None of them holds what is secret in *url*.
    """
    patience = Patience(lock_s=busy_timeout_s, answer_s=answer_timeout_s)
    opened = AsyncExitStack()
    try:
        yield await _to_its_end(_open(opened, url, clock, patience))
    finally:
        await _to_its_end(opened.aclose())


async def _open(opened: AsyncExitStack, url: str, clock: Clock, patience: Patience) -> Store:
    """A store; what *opened* is left with must be closed, also after an error."""
    address = read_address(url)
    instance_lock: InstanceLock
    with database_errors(of_server=not address.is_sqlite):
        if address.is_sqlite:
            instance_lock = FileLock(address.file)
        else:
            locking = locking_engine(address, patience)
            opened.push_async_callback(locking.dispose)
            try:
                await refuse_poolers(locking)
            except FileNotFoundError:  # its socket: it has not been made yet
                raise ConnectionRefusedError from None
            instance_lock = ServerLock(locking, wait_s=patience.lock_s)
        await opened.enter_async_context(instance_lock)
        reading = reading_engine(address, patience)
        opened.push_async_callback(reading.dispose)
        migrating = writing_engine(address, patience, migrating=True)
        opened.push_async_callback(migrating.dispose)
        # All that are missing in one transaction, so that a crash leaves the old tables whole.
        async with migrating.begin() as connection:
            await connection.run_sync(migrate)
        await migrating.dispose()
        writing = writing_engine(address, patience)
        opened.push_async_callback(writing.dispose)
        await instance_lock.claim(writing)
        instance_lock.guard(writing)
        async with writing.connect() as connection:
            newest_job_id = await connection.scalar(select(func.max(JobRow.id))) or 0
    store = Store(reading, writing, clock, instance_lock, newest_job_id)
    opened.push_async_callback(store.drain)
    return store


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


# ---------------------------------------------------------------- only looking


class DatabaseStatus(Enum):
    """How a database that can be used is found."""

    NEW = auto()
    """There is nothing yet: the first start makes it."""
    OLD = auto()
    """An older version wrote it: the next start brings it up to date."""
    READY = auto()


async def inspect_database(url: str) -> DatabaseStatus:
    """How the database at *url* is found; a bot may be using it meanwhile.

    Raises `StoreTooNew`, `AddressWrong`, `PoolerUnfit`, and `StoreUnavailable` where it cannot be
    used. None of them holds what is secret in *url*.
    """
    with database_errors():
        address = read_address(url)
        async with AsyncExitStack() as opened:
            if not address.is_sqlite:
                locking = locking_engine(address, Patience())
                opened.push_async_callback(locking.dispose)
                await refuse_poolers(locking)
            elif not _is_there(address.file):
                return DatabaseStatus.NEW
            reading = reading_engine(address, Patience())
            opened.push_async_callback(reading.dispose)
            connection = await opened.enter_async_context(reading.connect())
            newest = await connection.run_sync(is_newest)
            if newest is not None:
                return DatabaseStatus.READY if newest else DatabaseStatus.OLD
            if not address.is_sqlite and not await connection.scalar(_MAY_MAKE_TABLES):
                raise StoreUnavailable(detail="InsufficientPrivilegeError")
            return DatabaseStatus.NEW


def _is_there(file: Path) -> bool:
    """Raises `OSError` where *file* could not be written, or made."""
    if file.exists():
        file.open("r+b").close()
        return True
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    with tempfile.TemporaryFile(dir=folder):
        return False
