"""Starting and stopping: one sentence that says what to do, and an exit code."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.discord_server.launch import VARIABLE
from tests.discord_server.people import Person
from tests.discord_server.process import PROJECT, BotProcess
from tests.discord_server.server import DiscordServer
from tests.flow.sim import KEY


def start(cwd: Path, *launcher: str, **env: str) -> subprocess.CompletedProcess[str]:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT)}
    return subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", *launcher, "bot"],
        cwd=cwd,
        env={**bare, **env},
        capture_output=True,
        text=True,
        timeout=60,
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


def test_no_network_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
    ended = start(
        tmp_path,
        "tests.discord_server.launch",
        DISCORD_TOKEN="token",
        VTRIX_API_KEY=KEY,
        **{VARIABLE: address},
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("Check this machine's network, then start again.")
    assert "Traceback" not in ended.stderr


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
    assert "permissions=274878008320" in invite, "the five that it needs, and no other"
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
