"""The steps in the life of a job, of a draft and of a fact.

A step of a job's life sets only what it has compared, so that a second time does no harm: those
that note what has happened (`begin_run` to `clear_message`, and `withdraw`) are given to
`Store.record`, the others to `Store.write` or, if they can be taken back, to `Store.attempt`.
"""

from collections.abc import Collection
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Update,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from bot.errors import DraftGone, JobStopped
from bot.limits import Limits
from bot.model import Completed, Job, JobState, MessageLink, NewJob
from bot.store.column_types import in_millionths
from bot.store.counting import give_back, price, refuse_over_limits, reserve, settle
from bot.store.erasing import erase_if_forgotten
from bot.store.lookups import draft, get
from bot.store.rows import image_rows, new_row
from bot.store.steps import StoreSession, revocable
from bot.store.tables import IMAGES, JOBS, FactRow, ImageRow, JobRow

_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
_MADE = (JobState.FINISHED, JobState.KEPT, JobState.UNDELIVERABLE)
_CAN_FAIL = (JobState.ACCEPTED, *_AT_WORK, *_MADE)
_NOT_POSTED = (JobState.FAILED, JobState.UNKNOWN, JobState.KEPT)
_NO_LIMITS = Limits()


def _leave(*states: JobState) -> Update:
    """Sets columns of the job with the number ``job_id`` while it is in one of *states*."""
    here = JOBS.c.state.in_([state.value for state in states])
    return update(JOBS).where(JOBS.c.id == bindparam("job_id"), here)


# Built once: that takes SQLAlchemy longer than the database takes for most of them.
_ASKED_IN = select(JOBS.c.id).where(JOBS.c.interaction_id == bindparam("asked_in"))
_ADD = insert(JOBS).returning(JOBS.c.id)
_ACCEPTED = _leave(JobState.ACCEPTED).returning(JOBS.c.id)
_SUBMITTING = _leave(JobState.SUBMITTING).returning(JOBS.c.id)
_FINISHED = _leave(JobState.FINISHED).returning(JOBS.c.id)
_MADE_ONES = _leave(*_MADE).returning(JOBS.c.id)
_UNTOLD = _leave(*_NOT_POSTED).where(JOBS.c.ended_at.is_(None)).returning(JOBS.c.id)
_NEWLY_MADE = case(
    (JOBS.c.stopped_at.is_(None), JobState.FINISHED.value), else_=JobState.KEPT.value
)
_MAKE = _leave(*_AT_WORK).values(state=_NEWLY_MADE).returning(JOBS.c.id)
_DELIVER = _leave(*_MADE).returning(JOBS.c.guild_id, JOBS.c.channel_id)
_POST = update(IMAGES).where(IMAGES.c.job_id == bindparam("of_job"))

# ------------------------------------------------------------------ to the API


def _take_back_accept(
    session: StoreSession,
    new: NewJob,
    *,
    limits: Limits = _NO_LIMITS,  # noqa: ARG001  # what `accept` is given
    draft_id: int | None = None,
) -> None:
    made = (JobRow.interaction_id == new.interaction_id) & (JobRow.created_at == session.now)
    made &= JobRow.state == JobState.ACCEPTED.value
    gone = session.scalar(delete(JobRow).where(made).returning(JobRow.id))
    if gone is None:
        return
    give_back(session, [gone])
    if draft_id is not None:
        keep_draft(session, replace(new, interaction_id=draft_id))


@revocable(_take_back_accept, hurried=True)
def accept(
    session: StoreSession,
    new: NewJob,
    *,
    limits: Limits = _NO_LIMITS,
    draft_id: int | None = None,
) -> Job | None:
    """Record *new* and reserve what it is likely to cost; its draft, if it has one, is used up.

    ``None``: this interaction was accepted before, and whoever did that goes on with it. Raises
    `DraftGone`, `DailyLimitReached` and `BudgetUsedUp`: however many ask at once, together they
    stay within *limits*, because no other transaction writes meanwhile.
    """
    if session.scalar(_ASKED_IN, {"asked_in": new.interaction_id}) is not None:
        return None
    if draft_id is not None and draft(session, draft_id) is None:
        raise DraftGone
    price_usd = price(session, new.request.action, known=limits.known_price_usd)
    cost = in_millionths(price_usd * new.multiplier)
    refuse_over_limits(session, new, limits, cost)
    if draft_id is not None:
        session.execute(delete(JobRow).where(_draft(draft_id)))
    row = new_row(new, session.now) | {"reserved_usd": cost}
    job_id = session.execute(_ADD, row).scalar_one()
    reserve(session, job_id, new, cost)
    return Job(
        **{told.name: getattr(new, told.name) for told in fields(NewJob)},
        id=job_id,
        state=JobState.ACCEPTED,
        created_at=session.now,
        reserved_usd=cost,
    )


