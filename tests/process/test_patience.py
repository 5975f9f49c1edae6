"""What stands between the bot and Discord is named, and waited for where that helps."""

import asyncio
import json
import socket
from types import SimpleNamespace
from typing import Any, cast

import pytest
from discord import ConnectionClosed

from bot.connecting import refusal
from discord_server.faults import PORTAL, RESET, banned, broken, error
from discord_server.gateway import HELLO, IDENTIFY, RESUME
from discord_server.launch import VARIABLE
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from tests.patience import EASY
from tests.process.conftest import Bots, Outside
from tests.process.kill_launch import CONSTANTS

UP = "Logged in as"
SOON_S = 90.0
"""Longer than all pauses together, on a machine with other things to do."""
WAITS = {**EASY, "bot.backoff.SHORTEST_S": 0.01}
NEXT = r"WARNING.*Next attempt in \d+ s\.$"


def attempts(bot: BotProcess) -> list[str]:
    return [line for line in bot.lines if "Next attempt in" in line]


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    """The pauses between attempts are short."""
    return {**env, CONSTANTS: json.dumps(WAITS)}


async def test_what_may_pass_is_waited_for_in_one_line_each(
    bots: Bots, discord: DiscordServer
) -> None:
    out_of_order = "Discord is having trouble (HTTP 503)."
    portal = "Something answered in Discord's place"
    me, application = "/users/@me", "/oauth2/applications/@me"
    commands, gateway = "/applications/*/commands", "/gateway/bot"
    named: list[str] = []
    for fault, path, sentence in (
        (broken(503), me, out_of_order),
        (error(403), me, "or a firewall is blocking this machine (HTTP 403)."),
        (banned(1), me, "Cloudflare, which sits in front of Discord, has temporarily banned"),
        (RESET, me, "Discord can't be reached (ClientOSError)"),
        (PORTAL, me, portal),
        (broken(503), application, out_of_order),
        (broken(503), commands, out_of_order),
        (PORTAL, commands, portal),
        (broken(503), gateway, out_of_order),
        (PORTAL, gateway, portal),
    ):
        times = 2 if fault is RESET else 1  # aiohttp asks twice
        discord.faults.add("*", path, fault, times=times)
        named.append(sentence)
    async with bots.start() as bot:
        await bot.wait_for_line(UP, SOON_S)
        assert await bot.stop() == 0
    said = attempts(bot)
    assert len(said) == len(named), bot.output
    assert all(sentence in line for sentence, line in zip(named, said, strict=True)), bot.output
    for trouble in ("Traceback", "Unclosed", "never retrieved"):
        assert trouble not in bot.output


