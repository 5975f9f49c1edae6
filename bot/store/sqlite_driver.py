"""A connection to an SQLite file that goes to its thread once for each statement.

aiosqlite goes there and back four times: for a cursor, the statement, its rows, and the cursor's
end. Each trip wakes the event loop, and takes longer than most statements.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from functools import partial
from threading import Thread
from typing import Any, Self, cast

import aiosqlite


def connect(*args: Any, **options: Any) -> aiosqlite.Connection:
    """What `aiosqlite.connect` returns, for SQLAlchemy's ``async_creator_fn``."""
    connection = _Connection(partial(sqlite3.connect, *args, **options), iter_chunk_size=64)
    # SQLAlchemy does the same: a process that ends does not wait for the thread.
    thread: Thread = getattr(connection, "_thread")  # noqa: B009  # there is no other way
    thread.daemon = True
    return connection


class _Connection(aiosqlite.Connection):
    def cursor(self) -> Any:
        return _Cursor(self)

    async def run(self, statement: str, *parameters: Any, many: bool) -> "_Outcome":
        """Run it, and read all that it returns."""
        work = partial(_run, self._conn, statement, *parameters, many=many)
        return cast("_Outcome", await self._execute(work))  # pyright: ignore[reportUnknownMemberType]  # untyped


_Outcome = tuple[sqlite3.Cursor, list[Any]]
"""A closed cursor, which still says what it did, and its rows."""


def _run(connection: sqlite3.Connection, statement: str, *parameters: Any, many: bool) -> _Outcome:
    cursor = connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(statement, *parameters)
        return cursor, cursor.fetchall()
    finally:
        cursor.close()


class _Cursor:
    """As far as SQLAlchemy uses one."""

    description: Any = None
    rowcount = -1
    lastrowid: int | None = None
    arraysize = 1

    def __init__(self, connection: _Connection) -> None:
        self._connection = connection
        self._rows: Sequence[Any] = ()

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, *parameters: Iterable[Any]) -> Self:
        return await self._run(statement, *parameters, many=False)

    async def executemany(self, statement: str, parameters: Iterable[Iterable[Any]]) -> Self:
        return await self._run(statement, parameters, many=True)

    async def fetchall(self) -> Sequence[Any]:
        return self._rows

    async def close(self) -> None:
        """It is closed."""

    async def _run(self, statement: str, *parameters: Any, many: bool) -> Self:
        cursor, self._rows = await self._connection.run(statement, *parameters, many=many)
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        return self
