"""A real discord.py process on the server does what it would do on Discord."""

import asyncio
import signal
from pathlib import Path

import aiohttp
import pytest

from conftest import EXAMPLE
from discord_server.options import CannotSend
from discord_server.people import Community, DidNotRespond, Handle, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.things import Channel


def finished(message: SeenMessage) -> bool:
    return bool(message.images)


async def remixed(person: Person, channel: Channel, job_id: str = "job-1") -> SeenMessage:
    handle = await person.slash(channel, "remix", job_id=job_id, image="image 3")
    return await handle.message(until=finished)


async def test_a_bot_signs_in_and_says_where_it_is(discord: DiscordServer, bot: BotProcess) -> None:
    await bot.wait_for_line(r"public: False")
    await bot.wait_for_line(rf"ready as remixbot.* in 1, {discord.url}/")
    assert [each["name"] for each in discord.world.commands[None]] == [
        *("remix", "whisper", "silence", "shout", "direct", "once", "recall", "survey"),
    ]


async def test_a_public_application_says_so(discord: DiscordServer, tmp_path: Path) -> None:
    discord.bot_public = True
    async with BotProcess(discord, cwd=tmp_path, module=EXAMPLE) as bot:
        await bot.wait_for_line(r"public: True")


async def test_a_wrong_token_is_refused_at_login(discord: DiscordServer, tmp_path: Path) -> None:
    wrong = {"DISCORD_TOKEN": "wrong"}
    async with BotProcess(discord, cwd=tmp_path, module=EXAMPLE, env=wrong) as bot:
        await bot.wait_for_line("LoginFailure")
        assert await bot.wait() == 1
    assert [each.status for each in discord.requests] == [401]


