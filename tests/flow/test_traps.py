"""What has cost other bots their users, once each.

The numbers are those of `docs/discord.md`.
"""

from datetime import timedelta

import pytest

from bot.model import Source
from bot.ui.buttons import Button
from bot.ui.custom_ids import ButtonId
from tests.flow.sim import Sim, images, shown


async def test_1_old_buttons_work_hours_after_other_messages_came_and_went(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "first sandbox:seconds=14")
    failing = await sim.ann.slash(sim.channel, "imagine", prompt="second sandbox:fail")
    await sim.finish()
    await sim.ann.click(shown(failing).message, label="Retry")
    await sim.finish()
    await sim.env.advance_time(6 * 3600)  # every view with a timeout has timed out
    form = await sim.ben.click(first.message, label="✏️ 1")
    assert form.modal is not None
    again = await sim.ben.click(first.message, label="Reroll")
    await sim.finish()
    assert len(images(shown(again))) == 4


async def test_2_a_bug_behind_a_button_is_told_with_a_number(
    sim: Sim, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await sim.imagine(sim.ann, "x")

    async def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.services.job_service.JobService.again", broken)
    result = await sim.ann.click(message.message, label="Reroll")
    assert result.ephemeral
    number = shown(result).content.split("`")[1]
    assert f"incident {number}" in caplog.text


@pytest.mark.parametrize("job_id", ["a:b", "job:0:and more", ""])
async def test_3_an_id_that_would_be_sent_and_never_dispatched_cannot_be_made(
    job_id: str,
) -> None:
    with pytest.raises(ValueError, match="must match the template"):
        Button(ButtonId("remix", Source(job_id, 0)), "✏️ 1")
    with pytest.raises(ValueError, match="must match the template"):
        Button(ButtonId("remix", Source("job", 12)), "✏️ 13")


async def test_4_a_form_opened_before_a_restart_still_works(sim: Sim) -> None:
    form = await sim.ann.slash(sim.channel, "imagine")
    await sim.restart()
    result = await sim.ann.submit_modal(form, {"prompt-1": "typed before the restart"})
    await sim.finish()
    assert len(images(shown(result))) == 4


async def test_4_two_open_forms_of_one_button_do_not_answer_for_each_other(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "x")
    forms = [await sim.ann.click(message.message, label="✏️ 1") for _ in range(2)]
    for number, form in enumerate(forms):
        result = await sim.ann.submit_modal(form, {"prompt-1": f"form {number}", "mode": "0"})
        assert result.response is not None
    assert [job.prompt for job in sim.api.submits] == ["x", "form 0", "form 1"]


async def test_5_after_fifteen_minutes_the_result_comes_through_the_channel(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.clock.set_ahead(timedelta(minutes=15))
    by_token = len(sim.requests("/webhooks/"))
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert len(sim.requests("/webhooks/")) == by_token
