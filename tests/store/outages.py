"""Databases that take no writes for a while, whatever they do otherwise."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

TABLES = "jobs, pictures, facts"


@asynccontextmanager
async def no_writes(url: str) -> AsyncGenerator[None]:
    """Another program writes to the database at *url*, and does not come to an end."""
    if make_url(url).get_backend_name() == "sqlite":
        file = make_url(url).database or ""
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")
        return
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.execute(text(f"LOCK TABLE {TABLES} IN SHARE MODE"))
            yield
    finally:
        await engine.dispose()
