"""Opens the store: the folder, the lock, the migrations, the connections; closes what it opened."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import func, select

from bot.clock import Clock
from bot.store.address import Address, read_address
from bot.store.engine import Patience, locking_engine, reading_engine, writing_engine
from bot.store.file_lock import use_file
from bot.store.instance_lock import InstanceLock
from bot.store.migrating import migrate
from bot.store.pooler_check import refuse_poolers
from bot.store.server_lock import use_server
from bot.store.store import Store
from bot.store.store_errors import database_errors
from bot.store.tables import JobRow

T = TypeVar("T")


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
    with database_errors(of_server=not address.is_sqlite):
        instance_lock = await opened.enter_async_context(_use(address, patience))
        reading = reading_engine(address, patience)
        opened.push_async_callback(reading.dispose)
        await _migrate(address, patience)
        writing = writing_engine(address, patience)
        opened.push_async_callback(writing.dispose)
        await instance_lock.claim(writing)
        instance_lock.guard(writing)
        async with writing.connect() as connection:
            newest_job_id = await connection.scalar(select(func.max(JobRow.id))) or 0
    store = Store(reading, writing, clock, instance_lock, newest_job_id)
    opened.push_async_callback(store.drain)
    return store


@asynccontextmanager
async def _use(address: Address, patience: Patience) -> AsyncGenerator[InstanceLock]:
    if address.is_sqlite:
        async with use_file(address.file) as of_file:
            yield of_file
        return
    engine = locking_engine(address, patience)
    try:
        try:
            await refuse_poolers(engine)
        except FileNotFoundError:  # its socket: it has not been made yet
            raise ConnectionRefusedError from None
        async with use_server(engine, wait_s=patience.lock_s) as of_server:
            yield of_server
    finally:
        await engine.dispose()


async def _migrate(address: Address, patience: Patience) -> None:
    """All missing migrations in one transaction, so that a crash leaves the old tables whole."""
    engine = writing_engine(address, patience, migrating=True)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


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
