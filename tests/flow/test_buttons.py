"""Buttons: any number of times, by anybody, in any order, for ever."""

import pytest
from simcord.results import ResponseMessage

from tests.flow.sim import Sim, buttons, fields, images, shown, text


async def remix(sim: Sim, prompt: str = "a fox", image: int = 1) -> ResponseMessage:
    """A finished subtle remix of a job that the bot did not make."""
    parent = sim.api.add_finished_job(prompt="the parent").job_id
    result = await sim.ann.slash(
        sim.channel, "remix", job_id=parent, image=image, prompt=prompt, mode=1
    )
    await sim.finish()
    return shown(result)


async def test_again_repeats_prompt_mode_and_image_without_a_form(sim: Sim) -> None:
    message = await remix(sim)
    result = await sim.ben.click(message.message, label="Reroll")
    await sim.finish()
    first, second = sim.api.submits
    assert second.params == first.params
    assert result.modal is None
    assert shown(result).id != message.id
    assert f"Requested by <@{sim.ben.id}>" in text(shown(result))
    assert len(images(shown(result))) == 4


async def test_a_parent_button_tries_the_same_idea_on_another_image(sim: Sim) -> None:
    message = await remix(sim, image=1)
    assert [name for name in buttons(message) if "🔄" in name] == [
        "🔄 1",
        "🔄 3",
        "🔄 4",
    ]
    form = await sim.ann.click(message.message, label="🔄 4")
    assert len(sim.api.submits) == 1, "nothing is paid before the form is sent"
    assert fields(form)["prompt-1"] == sim.api.submits[0].prompt
    await sim.ann.submit_modal(form, fields(form))
    first, second = sim.api.submits
    assert second.params == {**first.params, "imageNo": 3}


