"""Discord has the bot's commands, whoever told it others; people with old ones are told so."""

from collections.abc import AsyncGenerator

import pytest

from bot.command_tree import _comparable  # pyright: ignore[reportPrivateUsage]  # its whole point
from discord_server.faults import SILENCE, error
from discord_server.people import DidNotRespond
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.things import JsonObject
from tests.process.conftest import Bots, Outside

UP = "Logged in as"
JOB_ID = "0a1b2c3d-0000-4000-8000-000000000000"
OLD: JsonObject = {
    "id": "1",
    "application_id": "2",
    "version": "3",
    "type": 1,
    "name": "imagine",
    "description": "What another program calls so",
    "options": [],
}


def told(discord: DiscordServer) -> list[str]:
    """The requests about commands, by their methods."""
    about = [one for one in discord.requests if one.path.endswith("/commands")]
    return [one.method for one in about]


async def test_commands_are_looked_at_once_and_told_where_they_differ(
    bots: Bots, discord: DiscordServer
) -> None:
    async with bots() as bot:
        assert await bot.stop() == 0
    assert told(discord) == ["GET", "PUT"]
    ours = [one["name"] for one in discord.world.commands[None]]
    async with bots() as bot:
        assert await bot.stop() == 0
    assert told(discord) == ["GET", "PUT", "GET"], "nothing differs"
    discord.world.commands[None] = [OLD]
    async with bots() as bot:
        assert await bot.stop() == 0
    assert told(discord)[3:] == ["GET", "PUT"]
    assert [one["name"] for one in discord.world.commands[None]] == ours


def test_what_discord_adds_makes_no_difference() -> None:
    mode: JsonObject = {"name": "mode", "type": 4, "description": "m"}
    image: JsonObject = {"name": "image", "type": 4, "description": "i", "required": True}
    choice: JsonObject = {"name": "1", "value": 0}
    always: JsonObject = {"name": "remix", "type": 1, "description": "d", "integration_types": [0]}
    ours: JsonObject = {
        **always,
        "nsfw": False,
        "dm_permission": True,
        "default_member_permissions": 32,
        "contexts": [0, 2],
        "options": [mode | {"required": False, "choices": []}, image | {"choices": [choice]}],
    }
    added: JsonObject = {"id": "1", "application_id": "2", "version": "3", "guild_id": None}
    unsaid: JsonObject = {"description_localizations": None, "autocomplete": False}
    named = [choice | {"name_localizations": None}]
    theirs: JsonObject = {
        **always,
        **added,
        "name_localizations": None,
        "description_localizations": {},
        "handler": 1,
        "dm_permission": None,
        "default_member_permissions": "32",
        "contexts": [2, 0],
        "options": [mode | {"something": "new"}, image | unsaid | {"choices": named}],
    }
    menu: JsonObject = {"name": "Remix this", "type": 3, "nsfw": False, "contexts": [0]}
    shown: JsonObject = {**menu, "description": "", "options": [], "id": "4"}
    assert _comparable([ours, menu]) == _comparable([shown, theirs])


@pytest.mark.parametrize(
    "change",
    [
        {"name": "other"},
        {"description": "other"},
        {"nsfw": True},
        {"contexts": [0, 1]},
        {"default_member_permissions": "0"},
        {"name_localizations": {"de": "andere"}},
        {"options": []},
        {"options": [{"name": "a", "type": 3, "description": "x", "required": True}]},
        {"options": [{"name": "a", "type": 4, "description": "x"}]},
        {"options": [{"name": "a", "type": 3, "description": "x", "min_length": 0}]},
        {"options": [{"name": "b", "type": 3, "description": "x"}]},
    ],
)
def test_what_somebody_changed_makes_one(change: JsonObject) -> None:
    ours: JsonObject = {
        "name": "remix",
        "type": 1,
        "description": "d",
        "contexts": [0],
        "options": [{"name": "a", "type": 3, "description": "x"}],
    }
    assert _comparable([ours]) != _comparable([{**ours, **change}])
    assert _comparable([ours]) != _comparable([ours, {**ours, "name": "more"}])


