"""What is forgotten, and when: on somebody's wish, with a server, by age.

Limits go on counting for 30 days, or a wish to be forgotten would be a way around them: of a job
that still counts the row stays, emptied of all but who, in which server, when, and for how much.
One function for a step, in its caller's transaction.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, func, not_, or_, select, update
from sqlalchemy.orm import Session

from bot.limits import MONTH
from bot.model import JobState
from bot.store.tables import KIND_IMAGINE, DraftRow, JobRow, PictureRow

DRAFT_LIFE = timedelta(hours=24)

_KEPT = JobRow.delivery_problem.is_not(None) & (JobRow.state == JobState.FINISHED.value)
_ENDED = or_(JobRow.delivered_at.is_not(None), JobRow.told_at.is_not(None), _KEPT)
_COSTS_NOTHING = and_(
    JobRow.state == JobState.FAILED.value, JobRow.cost_usd.is_(None), JobRow.reserved_usd.is_(None)
)


def forget_author(session: Session, author_id: int, now: datetime) -> None:
    """Everything of this person: what has ended now, the rest as soon as it has."""
    _forget(session, JobRow.author_id == author_id, now)
    session.execute(delete(DraftRow).where(DraftRow.author_id == author_id))


def forget_guild(session: Session, guild_id: int, now: datetime) -> None:
    """Everything of this server, in the same way."""
    _forget(session, JobRow.guild_id == guild_id, now)
    session.execute(delete(DraftRow).where(DraftRow.guild_id == guild_id))


def forget_old(session: Session, created_before: datetime | None, now: datetime) -> None:
    """Jobs that are older than this and have ended; what counts no more; drafts of yesterday."""
    if created_before is not None:
        _erase(session, JobRow.created_at < created_before, now)
    session.execute(
        delete(JobRow).where(JobRow.erased_at.is_not(None), JobRow.created_at <= now - MONTH)
    )
    session.execute(delete(DraftRow).where(DraftRow.created_at <= now - DRAFT_LIFE))


def erase_if_forgotten(session: Session, job_id: int, now: datetime) -> None:
    """A job that has just ended, where somebody waited for that to have it forgotten."""
    _erase(session, (JobRow.id == job_id) & JobRow.forget, now)


def count_of(session: Session, author_id: int) -> tuple[int, int]:
    """How many jobs this person has that can be forgotten now, and that must end before."""
    theirs = select(func.count()).where(JobRow.author_id == author_id, JobRow.erased_at.is_(None))
    return (
        session.scalar(theirs.where(_ENDED)) or 0,
        session.scalar(theirs.where(not_(_ENDED))) or 0,
    )


def guilds_of(session: Session, application_id: int) -> set[int]:
    """The servers of which something is kept that this bot itself was in."""
    kept = select(JobRow.guild_id).where(
        JobRow.guild_id.is_not(None),
        JobRow.application_id == application_id,
        JobRow.reachable,
        JobRow.erased_at.is_(None),
        ~JobRow.forget,
    )
    return {guild_id for guild_id in session.scalars(kept.distinct()) if guild_id is not None}


def _forget(session: Session, whose: ColumnElement[bool], now: datetime) -> None:
    session.execute(update(JobRow).where(whose, JobRow.erased_at.is_(None)).values(forget=True))
    _erase(session, whose, now)


def _erase(session: Session, which: ColumnElement[bool], now: datetime) -> None:
    """What has ended of *which*: the row where it counts no more, else all but what counts."""
    ended = and_(which, _ENDED, JobRow.erased_at.is_(None))
    uncounted = or_(JobRow.created_at <= now - MONTH, _COSTS_NOTHING)
    session.execute(delete(JobRow).where(ended, uncounted))
    session.execute(
        delete(PictureRow)
        .where(PictureRow.job_id.in_(select(JobRow.id).where(ended)))
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(JobRow)
        .where(ended)
        .values(
            erased_at=now,
            interaction_id=-JobRow.id,
            told_at=func.coalesce(JobRow.told_at, JobRow.delivered_at, now),
            kind=KIND_IMAGINE,
            prompt="",
            mode=None,
            callback=None,
            source_job_id=None,
            source_image_no=None,
            origin_guild_id=None,
            origin_channel_id=None,
            origin_message_id=None,
            channel_id=0,
            message_id=None,
            task_id=None,
            provider_job_id=None,
            failure=None,
            submitted_at=None,
            delivery_problem=None,
            application_id=None,
            interaction_token=None,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
