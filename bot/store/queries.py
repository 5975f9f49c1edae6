"""What is asked of the tables: one function for a question or a step, in its caller's transaction.

Nothing here knows locks, tasks, drivers or the time: a moment is handed in.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, or_, select, union_all, update
from sqlalchemy.orm import Session

from bot.actions import Action
from bot.errors import DraftGone, JobStopped
from bot.inputs import plain_id
from bot.limits import Limits
from bot.model import Completed, Draft, Job, JobState, MessageLink, NewJob
from bot.store.column_types import in_millionths
from bot.store.counting import give_back, price, refuse_over_limits, reserve, settle
from bot.store.erasing import DRAFT_LIFE, SHOWN, erase_if_forgotten
from bot.store.rows import draft_row, image_rows, new_row, to_draft, to_job
from bot.store.tables import BIGGEST_ID, DraftRow, ImageRow, JobRow, plainly

_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
_CAN_FAIL = (JobState.ACCEPTED, *_AT_WORK, JobState.FINISHED)
_WITHOUT_IMAGES = (JobState.FAILED, JobState.UNKNOWN)

OPEN_AT_ONCE = 500
"""There may be thousands: between so many of them everything else has its turn."""


def accept(
    session: Session, new: NewJob, limits: Limits, draft_id: int | None, now: datetime
) -> Job | None:
    """Insert *new* in place of its draft; ``None`` where its interaction has a row already.

    Raises `DraftGone`, `DailyLimitReached` and `BudgetUsedUp`. Sound only where no other
    transaction writes meanwhile.
    """
    already = select(JobRow.id).where(JobRow.interaction_id == new.interaction_id)
    if session.scalar(already) is not None:
        return None
    if draft_id is not None and draft(session, draft_id, now) is None:
        raise DraftGone
    price_usd = price(session, new.request.action, limits.known_price_usd)
    cost = in_millionths(price_usd * new.multiplier)
    refuse_over_limits(session, new, limits, cost, now)
    if draft_id is not None:
        session.execute(delete(DraftRow).where(DraftRow.id == draft_id))
    row = new_row(new, cost, now)
    session.add(row)
    session.flush()
    reserve(session, row.id, new, cost, now)
    return to_job(row)


def keep_draft(session: Session, new: Draft, guild_id: int | None, now: datetime) -> None:
    """Insert *new*, unless it is there."""
    if draft(session, new.id, now) is None:
        session.add(draft_row(new, guild_id, now))
        session.flush()


def drop_draft(session: Session, draft_id: int, author_id: int) -> bool:
    """Delete this person's draft; whether it was there."""
    own = (DraftRow.id == draft_id) & (DraftRow.author_id == author_id)
    dropped = session.scalar(delete(DraftRow).where(own).returning(DraftRow.id))
    return dropped is not None


def draft(session: Session, draft_id: int, now: datetime) -> Draft | None:
    """The draft with this number, for a day."""
    fresh = (DraftRow.id == draft_id) & (DraftRow.created_at > now - DRAFT_LIFE)
    row = session.scalar(select(DraftRow).where(fresh))
    return None if row is None else to_draft(row)


def withdraw(
    session: Session, job_id: int, draft: Draft | None, guild_id: int | None, now: datetime
) -> bool:
    """Delete a job that is still accepted, and give its *draft* back; whether it was."""
    gone = delete(JobRow).where(_is(job_id, [JobState.ACCEPTED])).returning(JobRow.id)
    if session.scalar(gone) is None:
        return False
    give_back(session, [job_id])
    if draft is not None:
        keep_draft(session, draft, guild_id, now)
    return True


def take_back_accept(session: Session, new: NewJob, draft_id: int | None, at: datetime) -> None:
    """Undo what `accept` did at this moment, as far as it did and the job is still accepted."""
    made = (JobRow.interaction_id == new.interaction_id) & (JobRow.created_at == at)
    made &= JobRow.state == JobState.ACCEPTED.value
    gone = session.scalar(delete(JobRow).where(made).returning(JobRow.id))
    if gone is None:
        return
    give_back(session, [gone])
    if draft_id is None:
        return
    draft = Draft(
        id=draft_id,
        author_id=new.author_id,
        request=new.request,
        private=new.destination.private,
        origin=new.origin,
    )
    keep_draft(session, draft, new.destination.guild_id, at)


