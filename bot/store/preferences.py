"""What people want of all their jobs: asked for with each one, and changed in their settings."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import bindparam, delete, select

from bot.preferences import Choice, Preferences
from bot.store.steps import StoreSession
from bot.store.tables import PreferenceRow

_BLANK = asdict(Preferences())
_THEIRS = select(PreferenceRow.chosen).where(PreferenceRow.person_id == bindparam("person_id"))
"""Built once: every command asks, and building it takes longer than asking."""


def preferences_of(session: StoreSession, person_id: int) -> Preferences:
    """What this person wants; what nobody has chosen is as it is for everybody."""
    return Preferences.of(session.scalar(_THEIRS, {"person_id": person_id}) or {})


def change(session: StoreSession, person_id: int, changes: Mapping[str, Choice]) -> Preferences:
    """Set these of them, and leave the others; all of them as they are now."""
    wanted = Preferences.of(asdict(preferences_of(session, person_id)) | dict(changes))
    chosen = {name: value for name, value in asdict(wanted).items() if value != _BLANK[name]}
    if chosen:
        session.merge(PreferenceRow(person_id=person_id, chosen=chosen))
    else:
        reset(session, person_id)
    return wanted


def reset(session: StoreSession, person_id: int) -> None:
    """Keep nothing that this person has chosen."""
    session.execute(delete(PreferenceRow).where(PreferenceRow.person_id == person_id))
    session.expire_all()
