"""A start finds no database server, or one that lets nobody in: it waits where that may help."""

import re
import socket

import pytest

from tests.process.conftest import Bots
from tests.store.relay import Relay
from tests.store.turning_away import turning_away

AGAIN = r"\((\w+)\)\. Next attempt in \d+ s"


def free_port() -> int:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        return int(nobody.getsockname()[1])


async def test_a_start_waits_for_a_server_that_starts_later(
    bots: Bots,
    postgresql_url: str,
) -> None:
    """First nobody listens, then it is starting up, then it is there: a line for each try."""
    port = free_port()
    url = Relay.address(postgresql_url, port)
    async with bots.start(DATABASE_URL=url) as bot:
        await bot.wait_for_line(AGAIN)
        async with turning_away("57P03", port):
            await bot.wait_for_line("CannotConnectNowError")
        async with Relay.before(postgresql_url, port):
            await bot.wait_for_line("Logged in as")
            assert await bot.stop() == 0
    assert "ConnectionRefusedError" in bot.output
    assert "Traceback" not in bot.output
    tries = re.findall(AGAIN, bot.output)
    assert len(tries) == bot.output.count("Next attempt")


@pytest.mark.parametrize("sqlstate", ["57P03", "53300"])
async def test_a_start_that_waits_can_be_stopped(
    bots: Bots,
    sqlstate: str,
) -> None:
    async with (
        turning_away(sqlstate) as url,
        bots.start(DATABASE_URL=url) as bot,
    ):
        await bot.wait_for_line(AGAIN)
        assert await bot.stop() == 0
    assert "Traceback" not in bot.output
    assert "hidden" not in bot.output


@pytest.mark.parametrize(
    ("sqlstate", "told"),
    [
        ("28P01", "PostgreSQL rejected the user name or password"),
        ("28000", "PostgreSQL doesn't let this user in"),
        ("3D000", "The server has no database with the name in DATABASE_URL"),
    ],
)
async def test_a_start_ends_at_once_where_only_the_operator_can_help(
    bots: Bots,
    sqlstate: str,
    told: str,
) -> None:
    async with (
        turning_away(sqlstate) as url,
        bots.start(DATABASE_URL=url) as bot,
    ):
        assert await bot.wait() == 1
    [line] = bot.lines
    assert told in line
