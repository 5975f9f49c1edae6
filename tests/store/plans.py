"""What a database is asked, and how it means to find the answer."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection

Statement = tuple[str, Any]
"""SQL, and what is bound to it."""


@contextmanager
def statements() -> Generator[list[Statement]]:
    """What any database is asked meanwhile."""
    asked: list[Statement] = []

    def note(*call: Any) -> None:
        if call[2].startswith(("SELECT", "UPDATE", "DELETE", "WITH")):
            asked.append((call[2], call[3]))

    event.listen(Engine, "before_cursor_execute", note)
    yield asked
    event.remove(Engine, "before_cursor_execute", note)


async def plan(connection: AsyncConnection, statement: Statement) -> list[str]:
    """The plan, line by line."""
    sql, bound = statement
    words = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    rows = await connection.exec_driver_sql(f"{words} {sql}", bound)
    return [str(row[-1]) for row in rows]
