"""One process for one database: what that rests on, whatever kind of database it is.

Two things together. A lock keeps a second process from starting: the operating system or the
database server takes it back from a process that is gone, so that none is ever left behind. And a
row names the process that came last, which each transaction looks at: whoever is no longer named
there writes nothing, whatever became of its lock.
"""

import asyncio
import secrets
from abc import ABC, abstractmethod
from typing import Self

from sqlalchemy import Connection, event, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import StoreLost, StoreUnusable
from bot.store.tables import FactRow

OWNER_FACT = "owner"
"""Under this name the database remembers which process came last."""


class InstanceLock(ABC):
    """That this process alone uses a database, from when it took the lock until that is lost.

    A context manager that takes the lock, keeps it, and gives it back. Raises `StoreInUse` where
    another process has it, and what a driver or the file system raises.
    """

    named = select(FactRow.value).where(FactRow.name == OWNER_FACT)
    """Asks for the owner that the database names."""

    def __init__(self) -> None:
        self.owner = secrets.token_hex(8)
        self._lost: asyncio.Future[StoreUnusable] = asyncio.get_running_loop().create_future()
        self._keeping: asyncio.Task[None]

    async def __aenter__(self) -> Self:
        await self.take()
        self._keeping = asyncio.create_task(self.keep(), name="database lock")
        return self

    async def __aexit__(self, *_: object) -> None:
        self._keeping.cancel()
        await asyncio.gather(self._keeping, return_exceptions=True)
        await self.release()

    @abstractmethod
    async def take(self) -> None:
        """Take the lock, or raise."""

    @abstractmethod
    async def keep(self) -> None:
        """Make sure of the lock again and again, until cancelled."""

    @abstractmethod
    async def release(self) -> None:
        """Give the lock back."""

    @property
    def reason(self) -> StoreUnusable | None:
        """Why it is over for good; ``None`` as long as it is not."""
        return self._lost.result() if self._lost.done() else None

    async def wait_lost(self) -> StoreUnusable:
        """Wait until it is over for good; why."""
        return await asyncio.shield(self._lost)

    @abstractmethod
    async def ensure_held(self) -> None:
        """Wait until it is certain enough that nobody else acts on what is in the database.

        Whoever shows people something that rests on it alone asks this first. Waits for ever where
        another process has come: this one is about to end.
        """

    async def claim(self, engine: AsyncEngine) -> None:
        """Be named as the process that came last; earlier ones write nothing from here on."""
        row = {"name": OWNER_FACT, "value": self.owner}
        rename = update(FactRow).where(FactRow.name == OWNER_FACT).values(row)
        async with engine.begin() as connection:
            if not (await connection.execute(rename)).rowcount:
                await connection.execute(insert(FactRow).values(row))

    def guard(self, engine: AsyncEngine) -> None:
        """Let each transaction of *engine* begin by making sure that this process may write.

        A transaction of one that may not raises `BlockingIOError`.
        """
        # On a server the row stays locked until the end. So a new owner waits for what is under
        # way, and so do we where a connection broke: its commit may still be on its way there.
        question = self.named.with_for_update()

        def check(connection: Connection) -> None:
            self.inspect(connection)
            if self.reason is None and connection.scalar(question) != self.owner:
                self.end(StoreLost())
            if self.reason is not None:
                raise BlockingIOError

        event.listen(engine.sync_engine, "begin", check)

    @abstractmethod
    def inspect(self, connection: Connection) -> None:
        """Notice at the beginning of a transaction what no row of the database can tell.

        Raises `BlockingIOError` where this is not the moment to write.
        """

    def end(self, reason: StoreUnusable) -> None:
        """It is over, for *reason*; the first one counts."""
        if not self._lost.done():
            self._lost.set_result(reason)
