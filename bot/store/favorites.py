"""What somebody has kept to find it again: their own jobs, and those of others that they saw.

A favorite goes with its job and, before anything else, with its person: see `bot.store.erasing`.
"""

from sqlalchemy import ColumnElement, delete, func, select

from bot.model import Job
from bot.store.erasing import SHOWN
from bot.store.rows import to_job
from bot.store.steps import StoreSession
from bot.store.tables import FavoriteRow, JobRow


def keep(session: StoreSession, person_id: int, job_id: int) -> bool:
    """Keep this job for this person; whether it is there to be kept."""
    if session.scalar(select(JobRow.id).where(JobRow.id == job_id, SHOWN)) is None:
        return False
    if not is_kept(session, person_id, job_id):
        session.add(FavoriteRow(person_id=person_id, job_id=job_id, at=session.now))
        session.flush()
    return True


def drop(session: StoreSession, person_id: int, job_id: int) -> bool:
    """Keep this job for this person no longer; whether they had kept it."""
    gone = delete(FavoriteRow).where(*_is(person_id, job_id)).returning(FavoriteRow.job_id)
    return session.scalar(gone) is not None


def is_kept(session: StoreSession, person_id: int, job_id: int) -> bool:
    """Whether this person has kept this job."""
    kept = select(FavoriteRow.job_id).where(*_is(person_id, job_id))
    return session.scalar(kept) is not None


def count_of(session: StoreSession, person_id: int) -> int:
    """How many jobs this person has kept."""
    kept = select(func.count()).where(FavoriteRow.person_id == person_id)
    return session.scalar(kept) or 0


def favorites_of(session: StoreSession, person_id: int, *, offset: int, limit: int) -> list[Job]:
    """What this person has kept, the last one first: *limit* jobs after the first *offset*.

    Whoever may see them.
    """
    kept = (
        select(JobRow)
        .join(FavoriteRow, FavoriteRow.job_id == JobRow.id)
        .where(FavoriteRow.person_id == person_id, SHOWN)
        .order_by(FavoriteRow.at.desc(), FavoriteRow.job_id.desc())
    )
    return [to_job(row) for row in session.scalars(kept.offset(offset).limit(limit))]


def _is(person_id: int, job_id: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return FavoriteRow.person_id == person_id, FavoriteRow.job_id == job_id
