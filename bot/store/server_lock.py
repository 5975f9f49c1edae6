"""Sole use of a PostgreSQL database: an advisory lock, held by a connection that does nothing else.

The server takes the lock back as soon as that connection ends, for whatever reason. So its end is
noticed at once, and a light question, asked again and again, notices a network that has gone quiet.
"""

import asyncio
import logging
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only

from bot.errors import StoreInUse, StoreLost, StoreUnavailable
from bot.store.engine import KEEPALIVES
from bot.store.instance_lock import InstanceLock
from bot.store.store_errors import database_errors

PROBE_EVERY_S = 5.0
RETRY_EVERY_S = 1.0
FRESH_S = 15.0
"""For so long an answer stands for the lock; then a new one is asked for before anybody acts."""
GRACE_S = 50.0
"""For so long after its last answer the server keeps the lock of a connection that has gone quiet,
with ten seconds to spare (`bot.store.engine.KEEPALIVES`)."""

_KEY = int.from_bytes(b"remixbot")
"""The number of our lock; advisory locks of PostgreSQL are numbered within each database."""

_LOCK_NOT_AVAILABLE = "55P03"
"""What PostgreSQL calls a wait for a lock that was longer than ``lock_timeout``."""

_SESSION = text("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()")
_END_SESSION = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE pid = :pid AND backend_start = :backend_start"
)
"""Of our own, where the network has lost it and the server has not noticed."""

log = logging.getLogger(__name__)


class ServerLock(InstanceLock):
    """Sole use of the database that *engine* connects to.

    A connection that was just closed may hold the lock for a moment: *wait_s*.
    """

    def __init__(self, engine: AsyncEngine, *, wait_s: float) -> None:
        super().__init__()
        self._engine = engine
        self._wait_s = wait_s
        self._connection: AsyncConnection | None = None
        self._session: dict[str, Any] | None = None
        """The server's side of the connection that held the lock last."""
        self._cut = asyncio.Event()
        """The connection has ended by itself."""
        self._held = asyncio.Event()
        self._asked_at = 0.0
        """When the last question that was answered was asked."""
        self._renewal: asyncio.Task[None] | None = None

    async def ensure_held(self) -> None:
        """A server that is away gives its lock to nobody, unless it is away for us alone.

        Then it keeps ours for a while, and for so long this process acts as before.
        """
        while self.reason is None:
            if not self._held.is_set() or self._silence_s() >= FRESH_S:
                await self._renew()
            if self.reason is None and (self._held.is_set() or self._silence_s() < GRACE_S):
                return
            await self._held.wait()
        await asyncio.get_running_loop().create_future()

    def inspect(self, connection: Connection) -> None:  # noqa: ARG002  # a file needs it
        """Nothing is written before the lock is held again, though nobody may have come."""
        if not self._held.is_set():
            await_only(self._renew())
        if not self._held.is_set():
            raise BlockingIOError

    def _silence_s(self) -> float:
        return time.monotonic() - self._asked_at

    # ---------------------------------------------------------------- keeping the lock

    async def keep(self) -> None:
        while self.reason is None:
            if self._connection is None:
                await asyncio.sleep(RETRY_EVERY_S)
            else:
                with suppress(TimeoutError):
                    async with asyncio.timeout(PROBE_EVERY_S):
                        await self._cut.wait()
            await self._renew()

    async def _renew(self) -> None:
        """Make sure of the lock, once for all who ask at the same time.

        In a task of its own: who is cancelled must not break off a driver in the middle.
        """
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._ask(), name="asking for the lock")
        await asyncio.shield(self._renewal)

    async def _ask(self) -> None:
        asked_at, held = time.monotonic(), self._held.is_set()
        try:
            with database_errors():
                if self._connection is not None and not self._cut.is_set():
                    await self._connection.exec_driver_sql("SELECT 1")
                else:
                    await self._drop()
                    await self.take()
        except StoreInUse:
            self.end(StoreLost())
        except StoreUnavailable as error:
            await self._drop()
            if held:
                log.warning(
                    "Failed to check the lock on the database, another process could take it: %s",
                    error,
                )
        else:
            self._asked_at = asked_at
            self._held.set()

    async def take(self) -> None:
        asked_at, cut = time.monotonic(), asyncio.Event()

        def ended(_connection: object) -> None:
            cut.set()
            if self._cut is cut:
                self._held.clear()

        connection = await self._engine.connect()
        try:
            # To hear of its end when it comes, not when it is used next.
            driver: Any = (await connection.get_raw_connection()).driver_connection
            driver.add_termination_listener(ended)
            await self._lock(connection)
            session = (await connection.execute(_SESSION)).mappings().one()
        except BaseException:
            await connection.close()
            raise
        if self._session is not None:
            log.info("Took the lock on the database again")
        self._connection, self._session = connection, dict(session)
        self._asked_at, self._cut = asked_at, cut
        if not cut.is_set():
            self._held.set()

    async def _lock(self, connection: AsyncConnection) -> None:
        """Raises `StoreInUse`, also where another process came and is gone again."""
        wait_s, session = self._wait_s, self._session
        if session is not None and not await connection.scalar(_END_SESSION, session):
            wait_s = 0.0  # our own session is gone: whoever has the lock has come to stay
        for setting in (f"SET lock_timeout = {max(1, round(wait_s * 1000))}", *KEEPALIVES):
            await connection.exec_driver_sql(setting)
        try:
            await connection.exec_driver_sql(f"SELECT pg_advisory_lock({_KEY})")
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) == _LOCK_NOT_AVAILABLE:
                raise StoreInUse from None
            raise
        if session is not None and await connection.scalar(self.named) != self.owner:
            raise StoreInUse

    async def _drop(self) -> None:
        """Be done with the connection, which is of no use any more."""
        self._held.clear()
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):
                await connection.invalidate()
                await connection.close()

    async def release(self) -> None:
        if self._renewal is not None:
            self._renewal.cancel()
            await asyncio.gather(self._renewal, return_exceptions=True)
        await self._drop()
