"""Behind PgBouncer: a session of one's own is fine, one for each transaction is refused."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.errors import PoolerUnfit, StoreUnavailable
from bot.store import DatabaseStatus, inspect_database, open_store
from bot.texts import ENGLISH
from tests.clock import ManualClock
from tests.store import samples

PROGRAM = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


class Pooler:
    """A PgBouncer before the database at *url*. Use it with ``with``."""

    def __init__(self, url: str, folder: Path, **settings: object) -> None:
        self._server = make_url(url)
        self._folder = folder
        self._settings = settings
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        through = self._server.set(host="127.0.0.1", port=port, query={}, username="anybody")
        self.url = through.render_as_string(hide_password=False)
        self._port = port

    def __enter__(self) -> "Pooler":
        server = self._server
        host = server.query.get("host") or server.host
        login = f"host={host} port={server.port or 5432} user={server.username}"
        password = f" password={server.password}" if server.password else ""
        lines = [
            "[databases]",
            f"{server.database} = {login}{password} dbname={server.database}",
            "[pgbouncer]",
            f"listen_addr = 127.0.0.1\nlisten_port = {self._port}\nunix_socket_dir =",
            f"auth_type = any\nlogfile = {self._folder}/log\npidfile = {self._folder}/pid",
            *(f"{name} = {value}" for name, value in self._settings.items()),
        ]
        file = self._folder / "pgbouncer.ini"
        file.write_text("\n".join(lines))
        self._folder.chmod(0o777)
        self._process = subprocess.Popen(  # noqa: S603  # our own words
            [str(PROGRAM), str(file)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="postgres" if os.geteuid() == 0 else None,
        )
        while True:
            try:
                socket.create_connection(("127.0.0.1", self._port)).close()
            except ConnectionRefusedError:
                assert self._process.poll() is None, (self._folder / "log").read_text()
            else:
                return self

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGINT)
        self._process.wait()


@pytest.fixture
def folder() -> Generator[Path]:
    """Where another user than root may write."""
    if PROGRAM is None:
        if os.environ.get("REMIXBOT_REQUIRE_POSTGRES"):
            pytest.fail("PgBouncer is not installed")
        pytest.skip("PgBouncer is not installed")
    with tempfile.TemporaryDirectory(prefix="remixbot-pooler-") as made:
        yield Path(made)


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"server_round_robin": 1},
        {"default_pool_size": 2, "min_pool_size": 2},
    ],
)
async def test_a_pooler_that_lends_sessions_by_transaction_is_refused_at_every_start(
    postgresql_url: str, folder: Path, clock: ManualClock, settings: dict[str, object]
) -> None:
    with Pooler(postgresql_url, folder, pool_mode="transaction", **settings) as pooler:
        for _ in range(3):
            with pytest.raises(PoolerUnfit) as refused:
                async with open_store(pooler.url, clock=clock):
                    pass
            assert "pool_mode = session" in ENGLISH.describe(refused.value)
            with pytest.raises(PoolerUnfit):
                await inspect_database(pooler.url)
        async with open_store(postgresql_url, clock=clock) as store:
            assert await samples.accepted(store), "it has left nothing behind"


async def test_a_pooler_with_a_single_session_to_lend_is_refused_too(
    postgresql_url: str, folder: Path, clock: ManualClock
) -> None:
    settings = {"pool_mode": "transaction", "default_pool_size": 1}
    refused = False
    with Pooler(postgresql_url, folder, **settings) as pooler:
        while not refused:
            try:
                async with open_store(pooler.url, clock=clock, answer_timeout_s=1.0):
                    pytest.fail("it is not refused")
            except PoolerUnfit:
                refused = True
            except StoreUnavailable:
                pass  # it took more than a second to answer the first one


async def test_a_pooler_that_lends_whole_sessions_is_as_good_as_none(
    postgresql_url: str, folder: Path, clock: ManualClock
) -> None:
    with Pooler(postgresql_url, folder, pool_mode="session") as pooler:
        for _ in range(3):
            assert await inspect_database(pooler.url) in {DatabaseStatus.NEW, DatabaseStatus.READY}
            async with open_store(pooler.url, clock=clock) as store:
                assert await samples.accepted(store)
                await store.instance_lock.ensure_held()
