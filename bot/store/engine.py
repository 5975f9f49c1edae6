"""How each kind of database is connected to, and how its transactions begin.

Everything that is not portable is here; the tables and the queries know no database by name.
"""

import logging
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

_SQLITE_READERS = 4


def reading_engine(url: URL, *, busy_timeout_s: float) -> AsyncEngine:
    """An engine whose every statement is a transaction of its own.

    Each call to an SQLite driver is a trip to another thread and back: beginning and ending a
    transaction around one SELECT would double the time that people wait.
    """
    options: dict[str, Any] = {"pool_size": _SQLITE_READERS} if _is_sqlite(url) else {}
    return _create(
        url,
        busy_timeout_s,
        isolation_level="AUTOCOMMIT",
        skip_autocommit_rollback=True,
        pool_reset_on_return=None,
        **options,
    )


def writing_engine(
    url: URL, *, busy_timeout_s: float, enforce_foreign_keys: bool = True
) -> AsyncEngine:
    """An engine of one connection, whose transactions keep every other writer out from the start.

    *busy_timeout_s* is how long SQLite waits for a lock that another program holds.
    """
    if not _is_sqlite(url):
        return _create(url, busy_timeout_s)
    # The driver begins transactions late; we begin each one ourselves.
    engine = _create(
        url,
        busy_timeout_s,
        enforce_foreign_keys=enforce_foreign_keys,
        pool_size=1,
        connect_args={"isolation_level": None},
    )

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "begin", begin)
    return engine


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _create(
    url: URL, busy_timeout_s: float, *, enforce_foreign_keys: bool = True, **options: Any
) -> AsyncEngine:
    """An engine for *url*; its errors never show what was bound to a statement."""
    if not _is_sqlite(url):
        return create_async_engine(url, hide_parameters=True, **options)
    engine = create_async_engine(url, hide_parameters=True, max_overflow=0, **options)
    pragmas = (
        f"PRAGMA busy_timeout = {round(busy_timeout_s * 1000)}",
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
