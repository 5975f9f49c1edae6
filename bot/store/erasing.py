"""What is forgotten, and when: on somebody's wish, with a server, by age.

A wish is one row: from then on nothing that it is about is shown, and the rows themselves go in
batches, between which other writes get through. What limits count is a table of its own and stays
for 30 days, or a wish to be forgotten would be a way around them. One function for a question or a
step, in its caller's transaction.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    and_,
    delete,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from bot.limits import MONTH
from bot.model import JobState
from bot.store.steps import StoreSession
from bot.store.tables import Erased, ErasureRow, FavoriteRow, JobRow, PreferenceRow, UsageRow

DRAFT_LIFE = timedelta(hours=24)

HOLD_S = 0.015
"""How long a batch is meant to keep other writes waiting: some take longer than meant."""
FIRST_BATCH = 20
BATCH_MAX = 500
GROWTH_MIN, GROWTH_MAX = 0.5, 1.5
"""How many times as large as the one before a batch is: one slow one says little."""

_ENDED = or_(JobRow.ended_at.is_not(None), JobRow.state == JobState.UNDELIVERABLE)
_IS_DRAFT = JobRow.state == literal_column("'draft'")
"""Written out, or the index of the few drafts would not be used."""
_COLUMNS: dict[Erased, InstrumentedAttribute[Any]] = {
    Erased.AUTHOR: JobRow.author_id,
    Erased.GUILD: JobRow.guild_id,
    Erased.JOB: JobRow.id,
}
"""What says whose a job is."""

# ------------------------------------------------------------------ wishes


def forget(session: StoreSession, whose: Erased, whose_id: int) -> None:
    """Record that everything of a person or server up to now is to be forgotten: what has ended,
    the rest as soon as it has. What a person has kept, and wants of all jobs, is forgotten at once.
    """
    newest = session.scalar(select(func.max(JobRow.id)))
    session.merge(ErasureRow(whose=whose.value, whose_id=whose_id, last_job_id=newest or 0))
    session.execute(delete(JobRow).where(_IS_DRAFT, _COLUMNS[whose] == whose_id))
    if whose is Erased.AUTHOR:
        session.execute(delete(PreferenceRow).where(PreferenceRow.person_id == whose_id))
        session.execute(delete(FavoriteRow).where(FavoriteRow.person_id == whose_id))


def is_forgotten(
    job_id: SQLColumnExpression[int],
    author_id: SQLColumnExpression[int],
    guild_id: SQLColumnExpression[int | None],
) -> ColumnElement[bool]:
    """Somebody wants the job with these columns forgotten, whether it is erased yet or not."""
    theirs = and_(ErasureRow.whose == Erased.AUTHOR.value, ErasureRow.whose_id == author_id)
    in_server = and_(ErasureRow.whose == Erased.GUILD.value, ErasureRow.whose_id == guild_id)
    return exists().where(or_(theirs, in_server), ErasureRow.last_job_id >= job_id)


FORGOTTEN = is_forgotten(JobRow.id, JobRow.author_id, JobRow.guild_id)
SHOWN = and_(JobRow.state != JobState.DRAFT, not_(and_(FORGOTTEN, _ENDED)))
"""What can still be looked up: a job that is under way has a message with a way to stop it."""


def drafts_of(author_id: int) -> Select[int]:
    """The numbers of this person's drafts among the jobs: few, in an index of their own."""
    return select(JobRow.id).where(_IS_DRAFT, JobRow.author_id == author_id)


def erase_if_forgotten(session: StoreSession, job_id: int) -> None:
    """A job that has just ended, where somebody waited for that to have it forgotten."""
    alone = exists().where(ErasureRow.whose == Erased.JOB.value, ErasureRow.whose_id == JobRow.id)
    if _delete(session, JobRow.id == job_id, _ENDED, or_(FORGOTTEN, alone)):
        for wish in wishes(session):
            if not is_left(session, wish):
                strike_off(session, wish)


def count_of(session: StoreSession, author_id: int) -> tuple[int, int]:
    """How many jobs of this person have ended, and how many have not."""
    wished = select(ErasureRow.last_job_id).where(
        ErasureRow.whose == Erased.AUTHOR.value, ErasureRow.whose_id == author_id
    )
    last_wished = session.scalar(wished) or 0
    theirs = (JobRow.author_id == author_id, JobRow.id > last_wished)
    drafts = select(func.count()).where(*theirs, _IS_DRAFT).scalar_subquery()
    shown = session.scalar(select(func.count() - drafts).where(*theirs)) or 0
    # Those of everybody, which are few and have an index of their own: this person's are many.
    open_ones = select(JobRow.id, JobRow.author_id).where(
        JobRow.ended_at.is_(None), JobRow.state != JobState.UNDELIVERABLE
    )
    under_way = [job_id for job_id, whose in session.execute(open_ones) if whose == author_id]
    return shown - sum(job_id > last_wished for job_id in under_way), len(under_way)


