"""Where the errors of databases and drivers become `StoreUnavailable`."""

from collections.abc import Generator
from contextlib import contextmanager

from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreUnavailable


@contextmanager
def database_errors() -> Generator[None]:
    """Raise `StoreUnavailable` for them, with the name of the error and none of its words.

    Their words can hold prompts, statements and the address of the database.
    """
    try:
        yield
    except (SQLAlchemyError, CommandError, OSError) as error:
        raise StoreUnavailable(detail=type(error).__name__) from None
