"""Steps that wait together share a transaction; one that fails takes no other along."""

import asyncio
import sqlite3
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.actions import IMAGINE
from bot.errors import StoreUnavailable
from bot.model import JobState, NewJob, Request
from bot.store import Store, lookups, transitions
from bot.store.steps import Revocable
from tests.clock import START
from tests.store import samples
from tests.store.samples import ELSEWHERE, new_job


async def test_what_is_asked_at_once_is_committed_together(store: Store) -> None:
    commits: list[Any] = []

    def note(connection: Any) -> None:
        commits.append(connection)

    event.listen(Engine, "commit", note)
    try:
        jobs = await asyncio.gather(
            *(store.attempt(transitions.accept, new_job()) for _ in range(20))
        )
    finally:
        event.remove(Engine, "commit", note)
    assert len({job.id for job in jobs if job}) == 20
    assert len(commits) <= 2


async def test_what_nobody_waits_for_any_more_is_not_begun(store: Store) -> None:
    begun: list[str] = []

    def begin(_: Session, name: str) -> bool:
        begun.append(name)
        return True

    step = Revocable(begin, lambda _, __: None, hurried=False)
    first, second = [asyncio.create_task(store.attempt(step, name)) for name in ("1st", "2nd")]
    await asyncio.sleep(0)
    second.cancel()
    assert await first
    await store.drain()
    assert begun == ["1st"]


async def test_what_hurries_overtakes_what_does_not(store: Store) -> None:
    waiting = [await samples.accepted(store) for _ in range(60)]
    order: list[str] = []

    async def submit(job_id: int) -> None:
        await store.attempt(transitions.begin_submit, job_id, ELSEWHERE)
        order.append("submit")

    async def accept() -> None:
        await store.attempt(transitions.accept, new_job())
        order.append("accept")

    await asyncio.gather(*(submit(job.id) for job in waiting), accept())
    assert order.index("accept") < 21, "at most one group is before it"


@pytest.mark.parametrize(
    "unstorable",
    [
        new_job(Request(action=IMAGINE, prompt="half a pair: \ud83e")),
        replace(new_job(), author_id=2**63),
    ],
    ids=["text", "number"],
)
async def test_a_step_that_fails_takes_no_other_along(store: Store, unstorable: NewJob) -> None:
    outcomes = await asyncio.gather(
        *(store.attempt(transitions.accept, new_job()) for _ in range(3)),
        store.attempt(transitions.accept, unstorable),
        *(store.attempt(transitions.accept, new_job()) for _ in range(3)),
        return_exceptions=True,
    )
    assert [isinstance(one, Exception) for one in outcomes].count(True) == 1
    assert isinstance(outcomes[3], StoreUnavailable)
    for one in outcomes[:3] + outcomes[4:]:
        assert not isinstance(one, BaseException)
        assert one is not None
        assert await store.read(lookups.get, one.id) == one


async def test_what_happened_is_written_in_order_where_the_database_is_in_trouble_for_a_moment(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just when steps run one by one, because one of them fails for reasons of its own."""
    other, job = await samples.submitting(store), await samples.running(store)
    finish, calls = transitions.finish, count()

    def locked_at_first(*args: Any) -> Any:
        if next(calls) == 0:
            raise OperationalError("UPDATE", None, sqlite3.OperationalError("locked"))
        return finish(*args)

    monkeypatch.setattr(transitions, "finish", locked_at_first)
    await asyncio.gather(
        store.record(transitions.begin_run, other.id, "half a pair: \ud83e"),
        store.record(transitions.finish, job.id, samples.completed()),
        store.record(transitions.mark_delivered, job.id, ELSEWHERE),
        return_exceptions=True,
    )
    await store.drain()
    assert (await samples.found(store, job.id)).state is JobState.DELIVERED


async def test_a_database_in_trouble_is_told_to_all_who_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(session: Session, *_: object) -> None:
        session.execute(text("SELECT * FROM nowhere"))

    monkeypatch.setattr("bot.store.transitions.erase_tokens", broken)
    outcomes = await asyncio.gather(
        *(store.write(transitions.erase_tokens, START) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(one, StoreUnavailable) for one in outcomes)
