"""What only a PostgreSQL server can do wrong: going away, freezing, refusing a text."""

import asyncio
import logging
import os
import signal
import traceback
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeVar, cast

import pytest
from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

from bot.actions import IMAGINE
from bot.errors import StoreUnavailable
from bot.model import JobState, Request
from bot.store import Store, lookups, open_store, transitions
from tests.clock import ManualClock, impatiently
from tests.store import samples
from tests.store.connections import connected
from tests.store.postgres import OwnServer
from tests.store.samples import MESSAGE, new_job

T = TypeVar("T")


@pytest.fixture
async def impatient(
    postgresql_url: str, clock: ManualClock, in_use: set[int]
) -> AsyncGenerator[Store]:
    """A store that waits next to nothing for a lock."""
    async with open_store(postgresql_url, clock=clock, busy_timeout_s=0.05) as opened:
        yield opened
        assert not in_use, "a connection is still checked out"


@pytest.fixture
async def patient(
    postgresql_url: str, clock: ManualClock, in_use: set[int]
) -> AsyncGenerator[Store]:
    """One that waits as long as that of the bot: for what the server says at once."""
    async with open_store(postgresql_url, clock=clock) as opened:
        yield opened
        assert not in_use, "a connection is still checked out"


async def test_a_server_that_is_gone_is_told_and_the_store_works_again_when_it_is_back(
    own_server: OwnServer, impatient: Store
) -> None:
    job = await samples.submitting(impatient)
    with _stopped(own_server):
        for _ in range(2):
            with pytest.raises(StoreUnavailable):
                await impatient.read(lookups.get, job.id)
            with pytest.raises(StoreUnavailable):
                await impatient.attempt(transitions.accept, new_job())
            with pytest.raises(StoreUnavailable):
                await impatient.record(transitions.begin_run, job.id, "task-1")
    assert (await samples.found(impatient, job.id)).task_id is None
    assert await samples.accepted(impatient)
    assert (await samples.found(impatient, job.id)).task_id == "task-1", "it is not forgotten"


async def test_many_who_wait_for_a_server_that_is_gone_are_told_at_once(
    own_server: OwnServer, impatient: Store
) -> None:
    attempts: list[Any] = []
    with _stopped(own_server), _listening("do_connect", attempts):
        outcomes = await asyncio.gather(
            *(impatient.attempt(transitions.accept, new_job()) for _ in range(20)),
            return_exceptions=True,
        )
    assert all(isinstance(one, StoreUnavailable) for one in outcomes)
    assert len(attempts) <= 2, "not one for each"


async def test_a_server_that_restarted_unnoticed_is_no_trouble_at_all(
    own_server: OwnServer, patient: Store
) -> None:
    job = await samples.submitting(patient)
    with _stopped(own_server):
        pass
    assert await patient.read(lookups.get, job.id)
    assert await patient.record(transitions.begin_run, job.id, "task-1")


@pytest.mark.usefixtures("own_server")
async def test_a_server_that_freezes_is_not_waited_for_without_end(
    patient: Store, postgresql_url: str
) -> None:
    job = await samples.submitting(patient)
    assert await patient.read(lookups.get, job.id)
    async with connected(postgresql_url) as connection:
        with _frozen(await _others(connection)):
            asked = (
                patient.read(lookups.get, job.id),
                patient.record(transitions.begin_run, job.id, "task-1"),
            )
            outcomes = await impatiently(asyncio.gather(*asked, return_exceptions=True))
    assert [type(one) for one in outcomes] == [StoreUnavailable, StoreUnavailable]
    assert await patient.read(lookups.get, job.id)
    await _once_it_may(lambda: patient.write(transitions.remember, "any", "write"))
    assert (await samples.found(patient, job.id)).task_id == "task-1", "it is not forgotten"


async def test_a_job_whose_acceptance_is_in_doubt_is_gone_with_the_next_write(
    own_server: OwnServer, patient: Store
) -> None:
    """The server commits, and then waits in vain for a copy of itself before it says so."""
    new = new_job()
    async with own_server.silent_commits() as commits:
        accepting = asyncio.create_task(patient.attempt(transitions.accept, new))
        await commits()
        with pytest.raises(StoreUnavailable, match="TimeoutError"):
            await impatiently(accepting)
    assert len(await patient.open_jobs()) == 1, "nobody will see to it"
    await patient.write(transitions.remember, "any", "write")
    assert await patient.open_jobs() == []
    assert await patient.attempt(transitions.accept, new)


async def test_a_submit_whose_beginning_is_in_doubt_has_not_begun(
    own_server: OwnServer, patient: Store
) -> None:
    """The same, and the job was not sent: nobody may say that it was."""
    jobs = [await samples.accepted(patient) for _ in range(3)]
    async with own_server.silent_commits() as commits:
        asked = [patient.attempt(transitions.begin_submit, job.id, MESSAGE) for job in jobs]
        beginning = asyncio.gather(*asked, return_exceptions=True)
        await commits()
        outcomes = await impatiently(beginning)
    assert isinstance(outcomes[0], StoreUnavailable)
    await patient.write(transitions.remember, "any", "write")
    for job in jobs:
        assert (await samples.found(patient, job.id)).state is JobState.ACCEPTED
        assert await patient.attempt(transitions.begin_submit, job.id, MESSAGE)


