"""Opens the store: the folder, the migrations, the connections; closes what it opened."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.engine import URL, make_url

from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.store.engine import reading_engine, writing_engine
from bot.store.failures import database_errors
from bot.store.store import Store

_MIGRATIONS = Path(__file__).with_name("migrations")


@asynccontextmanager
async def open_store(
    url: str, *, clock: Clock, busy_timeout_s: float = 5.0
) -> AsyncGenerator[Store]:
    """The store at *url*, with the newest tables; created where there is none.

    *busy_timeout_s* is how long a call waits for a lock that another program holds on an SQLite
    file. Raises `StoreUnavailable`, whose detail never holds *url*.
    """
    with database_errors():
        address = _address(url)
        _make_folder(address)
        await _migrate(address, busy_timeout_s)
        reading = reading_engine(address, busy_timeout_s=busy_timeout_s)
        writing = writing_engine(address, busy_timeout_s=busy_timeout_s)
    store = Store(reading, writing, clock)
    try:
        yield store
    finally:
        await store.settle()
        await reading.dispose()
        await writing.dispose()


def _address(url: str) -> URL:
    try:
        address = make_url(url)
        address.get_dialect().import_dbapi()
    except (ValueError, ImportError) as error:  # a port that is no number; a driver not installed
        raise StoreUnavailable(detail=type(error).__name__) from None
    if address.get_backend_name() == "sqlite" and not _is_plain_file(address.database):
        raise StoreUnavailable(detail="the SQLite database is not a file")
    return address


def _is_plain_file(database: str | None) -> bool:
    """Whether each connection would see the same data, and for longer than it lasts."""
    return bool(database) and database != ":memory:" and not database.startswith("file:")


def _make_folder(address: URL) -> None:
    if address.get_backend_name() == "sqlite" and address.database:
        Path(address.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)


async def _migrate(address: URL, busy_timeout_s: float) -> None:
    """All missing migrations in one transaction, so that a crash leaves the old tables whole.

    SQLite changes a table by building it anew and dropping the old one, which would take the
    pictures of all jobs along: foreign keys are not enforced here.
    """
    engine = writing_engine(address, busy_timeout_s=busy_timeout_s, enforce_foreign_keys=False)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, "head")
