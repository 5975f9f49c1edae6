"""The migrations build exactly the tables that the code works with, however often they run."""

import ast
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

import bot.store
from bot.errors import StoreUnavailable
from bot.store import open_store
from bot.store.engine import writing_engine
from bot.store.tables import Base
from tests.clock import ManualClock
from tests.store import samples

VERSIONS = Path(bot.store.__file__).parent / "migrations" / "versions"


async def test_the_migrations_build_the_tables_of_the_code(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock):
        pass
    engine = _engine(database_url)
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(MigrationContext.configure(plain), Base.metadata)
        )
    await engine.dispose()
    assert not differences


async def test_the_migrations_build_the_checks_of_the_code(
    database_url: str, clock: ManualClock
) -> None:
    """Alembic's own comparison does not look at them."""
    async with open_store(database_url, clock=clock):
        pass
    engine = _engine(database_url)
    async with engine.begin() as connection:
        migrated = await connection.run_sync(_checks)
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
        written = await connection.run_sync(_checks)
    await engine.dispose()
    assert len(written) == 4
    assert migrated == written


async def test_opening_twice_keeps_the_tables_and_what_is_in_them(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock) as store:
        job = await samples.delivered(store)
        kept = await store.job(job.id)
    async with open_store(database_url, clock=clock) as store:
        assert await store.job(job.id) == kept


async def test_a_database_of_an_unknown_version_is_refused_and_left_alone(
    database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock):
        pass
    engine = _engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreUnavailable, match="CommandError"):
        async with open_store(database_url, clock=clock):
            pass
    async with engine.connect() as connection:
        version = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    await engine.dispose()
    assert version == "9999"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jobs SET state = 'lost'",
        "UPDATE jobs SET kind = 'upscale'",
        "UPDATE jobs SET mode = 7",
        "UPDATE jobs SET mode = NULL",
        "UPDATE jobs SET source_job_id = NULL",
        "UPDATE jobs SET kind = 'imagine'",
        "UPDATE jobs SET prompt = NULL",
    ],
)
async def test_the_database_refuses_a_row_that_means_nothing(
    change: str, database_url: str, clock: ManualClock
) -> None:
    async with open_store(database_url, clock=clock) as store:
        await samples.accepted(store)
    engine = _engine(database_url)
    with pytest.raises(Exception, match=r"(?i)constraint"):
        async with engine.begin() as connection:
            await connection.execute(text(change))
    await engine.dispose()


async def test_the_pictures_of_a_job_go_with_it(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock) as store:
        await samples.finished(store)
    engine = _engine(database_url)
    async with engine.begin() as connection:
        before = await connection.scalar(text("SELECT count(*) FROM pictures"))
        await connection.execute(text("DELETE FROM jobs"))
        after = await connection.scalar(text("SELECT count(*) FROM pictures"))
    await engine.dispose()
    assert (before, after) == (2, 0)


@pytest.mark.parametrize("version", sorted(VERSIONS.glob("*.py")), ids=lambda path: path.stem)
def test_a_migration_knows_nothing_of_the_code_of_today(version: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(version.read_text())):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add((node.module or "").partition(".")[0])
    assert imported <= {"alembic", "sqlalchemy"}


def _engine(database_url: str) -> AsyncEngine:
    return writing_engine(make_url(database_url), busy_timeout_s=1)


def _checks(connection: Connection) -> set[tuple[str, str | None, str]]:
    """Table, name and words of every check."""
    inspector = inspect(connection)
    return {
        (table, check["name"], check["sqltext"])
        for table in Base.metadata.tables
        for check in inspector.get_check_constraints(table)
    }
