"""What is asked of the tables: one function for a question or a step, in its caller's transaction.

Nothing here knows locks, tasks, drivers or the time: a moment is handed in.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, literal, or_, select, true, union_all, update
from sqlalchemy.orm import Session

from bot.errors import DailyLimitReached
from bot.model import Completed, Job, JobState, MessageLink, NewJob, Request, Suggestion
from bot.store.rows import KINDS, new_row, picture_rows, to_job
from bot.store.tables import BIGGEST_ID, FactRow, JobRow, PictureRow

_DAY = timedelta(hours=24)
_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
_CAN_FAIL = (JobState.ACCEPTED, *_AT_WORK, JobState.FINISHED)
_WITH_PICTURES = (JobState.FINISHED, JobState.DELIVERED)
_WITHOUT_PICTURES = (JobState.FAILED, JobState.UNKNOWN)

Attempt = tuple[int, datetime]
"""One try to accept a job: its interaction, and when."""


def accept(session: Session, new: NewJob, daily_limit: int, now: datetime) -> Job | None:
    """Insert *new*; ``None`` where its interaction has a row already.

    Raises `DailyLimitReached`. Sound only where no other transaction writes meanwhile.
    """
    already, blocking = _in_the_way(session, new.interaction_id, daily_limit, now)
    if already is not None:
        return None
    if blocking is not None:
        raise DailyLimitReached(limit=daily_limit, free_at=blocking + _DAY)
    row = new_row(new, now)
    session.add(row)
    session.flush()
    return to_job(row)


def _in_the_way(
    session: Session, interaction_id: int, limit: int, now: datetime
) -> tuple[int | None, datetime | None]:
    """The job of this interaction; when the *limit*-th newest job of the window was accepted.

    Until that one leaves the window there is no room. One statement, because people wait for it.
    """
    already = select(JobRow.id).where(JobRow.interaction_id == interaction_id)
    blocking = (
        select(JobRow.created_at)
        .where(JobRow.created_at > now - _DAY, JobRow.state != JobState.FAILED.value)
        .order_by(JobRow.created_at.desc())
        .offset(max(limit - 1, 0))
        .limit(min(limit, 1))
    )
    return session.execute(select(already.scalar_subquery(), blocking.scalar_subquery())).one()


def withdraw(session: Session, job_id: int) -> bool:
    """Delete a job that is still accepted; whether it was."""
    gone = delete(JobRow).where(_is(job_id, [JobState.ACCEPTED])).returning(JobRow.id)
    return session.scalar(gone) is not None


def withdraw_unwanted(
    session: Session, job_ids: Collection[int], attempts: Collection[Attempt]
) -> None:
    """Delete what these jobs and attempts left, as far as it is still accepted."""
    made = ((JobRow.interaction_id == one) & (JobRow.created_at == at) for one, at in attempts)
    accepted = JobRow.state == JobState.ACCEPTED.value
    session.execute(delete(JobRow).where(or_(JobRow.id.in_(job_ids), *made), accepted))


def begin_submit(session: Session, job_id: int, message_id: int | None, now: datetime) -> bool:
    """Accepted to submitting, shown in this message if in any; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.ACCEPTED]))
    step = step.values(state=JobState.SUBMITTING.value, submitted_at=now, message_id=message_id)
    return session.scalar(step.returning(JobRow.id)) is not None


def begin_run(session: Session, job_id: int, task_id: str) -> bool:
    """Submitting to running; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.SUBMITTING]))
    step = step.values(state=JobState.RUNNING.value, task_id=task_id)
    return session.scalar(step.returning(JobRow.id)) is not None


def finish(session: Session, job_id: int, completed: Completed, now: datetime) -> Job | None:
    """Submitting or running to finished, with the pictures; the job where this call did it."""
    step = update(JobRow).where(_is(job_id, _AT_WORK))
    step = step.values(
        state=JobState.FINISHED.value,
        finished_at=now,
        task_id=completed.task_id,
        provider_job_id=completed.job_id,
        cost_usd=completed.cost_usd,
    )
    if session.scalar(step.returning(JobRow.id)) is None:
        return None
    session.add_all(picture_rows(job_id, completed.pictures))
    session.flush()
    return job(session, job_id)


def lose(session: Session, job_id: int) -> bool:
    """Submitting to unknown; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.SUBMITTING]))
    step = step.values(state=JobState.UNKNOWN.value)
    return session.scalar(step.returning(JobRow.id)) is not None


def delivered(
    session: Session, job_id: int, message_id: int, channel_id: int | None, now: datetime
) -> bool:
    """Finished to delivered, the token erased; whether this call did it.

    ``None``: in the channel of the request.
    """
    step = update(JobRow).where(_is(job_id, [JobState.FINISHED]))
    step = step.values(
        state=JobState.DELIVERED.value,
        delivered_at=now,
        delivery_problem=None,
        interaction_token=None,
    )
    asked_in = session.execute(step.returning(JobRow.guild_id, JobRow.channel_id)).one_or_none()
    if asked_in is None:
        return False
    in_place = channel_id is None or channel_id == asked_in.channel_id
    link = MessageLink(
        guild_id=asked_in.guild_id if in_place else None,
        channel_id=channel_id or asked_in.channel_id,
        message_id=message_id,
    )
    shown(session, job_id, link)
    return True


def shown(session: Session, job_id: int, link: MessageLink) -> None:
    """Note that this message holds the pictures now."""
    session.execute(
        update(PictureRow)
        .where(PictureRow.job_id == job_id)
        .values(
            posted_guild_id=link.guild_id,
            posted_channel_id=link.channel_id,
            posted_message_id=link.message_id,
        )
    )