async def test_a_deferred_answer_becomes_a_message_with_an_image_and_a_button(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    handle = await ann.slash(
        channel, "remix", job_id="job-7", image=2, prompt_file=("prompt.txt", b"a sea")
    )
    assert 0 < handle.acknowledged_after_s < 3
    message = await handle.message(until=finished)
    assert message.text == "## Done a sea"
    assert message.buttons == {"Remix 3": "again:2"}
    (image,) = message.images
    assert (image.filename, image.description) == ("job-7_0.png", "Image 1")
    assert image.content == b"a sea"
    assert len(message.edits) == 2
    async with aiohttp.ClientSession() as viewer, viewer.get(image.url) as response:
        assert await response.read() == b"a sea"
        assert response.content_type == "image/png"
    assert "Traceback" not in bot.output


async def test_only_those_named_are_pinged_by_a_reply(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    result = await remixed(ann, channel)
    reply = await ann.sees(channel, lambda message: message.reference == result.id)
    assert reply.text == f"{ann.mention} <@1> done"
    assert reply.pinged == {ann.id}
    assert result.pinged == set()
    assert "Traceback" not in bot.output


async def test_a_button_opens_a_form_and_the_form_is_answered(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    opened = await ann.click(await remixed(ann, channel), label="Remix 3")
    modal = opened.modal
    assert modal is not None
    assert (modal.title, modal["Prompt"].value, modal["Mode"].value) == (
        *("Once more", "a quiet sea", "0"),
    )
    submitted = await ann.submit(opened, {"Prompt": "a loud sea", "Mode": "Subtle"})
    answer = await submitted.message()
    assert answer.text == "2: a loud sea / 1"
    assert "Traceback" not in bot.output


async def test_a_choice_in_a_menu_opens_a_form_that_takes_choices_ticks_and_files(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    asked = await (await ann.slash(channel, "survey")).message()
    assert asked.selects[0].options == {"Short": "short", "Long": "long"}
    opened = await ann.choose(asked, "Long")
    assert opened.modal is not None
    assert opened.modal.title == "A long form"
    assert opened.modal["Sizes"].values == ["M"]
    untouched = await (await ann.submit(opened)).message()
    assert untouched.text == "[['M'], [], True] []"
    filled = {"Sizes": ["S", "L"], "Flags": "raw", "Ping": False, "Mask": [("a.png", b"white")]}
    answered = await (await ann.submit(await ann.choose(asked, "short"), filled)).message()
    assert answered.text == "[['S', 'L'], ['raw'], False] ['a.png']"
    for name, value in (("Sizes", ""), ("Sizes", "XL"), ("Mask", [("a.png", b"")] * 2)):
        with pytest.raises(CannotSend):
            await ann.submit(opened, {name: value})
    for choices in ((), ("Short", "Long"), ("Endless",)):
        with pytest.raises(CannotSend):
            await ann.choose(asked, *choices)
    assert "Traceback" not in bot.output


async def test_an_old_button_and_an_open_form_work_after_a_restart(
    discord: DiscordServer, channel: Channel, ann: Person, tmp_path: Path
) -> None:
    async with BotProcess(discord, cwd=tmp_path, module=EXAMPLE) as first:
        await discord.bot_online()
        message = await remixed(ann, channel)
        opened = await ann.click(message, label="Remix 3")
        await first.kill()
        await discord.bot_offline()
        with pytest.raises(DidNotRespond, match="no answer within 3 s"):
            await ann.click(message, label="Remix 3")
    async with BotProcess(discord, cwd=tmp_path, module=EXAMPLE) as second:
        await discord.bot_online()
        assert (await (await ann.submit(opened)).message()).text == "2: a quiet sea / 0"
        again = await ann.click(message, custom_id="again:2")
        assert again.modal is not None
        assert await second.stop() == -signal.SIGTERM


async def test_a_private_answer_is_seen_by_one_person_only(
    channel: Channel, bot: BotProcess, ann: Person, bob: Person
) -> None:
    handle = await ann.slash(channel, "whisper")
    note = await handle.followup(lambda message: message.text == "the note")
    assert [(file.name, file.content) for file in note.files] == [("note.txt", b"secret")]
    answer = await handle.message(lambda message: message.text == "psst!")
    assert answer.ephemeral
    assert note.ephemeral
    assert [each.id for each in ann.messages(channel)] == [answer.id, note.id]
    assert bob.messages(channel) == []
    assert "Traceback" not in bot.output


async def test_messages_in_the_channel_are_sent_read_edited_and_deleted(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    handle = await ann.slash(channel, "shout")
    answer = await handle.message(lambda message: message.text == "that was loud")
    assert [file.content for file in answer.files] == [b"x"]
    assert [each.id for each in ann.messages(channel)] == [answer.id]
    assert "Traceback" not in bot.output


async def test_many_people_at_once_each_get_their_own_answer(
    guild: Community, channel: Channel, bot: BotProcess
) -> None:
    people = [guild.add_person(f"person {number}") for number in range(20)]
    results = await asyncio.gather(
        *(remixed(each, channel, job_id=f"job-{each.id}") for each in people)
    )
    shown = [result.images[0].content for result in results]
    assert shown == [f"job-{each.id}".encode() for each in people]
    assert "Traceback" not in bot.output


async def test_two_people_press_one_button_at_once(
    channel: Channel, bot: BotProcess, ann: Person, bob: Person
) -> None:
    message = await remixed(ann, channel)

    async def chain(person: Person, prompt: str) -> str:
        opened: Handle = await person.click(message, label="Remix 3")
        return (await (await person.submit(opened, {"Prompt": prompt})).message()).text

    assert await asyncio.gather(chain(ann, "hers"), chain(bob, "his")) == [
        *("2: hers / 0", "2: his / 0"),
    ]
    assert "Traceback" not in bot.output


async def test_a_command_without_an_answer_fails_for_the_person(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    with pytest.raises(DidNotRespond, match="silence"):
        await ann.slash(channel, "silence")
    assert "Traceback" not in bot.output


async def test_the_client_does_not_send_what_the_command_does_not_take(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    refused: list[tuple[str, dict[str, str | int]]] = [
        ("needs job_id", {"image": 2}),
        ("no option colour", {"job_id": "a", "image": 2, "colour": "red"}),
        ("image offers", {"job_id": "a", "image": 4}),
        ("job_id takes no int", {"job_id": 1, "image": 2}),
        ("within 0 to 6000", {"job_id": "a" * 6001, "image": 2}),
    ]
    for message, options in refused:
        with pytest.raises(CannotSend, match=message):
            await ann.slash(channel, "remix", **options)
    with pytest.raises(CannotSend, match="no imagine here"):
        await ann.slash(channel, "imagine")
    with pytest.raises(CannotSend, match="no button 'Remix 9'"):
        await ann.click(await remixed(ann, channel), label="Remix 9")
    assert "Traceback" not in bot.output


async def test_a_form_takes_only_what_its_fields_take(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    opened = await ann.click(await remixed(ann, channel), label="Remix 3")
    for message, values in (
        ("1 to 100|0 to 100", {"Prompt": "a" * 101}),
        ("must be filled in", {"Prompt": ""}),
        ("Mode offers", {"Mode": "Gentle"}),
        ("no field 'Colour'", {"Colour": "red"}),
    ):
        with pytest.raises(CannotSend, match=message):
            await ann.submit(opened, values)
    assert "Traceback" not in bot.output


async def test_waiting_in_vain_shows_what_was_there(
    channel: Channel, bot: BotProcess, ann: Person
) -> None:
    handle = await ann.slash(channel, "whisper")
    await handle.followup(lambda message: message.text == "the note")
    with pytest.raises(AssertionError, match=r"(?s)not within 0 s.*the note"):
        await handle.followup(lambda message: message.text == "never", timeout_s=0)
    assert "Traceback" not in bot.output
