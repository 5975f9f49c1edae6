"""Starting and stopping: one sentence that says what to do, and an exit code."""

from pathlib import Path

import pytest

from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from tests.process.conftest import Bots, Outside


async def test_missing_and_wrong_settings_are_named_at_once(bots: Bots, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_JOBS_PER_DAY=many\nLOG_LEVEL=LOUD\n")
    async with bots.start(DISCORD_TOKEN="", VTRIX_API_KEY="") as bot:
        assert await bot.wait() == 2
    for name in ("DISCORD_TOKEN", "VTRIX_API_KEY"):
        assert f"{name} is missing" in bot.output
    for name in ("MAX_JOBS_PER_DAY", "LOG_LEVEL"):
        assert f"{name} is wrong" in bot.output
    assert "Traceback" not in bot.output
    assert "LOUD" not in bot.output


async def test_an_address_with_an_option_that_cannot_be_used_is_one_sentence(bots: Bots) -> None:
    url = "postgresql+asyncpg://bot:hidden@127.0.0.1:1/remixbot?statement_cache_size=none"
    async with bots.start(DATABASE_URL=url) as bot:
        assert await bot.wait() == 1
    assert bot.lines == [
        "DATABASE_URL can't be used: the option statement_cache_size must be a whole number."
    ]


async def test_a_refused_token_is_one_sentence_without_the_token(bots: Bots) -> None:
    async with bots.start(DISCORD_TOKEN="not-the-right-token") as bot:
        assert await bot.wait() == 1
    assert "Discord rejected the token" in bot.output
    assert "Traceback" not in bot.output
    assert "not-the-right-token" not in bot.output


async def test_what_is_odd_about_the_settings_is_logged(bots: Bots, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_RUNING=1\n")
    (tmp_path / ".env").chmod(0o644)
    async with bots.start(https_proxy="http://proxy.hidden:3128") as bot:
        await bot.wait_for_line("WARNING.*MAX_RUNING is set.*Did you mean MAX_RUNNING?")
        await bot.wait_for_line("WARNING.*HTTPS_PROXY is set, but this bot doesn't use proxies")
        await bot.wait_for_line("WARNING.*chmod 600 .env")
        await bot.wait_for_line("Logged in as")
    assert "hidden" not in bot.output


async def test_an_env_file_in_another_encoding_is_one_sentence(bots: Bots, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=token\n", encoding="utf-16")
    async with bots.start() as bot:
        assert await bot.wait() == 2
    assert ".env is in UTF-16" in bot.output
    assert "Traceback" not in bot.output


async def test_a_second_bot_on_one_database_does_not_start(
    bots: Bots,
    bot: BotProcess,
) -> None:
    assert bot.lines
    async with bots.start() as second:
        assert await second.wait() == 1
    assert "Another bot process is using this database" in second.output
    assert "Traceback" not in second.output


async def test_a_first_start_from_nothing_says_who_it_is_and_how_to_invite_it(
    outside: Outside, env: dict[str, str], tmp_path: Path
) -> None:
    """The one start here that is not a fork, and finds no database."""
    assert outside.people
    async with BotProcess(outside.discord, cwd=tmp_path, env=env) as bot:
        invite = await bot.wait_for_line("Invite link")
        assert await bot.stop() == 0
    assert "permissions=274879056896" in invite, "the six that it needs, and no other"
    assert "scope=bot+applications.commands" in invite
    assert "in 1 server." in bot.output
    assert (tmp_path / "data" / "remixbot.db").exists()


async def test_it_runs_on_uvloop_where_that_is_installed(
    discord: DiscordServer, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "uvloop.py").write_text(
        "import asyncio\n\ndef new_event_loop():\n"
        "    print('a loop of uvloop')\n    return asyncio.new_event_loop()\n"
    )
    async with BotProcess(discord, cwd=tmp_path, env=env) as bot:
        await bot.wait_for_line("a loop of uvloop")


@pytest.mark.parametrize(
    ("public", "allowed", "warned"), [(True, "", True), (True, "123", False), (False, "", False)]
)
async def test_only_who_lets_everybody_in_is_warned(
    bots: Bots,
    discord: DiscordServer,
    *,
    public: bool,
    allowed: str,
    warned: bool,
) -> None:
    discord.bot_public = public
    async with bots.start(ALLOWED_GUILDS=allowed) as bot:
        await bot.wait_for_line("Invite link")
        assert await bot.stop() == 0
    assert ("Anyone can invite this bot" in bot.output) is warned


async def test_a_stop_while_a_job_runs_is_clean(bot: BotProcess, outside: Outside) -> None:
    channel = outside.discord.world.channels[next(iter(outside.discord.world.channels))]
    handle = await outside.ann.slash(channel, "imagine", prompt="x sandbox:seconds=60")
    await handle.message(lambda message: "%" in message.text)
    assert await bot.stop() == 0
    for trouble in ("Traceback", "never retrieved", "was destroyed", "Unclosed"):
        assert trouble not in bot.output
