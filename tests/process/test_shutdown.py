"""SIGTERM or SIGINT: the bot ends within ten seconds, cleanly, whatever hangs at that moment."""

import asyncio
import signal
import sqlite3
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from aiohttp import web

from discord_server.faults import SILENCE
from discord_server.people import DidNotRespond
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from sandbox.api import Job
from sandbox.api.server import Call
from tests.patience import HANGS_S
from tests.process.accidents import silence
from tests.process.conftest import Bots, Outside
from tests.store.relay import Relay

PROMISED_S = 10.0
TROUBLE = ("Traceback", "never retrieved", "was destroyed", "Unclosed", "unclosed", "Exception")


def finished(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons


async def ends_cleanly(bot: BotProcess, by: signal.Signals = signal.SIGTERM) -> None:
    assert await bot.stop(PROMISED_S, by=by) == 0
    for trouble in TROUBLE:
        assert trouble not in bot.output


async def quiet(call: Call, job: Job, request: web.Request) -> web.StreamResponse | None:
    """The API says nothing where the prompt of the job says so."""
    return await silence(request) if f"silent {call}" in job.prompt else None


@pytest.mark.parametrize(
    ("by", "at"),
    [
        (signal.SIGINT, "working"),
        (signal.SIGTERM, "silent read"),
        (signal.SIGTERM, "silent image"),
    ],
)
async def test_jobs_that_the_api_has_go_on_after_the_next_start(
    bots: Bots, bot: BotProcess, outside: Outside, by: signal.Signals, at: str
) -> None:
    hung = asyncio.Event()

    async def interfere(call: Call, job: Job, request: web.Request) -> web.StreamResponse | None:
        if call != "submit" and at in {f"silent {call}", "working"}:
            hung.set()
        return await quiet(call, job, request)

    outside.api.interfere = interfere
    handle = await outside.imagine(f"{at} sandbox:seconds=2.5")
    await hung.wait()
    await ends_cleanly(bot, by)
    outside.api.interfere = None
    async with bots() as second:
        assert len((await handle.message(finished)).images) == 4
        await ends_cleanly(second)
    assert outside.api.submit_calls == 1


async def test_a_job_on_its_way_to_the_api_is_told_after_the_next_start(
    bots: Bots, bot: BotProcess, outside: Outside
) -> None:
    outside.api.interfere = quiet
    handle = await outside.imagine("silent submit")
    await outside.api.until(lambda: len(outside.api.submits) == 1)
    await ends_cleanly(bot)
    async with bots() as second:
        told = await handle.message(lambda message: "Retry" in message.buttons)
        assert "It may have been charged anyway" in told.text
        await ends_cleanly(second)
    assert outside.api.submit_calls == 1


@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_a_discord_that_says_nothing_holds_nobody_up(
    bot: BotProcess, outside: Outside, method: str
) -> None:
    fault = outside.discord.faults.add(method, "/**", SILENCE, times=None)
    context = asyncio.create_task(outside.imagine("x"))
    await outside.discord.world.until(
        lambda: fault.happened or None, timeout_s=HANGS_S, describe=lambda: "nothing was asked"
    )
    await ends_cleanly(bot)
    if method == "POST":
        with pytest.raises(DidNotRespond):
            await context
    else:
        await context


@pytest.mark.slow
@pytest.mark.logs_errors
async def test_an_sqlite_database_that_is_locked_holds_nobody_up(
    bot: BotProcess, outside: Outside, tmp_path: Path
) -> None:
    for number, person in enumerate(outside.people):
        await outside.imagine(f"{number} sandbox:seconds=2.5", who=person)
    await outside.api.until(lambda: len(outside.api.submits) == len(outside.people))
    locker = sqlite3.connect(tmp_path / "data" / "remixbot.db", isolation_level=None)
    locker.execute("BEGIN IMMEDIATE")
    try:
        await outside.api.until(lambda: len(outside.api.reads) == len(outside.people))
        context = [
            asyncio.create_task(outside.imagine("locked out", who=person))
            for person in outside.people
        ]
        await asyncio.gather(*context)
        assert await bot.stop(PROMISED_S) == 0
    finally:
        locker.close()
    for trouble in TROUBLE:
        assert trouble not in bot.output


@pytest.fixture
async def relay(postgresql_url: str) -> AsyncGenerator[Relay]:
    async with Relay.before(postgresql_url) as one:
        yield one


@pytest.mark.slow
async def test_a_postgresql_server_that_is_frozen_holds_nobody_up(
    bots: Bots, outside: Outside, relay: Relay
) -> None:
    async with bots.start(DATABASE_URL=relay.url) as bot:
        await bot.wait_for_line("Logged in as")
        for number, person in enumerate(outside.people):
            await outside.imagine(f"{number} sandbox:seconds=2.5", who=person)
        await outside.api.until(lambda: len(outside.api.submits) == len(outside.people))
        relay.freeze()
        context = [outside.imagine("frozen out", who=person) for person in outside.people]
        refused = await asyncio.gather(*context)
        for handle in refused:
            assert "didn't accept" in (await handle.message()).text
        assert await bot.stop(PROMISED_S) == 0
    for trouble in TROUBLE:
        assert trouble not in bot.output
    assert outside.api.submit_calls == len(outside.people)


async def test_a_second_signal_changes_nothing(bot: BotProcess, outside: Outside) -> None:
    await outside.imagine("x sandbox:seconds=60")
    await outside.api.until(lambda: len(outside.api.reads) == 1)
    bot.send(signal.SIGINT)
    bot.send(signal.SIGTERM)
    await ends_cleanly(bot)


@pytest.mark.parametrize("path", ["/users/@me", "/applications/**"])
async def test_a_start_that_hangs_can_be_stopped(
    bots: Bots,
    discord: DiscordServer,
    path: str,
) -> None:
    fault = discord.faults.add("*", path, SILENCE, times=None)
    async with bots.start() as bot:
        await discord.world.until(
            lambda: fault.happened or None, timeout_s=HANGS_S, describe=lambda: "nothing was asked"
        )
        await ends_cleanly(bot)


async def test_a_start_without_a_gateway_can_be_stopped(
    bots: Bots,
    discord: DiscordServer,
) -> None:
    async with discord.gateway.away(), bots.start() as bot:
        await bot.wait_for_line("Registered the commands with Discord")
        await ends_cleanly(bot)
