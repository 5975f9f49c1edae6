"""People bring the bot along to where it is no member; and a server takes it out."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from pathlib import Path

import pytest

from discord_server.clock import MovableClock
from discord_server.options import CannotSend
from discord_server.people import Community, Person
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.things import ABROAD, Channel
from tests.patience import EASY_S, HANGS_S
from tests.process.conftest import Bots, Outside
from tests.process.test_flow import finished, result_of

ALLOWED = {"ALLOW_USER_INSTALL": "true", "MAX_JOBS_PER_DAY_PER_USER": "2"}


@pytest.fixture
def clock() -> MovableClock:
    """Discord's clock; the bot has the machine's."""
    return MovableClock()


@pytest.fixture
async def discord(clock: MovableClock) -> AsyncGenerator[DiscordServer]:
    async with DiscordServer(clock=clock) as server:
        server.world.answer_within_s = EASY_S
        yield server
        assert server.unknown_routes == []


@pytest.fixture
def abroad(discord: DiscordServer) -> Community:
    """A server in which the bot is not."""
    return discord.add_guild("somewhere else", with_bot=False)


@pytest.fixture
def zoe(abroad: Community) -> Person:
    """Has the bot on her account, and shares no server with it."""
    return abroad.add_person("zoe", installed=True)


@pytest.fixture
def square(abroad: Community) -> Channel:
    return abroad.add_channel("square", ABROAD)


@pytest.fixture
def env(request: pytest.FixtureRequest, env: dict[str, str]) -> dict[str, str]:
    return {**env, **getattr(request, "param", ALLOWED)}


@pytest.mark.usefixtures("bot")
async def test_whoever_has_the_bot_uses_it_where_it_is_not(
    discord: DiscordServer, zoe: Person, square: Channel
) -> None:
    asked = await zoe.slash(square, "imagine", prompt="a fox sandbox:seconds=3")
    told = await asked.message()
    assert "If it takes longer, I'll send you the images as a direct message." in told.text
    result = await result_of(asked)
    assert len(result.images) == 4
    assert "direct message" not in result.text
    more = await (await zoe.click(result, "More")).message()
    assert "Delete" not in more.buttons, "it could not delete it there"
    form = await zoe.click(result, "✏️ 2")
    assert form.modal is not None
    remixed = await result_of(await zoe.submit(form, {"Prompt": "in winter"}))
    assert len(remixed.images) == 4
    refused = await (await zoe.click(result, "Reroll")).message()
    assert "You've reached the limit of 2 jobs" in refused.text, "the limits for a person hold"
    assert not [one for one in discord.requests if "/channels/" in one.path], "it is not there"


@pytest.mark.usefixtures("bot")
async def test_a_result_that_comes_late_comes_directly(
    outside: Outside, clock: MovableClock, zoe: Person, square: Channel
) -> None:
    asked = await zoe.slash(square, "imagine", prompt="a fox sandbox:seconds=4")
    await outside.api.until(lambda: len(outside.api.submits) == 1)
    clock.advance(minutes=16)
    late = await zoe.sees_directly(finished)
    assert len(late.images) == 4
    assert not (await asked.message()).images
    assert not [
        one for one in outside.discord.requests if one.path.endswith(f"{square.id}/messages")
    ]
    form = await zoe.click(late, "✏️ 1")
    assert form.modal is not None, "it works on from there"


@pytest.mark.usefixtures("bot")
async def test_in_a_group_of_friends_it_works_in_the_same_way(
    outside: Outside, clock: MovableClock, zoe: Person
) -> None:
    friends = zoe.group("friends")
    first = await zoe.slash(friends, "imagine", prompt="a fox")
    assert "If it takes longer" in (await first.message()).text
    assert len((await result_of(first)).images) == 4
    await zoe.slash(friends, "imagine", prompt="a hare sandbox:seconds=4")
    await outside.api.until(lambda: len(outside.api.submits) == 2)
    clock.advance(minutes=16)
    late = await zoe.sees_directly(finished)
    assert "a hare" in late.text
    assert not [one for one in outside.discord.requests if f"channels/{friends.id}" in one.path]


@pytest.mark.usefixtures("bot")
async def test_remix_this_works_there_too(zoe: Person, square: Channel) -> None:
    result = await result_of(await zoe.slash(square, "imagine", prompt="a fox"))
    choice = await (await zoe.use(result, "Remix this")).message()
    form = await zoe.click(choice, "✏️ 4")
    assert form.modal is not None
    assert form.modal["Prompt"].value == "a fox"


@pytest.mark.parametrize("env", [{}], indirect=True)
async def test_unless_that_is_allowed_the_bot_can_be_brought_nowhere(
    bot: BotProcess, zoe: Person, square: Channel
) -> None:
    with pytest.raises(CannotSend, match="no imagine here, only \\[\\]"):
        await zoe.slash(square, "imagine", prompt="a fox")
    with pytest.raises(CannotSend, match="no imagine here, only \\[\\]"):
        await zoe.slash(zoe.direct, "imagine", prompt="a fox")
    assert bot


async def test_a_server_that_takes_the_bot_out_is_forgotten_and_others_are_not(
    bot: BotProcess, outside: Outside, zoe: Person, square: Channel, tmp_path: Path
) -> None:
    await result_of(await outside.imagine("a secret"))
    await result_of(await zoe.slash(square, "imagine", prompt="a fox"))
    running = await outside.imagine("late sandbox:seconds=6", who=outside.ben)
    await outside.guild.remove_bot()
    await bot.wait_for_line(f"Server {outside.guild.id}: removed the bot")
    await bot.wait_for_line("Erased 1 jobs")
    assert _prompts(tmp_path) == ["a fox", "late sandbox:seconds=6"]
    directly = await running.message(finished)
    assert len(directly.images) == 4, "what is under way ends first"
    await bot.wait_for_line("Job 3: delivered")
    await bot.stop()
    assert _prompts(tmp_path) == ["a fox"]


async def test_a_server_that_a_start_does_not_name_or_that_is_away_for_a_while_loses_nothing(
    bots: Bots, outside: Outside, tmp_path: Path
) -> None:
    async with bots.start() as bot:
        await asyncio.gather(outside.discord.bot_online(), bot.wait_for_line("Logged in as"))
        await result_of(await outside.imagine("a secret"))
        await outside.guild.becomes_unavailable()
        await bot.wait_for_line("Job 1: delivered")
        assert await bot.stop() == 0
    outside.discord.gateway.leaves_out = {outside.guild.id}
    asked = f"/api/v10/guilds/{outside.guild.id}"
    async with bots.start() as bot:
        await bot.wait_for_line("Logged in as")
        await outside.discord.world.until(
            lambda: asked in [request.path for request in outside.discord.requests] or None,
            timeout_s=HANGS_S,
            describe=lambda: bot.output,
        )
        assert await bot.stop() == 0
    assert _prompts(tmp_path) == ["a secret"]
    assert ": removed the bot" not in bot.output


def _prompts(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "data" / "remixbot.db")) as database:
        return [row[0] for row in database.execute("SELECT prompt FROM jobs ORDER BY id")]
