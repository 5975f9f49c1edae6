"""What is kept about a person, in batches between which others are answered: for themselves."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.model import Job
from bot.store.erasing import FORGOTTEN
from bot.store.rows import to_job
from bot.store.steps import StoreSession
from bot.store.tables import FavoriteRow, JobRow, UsageRow


def jobs_before(
    session: StoreSession, author_id: int, before_id: int | None, *, limit: int
) -> list[Job]:
    """The newest *limit* jobs and drafts of this person, with a number below *before_id* if any."""
    theirs = JobRow.author_id.between(author_id, author_id)  # as in `bot.store.lookups`
    page = select(JobRow.id).where(theirs, ~FORGOTTEN)
    if before_id is not None:
        page = page.where(JobRow.id < before_id)
    page = page.order_by(JobRow.author_id.desc(), JobRow.id.desc()).limit(limit)
    own = select(JobRow).where(JobRow.id.in_(page)).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(own)]


def favorites_of(session: StoreSession, person_id: int, *, limit: int) -> Sequence[FavoriteRow]:
    """The newest *limit* of what this person has kept."""
    own = select(FavoriteRow).where(FavoriteRow.person_id == person_id)
    own = own.order_by(FavoriteRow.at.desc(), FavoriteRow.job_id.desc())
    return session.scalars(own.limit(limit)).all()


def usage_of(session: StoreSession, author_id: int, *, limit: int) -> Sequence[UsageRow]:
    """The newest *limit* of what limits count of this person."""
    own = select(UsageRow).where(UsageRow.author_id == author_id)
    return session.scalars(own.order_by(UsageRow.at.desc()).limit(limit)).all()
