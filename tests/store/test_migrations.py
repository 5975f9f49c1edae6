"""The migrations build exactly the tables that the code works with, however often they run."""

import ast
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

import bot.store
from bot.errors import StoreTooNew
from bot.store import lookups, open_store
from bot.store.address import read_address
from bot.store.engine import Patience, reading_engine
from bot.store.tables import Base
from tests.clock import ManualClock
from tests.store import samples

VERSIONS = Path(bot.store.__file__).parent / "migrations" / "versions"


# SQLAlchemy does not read such indexes of SQLite; the test after this one looks at them.
@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based")
async def test_the_migrations_build_the_tables_of_the_code(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock):
        pass
    async with _behind_its_back(database_url) as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(
                MigrationContext.configure(plain, opts={"include_name": _is_mapped}), Base.metadata
            )
        )
    assert not differences


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_the_migrations_build_the_checks_and_the_odd_indexes_of_the_code(
    database_url: str, clock: ManualClock
) -> None:
    """Alembic's own comparison does not look at them."""
    async with open_store(database_url, clock=clock):
        pass
    async with _behind_its_back(database_url) as connection:
        migrated = await connection.run_sync(_conditions)
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        written = await connection.run_sync(_conditions)
    assert len(written) == 4 + 5 + 3
    assert migrated == written


async def test_opening_twice_keeps_the_tables_and_what_is_in_them(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock) as store:
        job = await samples.delivered(store)
        kept = await store.read(lookups.get, job.id)
    async with open_store(database_url, clock=clock) as store:
        assert await store.read(lookups.get, job.id) == kept


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock):
        pass
    async with _behind_its_back(database_url) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(StoreTooNew, match="9999"):
            async with open_store(database_url, clock=clock):
                pass
        version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert version == "9999"


async def test_the_database_refuses_a_row_that_means_nothing(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock) as store:
        await samples.accepted(store)
    for change in (
        "state = 'lost'",
        "action = NULL",
        "options = NULL",
        "source_job_id = NULL",
        "prompt = NULL",
    ):
        async with _behind_its_back(database_url) as connection:
            with pytest.raises(IntegrityError, match=r"(?i)constraint"):
                await connection.execute(text(f"UPDATE jobs SET {change}"))  # noqa: S608  # ours


async def test_the_images_of_a_job_go_with_it(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock) as store:
        await samples.finished(store)
    async with _behind_its_back(database_url) as connection:
        before = await connection.scalar(text("SELECT count(*) FROM pictures"))
        await connection.execute(text("DELETE FROM jobs"))
        after = await connection.scalar(text("SELECT count(*) FROM pictures"))
    assert (before, after) == (2, 0)


@pytest.mark.parametrize("version", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_knows_nothing_of_the_code_of_today(version: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(version.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= {"alembic", "sqlalchemy", "datetime"}


def _is_mapped(name: str | None, kind: str, _parents: object) -> bool:
    """All but the full-text search, which each database has in its own way."""
    return kind != "table" or not str(name).startswith("job_words")


@asynccontextmanager
async def _behind_its_back(database_url: str) -> AsyncGenerator[AsyncConnection]:
    """A connection that is none of the store's."""
    engine = reading_engine(read_address(database_url), Patience())
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


def _conditions(connection: Connection) -> set[tuple[str, str | None, str]]:
    """Table, name and words of every check, of every partial index, and of those of expressions."""
    inspector = inspect(connection)
    where = f"{connection.dialect.name}_where"
    found: set[tuple[str, str | None, str]] = set()
    for table in Base.metadata.tables:
        for check in inspector.get_check_constraints(table):
            found.add((table, check["name"], check["sqltext"]))
        for index in inspector.get_indexes(table):
            options = index.get("dialect_options", {})
            if where in options:
                found.add((table, index["name"], str(options[where])))
    listed = "tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%replace(%'"
    if connection.dialect.name != "sqlite":
        listed = "tablename, indexname, indexdef FROM pg_indexes WHERE indexdef LIKE '%replace(%'"
    found.update((row[0], row[1], row[2]) for row in connection.execute(text(f"SELECT {listed}")))
    return found