def guilds_of(session: StoreSession, application_id: int) -> set[int]:
    """The servers of which something is kept that this bot itself was in.

    From one server to the next in the index, however many jobs each one has.
    """
    its_own = (JobRow.application_id == application_id, JobRow.reachable)
    first = select(func.min(JobRow.guild_id).label("guild_id")).where(*its_own)
    known = first.cte("known", recursive=True)
    following = select(func.min(JobRow.guild_id)).where(
        *its_own, JobRow.guild_id > known.c.guild_id
    )
    known = known.union_all(
        select(following.scalar_subquery()).where(known.c.guild_id.is_not(None))
    )
    wished = (
        select(ErasureRow.last_job_id)
        .where(ErasureRow.whose == Erased.GUILD.value, ErasureRow.whose_id == known.c.guild_id)
        .correlate(known)  # SQLAlchemy looks one level up by itself, and this is two down
    )
    kept = exists().where(
        *its_own,
        JobRow.guild_id == known.c.guild_id,
        JobRow.id > func.coalesce(wished.scalar_subquery(), 0),
    )
    guilds = session.scalars(select(known.c.guild_id).where(known.c.guild_id.is_not(None), kept))
    return set(guilds)


# ------------------------------------------------------------------ in batches


def next_batch(size: int, held_s: float) -> int:
    """How many are erased next, if *size* of them kept others waiting for so long."""
    factor = HOLD_S / held_s if held_s > 0 else GROWTH_MAX
    return min(max(round(size * min(max(factor, GROWTH_MIN), GROWTH_MAX)), 1), BATCH_MAX)


def wishes(session: StoreSession) -> Sequence[ErasureRow]:
    """What somebody wants forgotten and is not erased yet."""
    return session.scalars(select(ErasureRow)).all()


def wished_jobs(
    session: StoreSession, after: int, limit: int, *, wish: ErasureRow
) -> Sequence[int]:
    """The first *limit* jobs of *wish* with a number above *after* that have ended."""
    return session.scalars(_in_order(wish).where(JobRow.id > after, _ENDED).limit(limit)).all()


def is_left(session: StoreSession, wish: ErasureRow) -> bool:
    """Whether there are jobs of *wish*: those that have not ended stay."""
    return session.scalar(_in_order(wish).limit(1)) is not None


def strike_off(session: StoreSession, wish: ErasureRow) -> None:
    """Note that nothing of *wish* is left, unless it was widened meanwhile."""
    session.execute(
        delete(ErasureRow).where(
            ErasureRow.whose == wish.whose,
            ErasureRow.whose_id == wish.whose_id,
            ErasureRow.last_job_id == wish.last_job_id,
        )
    )


def _in_order(wish: ErasureRow) -> Select[int]:
    """The jobs of *wish* by their numbers.

    A range of one value, as in `bot.store.lookups`: by the index of whose they are, however many
    there were when PostgreSQL last counted them, and not among all jobs.
    """
    whose = _COLUMNS[Erased(wish.whose)]
    theirs = (whose.between(wish.whose_id, wish.whose_id), JobRow.id <= wish.last_job_id)
    return select(JobRow.id).where(*theirs).order_by(whose, JobRow.id)


def newest_before(session: StoreSession, moment: datetime) -> int:
    """The number of the newest job from before *moment*; 0 where there is none."""
    older = select(JobRow.id).where(JobRow.created_at < moment)
    return session.scalar(older.order_by(JobRow.created_at.desc()).limit(1)) or 0


def old_jobs(
    session: StoreSession, after: int, limit: int, *, moment: datetime, newest: int
) -> Sequence[int]:
    """The first *limit* jobs from before *moment*, with a number above *after*, that have ended."""
    return session.scalars(
        select(JobRow.id)
        .where(JobRow.id > after, JobRow.id <= newest, JobRow.created_at < moment, _ENDED)
        .order_by(JobRow.id)
        .limit(limit)
    ).all()


def old_usage(session: StoreSession, _after: int, limit: int) -> Sequence[int]:
    """The first *limit* jobs that limits count no more."""
    old = select(UsageRow.job_id).where(UsageRow.at <= session.now - MONTH)
    return session.scalars(old.order_by(UsageRow.at).limit(limit)).all()


def old_drafts(session: StoreSession, _after: int, limit: int) -> Sequence[int]:
    """The first *limit* drafts of yesterday."""
    old = select(JobRow.id).where(_IS_DRAFT, JobRow.created_at <= session.now - DRAFT_LIFE)
    return session.scalars(old.limit(limit)).all()


def erase_jobs(session: StoreSession, job_ids: Collection[int]) -> None:
    """These jobs with their images, as far as they have ended."""
    _delete(session, JobRow.id.in_(job_ids), _ENDED)


def _delete(session: StoreSession, *which: ColumnElement[bool]) -> bool:
    """Jobs, with their images; whether there were any. The session forgets what it knew."""
    gone = delete(JobRow).where(*which).returning(JobRow.id)
    ids = session.scalars(gone.execution_options(synchronize_session=False)).all()
    session.expire_all()
    return bool(ids)
