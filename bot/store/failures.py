"""Where the errors of databases and drivers become `StoreUnavailable`."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy import exc

from bot.errors import StoreUnavailable

_FAILURES = (
    exc.SQLAlchemyError,
    CommandError,
    OSError,
    # Drivers refuse half a surrogate pair and numbers beyond 64 bits in words of Python's.
    UnicodeEncodeError,
    OverflowError,
)

_OF_ONE_VALUE = ("22", "23", "54")
"""Classes of SQLSTATE: data that cannot be kept, a constraint that does not hold, too much."""


@contextmanager
def database_errors() -> Generator[None]:
    """Raise `StoreUnavailable` for them, with the name of the error and none of its words.

    Their words can hold prompts, statements and the address of the database.
    """
    try:
        yield
    except _FAILURES as error:
        raise as_told(error) from None


def as_told(error: Exception) -> Exception:
    """`StoreUnavailable` for an error of a database or driver; any other one as it is."""
    if not isinstance(error, _FAILURES):
        return error
    cause = error.driver_exception if isinstance(error, exc.DBAPIError) else error
    return StoreUnavailable(detail=type(cause).__name__)


def concerns_everybody(error: Exception) -> bool:
    """Whether the database itself is the trouble (locked, full, gone), not what it was given."""
    if not isinstance(error, exc.DBAPIError):
        return isinstance(error, OSError | exc.TimeoutError)
    sqlstate = getattr(error.orig, "sqlstate", None)  # SQLite has none
    if sqlstate:
        return not str(sqlstate).startswith(_OF_ONE_VALUE)
    return error.connection_invalidated or isinstance(error, exc.OperationalError)