async def test_commands_that_discord_does_not_take_do_not_keep_the_bot_away(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    discord.faults.add("PUT", "/applications/*/commands", error(400, 30034))
    async with bots.start() as bot:
        await bot.wait_for_line("ERROR.*Failed to register the commands: HTTP 400, code 30034")
        await bot.wait_for_line(UP)


# ------------------------------------------------------------------ people with old commands


@pytest.fixture
async def overwritten(bot: BotProcess, discord: DiscordServer) -> AsyncGenerator[list[JsonObject]]:
    """While the bot runs another program tells Discord commands; these, for a test to fill in."""
    ours, others = discord.world.commands[None], [dict(OLD)]
    discord.world.commands[None] = others
    yield others
    assert discord.world.commands[None] != others, "the bot told Discord its own again"
    assert [one["name"] for one in discord.world.commands[None]] == [one["name"] for one in ours]
    assert "Traceback" not in bot.output
    assert "ncident" not in bot.output


def option(name: str, kind: int) -> JsonObject:
    return {"name": name, "type": kind, "description": "x", "required": True}


@pytest.mark.parametrize(
    ("name", "options", "given"),
    [
        ("gone", [], {}),
        ("remix", [], {}),
        ("remix", [option("job_id", 4), option("image", 4)], {"job_id": 1, "image": 1}),
        ("remix", [option("job_id", 3), option("image", 4)], {"job_id": "1" * 19, "image": 4}),
        ("imagine", [option("prompt", 3), option("colour", 3)], {"prompt": "x", "colour": "y"}),
    ],
)
async def test_a_command_of_another_version_ends_in_a_sentence_and_ours_are_told_again(
    outside: Outside,
    overwritten: list[JsonObject],
    name: str,
    options: list[JsonObject],
    given: dict[str, str | int],
) -> None:
    overwritten[0] |= {"name": name, "options": options}
    before = len(told(outside.discord))
    channel = next(iter(outside.discord.world.channels.values()))
    answers = [await outside.ann.slash(channel, name, **given)]
    said = await answers[0].message()
    assert said.text.startswith("That command has changed")
    assert said.ephemeral
    await outside.discord.world.until(
        lambda: told(outside.discord)[before:] == ["GET", "PUT"] or None,
        timeout_s=30,
        describe=lambda: str(told(outside.discord)),
    )


async def test_ours_are_told_again_only_once(bot: BotProcess, outside: Outside) -> None:
    before = len(told(outside.discord))
    for _ in range(3):
        outside.discord.world.commands[None] = [dict(OLD) | {"name": "gone"}]
        await (await outside.ann.slash(outside.channel, "gone")).message()
    await bot.wait_for_line("Registered the commands with Discord")
    outside.discord.world.commands[None] = [dict(OLD) | {"name": "gone"}]
    await (await outside.ann.slash(outside.channel, "gone")).message()
    assert told(outside.discord)[before:] in (["GET", "PUT"], ["GET"])


# ------------------------------------------------------------------ suggestions


@pytest.mark.slow
async def test_suggestions_that_come_too_late_are_no_news(
    bot: BotProcess, outside: Outside
) -> None:
    before = len(bot.lines)
    for fault in (error(404, 10062), error(400, 40060), SILENCE):
        outside.discord.faults.add("POST", "/interactions/**", fault)
        with pytest.raises(DidNotRespond):
            await outside.ann.types(outside.channel, "show", "job_id", "a")
    await (await outside.ann.slash(outside.channel, "help")).message()
    told = ("Traceback", "Ignoring exception", "ERROR", " bot.")
    lines = [line for line in bot.lines[before:] if "Invite link" not in line]
    assert [line for line in lines if any(word in line for word in told)] == []


async def test_answers_that_come_too_late_are_one_line(bot: BotProcess, outside: Outside) -> None:
    """A message, a form, a deferral."""
    outside.discord.faults.add("POST", "/interactions/**", error(404, 10062), times=3)
    for name, options in (("help", {}), ("imagine", {}), ("show", {"job_id": JOB_ID})):
        with pytest.raises(DidNotRespond):
            await outside.ann.slash(outside.channel, name, **options)
    await bot.wait_for_line("could not be answered in time")
    assert "failed to show" not in bot.output
    late = [line for line in bot.lines if "could not be answered in time" in line]
    assert len(late) == 3
