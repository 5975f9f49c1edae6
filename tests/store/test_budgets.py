"""What is spent: reserved when a job is accepted, told by the API, given back by a failure."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.actions import IMAGINE, REMIX
from bot.errors import BudgetUsedUp, DailyLimitReached, DraftGone, UserError
from bot.limits import DAY, MONTH, Limits, LimitScope, Quota
from bot.model import Job, JobState, NewJob, Request, Spending
from bot.store import Erased, Store, counting, erasing, lookups, transitions
from tests.clock import START, ManualClock
from tests.store import samples
from tests.store.samples import AUTHOR, PLACE, completed, found, new_job

CENT = Decimal("0.01")
BEN = AUTHOR + 1000
ELSEWHERE = replace(PLACE, guild_id=7)
DIRECTLY = replace(PLACE, guild_id=None)


NO_LIMITS = Limits()


def budget(usd: str) -> Quota:
    return Quota(usd_per_day=Decimal(usd))


async def accept(store: Store, new: NewJob | None = None, limits: Limits = NO_LIMITS) -> Job:
    job = await store.attempt(transitions.accept, new or new_job(), limits=limits)
    assert job is not None
    return job


async def finish(store: Store, job: Job, usd: str | None) -> None:
    await store.attempt(transitions.begin_submit, job.id, 1)
    cost = None if usd is None else Decimal(usd)
    await store.record(
        transitions.finish, job.id, replace(completed(f"job-{job.id}"), cost_usd=cost)
    )


async def test_jobs_reserve_the_known_price_until_costs_were_told_and_then_the_middle_one(
    store: Store,
) -> None:
    reserved: list[Decimal | None] = []
    for usd in ("0.11", "0.12", "0.11", "0.10"):
        job = await accept(store)
        reserved.append(job.reserved_usd)
        await finish(store, job, usd)
    assert reserved == [8 * CENT, 8 * CENT, 11 * CENT, 11 * CENT]
    other_kind = await accept(store, new_job(Request(action=IMAGINE, prompt="x")))
    assert other_kind.reserved_usd == 8 * CENT
    assert await store.read(counting.price, REMIX) == 11 * CENT


async def test_the_known_price_is_the_operators(store: Store) -> None:
    limits = Limits(known_price_usd=Decimal("0.5"))
    assert (await accept(store, limits=limits)).reserved_usd == Decimal("0.5")


@pytest.mark.parametrize("odd", ["0", "100"])
async def test_one_odd_cost_changes_nothing_for_anybody_else(store: Store, odd: str) -> None:
    """Neither does it lock people out, nor does it let them past a budget."""
    for usd in ("0.08", "0.08", odd):
        await finish(store, await accept(store, replace(new_job(), author_id=BEN)), usd)
    limits = Limits(person=budget("0.24"))
    for _ in range(3):
        assert (await accept(store, limits=limits)).reserved_usd == 8 * CENT
    with pytest.raises(BudgetUsedUp):
        await accept(store, limits=limits)


async def test_a_price_follows_the_latest_twenty(store: Store) -> None:
    for usd in ("0.08", "0.16"):
        for _ in range(20):
            await finish(store, await accept(store), usd)
    assert await store.read(counting.price, REMIX) == 16 * CENT


async def test_what_a_prompt_multiplies_is_reserved_and_does_not_raise_the_price(
    store: Store,
) -> None:
    sixfold = await accept(store, replace(new_job(), multiplier=6))
    assert sixfold.reserved_usd == 48 * CENT
    for usd in ("0.54", "0.54"):
        await finish(store, await accept(store, replace(new_job(), multiplier=6)), usd)
    assert await store.read(counting.price, REMIX) == 9 * CENT


async def test_a_job_that_does_not_tell_its_cost_counts_as_reserved(store: Store) -> None:
    await finish(store, await accept(store), None)
    assert (await store.read(counting.usage, author_id=AUTHOR)).day.usd == 8 * CENT


@pytest.mark.parametrize(("release", "spent"), [(True, 0), (False, 8)])
async def test_a_failure_gives_back_what_was_reserved_unless_nobody_knows(
    store: Store, release: bool, spent: int
) -> None:
    job = await samples.submitting(store)
    await store.record(transitions.fail, job.id, "why", release=release)
    usage = await store.read(counting.usage, author_id=AUTHOR)
    assert (usage.day.usd, usage.day.jobs) == (spent * CENT, 0 if release else 1)


@pytest.mark.parametrize("release", [True, False])
async def test_a_job_that_was_charged_counts_although_it_ended_without_images(
    store: Store, release: bool
) -> None:
    limits = Limits(person=Quota(jobs_per_day=1))
    job = await accept(store)
    await store.attempt(transitions.begin_submit, job.id, 1)
    await store.record(
        transitions.finish, job.id, replace(completed(), images=(), cost_usd=9 * CENT)
    )
    await store.record(transitions.fail, job.id, "NothingMade", release=release)
    with pytest.raises(DailyLimitReached):
        await accept(store, limits=limits)
    assert (await store.read(counting.usage, author_id=AUTHOR)).day.usd == 9 * CENT


async def test_a_job_that_may_have_been_charged_counts_although_it_failed(store: Store) -> None:
    job = await samples.submitting(store)
    await store.record(transitions.fail, job.id, "why", release=False)
    with pytest.raises(DailyLimitReached):
        await accept(store, limits=Limits(person=Quota(jobs_per_day=1)))


async def test_a_lost_job_keeps_its_reservation(store: Store) -> None:
    await samples.unknown(store)
    assert (await store.read(counting.usage, author_id=AUTHOR)).day.usd == 8 * CENT


async def test_stopping_gives_back_only_what_was_not_sent(store: Store) -> None:
    waiting, sent = await samples.accepted(store), await samples.running(store)
    assert await store.write(transitions.stop, waiting.id) is JobState.ACCEPTED
    assert await store.write(transitions.stop, waiting.id) is None
    assert not await store.attempt(transitions.begin_submit, waiting.id, 1)
    assert await store.write(transitions.stop, sent.id, unsent_only=True) is None
    assert await store.write(transitions.stop, sent.id) is JobState.RUNNING
    assert await store.write(transitions.stop, sent.id) is None
    assert (await found(store, sent.id)).stopped_at == START
    assert (await store.read(counting.usage, author_id=AUTHOR)).day.usd == 8 * CENT
    done = await samples.delivered(store)
    assert await store.write(transitions.stop, done.id) is None


async def test_a_stopped_job_ends_when_its_author_is_told_and_its_images_stay(
    store: Store,
) -> None:
    job = await samples.running(store)
    await store.write(transitions.stop, job.id)
    assert [one.id for one in await store.open_jobs()] == [job.id]
    await store.record(transitions.finish, job.id, completed())
    assert await store.record(transitions.mark_notified, job.id, 5)
    assert not await store.record(transitions.mark_notified, job.id, 6)
    assert await store.open_jobs() == []
    kept = await found(store, job.id)
    assert kept.state is JobState.KEPT
    assert kept.images


@pytest.mark.parametrize(
    ("limits", "whose", "counted", "others"),
    [
        (
            Limits(person=budget("0.24")),
            LimitScope.PERSON,
            new_job(),
            replace(new_job(), author_id=BEN),
        ),
        (Limits(server=budget("0.24")), LimitScope.SERVER, new_job(), new_job(place=ELSEWHERE)),
        (Limits(server=budget("0.24")), LimitScope.SERVER, new_job(), new_job(place=DIRECTLY)),
    ],
)
async def test_twenty_at_once_stay_within_a_budget_of_three(
    store: Store, limits: Limits, whose: LimitScope, counted: NewJob, others: NewJob
) -> None:
    answers = await asyncio.gather(
        *(
            store.attempt(
                transitions.accept, replace(counted, interaction_id=number), limits=limits
            )
            for number in range(20)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Job) for one in answers) == 3
    refused = [one for one in answers if isinstance(one, BudgetUsedUp)]
    assert len(refused) == 17
    assert all((one.whose, one.limit_usd) == (whose, 24 * CENT) for one in refused)
    assert await store.attempt(transitions.accept, others, limits=limits), (
        "a budget is not somebody else's"
    )


@pytest.mark.parametrize(
    ("limits", "span"),
    [
        (Limits(person=Quota(usd_per_day=20 * CENT)), DAY),
        (Limits(person=Quota(usd_per_month=20 * CENT)), MONTH),
    ],
)
async def test_a_budget_says_when_enough_of_it_is_free_again_and_then_it_is(
    store: Store, clock: ManualClock, limits: Limits, span: timedelta
) -> None:
    for usd in ("0.02", "0.08", "0.08"):
        await finish(store, await accept(store), usd)
        await clock.advance(3600)
    with pytest.raises(BudgetUsedUp) as refused:
        await accept(store, limits=limits)
    assert refused.value.span == span
    free_at = START + timedelta(hours=1) + span  # the first one alone makes too little room
    assert refused.value.free_at == free_at
    clock.set_ahead(free_at - timedelta(microseconds=1) - START - timedelta(hours=3))
    with pytest.raises(BudgetUsedUp):
        await accept(store, limits=limits)
    clock.set_ahead(free_at - START - timedelta(hours=3))
    await accept(store, limits=limits)


@pytest.mark.parametrize("few", [2, 3, 100])
async def test_however_far_a_budget_is_passed_it_is_free_when_it_says_and_not_before(
    store: Store, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(counting, "FEW", few)  # it is looked at both ends before all is read
    moments = [timedelta(hours=at) for at in (0, 1, 1, 2, 3, 4, 5, 5, 5, 6, 7)]
    for at in moments:
        clock.set_ahead(at)
        await accept(store)
    for kept in range(len(moments)):
        limits = Limits(person=budget(str(8 * CENT * (kept + 1))))
        with pytest.raises(BudgetUsedUp) as refused:
            await accept(store, limits=limits)
        # so many may still count beside the new one: all others have left
        assert refused.value.free_at == START + moments[len(moments) - kept - 1] + DAY


async def test_what_alone_is_over_a_budget_is_never_possible(store: Store) -> None:
    with pytest.raises(BudgetUsedUp) as refused:
        await accept(store, replace(new_job(), multiplier=4), limits=Limits(person=budget("0.30")))
    assert (refused.value.free_at, refused.value.cost_usd) == (None, 32 * CENT)


async def test_a_budget_can_be_used_to_the_last_cent(store: Store) -> None:
    await accept(store, limits=Limits(person=budget("0.08")))


@pytest.mark.parametrize("limits", [Limits(person=Quota(jobs_per_day=1))])
async def test_jobs_per_day_are_a_persons_own(store: Store, limits: Limits) -> None:
    await accept(store, limits=limits)
    with pytest.raises(DailyLimitReached) as refused:
        await accept(store, limits=limits)
    assert refused.value.whose is LimitScope.PERSON
    await accept(store, replace(new_job(), author_id=BEN), limits=limits)


# ------------------------------------------------------------------ usage


async def test_usage_is_told_by_day_and_by_person(store: Store, clock: ManualClock) -> None:
    for days, author, usd in ((0, AUTHOR, "1"), (25, AUTHOR, "2"), (1, BEN, "5"), (5, AUTHOR, "4")):
        await clock.advance(days * 86_400)
        await finish(store, await accept(store, replace(new_job(), author_id=author)), usd)
    mine = await store.read(counting.usage, author_id=AUTHOR)
    assert (mine.day.jobs, mine.day.usd) == (1, 4)
    assert (mine.month.jobs, mine.month.usd) == (2, 6), "the first one is 31 days old"
    today = clock.now().date()
    assert [(day, spent.usd) for day, spent in mine.by_day] == [
        (today, Decimal(4)),
        (today - timedelta(days=6), Decimal(2)),
    ]
    server = await store.read(counting.usage, guild_id=PLACE.guild_id)
    assert [(who, spent.usd) for who, spent in server.by_person] == [
        (AUTHOR, Decimal(6)),
        (BEN, Decimal(5)),
    ]
    assert (await store.read(counting.usage, guild_id=ELSEWHERE.guild_id)).month.jobs == 0


async def test_usage_is_told_by_day_and_action_also_of_what_was_erased(
    store: Store, clock: ManualClock
) -> None:
    days: list[date] = []
    for action, later in ((IMAGINE, 0), (IMAGINE, 0.5), (REMIX, 29.5), (REMIX, 0), (IMAGINE, 0)):
        await clock.advance(later * 86_400)
        days.append(clock.now().date())
        asked = replace(new_job().request, action=action)
        await finish(store, await accept(store, new_job(asked)), "0.5")
    used = await store.read(counting.usage, author_id=AUTHOR)
    expected = {
        (days[1], "imagine"): Spending(jobs=1, usd=Decimal("0.5")),
        (days[2], "remix"): Spending(jobs=2, usd=Decimal(1)),
        (days[4], "imagine"): Spending(jobs=1, usd=Decimal("0.5")),
    }
    assert used.parts == expected, "the first one is more than 30 days old"
    assert [key for key, _ in used.by_action] == ["imagine", "remix"]
    await store.forget(Erased.AUTHOR, AUTHOR)
    await store.erase(None)
    assert (await store.read(counting.usage, author_id=AUTHOR)).parts == expected
    server = await store.read(counting.usage, guild_id=PLACE.guild_id)
    assert server.parts == expected


@pytest.mark.parametrize("usd", ["0", "0.08"])
async def test_of_many_people_those_with_the_most_are_told(store: Store, usd: str) -> None:
    """By jobs where no job cost anything."""
    people = range(1, counting.PERSONS_SHOWN + 3)
    for author in people:
        for _ in range(1 + author % 2):
            asked = replace(new_job(), author_id=author)
            await finish(store, await accept(store, asked), usd)
    told = (await store.read(counting.usage, guild_id=PLACE.guild_id)).by_person
    expected = sorted(people, key=lambda author: (-(author % 2), author))
    assert [who for who, _ in told] == expected[: counting.PERSONS_SHOWN]
    assert [spent.jobs for _, spent in told] == [2] * 6 + [1] * 4
    assert all(spent.usd == spent.jobs * Decimal(usd) for _, spent in told)


# ------------------------------------------------------------------ drafts


def draft(number: int = 1) -> NewJob:
    return replace(samples.remix_from_a_message(), interaction_id=number)


async def test_a_draft_is_kept_as_it_is_for_a_day(store: Store, clock: ManualClock) -> None:
    asked = draft()
    await store.write(transitions.keep_draft, asked)
    await store.write(transitions.keep_draft, asked)  # Discord sent the interaction twice
    kept = await store.read(lookups.draft, 1)
    assert kept is not None
    assert (kept.state, kept.request, kept.author_id) == (JobState.DRAFT, asked.request, AUTHOR)
    assert (kept.destination, kept.origin) == (asked.destination, asked.origin)
    assert kept.interaction_token is None, "a secret outlives its use"
    await clock.advance(DAY.total_seconds())
    assert await store.read(lookups.draft, 1) is None


async def test_a_draft_is_no_job_that_anybody_sees_or_that_counts(store: Store) -> None:
    await store.write(transitions.keep_draft, draft())
    job = await samples.delivered(store)
    assert [one.id for one in await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=9)] == [
        job.id
    ]
    assert await store.read(lookups.by_interaction, 1) is None
    assert await store.read(erasing.count_of, AUTHOR) == (1, 0)
    assert (await store.read(counting.usage, author_id=AUTHOR)).month.jobs == 1
    assert await store.open_jobs() == []
    source = replace(job, provider_job_id=samples.A_REMIX.source.job_id)  # pyright: ignore[reportOptionalMemberAccess]  # it has one
    assert [one.id for one in await store.read(lookups.children, [source], AUTHOR, limit=9)] == [
        job.id
    ]


async def test_twenty_who_take_up_one_draft_make_one_job(store: Store) -> None:
    await store.write(transitions.keep_draft, draft())
    answers = await asyncio.gather(
        *(store.attempt(transitions.accept, new_job(), draft_id=1) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, Job) for one in answers) == 1
    assert sum(isinstance(one, DraftGone) for one in answers) == 19


async def test_a_draft_whose_job_is_refused_is_kept(store: Store) -> None:
    await store.write(transitions.keep_draft, draft())
    with pytest.raises(UserError):
        await store.attempt(
            transitions.accept, new_job(), limits=Limits(person=budget("0.01")), draft_id=1
        )
    assert await store.read(lookups.draft, 1) is not None


async def test_a_draft_is_dropped_by_its_author_alone_and_once(store: Store) -> None:
    await store.write(transitions.keep_draft, draft())
    assert not await store.write(transitions.drop_draft, 1, author_id=AUTHOR + 1)
    assert await store.write(transitions.drop_draft, 1, AUTHOR)
    assert not await store.write(transitions.drop_draft, 1, AUTHOR)
    assert await store.read(lookups.draft, 1) is None
