"""Discord or the database fails: nothing is lost, and somebody hears of it."""

import sqlite3

import pytest

from bot.model import JobState
from tests.flow.sim import Sim, buttons, pictures, shown, text


async def state(sim: Sim) -> JobState:
    job = await sim.store.job(1)
    assert job is not None
    return job.state


async def test_where_the_token_no_longer_works_the_channel_does(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await sim.finish()
    assert len(pictures(shown(result))) == 4
    assert await state(sim) is JobState.DELIVERED


async def test_progress_edits_that_fail_do_not_stop_the_job(sim: Sim) -> None:
    prompt = "x sandbox:seconds=12"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    sim.env.inject_error("PATCH", "*", status=500, times=4)
    await sim.clock.advance(60)
    assert len(pictures(shown(result))) == 4


async def test_a_reply_that_may_not_be_posted_does_not_cost_the_result(sim: Sim) -> None:
    sim.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    prompt = "x sandbox:seconds=16"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(30)
    assert "Remix 1" in buttons(shown(result))
    assert await state(sim) is JobState.DELIVERED


async def test_a_job_that_could_not_be_answered_in_time_is_never_paid_for(
    sim: Sim, caplog: pytest.LogCaptureFixture
) -> None:
    sim.env.inject_error("POST", "/interactions/*", status=404, code=10062)
    await sim.ann.slash(sim.channel, "imagine", prompt="x")
    await sim.finish()
    assert sim.api.submit_calls == 0
    assert await sim.store.job(1) is None
    assert "could not be answered in time" in caplog.text


async def test_what_cannot_be_recorded_is_not_accepted(sim: Sim) -> None:
    locker = sqlite3.connect(sim.database, isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    try:
        result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    finally:
        locker.execute("ROLLBACK")
        locker.close()
    await sim.finish()
    assert result.ephemeral
    assert "did not accept" in shown(result).content
    assert "Nothing was charged." in shown(result).content
    assert sim.api.submit_calls == 0
    await sim.store.settle()
    assert await sim.store.job(1) is None, "the late row is taken back"
    again = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    await sim.finish()
    assert len(pictures(shown(again))) == 4, "the bot lives on"


async def test_a_bug_is_told_with_a_number_that_the_log_knows(
    sim: Sim, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> str:
        raise ZeroDivisionError(text)

    monkeypatch.setattr("bot.ui.prompts.read_prompt", broken)
    result = await sim.ann.slash(sim.channel, "imagine", prompt="my secret idea")
    assert result.ephemeral
    number = shown(result).content.split("`")[1]
    assert f"Incident {number}" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_failure_after_a_long_wait_is_told_with_a_ping(sim: Sim) -> None:
    prompt = "x sandbox:fail sandbox:seconds=30"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(40)
    assert "gave up" in text(shown(result))
    assert sim.last.content.startswith(f"<@{sim.ann.id}>")
