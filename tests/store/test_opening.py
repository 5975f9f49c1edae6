"""Opening: what an address that cannot be used says, and what it never says."""

import asyncio
import itertools
import logging
import sqlite3
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from bot.errors import AddressWrong, StoreUnavailable
from bot.incidents import database_away
from bot.settings import Settings
from bot.store import open_store
from bot.texts import ENGLISH
from tests.clock import ManualClock
from tests.store import samples
from tests.store.postgres import OwnServer
from tests.store.turning_away import turning_away

PASSWORD = "correct-horse-battery"


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+asyncpg://bot:{PASSWORD}@127.0.0.1:1/remixbot",
        f"postgresql+nodriver://bot:{PASSWORD}@127.0.0.1:1/remixbot",
        f"nodatabase://bot:{PASSWORD}@127.0.0.1:1/remixbot",
        f"postgresql+asyncpg://bot:x@y:{PASSWORD}@127.0.0.1/remixbot",
        f"postgresql+asyncpg://bot@127.0.0.1:{PASSWORD}/remixbot",
        f"sqlite:///{PASSWORD}.db",
        f"{PASSWORD}",
    ],
)
async def test_an_address_that_cannot_be_used_never_shows_its_password(
    url: str,
    clock: ManualClock,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises((StoreUnavailable, AddressWrong)) as refused:
        async with open_store(url, clock=clock):
            pass
    told = "".join(traceback.format_exception(refused.value)) + ENGLISH.describe(refused.value)
    assert PASSWORD not in told + repr(refused.value) + caplog.text
    assert PASSWORD not in "".join(capsys.readouterr())


async def test_opening_leaves_the_log_as_it_was(database_url: str, clock: ManualClock) -> None:
    root, mine = logging.getLogger(), logging.getLogger("bot.jobs")
    before = (root.level, list(root.handlers), mine.disabled, mine.level)
    async with open_store(database_url, clock=clock):
        assert (root.level, list(root.handlers), mine.disabled, mine.level) == before


async def test_a_fault_inside_the_block_is_not_taken_for_one_of_the_store(
    database_url: str, clock: ManualClock
) -> None:
    with pytest.raises(ConnectionResetError):
        async with open_store(database_url, clock=clock):
            raise ConnectionResetError


@pytest.mark.parametrize("number", [1, 3, 10, 20])
async def test_an_opening_that_is_broken_off_leaves_nothing_locked(
    database_url: str, clock: ManualClock, number: int
) -> None:
    """It is cancelled twice while its *number*-th statement runs."""
    statements = itertools.count(1)
    opening = asyncio.create_task(_open_and_close(database_url, clock))

    def break_off(*_: object) -> None:
        if next(statements) == number:
            opening.cancel()
            asyncio.get_running_loop().call_soon(opening.cancel)

    event.listen(Engine, "before_cursor_execute", break_off)
    with pytest.raises(asyncio.CancelledError):
        await opening
    event.remove(Engine, "before_cursor_execute", break_off)

    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(make_url(database_url).database or "", timeout=0)) as other:
            other.execute("BEGIN IMMEDIATE")
    async with open_store(database_url, clock=clock) as store:
        assert await samples.accepted(store)


async def test_the_settings_take_every_database_that_the_store_opens(database_url: str) -> None:
    settings = Settings(
        discord_token=SecretStr("token"),
        vtrix_api_key=SecretStr("key"),
        database_url=SecretStr(database_url),
    )
    assert settings.database_url.get_secret_value() == database_url


@pytest.mark.parametrize(
    "url",
    [
        *("sqlite+aiosqlite:///", "sqlite+aiosqlite://server/file.db", "sqlite:///file.db"),
        *("postgresql+asyncpg://user@host", "postgresql+asyncpg://user@host/"),
        *("postgresql://user@host/name", "remixbot.db"),
    ],
)
def test_the_settings_refuse_what_is_no_address_of_a_database(url: str) -> None:
    with pytest.raises(ValidationError, match="database_url"):
        Settings(
            discord_token=SecretStr("token"),
            vtrix_api_key=SecretStr("key"),
            database_url=SecretStr(url),
        )


async def _open_and_close(database_url: str, clock: ManualClock) -> None:
    async with open_store(database_url, clock=clock):
        pass


@pytest.mark.parametrize(
    ("sqlstate", "may_pass"),
    [
        ("57P03", True),  # starting up
        ("53300", True),  # too many clients
        ("57P01", True),  # going down
        ("28P01", False),  # a wrong password
        ("28000", False),  # a wrong user
        ("3D000", False),  # no such database
    ],
)
async def test_only_a_server_that_may_let_somebody_in_later_is_worth_waiting_for(
    clock: ManualClock, sqlstate: str, *, may_pass: bool
) -> None:
    async with turning_away(sqlstate) as url:
        with pytest.raises(StoreUnavailable) as refused:
            async with open_store(url, clock=clock):
                pass
    assert refused.value.may_pass is may_pass


@pytest.mark.parametrize(
    "place",
    ["127.0.0.1:1/x", "no-such-name.invalid/x", "/x?host=/nowhere", "localhost:1/x"],
)
async def test_a_server_that_is_not_there_is_worth_waiting_for(
    clock: ManualClock, place: str
) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        async with open_store(f"postgresql+asyncpg://bot@{place}", clock=clock):
            pass
    assert refused.value.may_pass


@pytest.mark.parametrize("used_before", [True, False])
async def test_a_server_that_takes_no_writes_is_worth_waiting_for(
    own_server: OwnServer, postgresql_url: str, clock: ManualClock, *, used_before: bool
) -> None:
    """A standby, which may become the primary."""
    if used_before:
        await _open_and_close(postgresql_url, clock)
    async with own_server.read_only():
        with pytest.raises(StoreUnavailable) as refused:
            await _open_and_close(postgresql_url, clock)
    assert refused.value.may_pass
    assert "read-only" in database_away(refused.value.detail)
    await _open_and_close(postgresql_url, clock)


async def test_a_file_that_cannot_be_made_is_not_worth_waiting_for(
    tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable) as refused:
        async with open_store(f"sqlite+aiosqlite:///{tmp_path}/file/x.db", clock=clock):
            pass
    assert not refused.value.may_pass
