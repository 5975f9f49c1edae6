"""``python -m bot check``: a line for each thing, and an exit code, without starting the bot."""

import asyncio
import io
import os
import socket
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from discord.http import Route

from bot.__main__ import main
from bot.clock import Clock
from bot.store import open_store
from discord_server.faults import PORTAL, RESET, SILENCE, Fault, banned, broken
from discord_server.launch import VARIABLE
from discord_server.people import Person
from discord_server.process import INHERITED
from discord_server.server import DiscordServer
from discord_server.things import ATTACH_FILES, INVITED_WITH
from sandbox.api import GenerationServer
from tests.api.servers import Answer, scripted
from tests.flow.sim import KEY
from tests.process.conftest import Outside
from tests.process.fork_server import ForkedBot, ForkServer


class Check:
    """Runs ``python -m bot check`` in this process, with a folder and an environment of its own."""

    def __init__(self, discord: DiscordServer, folder: Path, env: dict[str, str]) -> None:
        self._discord = discord
        self._folder = folder
        self._env = {"DISCORD_TOKEN": discord.token, VARIABLE: discord.url, **env}

    async def __call__(self, **settings: str) -> tuple[int, list[str]]:
        """The exit code, and the lines."""
        env = {**self._env, **settings}
        written = io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(written):
            patch.chdir(self._folder)
            for name in os.environ.keys() - set(INHERITED):
                patch.delenv(name)
            for name, value in env.items():
                patch.setenv(name, value)
            patch.setattr(Route, "BASE", f"{env[VARIABLE]}/api/v10")
            with redirect_stderr(written):
                code = await asyncio.to_thread(main, ["check"])
        for secret in (self._discord.token, KEY):
            assert secret not in written.getvalue()
        return code, written.getvalue().splitlines()


@pytest.fixture
def env(api: GenerationServer) -> dict[str, str]:
    return {"VTRIX_API_KEY": KEY, "VTRIX_API_URL": api.url}


@pytest.fixture
def check(discord: DiscordServer, env: dict[str, str], tmp_path: Path) -> Check:
    return Check(discord, tmp_path, env)


async def test_as_a_program_it_ends_with_the_same_lines_and_code(
    check: Check,
    fork_server: ForkServer,
    discord: DiscordServer,
    env: dict[str, str],
    tmp_path: Path,
) -> None:
    for settings in ({}, {"VTRIX_API_KEY": "refused"}):
        program = ForkedBot(
            fork_server, discord, cwd=tmp_path, env=env | settings, arguments=["check"]
        )
        async with program:
            code = await program.wait()
        assert (code, program.lines) == await check(**settings)


async def test_when_all_is_right_each_thing_has_a_line_and_nothing_is_made(
    check: Check, outside: Outside, tmp_path: Path
) -> None:
    outside.discord.add_guild("somewhere else", with_bot=False)
    code, lines = await check()
    assert lines == [
        "ok  Database: can be created; the first start does that.",
        "ok  API key: the API accepts it.",
        f"ok  Discord token: belongs to {outside.discord.world.bot.name}.",
        f"ok  Server {outside.guild.guild.name}: the bot has every permission it needs.",
    ]
    assert code == 0
    assert not (tmp_path / "data").exists(), "nothing was made"
    assert outside.api.submit_calls == 0
    assert {one.method for one in outside.discord.requests} == {"GET"}
    assert not outside.discord.gateway.connected


@pytest.mark.usefixtures("bot")
async def test_a_bot_that_runs_meanwhile_is_not_disturbed(
    check: Check, people: list[Person]
) -> None:
    code, lines = await check()
    assert lines[0] == "ok  Database: exists and is up to date."
    assert code == 0
    assert people


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("refused", "WRONG  API key: The API rejected the key: check VTRIX_API_KEY."),
        ("forbidden", "WRONG  API key: The API denies this key the model"),
        ("empty", "WRONG  API key: The API says the credit is used up"),
    ],
)
async def test_a_wrong_key_is_told(check: Check, key: str, sentence: str) -> None:
    code, lines = await check(VTRIX_API_KEY=key)
    assert code == 1
    assert lines[1].startswith(sentence)
    assert lines[2].startswith("ok  Discord token"), "the rest is told all the same"


async def test_an_api_that_does_not_answer_tells_nothing_about_the_key(check: Check) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        code, lines = await check(VTRIX_API_URL=f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert code == 1
    assert lines[1].startswith("unsure  API key: can't be checked (ApiUnavailable)")


async def test_tls_that_is_not_spoken_is_named_for_each_neighbour(
    check: Check, outside: Outside
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")  # as PostgreSQL says that it speaks no TLS
        await reader.read()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as database:
        host, port = database.sockets[0].getsockname()
        code, lines = await check(
            **{
                VARIABLE: outside.discord.url.replace("http:", "https:"),
                "VTRIX_API_URL": outside.api.url.replace("http:", "https:"),
                "DATABASE_URL": f"postgresql+asyncpg://me@{host}:{port}/x?sslmode=require",
            }
        )
    assert code == 1
    assert "The server doesn't speak TLS, or the TLS handshake failed" in lines[0]
    assert "at VTRIX_API_URL has no certificate for that name" in lines[1]
    assert "Something answered in Discord's place, without Discord's certificate" in lines[2]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "<html>404 Not Found</html>"),
        (404, ""),
        (404, '{"detail": "Not Found"}'),
        (404, '{"message": "Cannot GET /generation/task/remixbot-check"}'),
        (404, '{"error": {"code": 404, "message": "no such route"}}'),
        (200, "<html>Welcome</html>"),
        (200, '{"id": "remixbot-check", "status": "in_progress"}'),
        (301, ""),
        (403, "<html>Forbidden</html>"),
        (500, ""),
    ],
)
async def test_another_server_than_the_api_tells_nothing_about_the_key(
    check: Check, status: int, body: str
) -> None:
    async with scripted(Answer(status=status, body=body.encode())) as server:
        code, lines = await check(VTRIX_API_URL=server.url)
    assert code == 1
    assert lines[1].startswith("unsure  API key: can't be checked")