async def test_imagine_again_makes_the_same_text_anew(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a harbour")
    await sim.ben.click(message.message, label="Reroll")
    assert [job.prompt for job in sim.api.submits] == ["a harbour", "a harbour"]
    assert {job.model.name for job in sim.api.submits} == {"midjourney_diffusion"}


async def test_again_does_not_call_the_first_askers_callback(sim: Sim) -> None:
    url = "https://hooks.example/ann"
    message = await sim.imagine(sim.ann, "x", callback=url)
    await sim.ben.click(message.message, label="Reroll")
    assert "callback" in sim.api.submits[0].params
    assert "callback" not in sim.api.submits[1].params


async def test_one_button_can_be_pressed_again_and_again_by_different_people(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a harbour")
    first = await sim.ann.click(message.message, label="✏️ 2")
    second = await sim.ben.click(message.message, label="✏️ 2")
    await sim.ben.submit_modal(second, {"prompt-1": "by ben", "mode": "1"})
    await sim.ann.submit_modal(first, {"prompt-1": "by ann", "mode": "0"})
    third = await sim.ann.click(message.message, label="✏️ 2")
    await sim.ann.submit_modal(third, {"prompt-1": "by ann again", "mode": "0"})
    asked = [(job.params["remixPrompt"], job.params["mode"]) for job in sim.api.submits[1:]]
    assert asked == [("by ben", 1), ("by ann", 0), ("by ann again", 0)]


async def test_a_chain_from_a_private_message_stays_private(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "secret", private=True)
    form = await sim.ann.click(message.message, label="✏️ 1")
    result = await sim.ann.submit_modal(form, {"prompt-1": "still secret", "mode": "0"})
    again = await sim.ann.click(message.message, label="Reroll")
    assert shown(result).ephemeral
    assert shown(again).ephemeral


async def test_buttons_and_open_forms_work_after_a_restart(sim: Sim) -> None:
    message = await remix(sim)
    open_form = await sim.ann.click(message.message, label="✏️ 3")
    await sim.restart()
    result = await sim.ann.submit_modal(open_form, {"prompt-1": "after", "mode": "0"})
    await sim.finish()
    assert len(images(shown(result))) == 4
    form = await sim.ben.click(message.message, label="✏️ 1")
    assert fields(form) == {"prompt-1": "a fox", "mode": "1"}
    again = await sim.ben.click(message.message, label="Reroll")
    await sim.finish()
    assert len(images(shown(again))) == 4
    assert [job.prompt for job in sim.api.submits] == ["a fox", "after", "a fox"]


async def test_remix_works_with_an_empty_database_and_an_empty_form(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a harbour")
    sim.forget_everything()
    form = await sim.ben.click(message.message, label="✏️ 4")
    assert fields(form) == {"prompt-1": "", "mode": "0"}
    await sim.ben.submit_modal(form, {"prompt-1": "anew", "mode": "0"})
    assert sim.api.submits[1].params["jobId"] == sim.api.submits[0].job_id
    assert sim.api.submits[1].params["imageNo"] == 3


@pytest.mark.parametrize("label", ["Reroll", "🔄 1"])
async def test_repeating_opens_the_form_where_the_prompt_is_no_longer_known(
    sim: Sim, label: str
) -> None:
    message = await remix(sim, image=2)
    source = sim.api.submits[0].params["jobId"]
    sim.forget_everything()
    form = await sim.ben.click(message.message, label=label)
    await sim.ben.submit_modal(form, {"prompt-1": "typed anew", "mode": "0"})
    job = sim.api.submits[1]
    assert (job.params["jobId"], job.prompt) == (source, "typed anew")
    assert job.params["imageNo"] == (2 if label == "Reroll" else 0)


async def test_imagine_again_opens_the_form_where_the_prompt_is_no_longer_known(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a harbour")
    sim.forget_everything()
    form = await sim.ann.click(message.message, label="Reroll")
    await sim.ann.submit_modal(form, {"prompt-1": "typed anew"})
    assert sim.api.submits[1].model.name == "midjourney_diffusion"


async def test_what_was_typed_comes_back_when_a_form_is_refused(sim: Sim) -> None:
    prompt = ("word " * 1638).strip()
    message = await sim.imagine(sim.ann, "a harbour")
    form = await sim.ann.click(message.message, label="✏️ 1")
    result = await sim.ann.submit_modal(form, {"prompt-1": "x" * 4000, "mode": "0"})
    assert not shown(result).ephemeral, "4000 characters in one field are fine"
    await sim.finish()
    result = await sim.ann.slash(
        sim.channel,
        "remix",
        job_id=sim.api.submits[0].job_id,
        image=0,
        prompt_file=("prompt.txt", prompt.encode()),
    )
    await sim.finish()
    form = await sim.ann.click(shown(result).message, label="✏️ 1")
    long = {**fields(form), "prompt-3": "y" * 4000, "prompt-2": "z" * 4000}
    refused = await sim.ann.submit_modal(form, long)
    assert refused.ephemeral
    assert "The maximum is 8,192" in shown(refused).content
    [file] = shown(refused).attachments
    assert (await file.read()).decode().endswith("y" * 4000)
    assert len(sim.api.submits) == 3


async def test_a_long_prompt_comes_back_whole_through_the_form(sim: Sim) -> None:
    prompt = ("seven words are better than one. " * 300)[:8192].strip()
    message = await remix(sim, prompt="short")
    file = ("prompt.txt", prompt.encode())
    job_id = sim.api.submits[0].job_id
    result = await sim.ann.slash(sim.channel, "remix", job_id=job_id, image=0, prompt_file=file)
    await sim.finish()
    form = await sim.ann.click(shown(result).message, label="✏️ 2")
    assert len([name for name in fields(form) if name.startswith("prompt")]) == 3
    await sim.ann.submit_modal(form, fields(form))
    assert sim.api.submits[2].prompt == prompt
    assert message.id


@pytest.mark.parametrize(
    ("custom_id", "prompts"),
    [("remix:imagine:-:0", ["a harbour"] * 2), ("remix:edit:-:0", ["a harbour"])],
)
async def test_a_button_without_a_job_goes_on_from_what_its_message_shows(
    sim: Sim, custom_id: str, prompts: list[str]
) -> None:
    """Earlier versions posted such ones."""
    message = await sim.imagine(sim.ann, "a harbour")
    _replace_a_button(sim, message, custom_id)
    result = await sim.ann.click(message.message, custom_id=custom_id)
    await sim.finish()
    assert [job.prompt for job in sim.api.submits] == prompts
    if result.modal is not None:
        assert fields(result)["prompt-1"] == "a harbour"


def _replace_a_button(sim: Sim, message: ResponseMessage, custom_id: str) -> None:
    stored = sim.env.backend.get_message(message.channel_id, message.id)
    stored.components[0]["components"][-1]["components"][0]["custom_id"] = custom_id


async def test_a_button_of_an_older_version_says_what_to_do(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a harbour")
    _replace_a_button(sim, message, "remix:v0:something")
    result = await sim.ann.click(message.message, custom_id="remix:v0:something")
    assert result.ephemeral
    assert "another version" in shown(result).content
