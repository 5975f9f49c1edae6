"""Starting and stopping: one sentence that says what to do, and an exit code."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.discord_server.people import Person
from tests.discord_server.process import PROJECT, BotProcess
from tests.discord_server.server import DiscordServer
from tests.flow.sim import KEY
from tests.patience import HANGS_S


def start(cwd: Path, *launcher: str, **env: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", *launcher, "bot"],
        cwd=cwd,
        env={**bare, **env},
        capture_output=True,
        text=True,
        timeout=HANGS_S,
        check=False,
    )


def test_missing_and_wrong_settings_are_named_at_once(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_JOBS_PER_DAY=many\nLOG_LEVEL=LOUD\n")
    ended = start(tmp_path)
    assert ended.returncode == 2
    for name in ("DISCORD_TOKEN", "VTRIX_API_KEY"):
        assert f"{name} is missing" in ended.stderr
    for name in ("MAX_JOBS_PER_DAY", "LOG_LEVEL"):
        assert f"{name} is wrong" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "LOUD" not in ended.stderr


def test_an_unusable_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    ended = start(tmp_path, DISCORD_TOKEN="token", VTRIX_API_KEY=KEY)
    assert ended.returncode == 1
    assert "The database cannot be used" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_address_with_an_option_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://bot:hidden@127.0.0.1:1/remixbot?statement_cache_size=none"
    ended = start(tmp_path, DISCORD_TOKEN="token", VTRIX_API_KEY=KEY, DATABASE_URL=url)
    assert ended.returncode == 1
    assert ended.stderr == (
        "DATABASE_URL cannot be used: the option statement_cache_size must be a whole number.\n"
    )


async def test_a_refused_token_is_one_sentence_without_the_token(
    discord: DiscordServer, env: dict[str, str], tmp_path: Path
) -> None:
    wrong = {**env, "DISCORD_TOKEN": "not-the-right-token"}
    async with BotProcess(discord, cwd=tmp_path, env=wrong) as bot:
        assert await bot.wait() == 1
    assert "Discord refused the token" in bot.output
    assert "Traceback" not in bot.output
    assert "not-the-right-token" not in bot.output


async def test_what_is_odd_about_the_settings_is_logged(
    discord: DiscordServer, env: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MAX_RUNING=1\n")
    (tmp_path / ".env").chmod(0o644)
    env["https_proxy"] = "http://proxy.hidden:3128"
    async with BotProcess(discord, cwd=tmp_path, env=env) as bot:
        await bot.wait_for_line("WARNING.*MAX_RUNING is set.*Did you mean MAX_RUNNING?")
        await bot.wait_for_line("WARNING.*HTTPS_PROXY is set, but this bot uses no proxy")
        await bot.wait_for_line("WARNING.*chmod 600 .env")
        await bot.wait_for_line("Logged in as")
    assert "hidden" not in bot.output


def test_an_env_file_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=token\n", encoding="utf-16")
    ended = start(tmp_path)
    assert ended.returncode == 2
    assert ".env is in UTF-16" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_second_bot_on_one_database_does_not_start(
    bot: BotProcess, discord: DiscordServer, env: dict[str, str], tmp_path: Path
) -> None:
    assert bot.lines
    async with BotProcess(discord, cwd=tmp_path, env=env) as second:
        assert await second.wait() == 1
    assert "Another bot process is using this database" in second.output
    assert "Traceback" not in second.output


async def test_a_start_says_who_it_is_and_how_to_invite_it(
    bot: BotProcess, people: list[Person]
) -> None:
    assert people
    invite = await bot.wait_for_line("Invite link")
    assert "permissions=274879056896" in invite, "the six that it needs, and no other"
    assert "scope=bot+applications.commands" in invite
    assert "in 1 server." in bot.output


@pytest.mark.parametrize(
    ("public", "allowed", "warned"), [(True, "", True), (True, "123", False), (False, "", False)]
)
async def test_only_who_lets_everybody_in_is_warned(
    discord: DiscordServer,
    env: dict[str, str],
    tmp_path: Path,
    *,
    public: bool,
    allowed: str,
    warned: bool,
) -> None:
    discord.bot_public = public
    env["ALLOWED_GUILDS"] = allowed
    async with BotProcess(discord, cwd=tmp_path, env=env) as bot:
        await bot.wait_for_line("Invite link")
        assert await bot.stop() == 0
    assert ("Anyone can invite this bot" in bot.output) is warned


async def test_a_stop_while_a_job_runs_is_clean(
    bot: BotProcess, people: list[Person], discord: DiscordServer
) -> None:
    channel = discord.world.channels[next(iter(discord.world.channels))]
    handle = await people[0].slash(channel, "imagine", prompt="x sandbox:seconds=60")
    await handle.message(lambda message: "%" in message.text)
    assert await bot.stop() == 0
    for trouble in ("Traceback", "never retrieved", "was destroyed", "Unclosed"):
        assert trouble not in bot.output
