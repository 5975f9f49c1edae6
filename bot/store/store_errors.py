"""Where the errors of databases and drivers become `StoreUnavailable`."""

from collections.abc import Generator
from contextlib import contextmanager
from socket import gaierror

from sqlalchemy import exc

from bot.errors import StoreUnavailable

_FAILURES = (
    exc.SQLAlchemyError,
    OSError,
    # Drivers refuse half a surrogate pair and numbers beyond 64 bits in words of Python's.
    UnicodeEncodeError,
    OverflowError,
)

_OF_ONE_VALUE = ("22", "23", "54")
"""Classes of SQLSTATE: data that cannot be kept, a constraint that does not hold, too much."""


READ_ONLY = "25006"
"""What PostgreSQL calls a write where it takes none: a standby, or a server that is set so."""
_PASSING = ("08", READ_ONLY, "53", "55P03", "57P01", "57P02", "57P03")
"""Of SQLSTATE: no connection, no writes for now, no room for one more, a lock held for long,
starting up or ending."""

_UNREACHABLE = (
    ConnectionRefusedError,
    ConnectionResetError,
    ConnectionAbortedError,
    TimeoutError,
    gaierror,
)
"""Of a server, or of the name server that knows where it is."""


@contextmanager
def database_errors(*, of_server: bool = False) -> Generator[None]:
    """Raise `StoreUnavailable` for them, with the name of the error and none of its words.

    Their words can hold prompts, statements and the address of the database. *of_server*: what
    waiting may put right is marked.
    """
    try:
        yield
    except _FAILURES as error:
        raise to_store_error(error, of_server=of_server) from None


def to_store_error(error: Exception, *, of_server: bool = False) -> Exception:
    """`StoreUnavailable` for an error of a database or driver; any other one as it is."""
    if not isinstance(error, _FAILURES):
        return error
    cause = error.driver_exception if isinstance(error, exc.DBAPIError) else error
    if sqlstate := getattr(cause, "sqlstate", None):
        may_pass = str(sqlstate).startswith(_PASSING)
    else:  # plain ones are from the network: no way to the machine, or to any of several
        may_pass = isinstance(cause, _UNREACHABLE) or type(cause) is OSError
    return StoreUnavailable(detail=type(cause).__name__, may_pass=of_server and may_pass)


def is_database_wide(error: Exception) -> bool:
    """Whether the database itself is the trouble (locked, full, gone), not what it was given."""
    if not isinstance(error, exc.DBAPIError):
        return isinstance(error, OSError | exc.TimeoutError)
    sqlstate = getattr(error.orig, "sqlstate", None)  # SQLite has none
    if sqlstate:
        return not str(sqlstate).startswith(_OF_ONE_VALUE)
    return error.connection_invalidated or isinstance(error, exc.OperationalError)