def withdraw(session: StoreSession, job_id: int, *, draft_id: int | None = None) -> bool:
    """Forget a job that is still accepted, or make it a draft of this number; whether it was."""
    if draft_id is None:
        mine = _is(job_id, [JobState.ACCEPTED])
        withdrawn = session.scalar(delete(JobRow).where(mine).returning(JobRow.id)) is not None
    else:
        withdrawn = _move(
            session,
            _ACCEPTED,
            job_id,
            state=JobState.DRAFT,
            interaction_id=draft_id,
            ended_at=session.now,
            reserved_usd=None,
            interaction_token=None,
        )
    if withdrawn:
        give_back(session, [job_id])
    return withdrawn


def _take_back_submit(
    session: StoreSession,
    job_id: int,
    message_id: int | None,  # noqa: ARG001  # what `begin_submit` is given
) -> None:
    begun = _is(job_id, [JobState.SUBMITTING]) & (JobRow.submitted_at == session.now)
    step = update(JobRow).where(begun)
    session.execute(step.values(state=JobState.ACCEPTED, submitted_at=None))


@revocable(_take_back_submit)
def begin_submit(session: StoreSession, job_id: int, message_id: int | None) -> bool:
    """Accepted → submitting, shown in this Discord message; whether this call did it.

    ``None`` where a crash came before that message was written down.
    """
    return _move(
        session,
        _ACCEPTED,
        job_id,
        state=JobState.SUBMITTING,
        submitted_at=session.now,
        message_id=message_id,
    )


def begin_run(session: StoreSession, job_id: int, task_id: str) -> bool:
    """Submitting → running; whether this call did it."""
    return _move(session, _SUBMITTING, job_id, state=JobState.RUNNING, task_id=task_id)


def mark_unknown(session: StoreSession, job_id: int) -> bool:
    """Submitting → unknown; whether this call did it."""
    return _move(session, _SUBMITTING, job_id, state=JobState.UNKNOWN)


# ------------------------------------------------------------------ its end


def finish(session: StoreSession, job_id: int, completed: Completed) -> Job | None:
    """Submitting or running → finished, or kept if it was stopped; the job with its images where
    this call did it.
    """
    did_it = _move(
        session,
        _MAKE,
        job_id,
        finished_at=session.now,
        task_id=completed.task_id or None,
        provider_job_id=completed.job_id or None,
        cost_usd=completed.cost_usd,
    )
    if not did_it:
        return None
    settle(session, job_id, completed.cost_usd)
    session.add_all(image_rows(job_id, completed.images))
    session.flush()
    return get(session, job_id)


def stop(session: StoreSession, job_id: int, *, unsent_only: bool = False) -> JobState | None:
    """Stop a job; the state in which it was. ``None``: it had ended, or was stopped before.

    Accepted → failed, and what was reserved is free again. One that was sent to the API goes on
    there, and is marked; with *unsent_only* it is left alone.
    """
    if _move(
        session,
        _ACCEPTED,
        job_id,
        state=JobState.FAILED,
        failure=JobStopped.failure,
        reserved_usd=None,
    ):
        give_back(session, [job_id])
        return JobState.ACCEPTED
    if unsent_only:
        return None
    sent = update(JobRow).where(_is(job_id, _AT_WORK), JobRow.stopped_at.is_(None))
    state = session.scalar(sent.values(stopped_at=session.now).returning(JobRow.state))
    return None if state is None else JobState(state)


def keep(session: StoreSession, job_id: int) -> bool:
    """Finished → kept, because its author was told an end without images; whether this call did
    it.
    """
    return _move(session, _FINISHED, job_id, state=JobState.KEPT, stopped_at=session.now)


def fail(session: StoreSession, job_id: int, reason: str, *, release: bool = True) -> bool:
    """Whatever is under way, or not posted yet → failed; whether this call did it.

    *reason* is `RemixbotError.failure` of the error.

    *release*: what was reserved for it is free again, unless a cost was told; not so where it may
    have been charged.
    """
    step = update(JobRow).where(_is(job_id, _CAN_FAIL))
    step = step.values(state=JobState.FAILED, failure=reason)
    if release:
        step = step.values(reserved_usd=None)
    failed = session.execute(step.returning(JobRow.id, JobRow.cost_usd)).one_or_none()
    if failed is None:
        return False
    if release and not failed.cost_usd:
        give_back(session, [job_id])
    return True