def undelivered(session: Session, job_id: int, problem: str) -> bool:
    """Keep why a finished job could not be delivered; whether it is finished."""
    step = update(JobRow).where(_is(job_id, [JobState.FINISHED])).values(delivery_problem=problem)
    return session.scalar(step.returning(JobRow.id)) is not None


def fail(session: Session, job_id: int, reason: str) -> bool:
    """From any state that is no end to failed; whether this call did it."""
    step = update(JobRow).where(_is(job_id, _CAN_FAIL))
    step = step.values(state=JobState.FAILED.value, failure=reason)
    return session.scalar(step.returning(JobRow.id)) is not None


def told(session: Session, job_id: int, message_id: int, now: datetime) -> bool:
    """Note that the author of a job without pictures knows by this message, and erase the token.

    Whether this call did it: only the first one does.
    """
    untold = _is(job_id, _WITHOUT_PICTURES) & JobRow.told_at.is_(None)
    step = update(JobRow).where(untold)
    step = step.values(told_at=now, message_id=message_id, interaction_token=None)
    return session.scalar(step.returning(JobRow.id)) is not None


def erase_tokens(session: Session, created_before: datetime) -> int:
    """Erase the tokens of jobs from before this moment; how many there were."""
    old = (JobRow.created_at < created_before) & JobRow.interaction_token.is_not(None)
    step = update(JobRow).where(old).values(interaction_token=None)
    return len(session.scalars(step.returning(JobRow.id)).all())


def job(session: Session, job_id: int) -> Job | None:
    """The job with this number."""
    return _newest(session, JobRow.id == job_id)


def by_message(session: Session, message_id: int) -> Job | None:
    """The newest job shown in this message, or with pictures posted there."""
    if message_id > BIGGEST_ID:  # people paste any digits; drivers refuse to bind these
        return None
    posted = select(PictureRow.job_id).where(PictureRow.posted_message_id == message_id)
    return _newest(session, or_(JobRow.message_id == message_id, JobRow.id.in_(posted)))


def by_id(session: Session, any_id: str) -> Job | None:
    """The newest job with this id: the provider's, that of one of its pictures, or the task's."""
    made = select(PictureRow.job_id).where(PictureRow.provider_job_id == any_id)
    own = or_(JobRow.provider_job_id == any_id, JobRow.task_id == any_id)
    return _newest(session, or_(own, JobRow.id.in_(made)))


def open_jobs(session: Session) -> list[Job]:
    """Every job that is neither delivered nor told, the oldest first."""
    unfinished = JobRow.delivered_at.is_(None) & JobRow.told_at.is_(None)
    return [
        to_job(row) for row in session.scalars(select(JobRow).where(unfinished).order_by(JobRow.id))
    ]


def jobs_of(session: Session, author_id: int, offset: int, limit: int) -> list[Job]:
    """The jobs of one person, the newest first."""
    own = select(JobRow).where(JobRow.author_id == author_id).order_by(JobRow.id.desc())
    return [to_job(row) for row in session.scalars(own.offset(offset).limit(limit))]


def suggestions(
    session: Session, author_id: int, channel_id: int, words: str, limit: int
) -> list[Suggestion]:
    """Jobs with pictures: those of this person, then others' in this channel that are not private.

    In each part the newest first; *words* stand in the prompt, or begin the id. One statement,
    because people wait for it while they type.
    """
    fits = true()
    if words:
        in_prompt = JobRow.prompt.icontains(words, autoescape=True)
        fits = or_(in_prompt, JobRow.provider_job_id.startswith(words, autoescape=True))
    columns = (JobRow.id, JobRow.provider_job_id, JobRow.prompt, JobRow.created_at)
    finished = JobRow.state.in_([state.value for state in _WITH_PICTURES])
    own = JobRow.author_id == author_id
    others = (JobRow.channel_id == channel_id) & ~own & ~JobRow.private
    parts = [
        select(literal(part).label("part"), *columns)
        .where(whose, finished, fits)
        .order_by(JobRow.id.desc())
        .limit(limit)
        .subquery()
        for part, whose in enumerate((own, others))
    ]
    found = union_all(*(select(part) for part in parts)).subquery()
    ordered = select(found).order_by(found.c.part, found.c.id.desc()).limit(limit)
    return [
        Suggestion(job_id=row.provider_job_id, prompt=row.prompt, created_at=row.created_at)
        for row in session.execute(ordered)
    ]


def recent_durations(session: Session, kind: type[Request], limit: int) -> list[float]:
    """Seconds from submit to finish of the newest jobs of this kind that finished, newest first.

    A job that ended before it began, because the clock was set, teaches nothing.
    """
    moments = (
        select(JobRow.submitted_at, JobRow.finished_at)
        .where(JobRow.kind == KINDS[kind], JobRow.finished_at >= JobRow.submitted_at)
        .order_by(JobRow.finished_at.desc())
        .limit(limit)
    )
    return [
        (finished - submitted).total_seconds()
        for submitted, finished in session.execute(moments)
        if submitted and finished
    ]


def _newest(session: Session, condition: ColumnElement[bool]) -> Job | None:
    row = session.scalar(select(JobRow).where(condition).order_by(JobRow.id.desc()).limit(1))
    return None if row is None else to_job(row)


def _is(job_id: int, states: Collection[JobState]) -> ColumnElement[bool]:
    """The job with this number, while it is in one of *states*: compare, then set."""
    return (JobRow.id == job_id) & JobRow.state.in_([state.value for state in states])


def fact(session: Session, name: str) -> str | None:
    """What was remembered last under this name."""
    row = session.get(FactRow, name)
    return row.value if row else None


def remember(session: Session, name: str, value: str) -> None:
    """Keep *value* under this name, in place of what was there."""
    session.merge(FactRow(name=name, value=value))
