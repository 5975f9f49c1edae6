"""Each step of a job's life, from each state, and who wins where two want the same step."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from bot.model import Completed, Job, JobState
from bot.store import Store, lookups, transitions
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import CHANNEL, MESSAGE

STATES: dict[JobState, Callable[[Store], Awaitable[Job]]] = {
    JobState.ACCEPTED: samples.accepted,
    JobState.SUBMITTING: samples.submitting,
    JobState.RUNNING: samples.running,
    JobState.FINISHED: samples.finished,
    JobState.DELIVERED: samples.delivered,
    JobState.FAILED: samples.failed,
    JobState.UNKNOWN: samples.unknown,
}

STEPS: dict[
    str, tuple[Callable[[Store, int], Awaitable[object]], JobState | None, set[JobState]]
] = {
    "withdraw": (
        lambda store, job_id: store.record(transitions.withdraw, job_id),
        None,
        {JobState.ACCEPTED},
    ),
    "begin_submit": (
        lambda store, job_id: store.attempt(transitions.begin_submit, job_id, MESSAGE),
        JobState.SUBMITTING,
        {JobState.ACCEPTED},
    ),
    "begin_run": (
        lambda store, job_id: store.record(transitions.begin_run, job_id, "another-task"),
        JobState.RUNNING,
        {JobState.SUBMITTING},
    ),
    "finish": (
        lambda store, job_id: store.record(transitions.finish, job_id, samples.completed()),
        JobState.FINISHED,
        {JobState.SUBMITTING, JobState.RUNNING},
    ),
    "keep": (
        lambda store, job_id: store.record(transitions.keep, job_id),
        JobState.KEPT,
        {JobState.FINISHED},
    ),
    "delivered": (
        lambda store, job_id: store.record(transitions.mark_delivered, job_id, MESSAGE + 1),
        JobState.DELIVERED,
        {JobState.FINISHED},
    ),
    "lose": (
        lambda store, job_id: store.record(transitions.mark_unknown, job_id),
        JobState.UNKNOWN,
        {JobState.SUBMITTING},
    ),
    "fail": (
        lambda store, job_id: store.record(transitions.fail, job_id, "job_overdue"),
        JobState.FAILED,
        {JobState.ACCEPTED, JobState.SUBMITTING, JobState.RUNNING, JobState.FINISHED},
    ),
}


async def test_a_step_is_taken_from_its_own_states_and_changes_nothing_in_any_other(
    store: Store,
) -> None:
    for step, (take, leads_to, allowed_from) in STEPS.items():
        for state, make in STATES.items():
            job_id = (await make(store)).id
            before = await samples.found(store, job_id)
            assert before.state is state

            done = await take(store, job_id)

            after = await store.read(lookups.get, job_id)
            assert bool(done) is (state in allowed_from), (step, state)
            if done:
                assert (after.state if after else None) is leads_to, (step, state)
            else:
                assert after == before, (step, state)


async def test_no_step_is_taken_by_a_job_that_does_not_exist(store: Store) -> None:
    assert not any([await take(store, 404) for take, _, _ in STEPS.values()])


async def test_of_many_actors_at_the_same_time_exactly_one_takes_a_step(store: Store) -> None:
    for step, (take, _, allowed_from) in STEPS.items():
        job_id = (await STATES[min(allowed_from)](store)).id
        won = await asyncio.gather(*(take(store, job_id) for _ in range(8)))
        assert sum(map(bool, won)) == 1, step


async def test_each_step_keeps_its_moment_and_what_it_learned(
    store: Store, clock: ManualClock
) -> None:
    began = clock.now()
    minute = timedelta(minutes=1)
    job = await samples.accepted(store)
    await clock.advance(60)
    await store.attempt(transitions.begin_submit, job.id, MESSAGE + 1)
    await store.record(transitions.begin_run, job.id, "task-1")
    await clock.advance(60)
    await store.record(transitions.finish, job.id, samples.completed())
    await clock.advance(60)
    await store.record(transitions.mark_delivered, job.id, MESSAGE)

    kept = await samples.found(store, job.id)
    assert (kept.created_at, kept.submitted_at) == (began, began + minute)
    assert (kept.finished_at, kept.ended_at) == (began + 2 * minute, began + 3 * minute)
    assert (kept.task_id, kept.provider_job_id) == ("task-1", "provider-1")
    assert kept.cost_usd == samples.completed().cost_usd
    assert kept.images == samples.completed().images


async def test_a_job_that_the_api_finishes_at_once_keeps_the_task_id_of_its_answer(
    store: Store,
) -> None:
    job = await samples.submitting(store)
    assert await store.record(transitions.finish, job.id, samples.completed(task_id="at-once"))
    assert (await samples.found(store, job.id)).task_id == "at-once"


async def test_finish_hands_back_the_job_as_it_is_kept(store: Store) -> None:
    job = await samples.finished(store)
    assert job == await store.read(lookups.get, job.id)


async def test_a_job_can_finish_without_any_image_or_cost(store: Store) -> None:
    nothing = Completed(task_id="task-1", job_id="provider-1", images=())
    job = await samples.finished(store, nothing)
    assert (job.images, job.cost_usd) == ((), None)


async def test_a_failed_job_keeps_why_and_what_it_had(store: Store) -> None:
    job = await samples.finished(store)
    await store.record(transitions.fail, job.id, "image_unavailable")
    kept = await samples.found(store, job.id)
    assert kept.failure == "image_unavailable"
    assert kept.images == job.images


async def test_a_step_of_one_job_leaves_every_other_job_alone(store: Store) -> None:
    mine, other = await samples.finished(store), await samples.finished(store)
    await store.record(transitions.mark_delivered, mine.id, MESSAGE)
    assert await store.read(lookups.get, other.id) == other
    shown = await store.read(lookups.by_message, MESSAGE)
    assert shown is not None
    assert shown.id == mine.id


async def test_a_job_that_is_submitted_knows_the_message_that_shows_it(store: Store) -> None:
    job = await samples.submitting(store, MESSAGE)
    link = (await samples.found(store, job.id)).message
    assert link is not None
    assert link.message_id == MESSAGE


async def test_the_number_of_a_withdrawn_job_is_never_given_again(store: Store) -> None:
    job = await samples.accepted(store)
    await store.record(transitions.withdraw, job.id)
    assert (await samples.accepted(store)).id > job.id


async def test_only_of_a_job_that_ended_without_images_is_anybody_told(
    store: Store, clock: ManualClock
) -> None:
    for state, make in STATES.items():
        job_id = (await make(store)).id
        before = await samples.found(store, job_id)
        ended_without = state in {JobState.FAILED, JobState.UNKNOWN}
        assert await store.record(transitions.mark_notified, job_id, 77) is ended_without, state
        told = replace(before, ended_at=clock.now(), message_id=77) if ended_without else before
        assert await store.read(lookups.get, job_id) == told


async def test_of_many_who_tell_at_the_same_time_one_is_the_first(
    store: Store, clock: ManualClock
) -> None:
    job = await samples.failed(store)
    first = clock.now()
    assert (
        sum(
            await asyncio.gather(
                *(store.record(transitions.mark_notified, job.id, 77) for _ in range(8))
            )
        )
        == 1
    )
    await clock.advance(60)
    assert not await store.record(transitions.mark_notified, job.id, 78)
    assert (await samples.found(store, job.id)).ended_at == first


async def test_only_a_finished_job_keeps_why_it_could_not_be_delivered(store: Store) -> None:
    for state, make in STATES.items():
        job_id = (await make(store)).id
        before = await samples.found(store, job_id)
        finished = state is JobState.FINISHED
        assert (
            await store.record(transitions.mark_undeliverable, job_id, "50007: no direct messages")
            is finished
        ), state
        problem, state_now = None, before.state
        if finished:
            problem, state_now = "50007: no direct messages", JobState.UNDELIVERABLE
        after = replace(before, delivery_problem=problem, state=state_now)
        assert await store.read(lookups.get, job_id) == after


async def test_a_job_that_is_delivered_after_all_has_no_problem_any_more(store: Store) -> None:
    job = await samples.finished(store)
    await store.record(transitions.mark_undeliverable, job.id, "50007: no direct messages")
    assert await store.record(transitions.mark_delivered, job.id, MESSAGE, channel_id=CHANNEL + 1)
    assert (await samples.found(store, job.id)).delivery_problem is None


async def test_nobody_is_told_of_a_job_that_does_not_exist(store: Store) -> None:
    assert not await store.record(transitions.mark_notified, 404, 77)
    assert not await store.record(transitions.mark_undeliverable, 404, "gone")
