"""A database that goes away at a step of a job's life, and comes back when a test says so.

The steps are counted from outside, at SQLAlchemy's own door: each transaction that writes is one,
from the one that accepts a job until no job is under way any more.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.pool import QueuePool


class Database(Protocol):
    """A database that can be away."""

    url: str

    def go_away(self) -> None: ...
    def come_back(self) -> None: ...


class Steps:
    """Counts transactions that write, and lets the database go away at one of them."""

    def __init__(self, go_away: Callable[[], None], *, in_doubt: bool) -> None:
        """*in_doubt*: the step at which it goes is committed all the same."""
        self._go_away = go_away
        self._in_doubt = in_doubt
        self._left = 0
        self._begun = self._goes_at_commit = False

    def away_at(self, number: int) -> None:
        """From the *number*-th transaction on; 0 for never."""
        self._left, self._begun = number, False
        self._goes_at_commit = self._in_doubt and number > 0

    @property
    def reached(self) -> bool:
        return self._left <= 0

    @contextmanager
    def counted(self) -> Generator[None]:
        """Count while this lasts."""
        event.listen(Engine, "begin", self._begin)
        event.listen(Engine, "commit", self._commit)
        try:
            yield
        finally:
            event.remove(Engine, "begin", self._begin)
            event.remove(Engine, "commit", self._commit)

    def _begin(self, connection: Connection) -> None:
        if self._left > 0 and _writes(connection) and (not self._begun or _at_work()):
            self._begun = True
            self._left -= 1
            if self._left == 0 and not self._in_doubt:
                self._go_away()

    def _commit(self, connection: Connection) -> None:
        if self._left == 0 and self._goes_at_commit and _writes(connection):
            self._goes_at_commit = False
            self._go_away()


def _at_work() -> bool:
    """Whether any job is under way."""
    return any(task.get_name().startswith("job ") for task in asyncio.all_tasks())


def _writes(connection: Connection) -> bool:
    """Whether this is the one connection that the store writes with."""
    pool = connection.engine.pool
    return isinstance(pool, QueuePool) and pool.size() == 1


class LockedFile:
    """An SQLite file that another program does not let go."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._file = make_url(url).database or ""
        self._other: sqlite3.Connection | None = None

    def go_away(self) -> None:
        other = sqlite3.connect(self._file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        self._other = other

    def come_back(self) -> None:
        if self._other is not None:
            self._other.execute("ROLLBACK")
            self._other.close()
            self._other = None
