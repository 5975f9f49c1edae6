"""Looks whether a database can be used, without making or changing anything in it."""

import tempfile
from enum import Enum, auto
from pathlib import Path

from sqlalchemy import Connection, text

from bot.errors import StoreUnavailable
from bot.store.address import Address, read_address
from bot.store.engine import Patience, locking_engine, reading_engine
from bot.store.migrating import is_newest
from bot.store.pooler_check import refuse_poolers
from bot.store.store_errors import database_errors


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
        if address.is_sqlite and not _try_file(address.file):
            return DatabaseStatus.NEW
        if not address.is_sqlite:
            await _look_for_poolers(address)
        return await _ask(address)


def _try_file(file: Path) -> bool:
    """Whether *file* is there. Raises `OSError` where it could not be written, or made."""
    if file.exists():
        file.open("r+b").close()
        return True
    there = next(folder for folder in file.absolute().parents if folder.exists())
    with tempfile.TemporaryFile(dir=there):
        return False


async def _look_for_poolers(address: Address) -> None:
    engine = locking_engine(address, Patience())
    try:
        await refuse_poolers(engine)
    finally:
        await engine.dispose()


async def _ask(address: Address) -> DatabaseStatus:
    engine = reading_engine(address, Patience())
    try:
        async with engine.connect() as connection:
            newest = await connection.run_sync(is_newest)
            if newest is not None:
                return DatabaseStatus.READY if newest else DatabaseStatus.OLD
            if not address.is_sqlite and not await connection.run_sync(_may_make_tables):
                raise StoreUnavailable(detail="InsufficientPrivilegeError")
            return DatabaseStatus.NEW
    finally:
        await engine.dispose()


def _may_make_tables(connection: Connection) -> bool:
    asked = text("SELECT has_schema_privilege(current_schema(), 'CREATE')")
    return bool(connection.scalar(asked))
