"""What becomes of a store whose lock, or whose file, somebody takes away while it is open."""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.errors import StoreGone, StoreInUse, StoreLost, StoreUnavailable
from bot.store import Store, file_lock, open_store, server_lock, transitions
from tests.clock import ManualClock, impatiently
from tests.store import samples
from tests.store.connections import connected
from tests.store.postgres import OwnServer
from tests.store.relay import Relay

HOLDERS = text(
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)
CUT = text(f"SELECT pg_terminate_backend(pid, 60000) FROM ({HOLDERS}) AS holders")  # noqa: S608  # ours
"""Comes back when they are gone: a minute is never over before that."""
WAITING = text(str(HOLDERS).replace("granted", "NOT granted"))


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
async def other_session(postgresql_url: str) -> AsyncGenerator[AsyncConnection]:
    async with connected(postgresql_url, autocommit=True) as connection:
        yield connection


async def once(session: AsyncConnection, whom: str) -> None:
    """Wait until there is anybody."""
    while not (await session.execute(text(whom))).all():
        pass


async def test_whoever_takes_the_lock_of_a_cut_connection_writes_alone_and_the_other_ends(
    postgresql_url: str, clock: ManualClock, other_session: AsyncConnection
) -> None:
    async with open_store(postgresql_url, clock=clock) as store:
        job = await samples.submitting(store)
        coming = asyncio.create_task(_opened(postgresql_url, clock))
        await once(other_session, str(WAITING))
        await other_session.execute(CUT)
        assert isinstance(await store.instance_lock.wait_lost(), StoreLost)
        acting = asyncio.create_task(store.instance_lock.ensure_held())
        with pytest.raises(StoreUnavailable):
            await store.record(transitions.begin_run, job.id, "mine")
        assert not acting.done(), "it would edit over what the other one shows"
        acting.cancel()
        other, close = await coming
        assert await other.record(transitions.begin_run, job.id, "theirs")
        assert (await samples.found(store, job.id)).task_id == "theirs"
        await close()


async def test_a_cut_connection_costs_nothing_where_nobody_else_comes(
    postgresql_url: str, clock: ManualClock, other_session: AsyncConnection
) -> None:
    async with open_store(postgresql_url, clock=clock) as store:
        for _ in range(3):
            await other_session.execute(CUT)
            assert await samples.accepted(store)
            await store.instance_lock.ensure_held()
            assert (await other_session.execute(HOLDERS)).all(), "it is held again"
            with pytest.raises(StoreInUse):
                await _opened(postgresql_url, clock)
    await _no_lock_is_left(other_session)


async def test_whoever_came_and_went_meanwhile_was_there_all_the_same(
    postgresql_url: str, clock: ManualClock, own_server: OwnServer
) -> None:
    async with open_store(postgresql_url, clock=clock) as store:
        job = await samples.submitting(store)
        engine = create_async_engine(postgresql_url)
        async with engine.begin() as connection:
            await connection.execute(
                text("UPDATE facts SET value = 'somebody' WHERE name = 'owner'")
            )
        await engine.dispose()
        own_server.stop()
        own_server.start()
        await store.instance_lock.wait_lost()
        with pytest.raises(StoreUnavailable):
            await store.record(transitions.begin_run, job.id, "mine")


async def test_a_session_that_only_the_server_believes_in_is_not_taken_for_somebody_else(
    postgresql_url: str, clock: ManualClock, other_session: AsyncConnection
) -> None:
    async with (
        Relay.before(postgresql_url) as relay,
        open_store(relay.url, clock=clock) as store,
    ):
        [(before,)] = (await other_session.execute(HOLDERS)).all()
        relay.lose_connections()
        await store.instance_lock.ensure_held()
        assert await samples.accepted(store)
        [(after,)] = (await other_session.execute(HOLDERS)).all()
        assert before != after


async def test_a_server_that_has_gone_quiet_is_noticed_without_a_word_from_it(
    postgresql_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_lock, "PROBE_EVERY_S", 0.01)
    async with (
        Relay.before(postgresql_url) as relay,
        open_store(relay.url, clock=clock) as store,
    ):
        monkeypatch.setattr(server_lock, "GRACE_S", 0.0)
        relay.freeze()
        await impatiently(_until_it_is_uncertain(store))
        relay.thaw()
        await store.instance_lock.ensure_held()
        assert await samples.accepted(store)


