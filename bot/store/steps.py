"""What is asked of the tables, or done to them: functions of a session, run by `Store`.

A question or a step is a function whose first argument is a `StoreSession`. It runs in its caller's
transaction, maybe a second time after a rollback, and knows no locks, tasks or drivers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, Generic, ParamSpec, TypeVar

from sqlalchemy.orm import Session

P = ParamSpec("P")
T = TypeVar("T")


class StoreSession(Session):
    """A session of SQLAlchemy's that says when the step that it runs was asked for."""

    now: datetime


@dataclass(frozen=True, slots=True)
class Revocable(Generic[P, T]):
    """A step that counts only if its caller hears of it; if what it returns is false, it did
    nothing.

    *take_back* gets what *run* got, at the same moment, and does no harm if there's nothing to take
    back.
    """

    run: Callable[Concatenate[StoreSession, P], T]
    take_back: Callable[Concatenate[StoreSession, P], None]
    hurried: bool
    """It goes before every other write that waits."""


def revocable(
    take_back: Callable[Concatenate[StoreSession, P], None], *, hurried: bool = False
) -> Callable[[Callable[Concatenate[StoreSession, P], T]], Revocable[P, T]]:
    """Declare with a step what takes it back."""
    return lambda run: Revocable(run, take_back, hurried)
