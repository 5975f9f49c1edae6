"""The whole flow over real sockets, several people at once, and a restart in between."""

import asyncio

from discord_server.people import Handle, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from tests.flow.sim import DOT, KEY
from tests.process.conftest import Outside


def finished(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons or "No luck" in message.text


async def result_of(handle: Handle) -> SeenMessage:
    return await handle.message(finished)


async def test_a_chain_of_three_from_command_to_buttons(bot: BotProcess, outside: Outside) -> None:
    ann = outside.ann
    handle = await outside.imagine("a fox at sunset sandbox:seconds=3")
    await handle.message(lambda message: "%" in message.text)
    message = await result_of(handle)
    assert [image.content for image in message.images] == [DOT] * 4
    for step in range(3):
        form = await ann.click(message, f"✏️ {step + 1}")
        assert form.modal is not None
        filled = form.modal["Prompt"].value
        assert filled == (outside.api.submits[0].prompt if step == 0 else f"step {step - 1}")
        sent = await ann.submit(form, {"Prompt": f"step {step}", "Remix strength": "1"})
        message = await result_of(sent)
        assert "Subtle" in message.text
        assert f"step {step}" in message.text
    assert [job.prompt for job in outside.api.submits[1:]] == ["step 0", "step 1", "step 2"]
    assert await bot.stop() == 0
    assert KEY not in bot.output


async def test_people_at_once_get_their_own_images_from_one_message(
    bot: BotProcess, outside: Outside
) -> None:
    message = await result_of(await outside.imagine("the parent"))

    async def remix(person: Person, number: int) -> SeenMessage:
        form = await person.click(message, f"✏️ {number % 4 + 1}")
        prompt = f"by {person.user.name}"
        values = {"Prompt": prompt, "Remix strength": str(number % 2)}
        return await result_of(await person.submit(form, values))

    results = await asyncio.gather(*(remix(one, at) for at, one in enumerate(outside.people)))
    for number, (person, result) in enumerate(zip(outside.people, results, strict=True)):
        assert f"by {person.user.name}" in result.text
        assert f"Requested by {person.mention}" in result.text
        assert f"Remix of image {number % 4 + 1}" in result.text
        [job] = [job for job in outside.api.submits if job.prompt == f"by {person.user.name}"]
        assert job.params["imageNo"] == number % 4
        assert job.params["mode"] == number % 2
        assert result.images[0].filename == f"{job.job_id}_0.png"
    assert len({result.id for result in results}) == len(outside.people)
    assert bot.output.count("ERROR") == 0