async def test_a_server_that_takes_no_writes_for_a_while_loses_nothing(
    own_server: OwnServer, patient: Store
) -> None:
    """It connects anew each time: the name of the server may lead to another one by then."""
    job = await samples.submitting(patient)
    sessions: list[int] = []

    def note(connection: Connection) -> None:
        pool, driver = connection.engine.pool, connection.connection.driver_connection
        if isinstance(pool, QueuePool) and pool.size() == 1:  # the one that writes
            sessions.append(cast("Any", driver).get_server_pid())

    event.listen(Engine, "begin", note)
    try:
        async with own_server.read_only():
            for step in (
                lambda: patient.record(transitions.begin_run, job.id, "task-1"),
                lambda: patient.record(transitions.finish, job.id, samples.completed()),
                lambda: patient.record(transitions.mark_delivered, job.id, MESSAGE),
            ):
                with pytest.raises(StoreUnavailable, match="ReadOnly"):
                    await step()
            with pytest.raises(StoreUnavailable):
                await patient.attempt(transitions.accept, new_job())
        assert len(sessions) == len(set(sessions)) >= 4
    finally:
        event.remove(Engine, "begin", note)
    await patient.write(transitions.remember, "any", "write")
    assert (await samples.found(patient, job.id)).state is JobState.DELIVERED
    assert len(await patient.open_jobs()) == 0


async def test_an_id_that_is_too_long_for_an_index_concerns_its_job_alone(
    patient: Store,
) -> None:
    job, other = await samples.running(patient), await samples.running(patient)
    endless = "".join(sha256(bytes([number])).hexdigest() for number in range(256))
    with pytest.raises(StoreUnavailable):
        await patient.record(
            transitions.finish, job.id, replace(samples.completed(), job_id=endless)
        )
    assert await patient.record(transitions.finish, other.id, samples.completed())


async def test_a_table_that_somebody_locked_is_told_and_works_again_when_it_is_free(
    impatient: Store, postgresql_url: str
) -> None:
    job = await samples.accepted(impatient)
    async with connected(postgresql_url) as connection, connection.begin() as locking:
        await connection.execute(text("LOCK TABLE jobs IN SHARE MODE"))
        with pytest.raises(StoreUnavailable, match="LockNotAvailableError"):
            await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)
        begun: list[Any] = []
        with _listening("begin", begun):
            outcomes = await asyncio.gather(
                *(impatient.attempt(transitions.accept, new_job()) for _ in range(20)),
                return_exceptions=True,
            )
        assert all(isinstance(one, StoreUnavailable) for one in outcomes)
        assert len(begun) <= 2, "they wait together, not one after the other"
        assert await impatient.read(lookups.get, job.id) == job
        await locking.rollback()
    assert await impatient.attempt(transitions.begin_submit, job.id, MESSAGE)


async def test_a_text_that_the_server_cannot_keep_is_told_and_does_no_harm(
    patient: Store,
) -> None:
    for unstorable in ("zero\0", "half a pair \ud83e"):
        outcomes = await asyncio.gather(
            patient.attempt(transitions.accept, new_job()),
            patient.attempt(
                transitions.accept, new_job(Request(action=IMAGINE, prompt=unstorable))
            ),
            patient.attempt(transitions.accept, new_job()),
            return_exceptions=True,
        )
        assert [isinstance(one, StoreUnavailable) for one in outcomes] == [False, True, False]
        with pytest.raises(StoreUnavailable):
            await patient.read(lookups.find_by_api_id, unstorable)
    assert len(await patient.open_jobs()) == 4


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"database": "nowhere"}, "InvalidCatalogNameError"),
        ({"host": "127.0.0.1", "port": 1, "query": {}}, "Error"),
    ],
)
async def test_an_address_that_leads_nowhere_is_told(
    postgresql_url: str, clock: ManualClock, change: dict[str, Any], told: str
) -> None:
    url = make_url(postgresql_url).set(**change).render_as_string(hide_password=False)
    with pytest.raises(StoreUnavailable, match=told):
        async with open_store(url, clock=clock):
            pass


async def test_what_people_wrote_never_shows_in_a_log_or_an_error(
    patient: Store, postgresql_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    new = samples.remix_from_a_message()
    async with connected(postgresql_url) as connection:
        await connection.execute(text("ALTER TABLE jobs ADD CHECK (prompt = 'nothing else')"))
        await connection.commit()
    with pytest.raises(StoreUnavailable, match="CheckViolationError") as refused:
        await patient.attempt(transitions.accept, new)
    told = "".join(traceback.format_exception(refused.value)) + caplog.text
    for secret in (new.request.prompt, samples.TOKEN, "INSERT"):
        assert secret not in told


@contextmanager
def _stopped(server: OwnServer) -> Generator[None]:
    """The server is away, and back afterwards."""
    server.stop()
    try:
        yield
    finally:
        server.start()


@contextmanager
def _frozen(pids: list[int]) -> Generator[None]:
    """These processes of the server neither work nor end."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def _listening(name: str, calls: list[Any]) -> Generator[None]:
    def note(*call: Any) -> None:
        calls.append(call)

    event.listen(Engine, name, note)
    yield
    event.remove(Engine, name, note)


async def _others(connection: AsyncConnection) -> list[int]:
    """The processes of the server that serve everybody else."""
    others = text(
        "SELECT pid FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return [int(pid) for pid in (await connection.execute(others)).scalars()]


async def _once_it_may(step: Callable[[], Awaitable[T]]) -> T:
    """*step*, as soon as nobody else has the lock: the server takes its time to see who left."""
    while True:
        try:
            return await step()
        except StoreUnavailable:
            continue