def begin_submit(session: Session, job_id: int, message_id: int | None, now: datetime) -> bool:
    """Accepted to submitting, shown in this message if in any; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.ACCEPTED]))
    step = step.values(state=JobState.SUBMITTING.value, submitted_at=now, message_id=message_id)
    return session.scalar(step.returning(JobRow.id)) is not None


def take_back_submit(session: Session, job_id: int, at: datetime) -> None:
    """Undo what `begin_submit` did at this moment: the job was not sent."""
    begun = _is(job_id, [JobState.SUBMITTING]) & (JobRow.submitted_at == at)
    step = update(JobRow).where(begun)
    session.execute(step.values(state=JobState.ACCEPTED.value, submitted_at=None))


def begin_run(session: Session, job_id: int, task_id: str) -> bool:
    """Submitting to running; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.SUBMITTING]))
    step = step.values(state=JobState.RUNNING.value, task_id=task_id)
    return session.scalar(step.returning(JobRow.id)) is not None


def finish(session: Session, job_id: int, completed: Completed, now: datetime) -> Job | None:
    """Submitting or running to finished, with the images; the job where this call did it."""
    step = update(JobRow).where(_is(job_id, _AT_WORK))
    step = step.values(
        state=JobState.FINISHED.value,
        finished_at=now,
        task_id=completed.task_id or None,
        provider_job_id=completed.job_id or None,
        cost_usd=completed.cost_usd,
    )
    if session.scalar(step.returning(JobRow.id)) is None:
        return None
    settle(session, job_id, completed.cost_usd)
    session.add_all(image_rows(job_id, completed.images))
    session.flush()
    return get(session, job_id)


def mark_unknown(session: Session, job_id: int) -> bool:
    """Submitting to unknown; whether this call did it."""
    step = update(JobRow).where(_is(job_id, [JobState.SUBMITTING]))
    step = step.values(state=JobState.UNKNOWN.value)
    return session.scalar(step.returning(JobRow.id)) is not None


