"""Brings the tables of a database to what the code works with."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.errors import StoreTooNew

NEWEST = "head"

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(connection: Connection, to: str = NEWEST) -> None:
    """Run the migrations that are missing up to version *to*, in the transaction of *connection*.

    SQLite changes a table by building it anew and dropping the old one, which would take the
    images of all jobs along: foreign keys must not be enforced there. Raises `StoreTooNew` where
    the database has a version that is not known here; it is left alone then.
    """
    if to != NEWEST or not is_newest(connection):
        command.upgrade(_config(connection=connection), to)


def is_newest(connection: Connection) -> bool | None:
    """Whether no migration is missing; ``None`` where there are no tables of ours yet.

    Raises `StoreTooNew`.
    """
    scripts = ScriptDirectory.from_config(_config())
    versions = MigrationContext.configure(connection).get_current_heads()
    known = {script.revision for script in scripts.walk_revisions()}
    for version in versions:
        if version not in known:
            raise StoreTooNew(detail=version)
    return set(versions) == set(scripts.get_heads()) if versions else None


def _config(**attributes: object) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
