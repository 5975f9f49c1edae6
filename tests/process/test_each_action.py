"""Every action once, one from the other, on the real process and the strict Discord."""

import pytest

from bot.actions import ACTIONS
from discord_server.people import Handle
from discord_server.process import BotProcess
from discord_server.seen import Filled, SeenMessage
from tests.process.conftest import Outside


def ended(message: SeenMessage) -> bool:
    return "More" in message.buttons or "No luck" in message.text


async def result_of(handle: Handle) -> SeenMessage:
    return await handle.message(ended)


@pytest.mark.slow
async def test_a_chain_of_every_action(bot: BotProcess, outside: Outside) -> None:
    ann = outside.ann

    async def panel(result: SeenMessage, image: int = 1) -> SeenMessage:
        opened = await (await ann.click(result, "More")).message()
        if image == 1:
            return opened
        handle = await ann.click(opened, str(image))
        return await handle.message(lambda one: f"Image {image} of" in one.text)

    async def filled(page: SeenMessage, button: str, **given: Filled) -> Handle:
        form = await ann.click(page, button)
        assert form.modal is not None
        return await ann.submit(form, given)

    async def agreed(question: SeenMessage) -> SeenMessage:
        return await (await ann.click(question, "Go ahead")).followup(ended)

    result = await result_of(await outside.imagine("a fox sandbox:seconds=1"))
    result = await result_of(await filled(result, "✏️ 1", Prompt="a hare sandbox:seconds=1"))
    result = await result_of(await ann.click(await panel(result, 3), "Vary (Subtle)"))
    result = await result_of(await filled(await panel(result), "Zoom …", Prompt="a hare in snow"))
    result = await result_of(await ann.click(await panel(result, 2), "➡️"))
    asked = await filled(await panel(result), "Vary (Region) …", mask=["1", "5"])
    question = await asked.message(lambda one: "Go ahead" in one.buttons)
    assert [one.name for one in question.raw.files] == ["preview.jpg"]
    result = await agreed(question)
    assert "Top left, middle" in result.text
    result = await result_of(await ann.click(result, "U4"))
    assert "Upscale of image 4" in result.text
    question = await (await filled(await panel(result), "Animate …")).message()
    assert "**4** videos" in question.text
    result = await agreed(question)
    assert [one.filename.rpartition(".")[2] for one in result.images] == ["mp4"] * 4
    question = await (await filled(result, "Extend 2", Prompt="it sleeps")).message()
    result = await agreed(question)
    assert "Extension of video 2" in result.text
    unknown = outside.api.add_finished_job(prompt="the sea")
    shown = await ann.slash(outside.channel, "show", job_id=unknown.task_id)
    found = await shown.message(lambda one: "Reroll" in one.buttons)
    result = await result_of(await ann.click(found, "Reroll"))
    assert len(result.images) == 4
    made = [job.model.name for job in outside.api.submits]
    assert set(made) == {action.model for action in ACTIONS.values()}
    assert len(made) == len(ACTIONS)
    assert "ERROR" not in bot.output
