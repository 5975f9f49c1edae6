"""What has been asked for and spent: against the limits before a job, for `/usage` after it.

One function for a question, in its caller's transaction. A job counts with its cost; until that is
known with what is reserved for it.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, SQLColumnExpression, case, func, literal, select, true
from sqlalchemy.orm import Session

from bot.errors import BudgetUsedUp, DailyLimitReached
from bot.limits import DAY, MONTH, Allowance, Limits, Whose
from bot.model import JobState, NewJob, Request, Spending, Usage
from bot.store.column_types import UsdAmount
from bot.store.rows import KINDS
from bot.store.tables import JobRow

FIRST_PRICE_USD = Decimal("0.08")
"""What a job costs about, as its provider says: until the API has said what one did cost."""
DAYS_SHOWN = 7
_NOW = datetime.min.replace(tzinfo=UTC)
PERSONS_SHOWN = 10

_USD = func.coalesce(JobRow.cost_usd, JobRow.reserved_usd, literal(Decimal(0), UsdAmount))
_COUNTS = JobRow.state != JobState.FAILED.value


def price(session: Session, kind: type[Request]) -> Decimal:
    """What the newest job of this kind cost that told its cost, for a multiplier of one."""
    newest = (
        select(JobRow.cost_usd, JobRow.multiplier)
        .where(
            JobRow.kind == KINDS[kind],
            JobRow.cost_usd.is_not(None),
            JobRow.finished_at.is_not(None),
            JobRow.erased_at.is_(None),
        )
        .order_by(JobRow.finished_at.desc())
        .limit(1)
    )
    told = session.execute(newest).one_or_none()
    if told is None or told.cost_usd is None:
        return FIRST_PRICE_USD
    return told.cost_usd / told.multiplier


def refuse_over_limits(
    session: Session, new: NewJob, limits: Limits, cost: Decimal, now: datetime
) -> None:
    """Raises `DailyLimitReached` or `BudgetUsedUp` where *new* would go over one of *limits*.

    Sound only where no other transaction writes meanwhile.
    """
    scopes: list[tuple[Whose, Allowance, ColumnElement[bool]]] = [
        (Whose.PERSON, limits.person, JobRow.author_id == new.author_id),
        (Whose.EVERYBODY, limits.everybody, true()),
    ]
    if new.place.guild_id is not None:
        in_server = JobRow.guild_id == new.place.guild_id
        scopes.insert(1, (Whose.SERVER, limits.server, in_server))
    for whose, allowance, theirs in scopes:
        if allowance.jobs_per_day:
            _refuse_over_jobs(session, whose, theirs, allowance.jobs_per_day, now)
        for limit, span in ((allowance.usd_per_day, DAY), (allowance.usd_per_month, MONTH)):
            if limit:
                within = theirs & (JobRow.created_at > now - span)
                free_at = _free_at(session, within, cost, limit, span)
                if free_at is not _NOW:
                    raise BudgetUsedUp(
                        whose=whose, limit_usd=limit, cost_usd=cost, span=span, free_at=free_at
                    )


def _refuse_over_jobs(
    session: Session, whose: Whose, theirs: ColumnElement[bool], limit: int, now: datetime
) -> None:
    """Until the *limit*-th newest job of the day leaves it there is no room."""
    blocking = (
        select(JobRow.created_at)
        .where(theirs, JobRow.created_at > now - DAY, _COUNTS)
        .order_by(JobRow.created_at.desc())
        .offset(limit - 1)
        .limit(1)
    )
    since = session.scalar(blocking)
    if since is not None:
        raise DailyLimitReached(whose=whose, limit=limit, free_at=since + DAY)


def _free_at(
    session: Session,
    within: ColumnElement[bool],
    cost: Decimal,
    limit: Decimal,
    span: timedelta,
) -> datetime | None:
    """When *cost* keeps to *limit*: `_NOW`, or when enough has left the span; ``None``: never."""
    spent = session.scalar(select(func.sum(_USD)).where(within)) or Decimal(0)
    if spent + cost <= limit:
        return _NOW
    if cost > limit:
        return None
    oldest_first = (
        select(JobRow.created_at, _USD.label("usd")).where(within).order_by(JobRow.created_at)
    )
    for created_at, usd in session.execute(oldest_first):
        spent -= usd
        if spent + cost <= limit:
            return created_at + span
    return None


def usage(
    session: Session, now: datetime, *, author_id: int | None = None, guild_id: int | None = None
) -> Usage:
    """What one person, or one server, has used; in the list of days only the latest week."""
    theirs = JobRow.author_id == author_id if guild_id is None else JobRow.guild_id == guild_id
    month = (theirs, JobRow.created_at > now - MONTH)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    midnights = [today - timedelta(days=ago) for ago in range(DAYS_SHOWN)]
    ago = case(*((JobRow.created_at >= midnight, n) for n, midnight in enumerate(midnights)))
    by_day = _spent(session, ago, (theirs, JobRow.created_at >= midnights[-1]))
    by_person = _spent(session, JobRow.author_id, month)
    by_person.sort(key=lambda one: (-one[1].usd, -one[1].jobs, one[0]))
    [(_, last_day)] = _spent(session, None, (theirs, JobRow.created_at > now - DAY))
    [(_, last_month)] = _spent(session, None, month)
    return Usage(
        day=last_day,
        month=last_month,
        by_day=tuple((midnights[n].date(), spent) for n, spent in sorted(by_day)),
        by_person=tuple(by_person[:PERSONS_SHOWN]),
    )


def _spent(
    session: Session, part: SQLColumnExpression[int] | None, within: Sequence[ColumnElement[bool]]
) -> list[tuple[int, Spending]]:
    """Jobs and USD for each *part*; of all together where that is ``None``."""
    jobs, usd = func.sum(case((_COUNTS, 1), else_=0)), func.sum(_USD)
    key = literal(0) if part is None else part
    question = select(key, jobs, usd).where(*within)
    if part is not None:
        question = question.group_by(part)
    return [
        (key, Spending(jobs=int(jobs or 0), usd=usd or Decimal(0)))
        for key, jobs, usd in session.execute(question)
    ]
