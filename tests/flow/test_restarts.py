"""The bot ends in the middle of a job: after the next start each job ends exactly once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.actions import IMAGINE
from bot.client import RemixBot
from bot.model import Destination, JobState, NewJob, Request
from bot.store import transitions
from tests.flow.outages import LockedFile
from tests.flow.sim import Sim, begun, buttons, images, rewrite, shown, simulated, text


def asked_for(sim: Sim) -> NewJob:
    """A job that was written down, and then the process ended."""
    return NewJob(
        request=Request(action=IMAGINE, prompt="written down"),
        author_id=sim.ann.id,
        destination=Destination(
            guild_id=sim.guild.id, channel_id=sim.channel.id, private=False, file_limit_bytes=10**7
        ),
        interaction_id=1,
        application_id=sim.env.bot.application_id,
        interaction_token="of an interaction that was not answered",
    )


async def test_a_running_job_is_delivered_into_its_own_message(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=30")
    await sim.clock.advance(6)
    await sim.restart()
    await sim.clock.advance(40)
    assert len(images(shown(result))) == 4
    assert sim.api.submit_calls == 1
    assert len(sim.requests("/channels/")) == 1, "one ping and nothing else"
    await sim.restart()
    assert len(sim.requests("/channels/")) == 1, "old news pings nobody twice"


async def test_a_job_that_ended_during_a_long_stop_is_delivered_all_the_same(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=30")
    await sim.clock.advance(6)
    sim.clock.set_ahead(timedelta(hours=2))  # longer than a job is watched
    await sim.restart()
    await sim.clock.advance(90)
    assert len(images(shown(result))) == 4


async def test_a_submit_without_an_answer_is_told_and_never_repeated_by_itself(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="my idea")
    await sim.finish()
    job = await sim.store.attempt(transitions.accept, asked_for(sim))
    assert job is not None
    assert await sim.store.attempt(transitions.begin_submit, job.id, shown(result).id)
    await sim.restart()
    await sim.finish()
    assert "I can't tell if it's running" in text(shown(result))
    assert "It may have been charged anyway" in text(shown(result))
    assert sim.api.submit_calls == 1
    kept = await sim.job(job.id)
    assert kept.state is JobState.UNKNOWN
    assert kept.ended_at is not None


async def test_a_job_that_was_only_written_down_is_submitted_once(sim: Sim) -> None:
    await sim.store.attempt(transitions.accept, asked_for(sim))
    await sim.restart()
    await sim.finish()
    assert [job.prompt for job in sim.api.submits] == ["written down"]
    assert "✏️ 1" in str([one.to_dict() for one in sim.last.components])
    await sim.restart()
    await sim.finish()
    assert len(sim.api.submits) == 1


async def test_a_job_without_a_message_survives_a_second_stop(sim: Sim) -> None:
    written = replace(
        asked_for(sim), request=Request(action=IMAGINE, prompt="x sandbox:seconds=30")
    )
    await sim.store.attempt(transitions.accept, written)
    await sim.restart()
    await sim.clock.advance(6)
    await sim.restart()
    await sim.clock.advance(40)
    assert len(sim.api.submits) == 1
    assert "✏️ 1" in str([one.to_dict() for one in sim.last.components])


async def test_a_job_that_was_only_written_down_long_ago_is_told_that_nothing_was_charged(
    sim: Sim,
) -> None:
    await sim.store.attempt(transitions.accept, asked_for(sim))
    sim.clock.set_ahead(timedelta(minutes=16))
    await sim.restart()
    await sim.finish()
    assert sim.api.submit_calls == 0
    shown_now = str([one.to_dict() for one in sim.last.components])
    assert "Nothing was charged" in shown_now
    assert "Retry" in shown_now


async def test_a_failure_that_could_not_be_told_is_told_after_the_next_start(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="my idea sandbox:fail")
    sim.env.inject_error("PATCH", "*", status=403, code=50013, times=None)
    sim.env.inject_error("POST", "/channels/*", status=403, code=50007, times=None)
    await sim.finish()
    sim.env.backend.faults.clear()
    await sim.restart()
    await sim.finish()
    assert "This job failed" in text(shown(result))
    assert list(buttons(shown(result))) == ["Retry", "Edit prompt"]


@pytest.mark.settings(max_running_per_user=1)
async def test_jobs_that_go_on_count_for_their_authors_limit(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=60")
    await sim.restart()
    waiting = shown(await sim.ann.slash(sim.channel, "imagine", prompt="x"))
    assert "Position **1** in the queue" in text(waiting)
    assert len(sim.api.submits) == 1
    await sim.clock.advance(90)
    assert len(sim.api.submits) == 2
    await sim.finish()


async def test_a_start_erases_tokens_that_discord_no_longer_takes(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=2000")
    kept = await sim.job()
    assert kept.interaction_token is not None
    sim.clock.set_ahead(timedelta(minutes=16))
    await sim.restart()
    kept = await sim.job()
    assert kept.interaction_token is None


async def test_an_answer_that_was_not_written_down_is_found_by_its_token(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    await sim.clock.advance(2)
    await sim.restart(lambda: rewrite(sim, JUST_ACCEPTED))
    await sim.clock.advance(60)
    assert len(images(shown(result))) == 4
    assert refers_to(sim.last) == shown(result).id, "nothing new but the ping was posted"
    kept = await sim.job()
    assert kept.message_id == shown(result).id


async def test_an_answer_beside_its_question_is_found_and_the_question_stays(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{LONG} --turbo"))
    running = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.clock.advance(2)
    await sim.restart(lambda: rewrite(sim, JUST_ACCEPTED))
    await sim.clock.advance(60)
    assert text(question) == "Started in a new message."
    kept = await sim.job(2)  # the first one was the draft
    assert kept.posted is not None
    assert kept.posted.message_id == running.id


async def test_an_answer_that_was_not_written_down_is_found_in_the_channel(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    await sim.clock.advance(2)
    sim.clock.set_ahead(timedelta(minutes=16))
    await sim.restart(lambda: rewrite(sim, JUST_ACCEPTED))
    await sim.finish()
    assert "Nothing was charged" in text(shown(result))
    assert refers_to(sim.last) == shown(result).id, "nothing new but the ping was posted"


@pytest.mark.parametrize("api_was_done", [False, True])
async def test_images_that_come_after_a_failure_was_told_are_kept_and_the_job_is_closed(
    sim: Sim, api_was_done: bool
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=900")
    await sim.clock.advance(750)
    assert "I've stopped checking" in text(shown(result))
    await sim.clock.advance(90)
    for lost in ["state = 'running'", "state = 'finished', stopped_at = NULL"][: 1 + api_was_done]:
        await sim.restart(
            lambda lost=lost: rewrite(sim, f"{lost}, ended_at = NULL, failure = NULL")
        )
        await sim.clock.advance(100)
    assert "I've stopped checking" in text(shown(result)), "what was told holds"
    assert not images(shown(result))
    kept = await sim.job()
    assert (kept.state, len(kept.images)) == (JobState.KEPT, 4)
    assert not await sim.store.open_jobs(), "no start looks at it again"


async def test_what_was_told_in_a_new_message_can_be_tried_again_with_one_press(sim: Sim) -> None:
    await sim.store.attempt(transitions.accept, asked_for(sim))
    sim.clock.set_ahead(timedelta(minutes=16))
    await sim.restart()
    await sim.finish()
    again = await sim.ben.click(sim.last, label="Retry")
    await sim.finish()
    assert len(images(shown(again))) == 4
    assert [one.prompt for one in sim.api.submits] == ["written down"]


class Held:
    """Another program has the database of *sim*: nothing can be written while this lasts."""

    def __init__(self, sim: Sim) -> None:
        self._file = LockedFile(f"sqlite+aiosqlite:///{sim.database}")

    def __enter__(self) -> Callable[[], None]:
        self._file.go_away()
        return self._file.come_back

    def __exit__(self, *_: object) -> None:
        self._file.come_back()


async def test_what_was_called_off_unrecorded_stays_off_three_days_later(tmp_path: Path) -> None:
    settings = {"max_running_per_user": 1, "submit_within_minutes": 0.01}
    async with simulated(tmp_path / "x.db", busy_s=0.02, **settings) as sim:
        await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=4")
        waiting = [
            shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"fox {number}"))
            for number in range(8)
        ]
        await sim.clock.advance(1)
        with Held(sim) as let_go:
            await sim.clock.advance(60)  # they're called off one after the other
            told = [text(one) for one in waiting]
            assert all("Nothing was charged" in one for one in told)
            sim.clock.set_ahead(timedelta(days=3))
            await sim.restart(let_go)
        await sim.clock.advance(20)
        assert sim.api.submit_calls == 1
        assert [text(one) for one in waiting] == told
        assert await sim.store.open_jobs() == []


@pytest.mark.parametrize("private", [True, False])
async def test_what_was_stopped_unrecorded_is_not_sent_where_nobody_sees_that_any_more(
    tmp_path: Path, *, private: bool
) -> None:
    """Its message is one that only a token reaches, which is worth nothing any more, or is gone."""
    settings = {"max_running_per_user": 1, "submit_within_minutes": 60.0}
    async with simulated(tmp_path / "x.db", busy_s=0.02, **settings) as sim:
        await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
        asked = await sim.ann.slash(sim.channel, "imagine", prompt="a fox", private=private)
        with Held(sim) as let_go:
            await sim.ann.click(shown(asked), label="Stop")
            await sim.clock.advance(5)
            assert "Nothing was charged" in text(shown(asked))
            if not private:
                sim.env.backend.delete_message(sim.channel.id, shown(asked).id)
            sim.clock.set_ahead(timedelta(minutes=16))
            await sim.restart(let_go)
        await sim.clock.advance(45)
        assert [job.prompt for job in sim.api.submits] == [LONG]
        assert await sim.store.open_jobs() == []


@pytest.mark.settings(submit_within_minutes=60.0)
async def test_what_was_refused_although_it_was_written_down_is_not_sent(sim: Sim) -> None:
    """Only its author saw the refusal, and no token opens it any more."""
    await sim.store.attempt(transitions.accept, asked_for(sim))
    sim.clock.set_ahead(timedelta(minutes=16))
    await sim.restart()
    await sim.finish()
    assert sim.api.submit_calls == 0
    told = str([one.to_dict() for one in sim.last.components])
    assert "didn't start it" in told
    assert "Nothing was charged" in told
    assert await sim.store.open_jobs() == []


LONG = "x sandbox:seconds=30"
JUST_ACCEPTED = (
    "state = 'accepted', message_id = NULL, task_id = NULL, submitted_at = NULL,"
    " finished_at = NULL, ended_at = NULL"
)


def refers_to(message: discord.Message) -> int | None:
    return message.reference.message_id if message.reference else None


async def test_jobs_of_before_go_on_at_ready_and_wait_for_no_word_of_the_servers(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_yet(_: object) -> None:
        """Discord tells which servers there are, which takes its time."""

    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    monkeypatch.setattr(RemixBot, "on_ready", not_yet)
    await sim.restart()
    await sim.finish()
    assert len(images(shown(result))) == 4
