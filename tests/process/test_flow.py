"""The whole flow over real sockets, several people at once, and a restart in between."""

import asyncio

from discord_server.people import Handle, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from tests.flow.sim import DOT, KEY
from tests.process.conftest import Bots, Outside


def finished(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons or "No images" in message.text


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
    assert "Traceback" not in bot.output
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


async def test_a_job_is_shown_again_to_those_who_may_see_it(
    bot: BotProcess, outside: Outside
) -> None:
    ann, ben = outside.ann, outside.ben
    await result_of(await outside.imagine("a fox"))
    await result_of(await ann.slash(outside.channel, "imagine", prompt="a secret", private=True))
    public, secret = outside.api.submits
    again = await result_of(await ben.slash(outside.channel, "show", job_id=public.job_id))
    assert [image.content for image in again.images] == [DOT] * 4
    assert "a fox" in again.text
    assert again.pinged == set()
    mine = await result_of(await ann.slash(outside.channel, "show", job_id=secret.task_id))
    assert "a secret" in mine.text
    assert mine not in ben.messages(outside.channel)
    refused = await (await ben.slash(outside.channel, "show", job_id=secret.task_id)).message()
    assert "or you don't have access to it" in refused.text
    assert not refused.images
    unknown = await ben.slash(outside.channel, "show", job_id="nobody-knows")
    told = await unknown.message(lambda message: not message.thinking)
    assert "I can't find that job" in told.text
    assert len(outside.api.submits) == 2
    assert "ERROR" not in bot.output


async def test_buttons_and_forms_outlive_the_process(bots: Bots, outside: Outside) -> None:
    ann, ben = outside.ann, outside.ben
    async with bots.start() as first:
        await outside.discord.bot_online()
        message = await result_of(await outside.imagine("before"))
        form = await ann.click(message, "✏️ 2")
        assert await first.stop() == 0
    syncs = [one for one in outside.discord.requests if one.method == "PUT"]
    async with bots.start():
        await outside.discord.bot_online()
        sent = await ann.submit(form, {"Prompt": "after", "Remix strength": "0"})
        assert "after" in (await result_of(sent)).text
        assert "before" in (await result_of(await ben.click(message, "Reroll"))).text
    assert [job.prompt for job in outside.api.submits] == ["before", "after", "before"]
    assert [one for one in outside.discord.requests if one.method == "PUT"] == syncs, (
        "told once is enough"
    )


async def test_only_who_asked_is_pinged(bot: BotProcess, outside: Outside) -> None:
    ann, ben = outside.ann, outside.ben
    prompt = f"@everyone {ben.mention} sandbox:seconds=16"
    message = await result_of(await outside.imagine(prompt))
    reply = await ben.sees(outside.channel, lambda one: one.reference == message.id)
    assert reply.pinged == {ann.id}
    for one in ben.messages(outside.channel):
        assert ben.id not in one.pinged
    assert "ERROR" not in bot.output


async def test_a_killed_bot_goes_on_with_its_jobs_and_pays_for_none_twice(
    bots: Bots, outside: Outside
) -> None:
    async with bots.start() as first:
        await outside.discord.bot_online()
        handles = [
            await outside.imagine(f"{person.user.name} sandbox:seconds=6", who=person)
            for person in outside.people[:3]
        ]
        await outside.api.until(lambda: len(outside.api.reads) == 3)
        await first.kill()
    async with bots.start() as second:
        await outside.discord.bot_online()
        for handle in handles:
            assert len((await result_of(handle)).images) == 4
        assert await second.stop() == 0
    assert outside.api.submit_calls == 3
    assert "ERROR" not in second.output
