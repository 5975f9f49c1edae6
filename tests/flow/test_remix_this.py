"""**Remix this**, in the menu of a message: choose the image, then the form."""

import discord
import pytest
from simcord.results import InteractionResult, ResponseMessage

from tests.flow.sim import (
    DOT,
    REMIX,
    Sim,
    ask_to_delete,
    buttons,
    fields,
    images,
    shown,
    text,
)

UUID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"


async def remix_this(
    sim: Sim, message: ResponseMessage | discord.Message, who: object = None
) -> InteractionResult:
    return await (who or sim.ben).context_menu(sim.channel, "Remix this", message)  # type: ignore[attr-defined]


async def test_a_result_lets_people_choose_and_the_form_knows_its_prompt(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    choice = shown(await remix_this(sim, message))
    assert choice.ephemeral
    assert "Which image" in text(choice)
    assert list(buttons(choice)) == REMIX
    form = await sim.ben.click(choice, label="✏️ 3")
    assert fields(form)["prompt-1"] == "a red fox"
    result = await sim.ben.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    await sim.finish()
    assert not shown(result).ephemeral, "the question was private, the result is not"
    assert sim.api.submits[-1].params["imageNo"] == 2


async def test_it_works_after_a_restart_with_an_empty_database(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox sandbox:missing=1")
    sim.forget_everything()
    await sim.restart()
    choice = shown(await remix_this(sim, message))
    assert list(buttons(choice)) == ["✏️ 1", "✏️ 3", "✏️ 4"]
    form = await sim.ben.click(choice, label="✏️ 4")
    await sim.ben.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    assert sim.api.submits[-1].params["jobId"] == sim.api.submits[0].job_id


async def test_an_image_that_somebody_posted_again_opens_the_form_at_once(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    name = f"{sim.api.submits[0].job_id}_2.png"
    posted = await sim.ben.send(sim.channel, "look", attachments=[(name, DOT)])
    form = await remix_this(sim, posted)
    assert fields(form)["prompt-1"] == "a red fox"
    assert form.modal is not None
    assert form.modal["title"] == "Remix image 3"


async def test_a_file_that_looks_like_the_providers_is_taken_for_one(sim: Sim) -> None:
    posted = await sim.ben.send(sim.channel, attachments=[(f"{UUID}_0.png", DOT)])
    form = await remix_this(sim, posted)
    assert fields(form)["prompt-1"] == ""


@pytest.mark.parametrize("name", ["cat_1.png", "holiday.jpg"])
async def test_other_peoples_files_are_none_of_ours(sim: Sim, name: str) -> None:
    posted = await sim.ben.send(sim.channel, attachments=[(name, DOT)])
    told = shown(await remix_this(sim, posted))
    assert told.ephemeral
    assert "I can't find an image of mine" in text(told)


async def test_a_message_without_an_image_says_so(sim: Sim) -> None:
    running = await sim.ann.slash(sim.channel, "imagine", prompt="a red fox")
    assert "I can't find an image of mine" in text(shown(await remix_this(sim, shown(running))))
    await sim.finish()


async def test_the_images_of_a_private_job_are_its_authors(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret", private=True)
    name = f"{sim.api.submits[0].job_id}_0.png"
    posted = await sim.ann.send(sim.channel, attachments=[(name, DOT)])
    assert "I can't find an image of mine" in text(shown(await remix_this(sim, posted)))
    assert fields(await remix_this(sim, posted, sim.ann))["prompt-1"] == "a secret"


@pytest.mark.settings(remix_within_days=3)
async def test_an_old_image_offers_a_fresh_start(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    await sim.clock.advance(4 * 24 * 3600)
    choice = shown(await remix_this(sim, message))
    form = await sim.ben.click(choice, label="✏️ 1")
    assert form.modal is not None
    assert "no longer edits it" in str(form.modal)
    result = await sim.ben.submit_modal(form, fields(form))
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert sim.api.submits[-1].params == {"text": "a red fox"}


async def test_every_message_of_a_job_whose_place_moved_leads_on_from_it(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    job_id = sim.api.submits[0].job_id
    messages = [(sim.channel, message)]
    for name in ("other", "third"):
        channel = sim.guild.create_text_channel(name)
        again = await sim.ann.slash(channel, "show", job_id=job_id)
        messages.append((channel, shown(again)))
    for channel, one in messages:
        choice = shown(await sim.ben.context_menu(channel, "Remix this", one))
        assert list(buttons(choice)) == REMIX
        assert fields(await sim.ben.click(choice, label="✏️ 3"))["prompt-1"] == "a red fox"
        assert fields(await sim.ben.click(one, label="✏️ 2"))["prompt-1"] == "a red fox"
    channel, newest = messages.pop()
    question = await ask_to_delete(sim.ann, newest)
    await sim.ann.click(question, label="Delete")
    for channel, one in messages:
        again = await sim.ben.slash(channel, "show", job_id=job_id)
        assert len(images(shown(again))) == 4
        assert fields(await sim.ben.click(one, label="✏️ 1"))["prompt-1"] == "a red fox"
