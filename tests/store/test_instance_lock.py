"""One store for one database: a second one is refused, and a killed one leaves nothing behind."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.errors import StoreInUse
from bot.store import Store, open_store, transitions
from tests.clock import ManualClock
from tests.store import samples

HOLD = """
import asyncio, sys
from bot.clock import Clock
from bot.store import open_store

async def hold():
    async with open_store(sys.stdin.readline().strip(), clock=Clock()):
        print("open", flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


async def test_a_second_store_is_refused_and_the_first_one_goes_on(
    store: Store, database_url: str, clock: ManualClock
) -> None:
    job = await samples.running(store)
    with pytest.raises(StoreInUse):
        async with open_store(database_url, clock=clock, busy_timeout_s=0.05):
            pass
    assert await store.record(transitions.finish, job.id, samples.completed())


async def test_a_database_is_free_as_soon_as_its_store_is_closed(
    database_url: str, clock: ManualClock
) -> None:
    for _ in range(3):
        async with open_store(database_url, clock=clock) as store:
            await samples.accepted(store)


async def test_another_process_is_refused_until_the_first_is_killed_in_the_middle(
    database_url: str, clock: ManualClock
) -> None:
    async with _another_process(database_url) as holder:
        with pytest.raises(StoreInUse):
            async with open_store(database_url, clock=clock, busy_timeout_s=0.05):
                pass
        holder.kill()
        await holder.wait()
        async with open_store(database_url, clock=clock) as store:
            assert await samples.accepted(store)


async def test_two_databases_do_not_know_of_each_other(
    store: Store, tmp_path: Path, clock: ManualClock
) -> None:
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/other.db", clock=clock) as other:
        assert await samples.accepted(other)
        assert await store.open_jobs() == []


async def test_an_sqlite_file_is_the_same_by_whatever_path(
    sqlite_url: str, tmp_path: Path, clock: ManualClock
) -> None:
    async with open_store(sqlite_url, clock=clock):
        (tmp_path / "link").symlink_to(tmp_path / "store")
        (tmp_path / "store" / "link.db").symlink_to("remixbot.db")
        for path in ("link/remixbot.db", "store/link.db", "link/../store/remixbot.db"):
            with pytest.raises(StoreInUse):
                async with open_store(f"sqlite+aiosqlite:///{tmp_path}/{path}", clock=clock):
                    pass


@asynccontextmanager
async def _another_process(database_url: str) -> AsyncGenerator[Process]:
    """A process that has the store open; gone at the end."""
    root = Path(__file__).parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLD, cwd=root, stdin=PIPE, stdout=PIPE
    )
    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write(f"{database_url}\n".encode())
        assert await process.stdout.readline() == b"open\n"
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
