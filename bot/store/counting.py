"""What has been asked for and spent: against the limits before a job, for `/usage` after it.

Each job that costs something, or may, has a row in a table of its own, which says who, in which
server, when, and how much: its cost, and until that is known what is reserved for it. One function
for a question or a step, in its caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    bindparam,
    delete,
    func,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute

from bot.actions import Action
from bot.errors import BudgetUsedUp, DailyLimitReached
from bot.limits import DAY, KNOWN_PRICE_USD, MONTH, Limits, LimitScope
from bot.model import NewJob, Spending, Usage
from bot.store.steps import StoreSession
from bot.store.tables import JobRow, UsageRow

PRICES_COMPARED = 20
"""Of how many costs a price is the middle one."""
PRICES_NEEDED = 3
"""So many it takes that one alone is never the middle."""
PRICE_MAX_FACTOR = 4
"""How many times the known price a price may be, and how many times smaller."""
FEW = 100
"""So many jobs are looked at first to find out when a budget is free again."""
DAYS_SHOWN = 7
PERSONS_SHOWN = 10

# ------------------------------------------------------------------ what one job costs


def price(session: StoreSession, action: Action, *, known: Decimal = KNOWN_PRICE_USD) -> Decimal:
    """What a job of this action is taken to cost, in USD: about what the latest ones did.

    Between a quarter and four times of the *known* price, times the factor of the action.
    """
    newest = (
        select(JobRow.cost_usd, JobRow.multiplier)
        .where(
            JobRow.action == action.key,
            JobRow.cost_usd.is_not(None),
            JobRow.finished_at.is_not(None),  # PostgreSQL puts them first
        )
        .order_by(JobRow.finished_at.desc())
        .limit(PRICES_COMPARED)
    )
    rows = session.execute(newest)
    return middle(
        [cost / multiplier for cost, multiplier in rows if cost is not None],
        known * action.price_factor,
    )


def middle(told: Sequence[Decimal], known: Decimal) -> Decimal:
    """The middle one of these costs, between a quarter and four times the *known* price.

    No single one moves it from among the others; *known* stands in for what is missing to that.
    """
    costs = [*told, *[known] * (PRICES_NEEDED - len(told))]
    return min(max(median(costs), known / PRICE_MAX_FACTOR), known * PRICE_MAX_FACTOR)


def reserve(session: StoreSession, job_id: int, new: NewJob, usd: Decimal) -> None:
    """Count a job that was just accepted, with what it is likely to cost."""
    session.add(
        UsageRow(
            job_id=job_id,
            author_id=new.author_id,
            guild_id=new.destination.guild_id,
            at=session.now,
            usd=usd,
        )
    )
    session.flush()


def settle(session: StoreSession, job_id: int, cost_usd: Decimal | None) -> None:
    """Count what the job did cost; where that was not told, what is reserved for it."""
    if cost_usd is not None:
        step = update(UsageRow).where(UsageRow.job_id == job_id).values(usd=cost_usd)
        session.execute(step.execution_options(synchronize_session=False))


def give_back(session: StoreSession, job_ids: Collection[int]) -> None:
    """Count these jobs no more: they cost nothing."""
    step = delete(UsageRow).where(UsageRow.job_id.in_(job_ids))
    session.execute(step.execution_options(synchronize_session=False))


# ------------------------------------------------------------------ limits


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit: so many jobs, or so many USD, within a span that ends now."""

    whose: LimitScope
    theirs: ColumnElement[bool]
    span: timedelta
    jobs: int = 0
    usd: Decimal = Decimal(0)

    def used(self, now: datetime) -> ScalarSelect[Any]:
        """What was spent; of jobs the moment of the one that has to leave the span first."""
        within = self.theirs & (UsageRow.at > now - self.span)
        if not self.jobs:
            return select(func.sum(UsageRow.usd)).where(within).scalar_subquery()
        newest = select(UsageRow.at).where(within).order_by(UsageRow.at.desc())
        return newest.offset(self.jobs - 1).limit(1).scalar_subquery()


def refuse_over_limits(session: StoreSession, new: NewJob, limits: Limits, cost: Decimal) -> None:
    """Raises `DailyLimitReached` or `BudgetUsedUp` where *new* would go over one of *limits*.

    Sound only where no other transaction writes meanwhile. One statement asks about all of them,
    because everybody waits for it.
    """
    set_ones = [*_limits(new, limits)]
    if not set_ones:
        return
    answers = session.execute(select(*(limit.used(session.now) for limit in set_ones))).one()
    for limit, used in zip(set_ones, answers, strict=True):
        if limit.jobs:
            if used is not None:
                free_at = used + limit.span
                raise DailyLimitReached(whose=limit.whose, limit=limit.jobs, free_at=free_at)
            continue
        too_much = (used or Decimal(0)) + cost - limit.usd
        if too_much > 0:
            never = cost > limit.usd
            raise BudgetUsedUp(
                whose=limit.whose,
                limit_usd=limit.usd,
                cost_usd=cost,
                span=limit.span,
                free_at=None if never else _free_at(session, limit, cost, too_much),
            )


