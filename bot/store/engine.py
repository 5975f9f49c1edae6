"""How each kind of database is connected to, and how its transactions begin.

Everything that is not portable is here, in what searches, or where sole use is made sure of; the
tables and what else is asked of them know no database by name. No error of these engines shows
what was bound to a statement.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from bot.store import sqlite_driver
from bot.store.address import Address
from bot.store.store_errors import READ_ONLY

_READERS = 4
_CACHE_KIB = 16 * 1024
"""Of an SQLite file, for each connection: somebody who types asks for the same rows again."""

KEEPALIVES = (
    # A machine that vanished does not say so; the server's default is to ask after two hours.
    "SET tcp_keepalives_idle = 30",
    "SET tcp_keepalives_interval = 10",
    "SET tcp_keepalives_count = 3",
    "SET tcp_user_timeout = 60000",
)
"""With these a server ends a session that has been silent for a minute, and not before."""


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
    create = _sqlite_engine if address.is_sqlite else _postgresql_pool
    return create(
        address,
        patience,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        pool_size=_READERS,
        pool_use_lifo=True,
    )


def writing_engine(address: Address, patience: Patience, *, migrating: bool = False) -> AsyncEngine:
    """An engine of one connection, whose transactions keep every other writer out.

    *migrating*: a statement may take as long as it takes, and a table may be dropped without the
    rows that belong to it.
    """
    if address.is_sqlite:
        # The driver begins transactions late; we begin each one ourselves.
        engine = _sqlite_engine(
            address,
            patience,
            enforce_foreign_keys=not migrating,
            pool_size=1,
            connecting={"isolation_level": None},
        )
        event.listen(engine.sync_engine, "begin", _begin_immediate)
        return engine
    engine = _postgresql_pool(address, patience, unlimited=migrating, pool_size=1)
    settings = (
        f"SET lock_timeout = {max(1, round(patience.lock_s * 1000))}",
        # A process that froze in the middle must not keep its successor out.
        f"SET idle_in_transaction_session_timeout = {round(patience.answer_s * 1000)}",
        *KEEPALIVES,
    )
    _run_on_connecting(engine, settings)
    event.listen(engine.sync_engine, "handle_error", _connect_anew_where_read_only)
    return engine


def _connect_anew_where_read_only(context: ExceptionContext) -> None:
    """After a failover the name of a server leads to another one: this one has become a standby."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def locking_engine(address: Address, patience: Patience) -> AsyncEngine:
    """An engine for the one connection to a server that holds the lock, and is used for no more."""
    return _postgresql_engine(address, patience, isolation_level="AUTOCOMMIT", poolclass=NullPool)


def _run_on_connecting(engine: AsyncEngine, statements: Iterable[str]) -> None:
    def run(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    event.listen(engine.sync_engine, "connect", run)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql_pool(address: Address, patience: Patience, **options: Any) -> AsyncEngine:
    """An engine that connects anew where the server has been away."""
    return _postgresql_engine(address, patience, max_overflow=0, pool_pre_ping=True, **options)


def _postgresql_engine(
    address: Address, patience: Patience, *, unlimited: bool = False, **options: Any
) -> AsyncEngine:
    limits: dict[str, Any] = {"timeout": patience.answer_s, "command_timeout": patience.answer_s}
    limits |= address.options
    if unlimited:
        del limits["command_timeout"]
    return create_async_engine(
        address.url,
        hide_parameters=True,
        connect_args=limits,
        **options,
    )


def _sqlite_engine(
    address: Address,
    patience: Patience,
    *,
    enforce_foreign_keys: bool = True,
    connecting: Mapping[str, Any] = MappingProxyType({}),
    **options: Any,
) -> AsyncEngine:
    """*connecting*: what the driver is given."""
    engine = create_async_engine(
        address.url,
        hide_parameters=True,
        max_overflow=0,
        connect_args={"async_creator_fn": sqlite_driver.connect, **connecting},
        **options,
    )
    pragmas = (
        f"PRAGMA busy_timeout = {round(patience.lock_s * 1000)}",
        "PRAGMA journal_mode = WAL",
        f"PRAGMA cache_size = {-_CACHE_KIB}",
        f"PRAGMA foreign_keys = {int(enforce_foreign_keys)}",
    )
    _run_on_connecting(engine, pragmas)
    # At DEBUG the driver writes every bound value to the log: prompts, addresses, whatever is kept.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    return engine
