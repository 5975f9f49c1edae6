"""Two bots, or a database that is taken away: one process writes, and who may not ends at once."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from tests.process.conftest import Bots, Outside
from tests.store.connections import connected

OURS = "datname = current_database() AND pid <> pg_backend_pid()"
WAITING = text("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
CUT_ALL_BUT_WHO_WAITS = text(
    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}"  # noqa: S608  # ours
    " AND pid NOT IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)"
)


def finished(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons


@pytest.mark.slow
async def test_whoever_loses_its_lock_to_a_second_bot_ends_and_edits_nothing_more(
    bots: Bots, outside: Outside, postgresql_url: str
) -> None:
    async with (
        connected(postgresql_url, autocommit=True) as other,
        bots.start(DATABASE_URL=postgresql_url) as first,
    ):
        await first.wait_for_line("Logged in as")
        handle = await outside.imagine("x sandbox:seconds=10")
        await outside.api.until(lambda: len(outside.api.submits) == 1)
        async with bots.start(DATABASE_URL=postgresql_url) as second:
            while not (await other.execute(WAITING)).all():
                pass
            await other.execute(CUT_ALL_BUT_WHO_WAITS)
            assert await first.wait() == 1
            assert "Another bot process has taken over this database" in first.output
            assert "Traceback" not in first.output
            await second.wait_for_line("Logged in as")
            assert len((await handle.message(finished)).images) == 4
            assert await second.stop() == 0
    assert outside.api.submit_calls == 1


@pytest.mark.slow
async def test_a_bot_whose_connections_are_cut_goes_on_where_nobody_else_comes(
    bots: Bots, outside: Outside, postgresql_url: str
) -> None:
    async with (
        connected(postgresql_url, autocommit=True) as other,
        bots.start(DATABASE_URL=postgresql_url) as bot,
    ):
        await bot.wait_for_line("Logged in as")
        for number in range(1, 3):
            handle = await outside.imagine(f"{number} sandbox:seconds=3")
            await outside.api.until(lambda number=number: len(outside.api.submits) == number)
            await other.execute(CUT_ALL_BUT_WHO_WAITS)
            assert len((await handle.message(finished)).images) == 4
        assert await bot.stop() == 0
        assert "Traceback" not in bot.output


@pytest.mark.slow
@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.logs_errors
async def test_a_bot_whose_database_file_is_deleted_refuses_says_so_and_ends(
    bot: BotProcess, outside: Outside, tmp_path: Path, *, asked: bool
) -> None:
    """Also what was paid for is still delivered. Whoever asks nothing is told within a minute."""
    under_way = await outside.imagine("x sandbox:seconds=8")
    await outside.api.until(lambda: len(outside.api.submits) == 1)
    for file in (tmp_path / "data").iterdir():
        file.unlink()
    if asked:
        refused = await outside.imagine("into nowhere", who=outside.ben)
        assert "didn't accept this. Nothing was charged" in (await refused.message()).text
    assert len((await under_way.message(finished)).images) == 4
    assert await bot.wait() == 1
    last = bot.lines[-1]
    assert "data/remixbot.db was deleted, moved or replaced while the bot was running" in last
    assert outside.api.submit_calls == 1
    assert not (tmp_path / "data" / "remixbot.db").exists(), "no new one that looks like the old"


async def test_a_bot_whose_lock_file_another_bot_took_ends(
    bots: Bots, bot: BotProcess, outside: Outside, tmp_path: Path
) -> None:
    (tmp_path / "data" / "remixbot.db.lock").unlink()
    async with bots.start() as second:
        await second.wait_for_line("Logged in as")
        handle = asyncio.create_task(outside.imagine("x"))
        assert await bot.wait() == 1
        assert "Another bot process has taken over this database" in bot.output
        await asyncio.gather(handle, return_exceptions=True)
        assert await second.stop() == 0