def _limits(new: NewJob, limits: Limits) -> Iterator[_Limit]:
    """Those that are set and concern *new*."""
    by_person = UsageRow.author_id == new.author_id
    scopes = [
        (LimitScope.PERSON, limits.person, by_person),
        (LimitScope.EVERYBODY, limits.everybody, true()),
    ]
    if new.destination.guild_id is not None:
        in_server = UsageRow.guild_id == new.destination.guild_id
        scopes.insert(1, (LimitScope.SERVER, limits.server, in_server))
    for whose, allowance, theirs in scopes:
        if allowance.jobs_per_day:
            yield _Limit(whose, theirs, DAY, jobs=allowance.jobs_per_day)
        if allowance.usd_per_day:
            yield _Limit(whose, theirs, DAY, usd=allowance.usd_per_day)
        if allowance.usd_per_month:
            yield _Limit(whose, theirs, MONTH, usd=allowance.usd_per_month)


def _free_at(
    session: StoreSession, limit: _Limit, cost: Decimal, too_much: Decimal
) -> datetime | None:
    """When so much has left the span of *limit* that there is room for *cost*.

    Mostly that is soon found from either end: the oldest job or two are enough, or the newest few
    alone leave no room, because far less is allowed now than was.
    """
    moment, usd = UsageRow.at, UsageRow.usd
    used = select(moment, usd).where(limit.theirs, moment > session.now - limit.span)
    oldest_first, newest_first = used.order_by(moment), used.order_by(moment.desc())
    for rows, from_oldest in (
        (oldest_first.limit(FEW), True),
        (newest_first.limit(FEW), False),
        (oldest_first, True),
    ):
        one = rows.subquery().c
        order = one.at if from_oldest else one.at.desc()
        summed_up = select(one.at, func.sum(one.usd).over(order_by=order).label("usd")).subquery().c
        enough = summed_up.usd >= too_much if from_oldest else summed_up.usd > limit.usd - cost
        order = summed_up.at if from_oldest else summed_up.at.desc()
        leaving = session.scalar(select(summed_up.at).where(enough).order_by(order).limit(1))
        if leaving is not None:
            return leaving + limit.span
    return None


# ------------------------------------------------------------------ usage


def _by_span(whose: InstrumentedAttribute[Any]) -> CompoundSelect[int, int, Decimal]:
    """Asks for the last 24 hours, each of the latest days, and the rest of 30 days.

    A range in an index for each, and no row is looked at twice.
    """
    at, jobs, usd = UsageRow.at, func.count(), func.sum(UsageRow.usd)
    midnights = [bindparam(f"midnight_{ago}", type_=at.type) for ago in range(DAYS_SHOWN)]
    spans = (
        at > bindparam("day"),
        at >= midnights[0],
        *((at >= begin) & (at < end) for end, begin in pairwise(midnights)),
        (at > bindparam("month")) & (at < midnights[-1]),
    )
    theirs = whose == bindparam("whose")
    return union_all(
        *(select(literal(n), jobs, usd).where(theirs, span) for n, span in enumerate(spans))
    )


def _most(measure: ColumnElement[Any]) -> Select[int, int, Decimal]:
    """Asks for the people of a server who have the most of this, and for their jobs and USD.

    There may be thousands: no more than this is made out for all of them.
    """
    who = UsageRow.author_id
    in_month = (UsageRow.guild_id == bindparam("whose"), UsageRow.at > bindparam("month"))
    everybody = select(who).where(*in_month).group_by(who)
    most = everybody.order_by(measure.desc(), who).limit(PERSONS_SHOWN)
    theirs = select(who, func.count(), func.sum(UsageRow.usd)).where(*in_month, who.in_(most))
    return theirs.group_by(who)


# Built once: that takes SQLAlchemy longer than the database takes for most answers.
_BY_SPAN_OF_PERSON = _by_span(UsageRow.author_id)
_BY_SPAN_OF_SERVER = _by_span(UsageRow.guild_id)
_MOST_EXPENSIVE = _most(func.sum(UsageRow.usd))
_MOST_JOBS = _most(func.count())


def usage(
    session: StoreSession, *, author_id: int | None = None, guild_id: int | None = None
) -> Usage:
    """What one person, or one server, has used in the last 30 days; by day only the latest week.

    By person only what a server has used.
    """
    now = session.now
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    midnights = [today - timedelta(days=ago) for ago in range(DAYS_SHOWN)]
    within = {
        "whose": author_id if guild_id is None else guild_id,
        "day": now - DAY,
        "month": now - MONTH,
        **{f"midnight_{ago}": midnight for ago, midnight in enumerate(midnights)},
    }
    by_span = _BY_SPAN_OF_PERSON if guild_id is None else _BY_SPAN_OF_SERVER
    spent = {
        n: Spending(jobs=jobs, usd=usd or Decimal(0))
        for n, jobs, usd in session.execute(by_span, within)
    }
    last_day, *by_day, before = (spent[n] for n in range(len(spent)))
    month = Spending(
        jobs=before.jobs + sum(day.jobs for day in by_day),
        usd=before.usd + sum(day.usd for day in by_day),
    )
    by_person: list[tuple[int, Spending]] = []
    if guild_id is not None:
        most = session.execute(_MOST_EXPENSIVE if month.usd else _MOST_JOBS, within)
        by_person = [(who, Spending(jobs=jobs, usd=usd)) for who, jobs, usd in most]
        by_person.sort(key=lambda one: (-one[1].usd, -one[1].jobs, one[0]))
    return Usage(
        day=last_day,
        month=month,
        by_day=tuple(
            (midnight.date(), day)
            for midnight, day in zip(midnights, by_day, strict=True)
            if day.jobs
        ),
        by_person=tuple(by_person),
    )
