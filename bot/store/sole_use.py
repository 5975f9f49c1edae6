"""One process for one database: the lock that a store holds for as long as it is open.

The operating system or the database server takes the lock back from a process that is gone, so that
none is ever left behind. Whoever finds it taken gets a `BlockingIOError`.
"""

import fcntl
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry

_KEY = int.from_bytes(b"remixbot")
"""The number of our lock; advisory locks of PostgreSQL are numbered within each database."""

_LOCK_NOT_AVAILABLE = "55P03"
"""What PostgreSQL calls a wait for a lock that was longer than ``lock_timeout``."""


@contextmanager
def lock_file(database: Path) -> Generator[None]:
    """Hold the lock of this SQLite file, which is a file beside it.

    The database itself cannot be locked so: SQLite has locks of its own on it.
    """
    real = database.resolve()
    with real.with_name(f"{real.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def lock_with_connection(engine: AsyncEngine, *, wait_s: float) -> None:
    """Let every new connection of this PostgreSQL engine take the lock, and keep it.

    Whoever writes through *engine* therefore holds it, even after the server was away and somebody
    else may have come first. *wait_s*: a connection that was just closed holds on for a moment.
    """
    settings = (
        f"SET lock_timeout = {max(1, round(wait_s * 1000))}",
        # A machine that vanished does not say so; the server's default is to ask after two hours.
        "SET tcp_keepalives_idle = 30",
        "SET tcp_keepalives_interval = 10",
        "SET tcp_keepalives_count = 3",
    )

    def take(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        for setting in settings:
            cursor.execute(setting)
        try:
            cursor.execute(f"SELECT pg_advisory_lock({_KEY})")
        except Exception as error:
            if getattr(error, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise BlockingIOError from None
            raise
        cursor.close()
        connection.commit()

    event.listen(engine.sync_engine, "connect", take)
