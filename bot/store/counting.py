"""What has been asked for and spent: against the limits before a job, for `/usage` after it.

Each job that costs something, or may, has a row in a table of its own, which says who, in which
server, when, and how much: its cost, and until that is known what is reserved for it. One function
for a question or a step, in its caller's transaction.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from statistics import median
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    Text,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    null,
    select,
    true,
    union_all,
    update,
)

from bot.actions import ACTIONS, Action
from bot.errors import BudgetUsedUp, DailyLimitReached
from bot.limits import DAY, KNOWN_PRICE_USD, MONTH, Limits, LimitScope
from bot.model import NewJob, Spending, Usage
from bot.store.steps import StoreSession
from bot.store.tables import USAGE, JobRow, UsageRow

PRICES_COMPARED = 20
"""Of how many costs a price is the middle one."""
PRICES_NEEDED = 3
"""So many it takes that one alone is never the middle."""
PRICE_MAX_FACTOR = 4
"""How many times the known price a price may be, and how many times smaller."""
FEW = 100
"""So many jobs are looked at first to find out when a budget is free again."""
PERSONS_SHOWN = 10

# Statements that people wait for are built once: that takes SQLAlchemy longer than the database
# takes for most of the answers.

# ------------------------------------------------------------------ what one job costs

_COUNT = insert(USAGE)
_NEWEST_COSTS = (
    select(JobRow.cost_usd, JobRow.multiplier)
    .where(
        JobRow.action == bindparam("action"),
        JobRow.cost_usd.is_not(None),
        JobRow.finished_at.is_not(None),  # PostgreSQL puts them first
    )
    .order_by(JobRow.finished_at.desc())
    .limit(PRICES_COMPARED)
)


def price(session: StoreSession, action: Action, *, known: Decimal = KNOWN_PRICE_USD) -> Decimal:
    """What a unit of this action is taken to cost, in USD: about what those of the latest jobs did.

    Between a quarter and four times of the *known* price, times the ratio of the action.
    """
    rows = session.execute(_NEWEST_COSTS, {"action": action.key})
    return middle(
        [cost / multiplier for cost, multiplier in rows if cost is not None],
        known * action.price_ratio,
    )


def prices(session: StoreSession, *, known: Decimal = KNOWN_PRICE_USD) -> dict[str, Decimal]:
    """What the cheapest job of each action is taken to cost, in USD, by the action's key."""
    actions = ACTIONS.values()
    return {one.key: price(session, one, known=known) * one.least_units for one in actions}


def middle(told: Sequence[Decimal], known: Decimal) -> Decimal:
    """The middle one of these costs, between a quarter and four times the *known* price.

    No single one moves it from among the others; *known* stands in for what is missing to that.
    """
    costs = [*told, *[known] * (PRICES_NEEDED - len(told))]
    return min(max(median(costs), known / PRICE_MAX_FACTOR), known * PRICE_MAX_FACTOR)


def reserve(session: StoreSession, job_id: int, new: NewJob, usd: Decimal) -> None:
    """Count a job that was just accepted, with what it is likely to cost."""
    row = {
        "job_id": job_id,
        "author_id": new.author_id,
        "guild_id": new.destination.guild_id,
        "at": session.now,
        "usd": usd,
        "action": new.request.action.key,
        "day": session.now.toordinal(),
    }
    session.execute(_COUNT, row)


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

_THEIRS: dict[LimitScope, ColumnElement[bool]] = {
    LimitScope.PERSON: UsageRow.author_id == bindparam("author_id"),
    LimitScope.SERVER: UsageRow.guild_id == bindparam("guild_id"),
    LimitScope.EVERYBODY: true(),
}
_WITHIN = {DAY: UsageRow.at > bindparam("day"), MONTH: UsageRow.at > bindparam("month")}


def _bound(session: StoreSession, author_id: int | None, guild_id: int | None) -> dict[str, Any]:
    """What `_THEIRS` and `_WITHIN` are given."""
    spans = {"day": session.now - DAY, "month": session.now - MONTH}
    return {"author_id": author_id, "guild_id": guild_id, **spans}


@dataclass(frozen=True, slots=True)
class _Limit:
    """One limit: so many jobs, or so many USD, within a span that ends now."""

    whose: LimitScope
    span: timedelta
    jobs: int = 0
    usd: Decimal = Decimal(0)

    @property
    def counted(self) -> ColumnElement[bool]:
        return _THEIRS[self.whose] & _WITHIN[self.span]


@lru_cache
def _used(limits: tuple[_Limit, ...]) -> Select[Any]:
    """Asks what was spent; of jobs for the moment of the one that has to leave the span first."""
    spent: list[ScalarSelect[Any]] = []
    for limit in limits:
        if limit.jobs:
            newest = select(UsageRow.at).where(limit.counted).order_by(UsageRow.at.desc())
            spent.append(newest.offset(limit.jobs - 1).limit(1).scalar_subquery())
        else:
            summed_up = select(func.sum(UsageRow.usd)).where(limit.counted)
            spent.append(summed_up.scalar_subquery())
    return select(*spent)


