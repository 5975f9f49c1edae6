"""Lists of jobs, the newest first: somebody's own, those offered for an id, those made from one.

One function for a question, in its caller's transaction.
"""

from typing import Any, TypeVar

from sqlalchemy import Select, func, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from bot.inputs import plain_id
from bot.model import Job, JobState, Suggestion
from bot.store.erasing import FORGOTTEN, SHOWN
from bot.store.rows import to_job
from bot.store.tables import ImageRow, JobRow, plainly

T = TypeVar("T")

_WITH_IMAGES = (JobState.FINISHED, JobState.DELIVERED)

LOOKED_THROUGH = 1000
"""Of how many jobs of a person, and of a channel, suggestions are made."""


def jobs_of(session: Session, author_id: int, offset: int, limit: int) -> list[Job]:
    """The jobs of one person, the newest first."""
    page = _newest_first(select(JobRow.id), JobRow.author_id, author_id)
    page = page.where(~FORGOTTEN).offset(offset).limit(limit)
    own = select(JobRow).where(JobRow.id.in_(page)).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(own)]


def suggestions(
    session: Session, author_id: int, channel_id: int, words: str, limit: int
) -> list[Suggestion]:
    """Jobs with images: those of this person, then those of others that this channel shows.

    In each part the newest first, among the newest `LOOKED_THROUGH` jobs of this person and of this
    channel; *words* stand in the prompt, or begin the id. One statement, because people wait for it
    while they type.
    """
    parts = [
        _fitting(JobRow.author_id, author_id, words, limit, part=0),
        _fitting(JobRow.channel_id, channel_id, words, limit, part=1, others_than=author_id),
    ]
    found = union_all(*(select(part.subquery()) for part in parts)).subquery()
    ordered = select(found).order_by(found.c.part, found.c.id.desc()).limit(limit)
    return [
        Suggestion(job_id=row.provider_job_id, prompt=row.prompt, created_at=row.created_at)
        for row in session.execute(ordered)
    ]


def _fitting(
    column: InstrumentedAttribute[int],
    whose: int,
    words: str,
    limit: int,
    *,
    part: int,
    others_than: int | None = None,
) -> Select[int, Any, Any, Any, Any]:
    """The newest jobs with images that fit, of the newest ones where *column* is *whose*.

    The cheapest conditions come first: SQLite goes through them in this order. It finds a range of
    numbers in an index only behind an equality, which PostgreSQL must not see (`_newest_first`): a
    list of one value twice is one for SQLite alone.
    """
    oldest = _newest_first(select(JobRow.id), column, whose).offset(LOOKED_THROUGH - 1).limit(1)
    fits = select(
        literal(part).label("part"),
        JobRow.id,
        JobRow.provider_job_id,
        JobRow.prompt,
        JobRow.created_at,
    )
    fits = fits.where(
        column.in_([whose, whose]),
        JobRow.id >= func.coalesce(oldest.scalar_subquery(), 0),
        JobRow.state.in_([state.value for state in _WITH_IMAGES]),
    )
    if words:
        reads = JobRow.prompt.icontains(words, autoescape=True)
        if begins := plain_id(words):
            reads |= plainly(JobRow.provider_job_id).startswith(begins, autoescape=True)
        fits = fits.where(reads)
    if others_than is not None:  # in a channel: what was taken down, or shown elsewhere, is not
        here = ImageRow.posted_channel_id == whose
        one = select(ImageRow.job_id).where(ImageRow.job_id == JobRow.id, here).limit(1)
        # No EXISTS, for which PostgreSQL may read all images.
        is_there = one.scalar_subquery().is_not(None)
        fits = fits.where(JobRow.author_id != others_than, ~JobRow.private, is_there)
    return fits.where(~FORGOTTEN).order_by(column.desc(), JobRow.id.desc()).limit(limit)


def children(session: Session, of: Job, viewer_id: int, limit: int) -> list[Job]:
    """The newest remixes of a job's images that this person may see."""
    ids = {of.provider_job_id, *(image.job_id for image in of.images)} - {None}
    if not ids:
        return []
    visible = or_(~JobRow.private, JobRow.author_id == viewer_id)
    of_each = (
        _newest_first(select(JobRow.id), JobRow.source_job_id, made_from)
        .where(visible, SHOWN)
        .limit(limit)
        for made_from in ids
    )
    newest = union_all(*(select(of_one.subquery()) for of_one in of_each))
    remixes = select(JobRow).where(JobRow.id.in_(newest)).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(remixes.limit(limit))]


def _newest_first(
    question: Select[T], column: InstrumentedAttribute[Any], value: int | str | None
) -> Select[T]:
    """*question* where *column*, which has an index with the number, is *value*.

    A range of one value, and not an equality: PostgreSQL would walk through all jobs by their
    number to find the newest ones of somebody who has many, and they may be old.
    """
    return question.where(column.between(value, value)).order_by(column.desc(), JobRow.id.desc())
