"""``python -m bot check``: a line for each thing, and an exit code, without starting the bot."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.store import open_store
from sandbox.api import GenerationServer
from tests.discord_server.launch import VARIABLE
from tests.discord_server.people import Community, Person
from tests.discord_server.process import PROJECT, BotProcess
from tests.discord_server.server import DiscordServer
from tests.discord_server.things import ATTACH_FILES, INVITED_WITH
from tests.flow.sim import KEY


class Check:
    """Runs the check in a folder of its own."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._folder = folder
        self._env = env

    async def __call__(self, **settings: str) -> tuple[int, list[str]]:
        """The exit code, and the lines."""
        process = await asyncio.create_subprocess_exec(
            "python",
            *("-m", "tests.discord_server.launch", "bot", "check"),
            cwd=self._folder,
            env=self._env | settings,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        written, _ = await process.communicate()
        output = written.decode()
        for secret in (self._env["DISCORD_TOKEN"], KEY):
            assert secret not in output
        assert "Traceback" not in output, output
        return process.returncode or 0, output.splitlines()


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordServer]:
    async with DiscordServer() as server:
        yield server
        assert server.unknown_routes == []


@pytest.fixture
def check(discord: DiscordServer, api: GenerationServer, tmp_path: Path) -> Check:
    path = f"{PROJECT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    env = {
        "PATH": path,
        "PYTHONPATH": str(PROJECT),
        VARIABLE: discord.url,
        "DISCORD_TOKEN": discord.token,
        "VTRIX_API_KEY": KEY,
        "VTRIX_API_URL": api.url,
    }
    return Check(tmp_path, env)


async def test_when_all_is_right_each_thing_has_a_line_and_nothing_is_made(
    check: Check, discord: DiscordServer, guild: Community, api: GenerationServer, tmp_path: Path
) -> None:
    discord.add_guild("somewhere else", with_bot=False)
    code, lines = await check()
    assert lines == [
        "right  Database: it can be made; the first start does that.",
        "right  API key: the API takes it.",
        f"right  Discord token: it belongs to {discord.world.bot.name}.",
        f"right  Server {guild.guild.name}: the bot may do all that it needs.",
    ]
    assert code == 0
    assert not (tmp_path / "data").exists(), "nothing was made"
    assert api.submit_calls == 0
    assert {one.method for one in discord.requests} == {"GET"}
    assert not discord.gateway.connected


async def test_a_bot_that_runs_meanwhile_is_not_disturbed(
    check: Check, bot: BotProcess, people: list[Person]
) -> None:
    code, lines = await check()
    assert lines[0] == "right  Database: it is there and up to date."
    assert code == 0
    assert people
    assert "ERROR" not in bot.output


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("refused", "WRONG  API key: The API refused the key: check VTRIX_API_KEY."),
        ("forbidden", "WRONG  API key: The API denies this key the model"),
        ("empty", "WRONG  API key: The API says that the credit is used up"),
    ],
)
async def test_a_wrong_key_is_told(check: Check, key: str, sentence: str) -> None:
    code, lines = await check(VTRIX_API_KEY=key)
    assert code == 1
    assert lines[1].startswith(sentence)
    assert lines[2].startswith("right  Discord token"), "the rest is told all the same"


async def test_an_api_that_does_not_answer_tells_nothing_about_the_key(check: Check) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        code, lines = await check(VTRIX_API_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert code == 1
    assert lines[1].startswith("WRONG  API key: I could not tell (ApiUnavailable)")


async def test_a_wrong_token_is_told(check: Check) -> None:
    code, lines = await check(DISCORD_TOKEN="not-the-token")
    assert code == 1
    [line] = lines[2:]
    assert line.startswith("WRONG  Discord token: Discord refused the token. Copy a new one from")


async def test_missing_permissions_are_named_for_each_server(
    check: Check, discord: DiscordServer
) -> None:
    discord.add_guild("short", bot_permissions=INVITED_WITH & ~ATTACH_FILES)
    discord.add_guild("whole", bot_permissions=INVITED_WITH)
    discord.add_guild("ruled", bot_permissions=1 << 3)
    code, lines = await check()
    assert code == 1
    assert lines[3].startswith("WRONG  Server short: the bot lacks Attach Files. Allow it for")
    assert lines[4:] == [
        "right  Server whole: the bot may do all that it needs.",
        "right  Server ruled: the bot may do all that it needs.",
    ]


async def test_a_server_that_may_not_use_the_bot_and_no_server_at_all_are_told(
    check: Check, discord: DiscordServer
) -> None:
    code, lines = await check()
    assert (code, lines[3:]) == (
        0,
        ["right  Servers: the bot is in none. Invite it by the link that it logs when it starts."],
    )
    guild = discord.add_guild("shut out")
    code, lines = await check(ALLOWED_GUILDS=str(guild.id + 1))
    assert code == 1
    assert "WRONG  Server shut out: ALLOWED_GUILDS does not name it" in lines[3]


async def test_wrong_settings_are_all_named_and_the_code_is_one(check: Check) -> None:
    code, lines = await check(MAX_RUNNING="many", VTRIX_API_KEY="")
    assert code == 1
    assert [line.split()[0] for line in lines[1:]] == ["VTRIX_API_KEY", "MAX_RUNNING"]


async def test_a_database_in_the_way_is_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    code, lines = await check()
    assert code == 1
    assert lines[0].startswith("WRONG  Database: The database cannot be used (NotADirectoryError)")


async def test_a_file_that_is_no_database_is_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "remixbot.db").write_text("no database " * 100)
    code, lines = await check()
    assert code == 1
    assert lines[0].startswith("WRONG  Database: The database cannot be used (DatabaseError)")


async def test_postgresql_is_looked_at_too(check: Check, postgresql_url: str) -> None:
    code, lines = await check(DATABASE_URL=postgresql_url)
    assert (code, lines[0]) == (0, "right  Database: it can be made; the first start does that.")
    async with open_store(postgresql_url, clock=Clock()):
        code, lines = await check(DATABASE_URL=postgresql_url)
    assert (code, lines[0]) == (0, "right  Database: it is there and up to date.")
    gone = postgresql_url.replace("remixbot_test", "nothing")
    code, lines = await check(DATABASE_URL=gone)
    assert code == 1
    assert "InvalidCatalogNameError" in lines[0]
