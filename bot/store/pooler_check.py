"""Finds out whether a pooler lends each transaction another session of the PostgreSQL server.

A lock belongs to a session. Behind such a pooler (PgBouncer's ``pool_mode = transaction``) it would
stay with a connection of the pooler's after the bot has ended, and keep every later one out.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import PoolerUnfit

_TELL_SESSION = "DO 'BEGIN RAISE EXCEPTION USING MESSAGE = pg_backend_pid(); END'"
"""Its answer is an error: statements that return rows are prepared, which such poolers break."""

_RAISED = "P0001"


async def refuse_poolers(engine: AsyncEngine) -> None:
    """Raises `PoolerUnfit`, and what a driver raises. Leaves nothing behind.

    Two transactions that are open at once have two sessions. Once both are over, the one that was
    given back last is lent next, or else the one that waited longest: asked twice, a connection
    that keeps no session of its own meets both.
    """
    async with engine.connect() as one, engine.connect() as other:
        first, second = await _driver(one), await _driver(other)
        await first.execute("BEGIN")
        own = await _session(first)
        try:
            await second.execute("BEGIN")
            await _session(second)
        except TimeoutError:  # the pooler has no second session to lend
            raise PoolerUnfit from None
        await first.execute("ROLLBACK")
        await second.execute("ROLLBACK")
        for _ in range(2):
            if await _session(first) != own:
                raise PoolerUnfit


async def _driver(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def _session(driver: Any) -> str:
    """Which process of the server answers *driver*. Raises what it raises."""
    try:
        await driver.execute(_TELL_SESSION)
    except Exception as raised:
        if getattr(raised, "sqlstate", None) != _RAISED:
            raise
        return str(raised)
    raise AssertionError("an exception was asked for")
