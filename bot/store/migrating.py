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
    pictures of all jobs along: foreign keys must not be enforced there. Raises `StoreTooNew` where
    the database has a version that is not known here; it is left alone then.
    """
    config = _config(connection=connection)
    _check_versions(connection, config)
    command.upgrade(config, to)


def is_newest(connection: Connection) -> bool | None:
    """Whether no migration is missing; ``None`` where there are no tables of ours yet.

    Raises `StoreTooNew`.
    """
    config = _config()
    versions = _check_versions(connection, config)
    newest = ScriptDirectory.from_config(config).get_heads()
    return set(versions) == set(newest) if versions else None


def _check_versions(connection: Connection, config: Config) -> tuple[str, ...]:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    versions = MigrationContext.configure(connection).get_current_heads()
    for version in versions:
        if version not in known:
            raise StoreTooNew(detail=version)
    return versions


def _config(**attributes: object) -> Config:
    config = Config(attributes=attributes)
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