async def test_a_ban_is_waited_for_as_long_as_it_says(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    discord.faults.add("GET", "/users/@me", banned(3600), times=None)
    async with bots.start() as bot:
        line = await bot.wait_for_line(NEXT)
        assert "Cloudflare" in line
        assert line.endswith("Next attempt in 3601 s.")
        assert await bot.stop() == 0
    assert [request.path for request in discord.requests] == ["/api/v10/users/@me"]


async def test_nobody_at_all_is_waited_for_until_a_signal(
    bots: Bots,
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        async with bots.start(**{VARIABLE: address}) as bot:
            line = await bot.wait_for_line(NEXT)
            assert "Discord can't be reached (ClientConnectorError)" in line
            assert await bot.stop() == 0
    assert "Traceback" not in bot.output


async def test_a_name_that_cannot_be_looked_up_is_named(bots: Bots) -> None:
    async with bots.start(**{VARIABLE: "http://discord.invalid"}) as bot:
        line = await bot.wait_for_line(NEXT)
        assert "Discord's server name can't be resolved" in line
        assert await bot.stop() == 0


@pytest.mark.slow
async def test_a_gateway_that_closes_its_door_is_knocked_at_again(
    bots: Bots, discord: DiscordServer
) -> None:
    refused = [503, 429, 4000, 1000, 4008]
    discord.gateway.refuses = [*refused]
    async with bots.start() as bot:
        await bot.wait_for_line(UP, SOON_S)
        assert await bot.stop() == 0
    assert discord.gateway.refuses == []
    assert "Traceback" not in bot.output
    assert len(attempts(bot)) == len(refused)
    assert len([line for line in bot.lines if "ERROR" in line]) == 0


@pytest.mark.slow
async def test_a_gateway_that_answers_and_never_lets_the_bot_in_is_given_up(
    bots: Bots, discord: DiscordServer
) -> None:
    waits = {**WAITS, "bot.connecting.GATEWAY_ANSWERS_S": 2.0}
    gateway = discord.gateway
    async with bots.start(**{CONSTANTS: json.dumps(waits)}) as bot:
        await bot.wait_for_line(UP, SOON_S)
        gateway.leaves_unsaid = [RESUME, RESUME, HELLO, IDENTIFY]  # a new session after the second
        await gateway.drop()
        await bot.wait_for_line("Discord didn't answer in time.", SOON_S, times=4)
        await discord.bot_identified(times=2, timeout_s=SOON_S)
        assert await bot.stop() == 0
    assert gateway.leaves_unsaid == []
    for trouble in ("Traceback", "Unclosed", "never retrieved", "ERROR"):
        assert trouble not in bot.output


async def test_no_more_starts_for_today_are_waited_for(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    discord.world.starts_left = 0
    async with bots.start() as bot:
        await bot.wait_for_line("Discord allows this bot no more starts for now.*Next attempt in")
        assert discord.gateway.identified == 0
        discord.world.starts_left = 1
        await bot.wait_for_line(UP, SOON_S)


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (4004, "Discord rejected the token."),
        (4010, "to use sharding"),
        (4011, "to use sharding"),
        (4012, "update the bot"),
        (4013, "gateway intents"),
        (4014, "gateway intents"),
        (4000, None),
        (4008, None),
        (1006, None),
    ],
)
def test_a_code_that_only_somebody_can_mend_has_a_sentence(code: int, sentence: str | None) -> None:
    closed = cast("Any", SimpleNamespace(close_code=code))
    said = refusal(ConnectionClosed(closed, shard_id=None))
    assert said is None if sentence is None else sentence in (said or "")


@pytest.mark.parametrize(
    ("code", "named"), [(4004, "Discord rejected the token"), (4014, "doesn't need privileged")]
)
async def test_what_only_somebody_can_mend_ends_the_bot_with_a_sentence(
    bots: Bots, discord: DiscordServer, code: int, named: str
) -> None:
    """At the start, and while it runs."""
    for running in (False, True):
        if not running:
            discord.gateway.refuses = [code]
        async with bots.start() as bot:
            if running:
                await bot.wait_for_line(UP, SOON_S)
                await discord.gateway.drop(code)
            assert await bot.wait() == 1
        assert named in bot.lines[-1]
        assert attempts(bot) == []
        for trouble in ("Traceback", "Unclosed", "never retrieved"):
            assert trouble not in bot.output


async def test_a_token_that_is_withdrawn_between_two_questions_ends_the_bot(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    discord.faults.add("GET", "/oauth2/applications/@me", error(401))
    async with bots.start() as bot:
        assert await bot.wait() == 1
    assert "Discord rejected the token" in bot.lines[-1]
    assert "Traceback" not in bot.output


async def test_a_dead_address_for_going_on_is_given_up(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        discord.gateway.resume_at = f"ws://127.0.0.1:{nobody.getsockname()[1]}"
        async with bots.start() as bot:
            await bot.wait_for_line(UP, SOON_S)
            await discord.gateway.drop()
            await discord.bot_identified(times=2, timeout_s=SOON_S)
            assert await bot.stop() == 0
    assert "Traceback" not in bot.output
    assert len(attempts(bot)) in {1, 2}


@pytest.mark.slow
async def test_jobs_of_before_go_on_once_however_many_attempts_it_takes(
    bots: Bots, outside: Outside
) -> None:
    ann = outside.ann
    async with bots.start() as bot:
        await asyncio.gather(outside.discord.bot_online(), bot.wait_for_line(UP, SOON_S))
        asked = await outside.imagine("a boat sandbox:seconds=8")
        await asked.message(until=lambda message: "%" in message.text)
        await bot.kill()
    outside.discord.faults.add("*", "/applications/*/commands", broken(503), times=2)
    outside.discord.faults.add("GET", "/gateway/bot", broken(503))
    async with bots.start() as bot:
        await bot.wait_for_line(UP, SOON_S)
        await asked.message(until=lambda message: bool(message.images), timeout_s=SOON_S)
        assert await bot.stop() == 0
    assert len([line for line in bot.lines if "resumed, was" in line]) == 1
    assert outside.api.submit_calls == 1
    assert len([one for one in ann.messages(outside.channel) if one.images]) == 1