def mark_delivered(
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
    set_result_message(session, job_id, link)
    erase_if_forgotten(session, job_id)
    return True


def set_result_message(session: Session, job_id: int, link: MessageLink) -> None:
    """Note that this message holds the images now."""
    session.execute(
        update(ImageRow)
        .where(ImageRow.job_id == job_id)
        .values(
            posted_guild_id=link.guild_id,
            posted_channel_id=link.channel_id,
            posted_message_id=link.message_id,
        )
    )


def clear_message(session: Session, message_id: int) -> None:
    """Note that this message, which held images, is gone."""
    session.execute(
        update(ImageRow)
        .where(ImageRow.posted_message_id == message_id)
        .values(posted_guild_id=None, posted_channel_id=None, posted_message_id=None)
    )
    session.execute(update(JobRow).where(JobRow.message_id == message_id).values(message_id=None))


def mark_undeliverable(session: Session, job_id: int, problem: str) -> bool:
    """Keep why a finished job could not be delivered; whether it is finished."""
    step = update(JobRow).where(_is(job_id, [JobState.FINISHED])).values(delivery_problem=problem)
    is_finished = session.scalar(step.returning(JobRow.id)) is not None
    erase_if_forgotten(session, job_id)
    return is_finished


def stop(
    session: Session, job_id: int, now: datetime, *, unsent_only: bool = False
) -> JobState | None:
    """The state in which this call stopped the job: accepted, submitting or running.

    One that was not sent yet has failed by that, and costs nothing; the others go on at the API,
    and are left alone where *unsent_only*. ``None`` where there was nothing to stop.
    """
    unsent = update(JobRow).where(_is(job_id, [JobState.ACCEPTED]))
    unsent = unsent.values(
        state=JobState.FAILED.value, failure=JobStopped.__name__, reserved_usd=None
    )
    if session.scalar(unsent.returning(JobRow.id)) is not None:
        give_back(session, [job_id])
        return JobState.ACCEPTED
    if unsent_only:
        return None
    sent = update(JobRow).where(_is(job_id, _AT_WORK), JobRow.stopped_at.is_(None))
    state = session.scalar(sent.values(stopped_at=now).returning(JobRow.state))
    return None if state is None else JobState(state)


def fail(session: Session, job_id: int, reason: str, *, release: bool) -> bool:
    """From any state that is no end to failed; whether this call did it.

    *release*: what was reserved for it is free again, unless a cost was told.
    """
    step = update(JobRow).where(_is(job_id, _CAN_FAIL))
    step = step.values(state=JobState.FAILED.value, failure=reason)
    if release:
        step = step.values(reserved_usd=None)
    failed = session.execute(step.returning(JobRow.id, JobRow.cost_usd)).one_or_none()
    if failed is None:
        return False
    if release and not failed.cost_usd:
        give_back(session, [job_id])
    return True


def mark_notified(session: Session, job_id: int, message_id: int, now: datetime) -> bool:
    """Note that the author of a job that posts no images knows, and erase the token.

    Whether this call did it: only the first one does.
    """
    stopped = _is(job_id, [JobState.FINISHED]) & JobRow.stopped_at.is_not(None)
    untold = or_(_is(job_id, _WITHOUT_IMAGES), stopped) & JobRow.told_at.is_(None)
    step = update(JobRow).where(untold)
    step = step.values(told_at=now, message_id=message_id, interaction_token=None)
    is_told = session.scalar(step.returning(JobRow.id)) is not None
    erase_if_forgotten(session, job_id)
    return is_told


def erase_tokens(session: Session, created_before: datetime) -> int:
    """Erase the tokens of jobs from before this moment; how many there were."""
    old = (JobRow.created_at < created_before) & JobRow.interaction_token.is_not(None)
    step = update(JobRow).where(old).values(interaction_token=None)
    return len(session.scalars(step.returning(JobRow.id)).all())


def get(session: Session, job_id: int) -> Job | None:
    """The job with this number."""
    return _newest(session, JobRow.id == job_id)


def by_interaction(session: Session, interaction_id: int) -> Job | None:
    """The job that was asked for in this interaction."""
    asked = JobRow.interaction_id == min(interaction_id, BIGGEST_ID)
    return _newest(session, asked & SHOWN)


def by_message(session: Session, message_id: int) -> Job | None:
    """The newest job shown in this message, or with images posted there."""
    if message_id > BIGGEST_ID:  # people paste any digits; drivers refuse to bind these
        return None
    shown_in = union_all(
        select(JobRow.id).where(JobRow.message_id == message_id),
        select(ImageRow.job_id).where(ImageRow.posted_message_id == message_id),
    )
    return _newest(session, JobRow.id.in_(shown_in) & SHOWN)


def find_by_api_id(session: Session, any_id: str) -> Job | None:
    """The newest job with this id: the provider's, that of one of its images, or the task's.

    In any spelling: see `bot.inputs.plain_id`.
    """
    plain = plain_id(any_id)
    called = union_all(
        select(JobRow.id).where(plainly(JobRow.provider_job_id) == plain),
        select(JobRow.id).where(plainly(JobRow.task_id) == plain),
        select(ImageRow.job_id).where(plainly(ImageRow.provider_job_id) == plain),
    )
    return _newest(session, JobRow.id.in_(called) & SHOWN)


def open_jobs(session: Session, after: int = 0) -> list[Job]:
    """The `OPEN_AT_ONCE` oldest jobs that are neither delivered nor told, with higher numbers."""
    unfinished = JobRow.delivered_at.is_(None) & JobRow.told_at.is_(None)
    # Columns, not objects: with thousands of jobs a start would take a second longer.
    page = select(JobRow.__table__).where(unfinished, JobRow.id > after)
    rows = session.execute(page.order_by(JobRow.id).limit(OPEN_AT_ONCE)).all()
    made = [row.id for row in rows if row.finished_at is not None]
    images: defaultdict[int, list[Row[Any]]] = defaultdict(list)
    if made:
        theirs = select(ImageRow.__table__).where(ImageRow.job_id.in_(made))
        for image in session.execute(theirs.order_by(ImageRow.position)):
            images[image.job_id].append(image)
    return [to_job(row, images.get(row.id, ())) for row in rows]


def recent_durations(session: Session, action: Action, limit: int) -> list[float]:
    """Seconds from submit to finish of the newest jobs of this action that finished, newest first.

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


def _newest(session: Session, condition: ColumnElement[bool]) -> Job | None:
    row = session.scalar(select(JobRow).where(condition).order_by(JobRow.id.desc()).limit(1))
    return None if row is None else to_job(row)


def _is(job_id: int, states: Collection[JobState]) -> ColumnElement[bool]:
    """The job with this number, while it is in one of *states*: compare, then set."""
    return (JobRow.id == job_id) & JobRow.state.in_([state.value for state in states])
