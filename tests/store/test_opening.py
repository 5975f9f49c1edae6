"""Opening: what an address that cannot be used says, and what it never says."""

import logging
import traceback

import pytest

from bot.errors import StoreUnavailable
from bot.store import open_store
from tests.clock import ManualClock

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
    with pytest.raises(StoreUnavailable) as refused:
        async with open_store(url, clock=clock):
            pass
    told = "".join(traceback.format_exception(refused.value))
    assert refused.value.detail
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
