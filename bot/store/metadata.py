"""What is remembered across restarts and belongs to no job: a value under a name."""

from sqlalchemy.orm import Session

from bot.store.tables import FactRow


def fact(session: Session, name: str) -> str | None:
    """What was remembered last under this name."""
    row = session.get(FactRow, name)
    return row.value if row else None


def remember(session: Session, name: str, value: str) -> None:
    """Keep *value* under this name, in place of what was there."""
    session.merge(FactRow(name=name, value=value))
