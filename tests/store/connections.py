"""Connections to a database that are none of the store's."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine


@asynccontextmanager
async def connected(url: str, *, autocommit: bool = False) -> AsyncGenerator[AsyncConnection]:
    """One to the database at *url*; *autocommit*: each statement is committed by itself."""
    engine = create_async_engine(url)
    if autocommit:
        engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()
