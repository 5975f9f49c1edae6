"""Discord or the database fails: nothing is lost, and somebody hears of it."""

import sqlite3
import sys

import pytest

from bot.model import JobState
from bot.store import lookups
from tests.flow.sim import Sim, buttons, fields, images, shown, text


async def state(sim: Sim) -> JobState:
    job = await sim.job()
    return job.state


async def test_where_the_token_no_longer_works_the_channel_does(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert await state(sim) is JobState.DELIVERED


async def test_progress_edits_that_fail_do_not_stop_the_job(sim: Sim) -> None:
    prompt = "x sandbox:seconds=12"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    sim.env.inject_error("PATCH", "*", status=500, times=4)
    await sim.clock.advance(60)
    assert len(images(shown(result))) == 4


async def test_a_reply_that_may_not_be_posted_does_not_cost_the_result(sim: Sim) -> None:
    sim.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
    prompt = "x sandbox:seconds=16"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(30)
    assert "✏️ 1" in buttons(shown(result))
    assert await state(sim) is JobState.DELIVERED


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (404, 10062, "could not be answered in time"),
        (500, 0, "failed to reply: HTTP 500"),
        (503, 0, "failed to reply: HTTP 503"),
    ],
)
async def test_a_job_that_could_not_be_answered_is_never_paid_for_and_one_line_says_so(
    sim: Sim, caplog: pytest.LogCaptureFixture, status: int, code: int, said: str
) -> None:
    sim.env.inject_error("POST", "/interactions/*", status=status, code=code, times=None)
    await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.backend.faults.clear()
    await sim.finish()
    assert sim.api.submit_calls == 0
    assert await sim.store.read(lookups.get, 1) is None
    [line] = [one for one in caplog.records if one.levelname in {"WARNING", "ERROR"}]
    assert said in line.getMessage()
    assert line.exc_info is None


async def test_who_would_wait_for_ever_is_told_that_discord_was_out_of_order(sim: Sim) -> None:
    await sim.imagine(sim.ann, "x")
    job = await sim.job()
    sim.env.inject_error("PATCH", "/webhooks/*", status=503, times=None)
    asked = await sim.ann.slash(sim.channel, "show", job_id=job.task_id or "")
    assert "Discord had a problem" in shown(asked).content


async def test_what_was_typed_into_a_form_is_given_back_where_discord_is_out_of_order(
    sim: Sim,
) -> None:
    result = await sim.imagine(sim.ann, "x")
    form = await sim.ann.click(result, label="✏️ 1")
    sim.env.inject_error("POST", "/interactions/*", status=503, times=1)
    answer = shown(await sim.ann.submit_modal(form, fields(form) | {"prompt-1": "a long text"}))
    assert "Discord had a problem" in answer.content
    [file] = answer.attachments
    assert (await file.read()).decode() == "a long text"
    assert len(sim.api.submits) == 1


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
    assert "didn't accept" in shown(result).content
    assert "Nothing was charged." in shown(result).content
    assert sim.api.submit_calls == 0
    await sim.store.drain()
    assert await sim.store.read(lookups.get, 1) is None, "the late row is taken back"
    again = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    await sim.finish()
    assert len(images(shown(again))) == 4, "the bot lives on"


async def test_a_bug_is_told_with_a_number_that_the_log_knows(
    sim: Sim, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(text: str) -> str:
        raise ZeroDivisionError(text)

    monkeypatch.setattr(sys.modules["cogs.create"], "read_prompt", broken)
    result = await sim.ann.slash(sim.channel, "imagine", prompt="my secret idea")
    assert result.ephemeral
    number = shown(result).content.split("`")[1]
    assert f"incident {number}" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_failure_after_a_long_wait_is_told_with_a_ping(sim: Sim) -> None:
    prompt = "x sandbox:fail sandbox:seconds=30"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(40)
    assert "gave up" in text(shown(result))
    assert sim.last.content.startswith(f"<@{sim.ann.id}>")
