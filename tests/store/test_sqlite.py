"""What only an SQLite file can do wrong: folders, locks, files that are none."""

import asyncio
import logging
import os
import resource
import sqlite3
import traceback
from collections.abc import AsyncGenerator, Generator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import Pool

from bot.actions import IMAGINE
from bot.errors import AddressWrong, StoreUnavailable
from bot.model import Request
from bot.store import Store, lookups, open_store, transitions
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import MESSAGE, new_job

LONG = 30.0
"""Seconds for which nothing in a test may really wait."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "store" / "remixbot.db"


@pytest.fixture
async def impatient(file: Path, clock: ManualClock) -> AsyncGenerator[Store]:
    """A store that waits next to nothing for a lock."""
    async with open_store(_url(file), clock=clock, busy_timeout_s=0.02) as store:
        yield store


async def test_the_folder_is_made_for_its_owner_alone(impatient: Store, file: Path) -> None:
    assert await impatient.read(lookups.get, 1) is None
    assert file.parent.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_exists_keeps_its_permissions(file: Path, clock: ManualClock) -> None:
    file.parent.mkdir(parents=True)
    file.parent.chmod(0o750)
    async with open_store(_url(file), clock=clock):
        pass
    assert file.parent.stat().st_mode & 0o777 == 0o750


async def test_a_locked_database_is_told_and_works_again_when_it_is_free(
    impatient: Store, file: Path
) -> None:
    job = await samples.accepted(impatient)
    with _locked(file):
        with pytest.raises(StoreUnavailable) as refused:
            await impatient.attempt(transitions.accept, new_job())
        assert refused.value.detail == "OperationalError"
        with pytest.raises(StoreUnavailable):
            await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)
        assert await impatient.read(lookups.get, job.id) == job
    assert await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)
    assert (await samples.accepted(impatient)).id == job.id + 1


async def test_a_disk_that_is_full_is_told_and_works_again_when_there_is_room(
    impatient: Store,
) -> None:
    new = new_job()
    job = await samples.accepted(impatient)
    with _full_disk():
        with pytest.raises(StoreUnavailable, match="OperationalError"):
            await impatient.attempt(transitions.accept, new)
        with pytest.raises(StoreUnavailable):
            await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)
        assert await impatient.open_jobs() == [job]
    assert await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)
    assert len(await impatient.open_jobs()) == 1
    assert await impatient.attempt(transitions.accept, new)


async def test_a_job_that_could_not_be_withdrawn_is_gone_with_the_next_write(
    impatient: Store, file: Path
) -> None:
    unwanted = await samples.accepted(impatient)
    wanted = await samples.submitting(impatient)
    with _locked(file), pytest.raises(StoreUnavailable):
        await impatient.record(transitions.withdraw, unwanted.id)
    assert await impatient.read(lookups.get, unwanted.id) == unwanted
    await impatient.record(transitions.mark_unknown, wanted.id)
    assert await impatient.read(lookups.get, unwanted.id) is None


async def test_so_many_may_be_refused_that_one_statement_could_not_take_them_all_back(
    impatient: Store, file: Path
) -> None:
    with _locked(file):
        refused = await asyncio.gather(
            *(impatient.attempt(transitions.accept, new_job()) for _ in range(1100)),
            return_exceptions=True,
        )
    assert all(isinstance(one, StoreUnavailable) for one in refused)
    assert await impatient.open_jobs() == []
    assert await impatient.attempt(transitions.accept, new_job())


async def test_a_job_that_an_interaction_made_stays_when_the_same_one_comes_again_and_fails(
    impatient: Store, file: Path, clock: ManualClock
) -> None:
    new = new_job()
    job = await impatient.attempt(transitions.accept, new)
    await clock.advance(1)
    with _locked(file), pytest.raises(StoreUnavailable):
        await impatient.attempt(transitions.accept, new)
    await impatient.write(transitions.remember, "any", "write")
    assert await impatient.open_jobs() == [job]


async def test_a_job_that_went_on_is_not_withdrawn_later(impatient: Store, file: Path) -> None:
    job = await samples.accepted(impatient)
    with _locked(file), pytest.raises(StoreUnavailable):
        await impatient.record(transitions.withdraw, job.id)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("UPDATE jobs SET state = 'submitting'")
    await impatient.write(transitions.remember, "any", "write")
    assert await impatient.read(lookups.get, job.id)


async def test_a_caller_who_stops_waiting_for_a_lock_is_free_at_once(
    file: Path, clock: ManualClock
) -> None:
    new = new_job()
    async with open_store(_url(file), clock=clock, busy_timeout_s=LONG) as store:
        with _locked(file):
            accepting = asyncio.create_task(store.attempt(transitions.accept, new))
            await store.read(lookups.get, 1)  # by now the other one waits for the lock
            accepting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asyncio.wait_for(accepting, LONG / 3)
    async with open_store(_url(file), clock=clock) as store:
        assert await store.read(lookups.get, 1) is None
        assert await store.attempt(transitions.accept, new) is not None


async def test_a_database_that_is_locked_at_the_start_is_told(
    file: Path, clock: ManualClock
) -> None:
    async with open_store(_url(file), clock=clock):
        pass
    with _locked(file), pytest.raises(StoreUnavailable):
        async with open_store(_url(file), clock=clock, busy_timeout_s=0.02):
            pass


async def test_a_file_that_is_no_database_is_told(file: Path, clock: ManualClock) -> None:
    notes = _write_notes(file)
    with pytest.raises(StoreUnavailable, match="DatabaseError"):
        async with open_store(_url(file), clock=clock):
            pass
    assert _content(file) == notes


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable):
        async with open_store(_url(tmp_path / "file" / "store.db"), clock=clock):
            pass


@pytest.mark.parametrize(
    "database", ["", "/", "/:memory:", "/file:shared?mode=memory&cache=shared&uri=true"]
)
async def test_a_database_that_every_connection_would_see_differently_is_refused(
    database: str, clock: ManualClock
) -> None:
    with pytest.raises(AddressWrong, match="SQLITE_WITHOUT_FILE"):
        async with open_store(f"sqlite+aiosqlite://{database}", clock=clock):
            pass


async def test_every_connection_waits_keeps_to_foreign_keys_and_survives_a_power_cut(
    file: Path, clock: ManualClock
) -> None:
    async with open_store(_url(file), clock=clock, busy_timeout_s=1.5) as store:
        with _pragmas_of_connections_in_use() as seen:
            await asyncio.gather(
                *(store.read(lookups.get, 1) for _ in range(3)),
                store.attempt(transitions.accept, new_job()),
            )
    full = 2
    assert set(seen) == {("wal", full, 1, 1500)}


async def test_migrations_run_without_foreign_keys_so_that_a_table_can_be_built_anew(
    file: Path, clock: ManualClock
) -> None:
    with _pragmas_of_connections_in_use() as seen:
        async with open_store(_url(file), clock=clock):
            pass
    migration, *store = [foreign_keys for _, _, foreign_keys, _ in seen]
    assert (migration, set(store)) == (0, {1})


async def test_what_people_wrote_never_shows_in_a_log_or_an_error(
    file: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = Request(action=IMAGINE, prompt="a ring for Ada, who must not know")
    async with open_store(_url(file), clock=clock, busy_timeout_s=0.02) as store:
        job = await store.attempt(transitions.accept, new_job(secret))
        with sqlite3.connect(file) as other:
            other.execute("ALTER TABLE jobs RENAME COLUMN prompt TO lost")
        other.close()
        with pytest.raises(StoreUnavailable) as refused:
            await store.attempt(transitions.accept, new_job(secret))
    assert job is not None
    assert secret.prompt not in caplog.text
    told = "".join(traceback.format_exception(refused.value))
    assert secret.prompt not in told
    assert "INSERT" not in told


@contextmanager
def _pragmas_of_connections_in_use() -> Generator[list[tuple[Any, ...]]]:
    seen: list[tuple[Any, ...]] = []

    def look(connection: Any, _entry: Any, _proxy: Any) -> None:
        cursor = connection.cursor()
        values: list[Any] = []
        for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout"):
            cursor.execute(f"PRAGMA {pragma}")
            values += cursor.fetchone()
        cursor.close()
        seen.append(tuple(values))

    event.listen(Pool, "checkout", look)
    yield seen
    event.remove(Pool, "checkout", look)


@contextmanager
def _locked(file: Path) -> Generator[None]:
    """Another program writes, and does not come to an end."""
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def _full_disk() -> Generator[None]:
    """The operating system lets this process write nothing more to any file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def _write_notes(file: Path) -> str:
    file.parent.mkdir(parents=True)
    file.write_text("these are my holiday notes " * 100)
    return _content(file)


