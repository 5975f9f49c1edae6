"""After a failure: what happened in one sentence, another try, and the prompt to edit."""

import pytest
from pydantic import SecretStr
from simcord.results import ResponseMessage

from bot.actions import Mode
from tests.flow.sim import Sim, buttons, fields, images, shown, text

CALLBACK = "https://example.org/done"


async def test_an_api_that_is_down_is_tried_again_later(sim: Sim) -> None:
    _, failed = await failed_remix(sim, "down")
    assert "The API is out of service right now. Please try again" in text(failed)
    assert "Nothing was charged." in text(failed)
    assert list(buttons(failed)) == ["Retry", "Edit prompt"]


@pytest.mark.settings(vtrix_api_key=SecretStr("empty"))
async def test_no_credit_is_nobodys_fault_here(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    assert "API credit is used up" in text(message)
    assert "Nothing was charged." in text(message)
    assert list(buttons(message)) == ["Retry", "Edit prompt"]


@pytest.mark.settings(watch_hours=1 / 60)
async def test_a_job_that_came_too_late_can_be_retried(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox sandbox:seconds=900")
    await sim.clock.advance(90)
    assert "hasn't finished this job" in text(message)
    assert list(buttons(message)) == ["Retry", "Edit prompt"]


async def test_retry_does_the_same_once_more_and_the_failure_stays_as_it_was(sim: Sim) -> None:
    failed = await sim.imagine(sim.ann, "a fox sandbox:moderated")
    before = text(failed), buttons(failed)
    again = await sim.ann.click(failed, label="Retry")
    await sim.finish()
    assert "moderation rejected" in text(shown(again))
    assert shown(again).id != failed.id
    third = await sim.ben.click(failed, label="Retry")
    await sim.finish()
    assert "moderation rejected" in text(shown(third))
    assert sim.api.submit_calls == 3
    assert (text(failed), buttons(failed)) == before, "nothing is disabled by a failure"


async def failed_remix(sim: Sim, word: str = "fail") -> tuple[str, ResponseMessage]:
    parent = await sim.imagine(sim.ann, "the parent")
    job_id = sim.api.submits[0].job_id
    result = await sim.ann.slash(
        sim.channel,
        "remix",
        job_id=job_id,
        image=2,
        prompt=f"a fox sandbox:{word}",
        mode=Mode.SUBTLE.value,
        callback=CALLBACK,
    )
    await sim.finish()
    assert images(parent)
    return job_id, shown(result)


async def test_edit_prompt_opens_the_form_with_everything_filled_in(sim: Sim) -> None:
    job_id, failed = await failed_remix(sim)
    form = await sim.ann.click(failed, label="Edit prompt")
    assert fields(form) == {
        "prompt-1": "a fox sandbox:fail",
        "mode": str(Mode.SUBTLE.value),
        "callback": CALLBACK,
    }
    result = await sim.ann.submit_modal(form, fields(form) | {"prompt-1": "a fox"})
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert sim.api.submits[-1].params == {
        "jobId": job_id,
        "imageNo": 2,
        "remixPrompt": "a fox",
        "mode": 1,
        "callback": CALLBACK,
    }


async def test_somebody_elses_callback_is_nobodys_to_see(sim: Sim) -> None:
    _, failed = await failed_remix(sim)
    form = await sim.ben.click(failed, label="Edit prompt")
    assert "callback" not in fields(form)


async def test_an_imagine_that_failed_is_edited_into_an_imagine(sim: Sim) -> None:
    failed = await sim.imagine(sim.ann, "a fox sandbox:fail")
    await sim.restart()
    form = await sim.ann.click(failed, label="Edit prompt")
    assert fields(form) == {"prompt-1": "a fox sandbox:fail"}
    await sim.ann.submit_modal(form, {"prompt-1": "a fox"})
    await sim.finish()
    assert sim.api.submits[-1].params == {"text": "a fox"}


async def test_with_an_empty_database_the_form_opens_empty_for_the_same_image(sim: Sim) -> None:
    job_id, failed = await failed_remix(sim)
    sim.forget_everything()
    form = await sim.ann.click(failed, label="Edit prompt")
    assert fields(form)["prompt-1"] == ""
    await sim.ann.submit_modal(form, {"prompt-1": "a hare", "mode": "0"})
    assert sim.api.submits[-1].params["jobId"] == job_id
