"""A real discord.py process, and what goes wrong on Discord while it works."""

import asyncio

import pytest

from discord_server.clock import HANGS_S
from discord_server.faults import broken, too_many
from discord_server.limits import SEND
from discord_server.people import Community, Handle, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.things import Channel


def sent(discord: DiscordServer, channel: Channel) -> list[tuple[int, str | None]]:
    """How each new message for the channel was answered."""
    path = f"/api/v10/channels/{channel.id}/messages"
    found = [each for each in discord.requests if (each.method, each.path) == ("POST", path)]
    return [(each.status, each.fault) for each in found]


async def told(handle: Handle, text: str) -> SeenMessage:
    return await handle.message(lambda message: message.text == text)


# ------------------------------------------------------------------ the gateway


async def test_what_a_person_did_while_the_gateway_was_away_is_answered_after_a_resume(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    async with discord.gateway.away():
        command = asyncio.create_task(ann.slash(channel, "whisper"))
        await discord.world.until(
            lambda: discord.world.interactions or None,
            timeout_s=HANGS_S,
            describe=lambda: "nothing was asked",
        )
        assert not command.done()
    await told(await command, "psst!")
    assert (discord.gateway.identified, discord.gateway.resumed) == (1, 1)
    assert "Traceback" not in bot.output


@pytest.mark.parametrize("way", ["dropped", "reset", "op 7", "op 9 true"])
async def test_a_bot_that_lost_touch_resumes(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person, way: str
) -> None:
    gateway = discord.gateway
    match way:
        case "dropped":
            await gateway.drop()
        case "reset":
            await gateway.reset()
        case "op 7":
            await gateway.ask_to_reconnect()
        case _:
            await gateway.invalidate(resumable=True)
    await discord.bot_resumed(times=1)
    await told(await ann.slash(channel, "whisper"), "psst!")
    assert (gateway.identified, gateway.resumed) == (1, 1)
    assert "ERROR" not in bot.output


async def test_a_bot_whose_session_is_gone_identifies_again(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    await discord.gateway.invalidate(resumable=False)
    await discord.bot_identified(times=2)
    await told(await ann.slash(channel, "whisper"), "psst!")
    assert discord.gateway.resumed == 0
    assert "ERROR" not in bot.output


# ------------------------------------------------------------------ too much, too little


async def test_a_bot_that_is_told_to_wait_waits_and_tries_again(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    discord.faults.add("POST", "/channels/*/messages", too_many(0.05))
    discord.faults.add("PATCH", "/channels/*/messages/*", too_many(0.05, everywhere=True))
    await told(await ann.slash(channel, "shout"), "that was loud")
    assert sent(discord, channel) == [(429, "429"), (200, None)]
    assert "We are being rate limited" in bot.output
    assert "Global rate limit has been hit" in bot.output
    assert "Traceback" not in bot.output


async def test_a_bot_that_reads_its_limits_never_meets_them(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    discord.limits.allow(SEND, 1, per_s=0.5)
    for _ in range(2):
        await told(await ann.slash(channel, "shout"), "that was loud")
    assert sent(discord, channel) == [(200, None), (200, None)]
    assert "rate limited" not in bot.output
    assert "Traceback" not in bot.output


async def test_discord_py_gives_up_on_an_overload_at_once(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    discord.faults.add("POST", "/channels/*/messages", broken(503))
    await ann.slash(channel, "shout")
    await bot.wait_for_line("503 Service Unavailable")
    assert sent(discord, channel) == [(503, "503")]


# ------------------------------------------------------------------ posting and reading


async def test_a_message_that_was_posted_although_discord_failed_is_not_posted_twice(
    discord: DiscordServer, channel: Channel, bot: BotProcess, ann: Person
) -> None:
    discord.faults.add("POST", "/channels/*/messages", broken(502, done_first=True))
    await told(await ann.slash(channel, "once"), "the same")
    assert sent(discord, channel) == [(502, "502 after"), (200, None), (200, None)]
    assert [each.text for each in ann.messages(channel)] == ["the same", "once"]
    assert "Traceback" not in bot.output


async def test_a_person_is_written_to_directly_and_answers_there(
    bot: BotProcess, channel: Channel, ann: Person, bob: Person
) -> None:
    await told(await ann.slash(channel, "direct"), "sent")
    message = await ann.sees_directly(lambda one: one.text == "between us")
    assert message.pinged == {ann.id}
    assert bob.direct_messages() == []
    form = await ann.click(message, "Remix 1")
    await told(await ann.submit(form, {"Prompt": "a lake"}), "0: a lake / 0")
    assert [each.text for each in ann.direct_messages()] == ["between us", "0: a lake / 0"]
    assert "Traceback" not in bot.output


async def test_a_person_who_takes_no_direct_messages_gets_none(
    guild: Community, bot: BotProcess, channel: Channel, ann: Person
) -> None:
    ann.close_direct_messages()
    await told(await ann.slash(channel, "direct"), "refused: 50007")
    guild.remove_person(ann)
    await told(await ann.slash(channel, "direct"), "refused: 50278")
    assert ann.direct_messages() == []
    assert "Traceback" not in bot.output


async def test_a_bot_reads_what_it_posted(
    channel: Channel, bot: BotProcess, ann: Person, bob: Person
) -> None:
    handle = await ann.slash(channel, "remix", job_id="job-1", image=2)
    result = await handle.message(lambda message: bool(message.buttons))
    await ann.sees(channel, lambda message: message.reference == result.id)
    answer = await (await bob.slash(channel, "recall")).message()
    assert answer.text == f"ann - again:2\n- {ann.mention} <@1> done"
    assert "Traceback" not in bot.output
