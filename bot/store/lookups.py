"""What is asked about jobs, drafts and facts: one by what it is called, lists newest first."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    bindparam,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute

from bot.actions import SOURCE_IMAGES, Action
from bot.job_ids import plain_id
from bot.model import Job, JobState, Suggestion
from bot.store.erasing import DRAFT_LIFE, FORGOTTEN, SHOWN, drafts_of
from bot.store.rows import to_job
from bot.store.steps import StoreSession
from bot.store.tables import BIGGEST_ID, IMAGES, JOBS, FactRow, ImageRow, JobRow, plainly

_WITH_IMAGES = (
    JobState.FINISHED,
    JobState.KEPT,
    JobState.UNDELIVERABLE,
    JobState.DELIVERED,
)

OPEN_AT_ONCE = 500
"""There may be thousands: between so many of them everything else has its turn."""
LOOKED_THROUGH = 1000
"""Of how many jobs of a person, and of a channel, suggestions are made."""

# ------------------------------------------------------------------ one of them


def _newest(condition: ColumnElement[bool]) -> Select[Any]:
    return select(JOBS).where(condition).order_by(JOBS.c.id.desc()).limit(1)


# Built once: that takes SQLAlchemy longer than the database takes for the answers.
_BY_ID = _newest(JOBS.c.id == bindparam("job_id"))
_BY_INTERACTION = _newest((JobRow.interaction_id == bindparam("interaction_id")) & SHOWN)
_BY_MESSAGE = _newest(
    JobRow.id.in_(
        union_all(
            select(JobRow.id).where(JobRow.message_id == bindparam("message_id")),
            select(ImageRow.job_id).where(ImageRow.posted_message_id == bindparam("message_id")),
        )
    )
    & SHOWN
)
_BY_API_ID = _newest(
    JobRow.id.in_(
        union_all(
            select(JobRow.id).where(plainly(JobRow.provider_job_id) == bindparam("plain")),
            select(JobRow.id).where(plainly(JobRow.task_id) == bindparam("plain")),
            select(ImageRow.job_id).where(plainly(ImageRow.provider_job_id) == bindparam("plain")),
        )
    )
    & SHOWN
)
_DRAFT = _newest(
    (JOBS.c.interaction_id == bindparam("draft_id"))
    & (JOBS.c.state == JobState.DRAFT)
    & (JOBS.c.created_at > bindparam("made_after"))
)
_IMAGES = select(IMAGES).where(IMAGES.c.job_id == bindparam("job")).order_by(IMAGES.c.position)


def get(session: StoreSession, job_id: int) -> Job | None:
    """The job with this number."""
    return _first(session, _BY_ID, job_id=job_id)


def by_interaction(session: StoreSession, interaction_id: int) -> Job | None:
    """The job that was asked for in this interaction."""
    return _first(session, _BY_INTERACTION, interaction_id=min(interaction_id, BIGGEST_ID))


def by_message(session: StoreSession, message_id: int) -> Job | None:
    """The newest job shown in this message, or with images posted there."""
    if message_id > BIGGEST_ID:  # people paste any digits; drivers refuse to bind these
        return None
    return _first(session, _BY_MESSAGE, message_id=message_id)


def find_by_api_id(session: StoreSession, any_id: str) -> Job | None:
    """The newest job that somebody calls so: by the provider's id of it or of one of its images, or
    by the platform's task id.

    In any spelling: see `bot.job_ids.plain_id`.
    """
    return _first(session, _BY_API_ID, plain=plain_id(any_id))


def draft(session: StoreSession, draft_id: int) -> Job | None:
    """The draft with this number, for a day."""
    made_after = session.now - DRAFT_LIFE
    return _first(session, _DRAFT, draft_id=min(draft_id, BIGGEST_ID), made_after=made_after)


def fact(session: StoreSession, name: str) -> str | None:
    """What was remembered last under this name; ``None`` for nothing."""
    row = session.get(FactRow, name)
    return row.value if row else None


def _first(session: StoreSession, question: Select[Any], **given: Any) -> Job | None:
    row = session.execute(question, given).first()
    if row is None:
        return None
    images = () if row.finished_at is None else session.execute(_IMAGES, {"job": row.id}).all()
    return to_job(row, images)


# ------------------------------------------------------------------ many of them


def open_jobs(session: StoreSession, after: int = 0) -> list[Job]:
    """The `OPEN_AT_ONCE` oldest jobs with higher numbers of which somebody has to hear the end."""
    page = select(JOBS).where(JOBS.c.ended_at.is_(None), JOBS.c.id > after)
    rows = session.execute(page.order_by(JOBS.c.id).limit(OPEN_AT_ONCE)).all()
    made = [row.id for row in rows if row.finished_at is not None]
    images: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    if made:
        theirs = select(IMAGES).where(IMAGES.c.job_id.in_(made))
        for image in session.execute(theirs.order_by(IMAGES.c.position)):
            images[image.job_id].append(image)
    return [to_job(row, images.get(row.id, ())) for row in rows]


def recent_durations(session: StoreSession, action: Action, limit: int = 50) -> list[float]:
    """Seconds from submit to finish of the newest *limit* jobs of this action, newest first.

    A job that ended before it began, because the clock was set, teaches nothing.
    """
    moments = (
        select(JobRow.submitted_at, JobRow.finished_at)
        .where(
            JobRow.action == action.key,
            JobRow.finished_at.is_not(None),  # PostgreSQL puts them first
            JobRow.finished_at >= JobRow.submitted_at,
        )
        .order_by(JobRow.finished_at.desc())
        .limit(limit)
    )
    return [
        (finished - submitted).total_seconds()
        for submitted, finished in session.execute(moments)
        if submitted and finished
    ]


def jobs_of(session: StoreSession, author_id: int, *, offset: int, limit: int) -> list[Job]:
    """The jobs of one person, the newest first: *limit* of them after the first *offset*."""
    theirs = _newest_first(JobRow.author_id, author_id)
    theirs = theirs.where(~FORGOTTEN, JobRow.id.not_in(drafts_of(author_id)))
    page = theirs.offset(offset).limit(limit)
    own = select(JobRow).where(JobRow.id.in_(page)).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(own)]


def suggestions(
    session: StoreSession, author_id: int, channel_id: int, *, words: str = "", limit: int = 25
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
    oldest = _newest_first(column, whose).offset(LOOKED_THROUGH - 1).limit(1)
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


def source_ids(job: Job) -> set[str]:
    """What the API calls this job, and those of its images that something can be made from."""
    images = (one.job_id for one in job.images if one.image_no in SOURCE_IMAGES)
    return {one for one in (job.provider_job_id, *images) if one is not None}


def children(session: StoreSession, of: Iterable[Job], viewer_id: int, *, limit: int) -> list[Job]:
    """The newest *limit* jobs that were made from one of these, and that may be shown to this
    person: those of others, in channels that they may not see, are among them.
    """
    ids = {one_id for job in of for one_id in source_ids(job)}
    if not ids:
        return []
    visible = or_(~JobRow.private, JobRow.author_id == viewer_id)
    of_each = (
        _newest_first(JobRow.source_job_id, made_from).where(visible, SHOWN).limit(limit)
        for made_from in ids
    )
    newest = union_all(*(select(of_one.subquery()) for of_one in of_each))
    remixes = select(JobRow).where(JobRow.id.in_(newest)).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(remixes.limit(limit))]


def _newest_first(column: InstrumentedAttribute[Any], value: int | str | None) -> Select[int]:
    """The numbers of the jobs where *column*, which has an index with the number, is *value*.

    A range of one value, and not an equality: PostgreSQL would walk through all jobs by their
    number to find the newest ones of somebody who has many, and they may be old.
    """
    theirs = select(JobRow.id).where(column.between(value, value))
    return theirs.order_by(column.desc(), JobRow.id.desc())