def mark_delivered(
    session: StoreSession, job_id: int, message_id: int, *, channel_id: int | None = None
) -> bool:
    """Finished, kept or undeliverable → delivered, the images being in this message; whether this
    call did it.

    *channel_id* is where that message is, unless in the channel of the request. Erases the token.
    """
    delivered = {
        "state": JobState.DELIVERED,
        "ended_at": session.now,
        "delivery_problem": None,
        "interaction_token": None,
    }
    asked_in = session.execute(_DELIVER, {"job_id": job_id, **delivered}).one_or_none()
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


def mark_undeliverable(session: StoreSession, job_id: int, problem: str) -> bool:
    """Finished → undeliverable, because of this problem; whether this call did it.

    The next start tries once more.
    """
    there = {"state": JobState.UNDELIVERABLE, "delivery_problem": problem}
    kept = _move(session, _MADE_ONES, job_id, **there)
    erase_if_forgotten(session, job_id)
    return kept


def mark_notified(session: StoreSession, job_id: int, message_id: int) -> bool:
    """Note that this message told the author of a job whose images aren't posted how it ended.

    Whether this call did: only the first one does. The job is found by this message from then on.
    Erases the token.
    """
    told = _move(
        session,
        _UNTOLD,
        job_id,
        ended_at=session.now,
        message_id=message_id,
        interaction_token=None,
    )
    erase_if_forgotten(session, job_id)
    return told


# ------------------------------------------------------------------ its messages


def set_result_message(session: StoreSession, job_id: int, link: MessageLink) -> None:
    """Note that this message, a newer one, holds the images now: the job is found by it."""
    posted = {
        "posted_guild_id": link.guild_id,
        "posted_channel_id": link.channel_id,
        "posted_message_id": link.message_id,
    }
    session.execute(_POST, {"of_job": job_id, **posted})


def clear_message(session: StoreSession, message_id: int) -> None:
    """Note that this message, which held images, is gone."""
    session.execute(
        update(ImageRow)
        .where(ImageRow.posted_message_id == message_id)
        .values(posted_guild_id=None, posted_channel_id=None, posted_message_id=None)
    )
    session.execute(update(JobRow).where(JobRow.message_id == message_id).values(message_id=None))


def erase_tokens(session: StoreSession, created_before: datetime) -> int:
    """Erase the interaction tokens of all jobs from before this moment; how many there were."""
    old = (JobRow.created_at < created_before) & JobRow.interaction_token.is_not(None)
    step = update(JobRow).where(old).values(interaction_token=None)
    return len(session.scalars(step.returning(JobRow.id)).all())


# ------------------------------------------------------------------ drafts and facts


def keep_draft(session: StoreSession, new: NewJob) -> None:
    """Keep what was refused as a draft for a day; its number is that of the interaction."""
    if session.scalar(_ASKED_IN, {"asked_in": new.interaction_id}) is None:
        row = new_row(replace(new, interaction_token=None), session.now)
        session.execute(_ADD, row | {"state": JobState.DRAFT, "ended_at": session.now})


def drop_draft(session: StoreSession, draft_id: int, author_id: int) -> bool:
    """Keep this person's draft no longer; whether it was still there."""
    own = _draft(draft_id) & (JobRow.author_id == author_id)
    return session.scalar(delete(JobRow).where(own).returning(JobRow.id)) is not None


def remember(session: StoreSession, name: str, value: str) -> None:
    """Keep *value* under this name across restarts, in place of what was there."""
    session.merge(FactRow(name=name, value=value))


# ------------------------------------------------------------------ compare, then set


def _move(session: StoreSession, step: ReturningUpdate[Any], job_id: int, **values: Any) -> bool:
    """Set these columns by one of the steps above; whether the job was where that begins."""
    return session.scalar(step, {"job_id": job_id, **values}) is not None


def _draft(draft_id: int) -> ColumnElement[bool]:
    return (JobRow.interaction_id == draft_id) & (JobRow.state == JobState.DRAFT)


def _is(job_id: int, states: Collection[JobState]) -> ColumnElement[bool]:
    """The job with this number, while it is in one of *states*."""
    return (JobRow.id == job_id) & JobRow.state.in_([state.value for state in states])