async def test_an_api_that_takes_this_key_and_not_any_key_is_the_right_one(check: Check) -> None:
    unknown, refused = Answer(status=404), Answer(status=401)
    async with scripted(unknown, refused) as server:
        code, lines = await check(VTRIX_API_URL=server.url)
    assert (code, lines[1]) == (0, "ok  API key: the API accepts it.")
    ours, other, *_ = (seen.headers["Authorization"] for seen in server.seen)
    assert ours == f"Bearer {KEY}" != other


@pytest.mark.parametrize(
    ("fault", "path", "line"),
    [
        (RESET, "/users/@me", "Discord token: can't be checked. Discord can't be reached"),
        (broken(503), "/users/@me", "Discord token: can't be checked. Discord is having trouble"),
        (banned(60), "/users/@me", "Discord token: can't be checked. Cloudflare, which"),
        (
            PORTAL,
            "/users/@me",
            "Discord token: can't be checked. Something answered in Discord's place",
        ),
        (SILENCE, "/users/@me", "Discord token: can't be checked. Discord didn't answer in time."),
        (SILENCE, "/users/@me/guilds", "Servers: can't be checked. Discord didn't answer in time."),
        (broken(503), "/users/@me/guilds", "Servers: can't be checked. Discord is having trouble"),
        (broken(503), "/guilds/*", "Server studio: can't be checked"),
    ],
)
async def test_a_discord_that_says_nothing_makes_nothing_wrong(
    check: Check, outside: Outside, fault: Fault, path: str, line: str
) -> None:
    assert outside.guild
    outside.discord.faults.add("GET", path, fault, times=None)
    code, lines = await check(DISCORD_TIMEOUT_SECONDS="3" if fault is SILENCE else "")
    assert code == 1, "not all is right as far as anybody knows"
    assert lines[-1].startswith(f"unsure  {line}")
    assert not [one for one in lines if one.startswith("WRONG")]


async def test_settings_that_do_nothing_are_wrong_and_advice_is_not(
    check: Check, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("COMPOSE_FILE=hidden\n")
    (tmp_path / ".env").chmod(0o644)
    code, lines = await check()
    assert code == 0
    assert [line.partition(":")[0] for line in lines[:2]] == ["advice  Settings"] * 2
    code, lines = await check(MAX_RUNING="1")
    assert code == 1
    assert "WRONG  Settings: MAX_RUNING is set" in "\n".join(lines)


async def test_a_wrong_token_is_told(check: Check) -> None:
    code, lines = await check(DISCORD_TOKEN="not-the-token")
    assert code == 1
    [line] = lines[2:]
    assert line.startswith("WRONG  Discord token: Discord rejected the token. Copy a new one from")


async def test_missing_permissions_are_named_for_each_server(
    check: Check, discord: DiscordServer
) -> None:
    discord.add_guild("short", bot_permissions=INVITED_WITH & ~ATTACH_FILES)
    discord.add_guild("whole", bot_permissions=INVITED_WITH)
    discord.add_guild("ruled", bot_permissions=1 << 3)
    code, lines = await check()
    assert code == 1
    assert lines[3].startswith(
        "WRONG  Server short: the bot is missing Attach Files. Allow that for"
    )
    assert lines[4:] == [
        "ok  Server whole: the bot has every permission it needs.",
        "ok  Server ruled: the bot has every permission it needs.",
    ]


async def test_a_server_that_may_not_use_the_bot_and_no_server_at_all_are_told(
    check: Check, discord: DiscordServer
) -> None:
    code, lines = await check()
    assert (code, lines[3:]) == (
        0,
        ["ok  Servers: the bot isn't in any. Invite it with the link that it logs at startup."],
    )
    guild = discord.add_guild("shut out")
    code, lines = await check(ALLOWED_GUILDS=str(guild.id + 1))
    assert code == 1
    assert "WRONG  Server shut out: not in ALLOWED_GUILDS" in lines[3]


async def test_wrong_settings_are_all_named_and_the_code_is_one(check: Check) -> None:
    code, lines = await check(MAX_RUNNING="many", VTRIX_API_KEY="")
    assert code == 1
    assert [line.split()[0] for line in lines[1:]] == ["VTRIX_API_KEY", "MAX_RUNNING"]


async def test_a_database_in_the_way_is_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    code, lines = await check()
    assert code == 1
    assert lines[0].startswith("WRONG  Database: The database can't be used (NotADirectoryError)")


async def test_a_file_that_is_no_database_is_told(check: Check, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "remixbot.db").write_text("no database " * 100)
    code, lines = await check()
    assert code == 1
    assert lines[0].startswith("WRONG  Database: The database can't be used (DatabaseError)")


async def test_postgresql_is_looked_at_too(check: Check, postgresql_url: str) -> None:
    code, lines = await check(DATABASE_URL=postgresql_url)
    assert (code, lines[0]) == (0, "ok  Database: can be created; the first start does that.")
    async with open_store(postgresql_url, clock=Clock()):
        code, lines = await check(DATABASE_URL=postgresql_url)
    assert (code, lines[0]) == (0, "ok  Database: exists and is up to date.")
    gone = postgresql_url.replace("remixbot_test", "nothing")
    code, lines = await check(DATABASE_URL=gone)
    assert code == 1
    assert "InvalidCatalogNameError" in lines[0]