def refuse_over_limits(session: StoreSession, new: NewJob, limits: Limits, cost: Decimal) -> None:
    """Raises `DailyLimitReached` or `BudgetUsedUp` where *new* would go over one of *limits*.

    Sound only where no other transaction writes meanwhile. One statement asks about all of them,
    because everybody waits for it.
    """
    set_ones = tuple(_limits(new, limits))
    if not set_ones:
        return
    bound = _bound(session, new.author_id, new.destination.guild_id)
    answers = session.execute(_used(set_ones), bound).one()
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
                free_at=None if never else _free_at(session, limit, bound, cost, too_much),
            )


def _limits(new: NewJob, limits: Limits) -> Iterator[_Limit]:
    """Those that are set and concern *new*."""
    for whose, quota in (
        (LimitScope.PERSON, limits.person),
        (LimitScope.SERVER, limits.server),
        (LimitScope.EVERYBODY, limits.everybody),
    ):
        if whose is LimitScope.SERVER and new.destination.guild_id is None:
            continue
        if quota.jobs_per_day:
            yield _Limit(whose, DAY, jobs=quota.jobs_per_day)
        if quota.usd_per_day:
            yield _Limit(whose, DAY, usd=quota.usd_per_day)
        if quota.usd_per_month:
            yield _Limit(whose, MONTH, usd=quota.usd_per_month)


def _free_at(
    session: StoreSession, limit: _Limit, bound: dict[str, Any], cost: Decimal, too_much: Decimal
) -> datetime | None:
    """When so much has left the span of *limit* that there is room for *cost*.

    Mostly that is soon found from either end: the oldest job or two are enough, or the newest few
    alone leave no room, because far less is allowed now than was.
    """
    moment, usd = UsageRow.at, UsageRow.usd
    used = select(moment, usd).where(limit.counted)
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
        free = select(summed_up.at).where(enough).order_by(order).limit(1)
        leaving = session.scalar(free, bound)
        if leaving is not None:
            return leaving + limit.span
    return None


# ------------------------------------------------------------------ usage

_NOBODY = 0
"""No id of Discord's."""
_NO_ACTION = cast(null(), Text())
_FIRST_DAY = bindparam("first_day", type_=UsageRow.day.type)


@cache
def _most(*, by_usd: bool) -> Select[int, int, str, int, Decimal]:
    """Asks for the people of a server who have spent the most, or have the most jobs.

    There may be thousands: the other figure is made out for those alone. The first day counts as a
    whole: what of it is more than 30 days old is erased within the hour.
    """
    who, jobs, usd = UsageRow.author_id, func.count(), func.sum(UsageRow.usd)
    counted = (_THEIRS[LimitScope.SERVER], UsageRow.day >= _FIRST_DAY)
    everybody = select(who).where(*counted).group_by(who)
    most = everybody.order_by((usd if by_usd else jobs).desc(), who).limit(PERSONS_SHOWN)
    told = select(who, literal(0), _NO_ACTION, jobs, usd)
    return told.where(*counted, who.in_(most)).group_by(who)


@cache
def _usage(whose: LimitScope) -> CompoundSelect[int, int, str | None, int, Decimal]:
    """Asks for the last 24 hours, and by day and action for the last 30 days, as of nobody; for
    people where it is a server's.

    The first of those days is not there as a whole: its moments are compared.
    """
    day, action, jobs, usd = UsageRow.day, UsageRow.action, func.count(), func.sum(UsageRow.usd)
    first_end = bindparam("first_end", type_=UsageRow.at.type)
    nobody, theirs = literal(_NOBODY), _THEIRS[whose]
    last_day = select(nobody, literal(0), _NO_ACTION, jobs, usd).where(theirs, _WITHIN[DAY])
    first = select(nobody, _FIRST_DAY, action, jobs, usd).where(
        theirs, _WITHIN[MONTH], UsageRow.at < first_end
    )
    others = select(nobody, day, action, jobs, usd).where(theirs, day > _FIRST_DAY)
    by_person = [_most(by_usd=True)] if whose is LimitScope.SERVER else []
    return union_all(last_day, first.group_by(action), others.group_by(action, day), *by_person)


def usage(
    session: StoreSession, *, author_id: int | None = None, guild_id: int | None = None
) -> Usage:
    """What one person, or one server, has used in the last 30 days.

    By person only what a server has used.
    """
    first_day = (session.now - MONTH).replace(hour=0, minute=0, second=0, microsecond=0)
    bound = _bound(session, author_id, guild_id)
    bound |= {"first_day": first_day.toordinal(), "first_end": first_day + timedelta(days=1)}
    question = _usage(LimitScope.PERSON if guild_id is None else LimitScope.SERVER)
    last_day, by_person = Spending(), list[tuple[int, Spending]]()
    parts: dict[tuple[date, str | None], Spending] = {}
    for who, day, action, jobs, usd in session.execute(question, bound):
        spent = Spending(jobs=jobs, usd=usd or Decimal(0))
        if who != _NOBODY:
            by_person.append((who, spent))
        elif not day:
            last_day = spent
        else:
            part = date.fromordinal(day), action if action in ACTIONS else None
            parts[part] = parts.get(part, Spending()) + spent
    used = Usage(today=session.now.date(), day=last_day, parts=parts)
    if by_person and not used.month.usd:
        most_jobs = session.execute(_most(by_usd=False), bound)
        by_person = [(who, Spending(jobs=jobs, usd=usd)) for who, _, _, jobs, usd in most_jobs]
    by_person.sort(key=lambda one: (-one[1].usd, -one[1].jobs, one[0]))
    return replace(used, by_person=tuple(by_person))
