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

_WRITES = "remixbot_writes"
_SQLITE_CONNECTIONS = 5


def create_engine(
    url: URL, *, busy_timeout_s: float, enforce_foreign_keys: bool = True
) -> AsyncEngine:
    """An engine for *url*; its errors never show what was bound to a statement.

    *busy_timeout_s* is how long SQLite waits for a lock that somebody else holds.
    """
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url, hide_parameters=True)
    engine = create_async_engine(
        url,
        hide_parameters=True,
        pool_size=_SQLITE_CONNECTIONS,
        max_overflow=0,
        # The driver begins transactions late, and none for reading; we begin each one ourselves.
        connect_args={"isolation_level": None},
    )
    _set_up_sqlite(engine, busy_timeout_s, enforce_foreign_keys)
    # At DEBUG the driver writes every bound value to the log: prompts, addresses, whatever is kept.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    return engine


def for_writing(engine: AsyncEngine) -> AsyncEngine:
    """The same engine, whose transactions keep every other writer out from their beginning."""
    return engine.execution_options(**{_WRITES: True})


def _set_up_sqlite(engine: AsyncEngine, busy_timeout_s: float, enforce_foreign_keys: bool) -> None:
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

    def begin(connection: Connection) -> None:
        options: dict[str, Any] = dict(connection.get_execution_options())
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITES) else "BEGIN")

    event.listen(engine.sync_engine, "connect", set_pragmas)
    event.listen(engine.sync_engine, "begin", begin)
