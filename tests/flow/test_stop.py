"""**Stop**: called off before the API has it, it costs nothing; afterwards nobody pretends."""

from pathlib import Path
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.results import ResponseMessage

from bot.model import Job, JobState
from bot.services.recovery import Recovery
from bot.store import transitions
from tests.flow.sim import Sim, buttons, images, shown, simulated, text

LONG = "a red fox sandbox:seconds=12"


async def test_there_is_a_stop_button_from_the_first_second(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    [first] = [one for one in sim.requests("/callback") if "components" in str(one)]
    assert "'label': 'Stop'" in str(first)
    await sim.clock.advance(5)
    assert list(buttons(shown(result))) == ["Stop"]
    await sim.finish()
    assert "Stop" not in buttons(shown(result))


@pytest.mark.settings(max_running_per_user=1)
async def test_what_still_waits_is_stopped_for_nothing(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    waiting = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a second fox"))
    third = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a third fox"))
    assert "Position **2** in the queue" in text(third)
    await sim.ann.click(waiting, label="Stop")
    await sim.clock.advance(5)
    assert "Stopped" in text(waiting)
    assert "Nothing was charged." in text(waiting)
    assert "> a second fox" in text(waiting)
    assert list(buttons(waiting)) == ["Retry", "Edit prompt"]
    assert "Position **1** in the queue" in text(third)
    await sim.clock.advance(60)
    assert [job.prompt for job in sim.api.submits] == [LONG, "a third fox"]
    kept = await sim.job(2)
    assert (kept.reserved_usd, kept.cost_usd) == (None, None)
    assert "stopped before it was sent" in text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert await sim.store.open_jobs() == []


async def stop_anyway(sim: Sim, who: MemberActor, result: ResponseMessage) -> ResponseMessage:
    """Press Stop when the API has it, and stay with it; the question."""
    question = shown(await who.click(result, label="Stop"))
    await who.click(question, label="Stop anyway")
    await sim.clock.advance(4)
    return question


async def test_what_the_api_has_is_stopped_after_a_question_that_says_what_it_means(
    sim: Sim,
) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(4)
    asked = await sim.ann.click(result, label="Stop")
    question = shown(asked)
    assert asked.ephemeral
    for piece in ("can't be canceled there", "may still be charged", "I'll keep them", "for free"):
        assert piece in text(question)
    assert list(buttons(question)) == ["Stop anyway", "Keep going"]
    assert list(buttons(result)) == ["Stop"], "nothing is stopped yet"
    await sim.ann.click(question, label="Keep going")
    assert not buttons(question)
    await sim.finish()
    assert len(images(result)) == 4


async def test_what_the_api_has_is_not_posted_but_kept(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(4)
    question = await stop_anyway(sim, sim.ann, result)
    assert "may still be charged" in text(question)
    assert not buttons(question)
    for piece in ("Stopped", "can't be canceled there", "may still be charged", "> a red fox"):
        assert piece in text(result)
    assert not buttons(result)
    await sim.clock.advance(4)
    assert "Stopped" in text(result), "no later progress takes the words away"
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert "the API may still make it" in listed
    await sim.finish()
    assert images(result) == []
    for piece in ("still made the images and charged $0.08", "for free", "paid again"):
        assert piece in text(result)
    assert list(buttons(result)) == ["Show images", "Retry (paid)", "Edit prompt"]
    assert "stopped, images kept" in text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert await sim.store.open_jobs() == []


async def test_kept_images_are_shown_for_nothing_by_a_button_that_lasts(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(4)
    await stop_anyway(sim, sim.ann, result)
    await sim.finish()
    await sim.restart()
    for who in (sim.ben, sim.ann):
        again = await who.click(result, label="Show images")
        assert len(images(shown(again))) == 4
        assert not again.ephemeral
    assert sim.api.submit_calls == 1
    job = await sim.job()
    assert job.state is JobState.DELIVERED


async def test_kept_images_of_a_private_job_are_shown_to_its_author_alone(sim: Sim) -> None:
    asked = await sim.ann.slash(sim.channel, "imagine", prompt=LONG, private=True)
    await sim.clock.advance(4)
    await stop_anyway(sim, sim.ann, shown(asked))
    await sim.finish()
    again = await sim.ann.click(shown(asked), label="Show images")
    assert again.ephemeral
    assert len(images(shown(again))) == 4
    sim.put_button(await sim.imagine(sim.ben, "x"), buttons(shown(asked))["Show images"])
    message: Any = sim.last
    told = await sim.ben.click(message, label="put there")
    assert "I can't find that job" in text(shown(told))


async def test_a_stop_in_the_very_moment_of_the_end_counts_too(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(4)
    assert (
        await sim.store.write(transitions.stop, 1) is JobState.RUNNING
    )  # and nobody has told the runner yet
    await sim.finish()
    assert images(result) == []
    assert "still made the images" in text(result)


async def test_nobody_is_pinged_for_what_they_called_off(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=20"))
    await sim.clock.advance(4)
    await stop_anyway(sim, sim.ann, result)
    await sim.clock.advance(30)
    assert "still made the images" in text(result)
    assert sim.last.id == result.id


async def test_a_stopped_job_that_fails_says_so(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{LONG} sandbox:fail"))
    await sim.clock.advance(4)
    await stop_anyway(sim, sim.ann, result)
    await sim.finish()
    assert "gave up" in text(result)
    assert list(buttons(result)) == ["Retry", "Edit prompt"], "there is nothing to show"


async def test_a_stopped_job_stays_stopped_over_a_restart(sim: Sim) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(4)
    await stop_anyway(sim, sim.ann, result)
    await sim.restart()
    assert "Stopped" in text(result)
    await sim.finish()
    assert images(result) == []
    assert "still made the images" in text(result)
    kept = await sim.job()
    assert kept.state is JobState.KEPT
    assert len(kept.images) == 4


@pytest.mark.settings(max_running_per_user=1)
async def test_a_waiting_job_that_was_stopped_is_not_sent_after_a_restart(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    waiting = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a second fox"))
    assert await sim.store.write(transitions.stop, 2) is JobState.ACCEPTED
    await sim.restart()
    await sim.clock.advance(60)
    assert len(sim.api.submits) == 1
    assert "Nothing was charged." in text(waiting)


async def test_others_cannot_stop_it_and_moderators_can(sim: Sim) -> None:
    cat = sim.moderator("cat")
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    refused = await sim.ben.click(result, label="Stop")
    assert refused.ephemeral
    assert "Only the person who requested this or a moderator" in text(shown(refused))
    assert list(buttons(result)) == ["Stop"]
    await stop_anyway(sim, cat, result)
    assert "Stopped" in text(result)
    await sim.finish()
    assert images(result) == []


@pytest.mark.parametrize("ended", [False, True])
async def test_there_is_nothing_to_stop_twice_or_after_the_end(sim: Sim, ended: bool) -> None:
    result = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    stop = buttons(result)["Stop"]
    if ended:
        await sim.finish()
    else:
        await stop_anyway(sim, sim.ann, result)
    sim.put_button(result, stop)  # as somebody still sees it whose network is slow
    told = await sim.ann.click(result, custom_id=stop)
    assert "nothing to stop" in text(shown(told))


PRESSED = ["waits", "its turn has come", "read again", "at work"]


@pytest.mark.parametrize("moment", PRESSED)
async def test_a_stop_before_an_old_job_is_followed_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    """After a start, when the jobs have been read and the buttons work: *moment* says how it is."""
    at_work = moment == "at work"
    async with simulated(tmp_path / "x.db", max_running_per_user=1) as sim:
        first = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
        second = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a second fox"))
        await sim.clock.advance(4)
        resume = Recovery.resume

        async def press_first(recovery: Recovery, jobs: list[Job], *args: Any) -> None:
            asked = await sim.job(1 if at_work else 2)
            await sim.jobs.stop(asked, anyway=at_work)
            again = await sim.store.left_open() if "again" in moment else jobs
            await resume(recovery, again, *args)

        monkeypatch.setattr(Recovery, "resume", press_first)
        before = len(sim.env.http_requests)
        if moment == "its turn has come":
            await sim.change(max_running_per_user=0)
        else:
            await sim.restart()
        await sim.clock.advance(5)
        stopped = first if at_work else second
        assert "Stopped" in text(stopped)
        sent = str([one.json for one in sim.env.http_requests[before:]])
        assert ("may still be charged" in sent) is at_work, "nothing else is said in between"
        await sim.clock.advance(30)
        assert images(stopped) == []
        assert ("Nothing was charged" in text(stopped)) is not at_work
        assert len(images(second if at_work else first)) == 4
        assert len(sim.api.submits) == 1 + at_work
        assert await sim.store.open_jobs() == []
