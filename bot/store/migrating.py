"""Brings the tables of a database to what the code works with."""

from pathlib import Path

from sqlalchemy import Connection, column, inspect, select, table

from bot.errors import StoreTooNew, StoreUnavailable

NEWEST = "head"

_MIGRATIONS = Path(__file__).with_name("migrations")
_VERSIONS = table("alembic_version", column("version_num"))
"""Where Alembic keeps how far the database is: one row."""


def migrate(connection: Connection, to: str = NEWEST) -> None:
    """Run the migrations that are missing up to version *to*, in the transaction of *connection*.

    SQLite changes a table by building it anew and dropping the old one, which would take the
    images of all jobs along: foreign keys must not be enforced there. Raises `StoreTooNew` where
    the database has a version that is not known here; it is left alone then. Raises
    `StoreUnavailable` for what Alembic cannot do.
    """
    if to == NEWEST and is_newest(connection):
        return
    from alembic import command  # noqa: PLC0415  # takes a quarter of a second, and is rarely needed
    from alembic.config import Config  # noqa: PLC0415  # as above
    from alembic.util import CommandError  # noqa: PLC0415  # as above

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreUnavailable(detail=type(error).__name__) from None


def is_newest(connection: Connection) -> bool | None:
    """Whether no migration is missing; ``None`` where there are no tables of ours yet.

    Raises `StoreTooNew`.
    """
    if not inspect(connection).has_table(_VERSIONS.name):
        return None
    found = connection.scalars(select(_VERSIONS.c.version_num)).all()
    ours = sorted(file.name.partition("_")[0] for file in _MIGRATIONS.glob("versions/0*.py"))
    for version in found:
        if version not in ours:
            raise StoreTooNew(detail=version)
    return ours[-1] in found if found else None