async def test_while_a_server_is_away_results_are_shown_for_a_while_and_then_wait(
    postgresql_url: str, clock: ManualClock, own_server: OwnServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_store(postgresql_url, clock=clock) as store:
        own_server.stop()
        try:
            await store.instance_lock.ensure_held()
            monkeypatch.setattr(server_lock, "GRACE_S", 0.0)
            await _until_it_is_uncertain(store)
            acting = asyncio.create_task(store.instance_lock.ensure_held())
        finally:
            own_server.start()
        await acting
        assert await samples.accepted(store)


async def test_a_new_owner_waits_for_a_write_under_way(
    postgresql_url: str, clock: ManualClock, other_session: AsyncConnection
) -> None:
    """So that it reads what was written, and nothing is written after it has begun to read."""
    async with open_store(postgresql_url, clock=clock) as store:
        job = await samples.accepted(store)
        async with connected(postgresql_url) as locking:
            await locking.execute(text("LOCK TABLE jobs IN SHARE MODE"))
            writing = asyncio.create_task(store.record(transitions.fail, job.id, "JobTooOld"))
            await once(
                other_session, "SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
            )
            await other_session.execute(text("SET lock_timeout = 20"))
            with pytest.raises(Exception, match="lock timeout"):
                await other_session.execute(text("UPDATE facts SET value = 'x'"))
            await locking.rollback()
        assert await writing


# ---------------------------------------------------------------- either


async def test_a_process_that_is_no_longer_named_in_the_database_writes_nothing(
    store: Store, database_url: str
) -> None:
    job = await samples.submitting(store)
    await _name_another(database_url)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await store.record(transitions.begin_run, job.id, "mine")
    assert isinstance(await store.instance_lock.wait_lost(), StoreLost)
    assert (await samples.found(store, job.id)).task_id is None


# ---------------------------------------------------------------- SQLite


def delete_all(file: Path) -> None:
    for one in file.parent.glob(f"{file.name}*"):
        one.unlink()


def delete(file: Path) -> None:
    file.unlink()


def move(file: Path) -> None:
    file.rename(file.with_name("moved.db"))


def move_folder(file: Path) -> None:
    file.parent.rename(file.parent.with_name("moved"))


def replace(file: Path) -> None:
    shutil.copy(file, file.with_name("backup"))
    file.with_name("backup").replace(file)


def put_a_folder_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


def delete_what_is_not_yet_in_it(file: Path) -> None:
    file.with_name(f"{file.name}-wal").unlink()


LOSSES = [delete_all, delete, move, move_folder, replace, put_a_folder_there]


@pytest.mark.parametrize("lose", [*LOSSES, delete_what_is_not_yet_in_it])
async def test_nothing_more_is_written_to_a_file_that_nobody_finds_any_more(
    sqlite_url: str, clock: ManualClock, lose: Callable[[Path], None]
) -> None:
    file = Path(make_url(sqlite_url).database or "")
    async with open_store(sqlite_url, clock=clock) as store:
        await samples.accepted(store)
        lose(file)
        with pytest.raises(StoreUnavailable):
            await samples.accepted(store)
        reason = await store.instance_lock.wait_lost()
        assert isinstance(reason, StoreGone)
        assert reason.path.startswith(str(file))
        await (
            store.instance_lock.ensure_held()
        )  # what is paid for may still be shown: nobody else is there


@pytest.mark.parametrize("lose", LOSSES)
async def test_a_file_that_is_gone_is_noticed_without_a_write(
    sqlite_url: str,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    lose: Callable[[Path], None],
) -> None:
    assert file_lock.LOOK_EVERY_S < 60
    monkeypatch.setattr(file_lock, "LOOK_EVERY_S", 0.01)
    async with open_store(sqlite_url, clock=clock) as store:
        lose(Path(make_url(sqlite_url).database or ""))
        assert isinstance(await store.instance_lock.wait_lost(), StoreGone)


async def test_a_backup_that_is_copied_over_the_file_is_not_written_to(
    sqlite_url: str, clock: ManualClock
) -> None:
    file = Path(make_url(sqlite_url).database or "")
    async with open_store(sqlite_url, clock=clock) as store:
        await samples.accepted(store)
    shutil.copy(file, file.with_name("backup"))
    async with open_store(sqlite_url, clock=clock) as store:
        backup = sqlite3.connect(file.with_name("backup"))
        with closing(backup), closing(sqlite3.connect(file)) as there:
            backup.backup(there)
        with pytest.raises(StoreUnavailable):
            await samples.accepted(store)
        assert isinstance(await store.instance_lock.wait_lost(), StoreLost)


async def test_a_lock_file_that_is_deleted_is_made_anew_and_holds(
    sqlite_url: str, clock: ManualClock
) -> None:
    file = Path(make_url(sqlite_url).database or "")
    async with open_store(sqlite_url, clock=clock) as store:
        file.with_name(f"{file.name}.lock").unlink()
        assert await samples.accepted(store)
        with pytest.raises(StoreInUse):
            await _opened(sqlite_url, clock)
        assert store.instance_lock.reason is None


async def test_whoever_locks_first_after_the_lock_file_was_deleted_writes_alone(
    sqlite_url: str, clock: ManualClock
) -> None:
    file = Path(make_url(sqlite_url).database or "")
    async with open_store(sqlite_url, clock=clock) as store:
        file.with_name(f"{file.name}.lock").unlink()
        other, close = await _opened(sqlite_url, clock)
        acting = asyncio.create_task(store.instance_lock.ensure_held())
        with pytest.raises(StoreUnavailable):
            await samples.accepted(store)
        assert isinstance(await store.instance_lock.wait_lost(), StoreLost)
        assert not acting.done()
        acting.cancel()
        assert await samples.accepted(other)
        await close()


# ---------------------------------------------------------------- helpers


async def _opened(url: str, clock: ManualClock) -> tuple[Store, Callable[[], Awaitable[None]]]:
    """A store, and how to close it."""
    stack = contextlib.AsyncExitStack()
    store = await stack.enter_async_context(open_store(url, clock=clock, busy_timeout_s=1.0))
    return store, stack.aclose


async def _name_another(url: str) -> None:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE facts SET value = 'another' WHERE name = 'owner'"))
    await engine.dispose()


async def _until_it_is_uncertain(store: Store) -> None:
    """Until somebody who wants to act has to wait."""
    while True:
        acting = asyncio.create_task(store.instance_lock.ensure_held())
        await asyncio.wait({acting}, timeout=1.0)
        if not acting.done():
            acting.cancel()
            return


async def _no_lock_is_left(session: AsyncConnection) -> None:
    while (await session.execute(HOLDERS)).all():
        pass