def _content(file: Path) -> str:
    return file.read_text()


def _url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


OTHERS = 0o077


def _let_others_in(folder: Path) -> None:
    folder.chmod(0o755)
    for file in folder.iterdir():
        file.chmod(0o664)


def _rights_of_others(folder: Path) -> dict[str, int]:
    return {file.name: file.stat().st_mode & OTHERS for file in folder.iterdir()}


@pytest.mark.parametrize("umask", [0o000, 0o022])
async def test_nobody_else_on_the_machine_can_read_the_database(
    tmp_path: Path, clock: ManualClock, umask: int
) -> None:
    """In a folder that is open to all, with a umask that forbids nothing."""
    _let_others_in(tmp_path)
    before = os.umask(umask)
    try:
        async with open_store(_url(tmp_path / "remixbot.db"), clock=clock) as store:
            await samples.accepted(store)
            rights = _rights_of_others(tmp_path)
    finally:
        os.umask(before)
    endings = ("", "-wal", "-shm", ".lock")
    assert rights == {f"remixbot.db{ending}": 0 for ending in endings}


async def test_files_that_were_open_to_others_are_so_no_more(
    tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    file = tmp_path / "remixbot.db"
    async with open_store(_url(file), clock=clock):
        pass
    _let_others_in(tmp_path)
    caplog.clear()
    async with open_store(_url(file), clock=clock) as store:
        await samples.accepted(store)
        assert not any(_rights_of_others(tmp_path).values())
    assert f"Made {file} private: other users on this machine could read it" in caplog.text


async def test_files_of_somebody_else_that_are_open_to_others_are_told(
    tmp_path: Path,
    clock: ManualClock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "remixbot.db"
    async with open_store(_url(file), clock=clock):
        pass
    _let_others_in(tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "chmod", refuse)
    async with open_store(_url(file), clock=clock) as store:
        assert await samples.accepted(store)
    assert f"Failed to make {file} private: other users on this machine can read it" in caplog.text
