"""How each kind of database is connected to, and how its transactions begin.

Everything that is not portable is here or in `bot.store.sole_use`; the tables and the queries know
no database by name. No error of these engines shows what was bound to a statement.
"""

import logging
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.store.address import Address
from bot.store.sole_use import lock_with_connection

_READERS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a database is waited for, in seconds."""

    lock_s: float = 5.0
    """For a lock that another program holds."""
    answer_s: float = 10.0
    """For any answer of a server; more than for a lock, which the server would tell of."""


def reading_engine(address: Address, patience: Patience) -> AsyncEngine:
    """An engine whose every statement is a transaction of its own.

    Each call to an SQLite driver is a trip to another thread and back, and each one to a server is
    a trip to that: beginning and ending a transaction around one SELECT would double the time that
    people wait.
    """
    create = _sqlite_engine if address.is_sqlite else _postgresql_engine
    return create(
        address,
        patience,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        pool_size=_READERS,
    )


def writing_engine(address: Address, patience: Patience, *, migrating: bool = False) -> AsyncEngine:
    """An engine of one connection, whose transactions keep every other writer out.

    *migrating*: a statement may take as long as it takes, and a table may be dropped without the
    rows that belong to it. Connecting raises `BlockingIOError` where another store writes to the
    same PostgreSQL database.
    """
    if address.is_sqlite:
        # The driver begins transactions late; we begin each one ourselves.
        engine = _sqlite_engine(
            address,
            patience,
            enforce_foreign_keys=not migrating,
            pool_size=1,
            connect_args={"isolation_level": None},
        )
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    engine = _postgresql_engine(address, patience, unlimited=migrating, pool_size=1)
    lock_with_connection(engine, wait_s=patience.lock_s)
    return engine


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_engine(
    address: Address, patience: Patience, *, unlimited: bool = False, **options: Any
) -> AsyncEngine:
    """An engine that connects anew where the server has been away."""
    limits: dict[str, Any] = {"timeout": patience.answer_s, "command_timeout": patience.answer_s}
    limits |= address.options
    if unlimited:
        del limits["command_timeout"]
    return create_async_engine(
        address.url,
        hide_parameters=True,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args=limits,
        **options,
    )


def _sqlite_engine(
    address: Address, patience: Patience, *, enforce_foreign_keys: bool = True, **options: Any
) -> AsyncEngine:
    engine = create_async_engine(address.url, hide_parameters=True, max_overflow=0, **options)
    pragmas = (
        f"PRAGMA busy_timeout = {round(patience.lock_s * 1000)}",
        "PRAGMA journal_mode = WAL",
        f"PRAGMA foreign_keys = {int(enforce_foreign_keys)}",
    )

    def set_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(pragma)
        cursor.close()

    event.listen(engine.sync_engine, "connect", set_pragmas)
    # At DEBUG the driver writes every bound value to the log: prompts, addresses, whatever is kept.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    return engine
