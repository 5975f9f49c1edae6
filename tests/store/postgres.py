"""A PostgreSQL server for tests: one of our own from installed binaries, or one that is given.

A server of our own listens on a socket in its folder and nowhere else. It knows nothing of the
store.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, cast

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

DRIVER = "postgresql+asyncpg"

FAST = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "30",
}
"""What is lost in a power cut matters to no test; what is lost with the server's process does."""

_numbers = count(1)


EMPTY = ("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
CLEAR = """DO $$ BEGIN EXECUTE (
    SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
    FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
); END $$"""
"""Every row goes but the one that tells of which version the tables are."""


class Server:
    """A server on which every test has a database of its own.

    Making one takes longer than most tests: it is used again under another name.
    """

    def __init__(self, url: URL) -> None:
        self._url = url
        self._spare: dict[str | None, str] = {}

    @asynccontextmanager
    async def database(self, tables: str | None = None) -> AsyncGenerator[str]:
        """The address of a database that is empty, or has the *tables* that this script makes.

        At the end nobody may be connected to it any more, and a test with tables may not have
        changed those.
        """
        name = self._spare.pop(tables, None)
        if name is None:
            name = self._new_name()
            await self._run(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            if tables is not None:
                await self._run(tables, database=name)
        yield self._url.set(database=name).render_as_string(hide_password=False)
        await self._run(*(EMPTY if tables is None else (CLEAR,)), database=name)
        self._spare[tables] = self._new_name()
        await self._rename(name, self._spare[tables])

    async def drop(self) -> None:
        """Leave nothing behind."""
        for name in self._spare.values():
            await self._run(f"DROP DATABASE {name}")

    def _new_name(self) -> str:
        return f"remixbot_test_{os.getpid()}_{next(_numbers)}"

    async def _rename(self, before: str, after: str) -> None:
        """Fails where anybody is connected, after waiting for those who are just leaving."""
        await self._run(f"ALTER DATABASE {before} RENAME TO {after}")

    async def _run(self, *statements: str, database: str | None = None) -> None:
        await execute(self._url.set(database=database) if database else self._url, *statements)

    @asynccontextmanager
    async def _connected(self) -> AsyncGenerator[AsyncConnection]:
        """A connection on which every statement is a transaction of its own."""
        engine = create_async_engine(self._url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        async with engine.connect() as connection:
            yield connection


async def execute(url: URL, *statements: str) -> None:
    """Run each one in a transaction of its own; by the driver alone, which is up at once."""
    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = cast("Any", await asyncpg.connect(dsn))  # pyright: ignore[reportUnknownMemberType]  # untyped
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


class OwnServer(Server):
    """A server that a test may also stop."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        super().__init__(make_url(f"{DRIVER}://postgres@/postgres?host={folder}"))
        self._binaries = binaries
        self._folder = folder
        self._data = folder / "data"

    def create(self) -> None:
        self._call("initdb", "--username=postgres", "--auth=trust", "--no-locale", "--no-sync")

    def start(self) -> None:
        options = " ".join(f"-c {name}='{value}'" for name, value in FAST.items())
        self._call(
            "pg_ctl", "start", "--wait", f"--log={self._folder / 'log'}", "--options",
            f"-k {self._folder} {options}",
        )  # fmt: skip

    def dump(self, database: str) -> str | None:
        """All that is in *database*, as statements; ``None`` where no program can tell."""
        program = self._binaries / "pg_dump"
        if not program.exists():
            return None
        done = subprocess.run(  # noqa: S603  # a program of PostgreSQL with our own words
            [program, "--inserts", "-h", self._folder, "-U", "postgres", database],
            check=True,
            capture_output=True,
            text=True,
        )
        lines = done.stdout.splitlines()
        return "\n".join(line for line in lines if not line.startswith("\\"))  # for psql alone

    def stop(self) -> None:
        """Break off whatever it does, as a crash would."""
        self._call("pg_ctl", "stop", "--wait", "--mode=immediate")

    @asynccontextmanager
    async def configured(self, name: str, value: str) -> AsyncGenerator[None]:
        """One setting is another one for a while."""
        await self._run(f"ALTER SYSTEM SET {name} = '{value}'", "SELECT pg_reload_conf()")
        try:
            yield
        finally:
            await self._run(f"ALTER SYSTEM RESET {name}", "SELECT pg_reload_conf()")

    @asynccontextmanager
    async def silent_commits(self) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """It commits, and then waits in vain for a copy of itself before it says so.

        What comes of it waits until it does that in a test's database.
        """
        over = asyncio.Event()
        commits = asyncio.create_task(self._commit_until(over))
        silent = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"

        async def until(question: str) -> None:
            async with self._connected() as connection:
                while not await connection.scalar(text(question)):
                    pass

        try:
            async with self.configured("synchronous_standby_names", "nobody"):
                await until(silent)  # it takes its time to read settings
                yield lambda: until(f"{silent} AND datname LIKE 'remixbot_test_%'")
        finally:
            over.set()
            await commits  # not cancelled: a driver that is broken off leaves its socket behind

    async def _commit_until(self, over: asyncio.Event) -> None:
        while not over.is_set():
            await self._run("CREATE TABLE IF NOT EXISTS probe ()", "DROP TABLE IF EXISTS probe")

    @asynccontextmanager
    async def read_only(self) -> AsyncGenerator[None]:
        """It takes no writes for a while, as a standby does, or a server that is short of room."""
        async with self.configured("default_transaction_read_only", "on"):
            await self._until_it_says("on")
            yield
        await self._until_it_says("off")

    async def _until_it_says(self, word: str) -> None:
        said = None
        while said != word:  # a server takes its time to read its settings again
            async with self._connected() as connection:
                said = await connection.scalar(text("SHOW default_transaction_read_only"))

    def _call(self, program: str, *arguments: str) -> None:
        done = subprocess.run(  # noqa: S603  # a program of PostgreSQL with our own words
            [self._binaries / program, *arguments, "-D", self._data],
            check=False,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=_user(),
        )
        if done.returncode:
            log = self._folder / "log"
            told = log.read_text() if log.exists() else ""
            raise RuntimeError(f"{program} failed with {done.returncode}\n{told}")


def installed() -> Path | None:
    """The folder of the newest PostgreSQL's programs, as Debian and as PATH have them."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda program: float(program.parts[-3]),
    )
    on_path = shutil.which("initdb")
    if on_path:
        found.insert(0, Path(on_path).resolve())
    return found[-1].parent if found else None


@contextmanager
def own_server(binaries: Path) -> Generator[OwnServer]:
    """A running server in a folder that goes with it."""
    folder = Path(tempfile.mkdtemp(prefix="remixbot-pg-"))
    if user := _user():
        shutil.chown(folder, user)
    server = OwnServer(binaries, folder)
    with _ended_with_us(binaries, folder):
        server.create()
        server.start()
        yield server


@contextmanager
def _ended_with_us(binaries: Path, folder: Path) -> Generator[None]:
    """Whatever becomes of this process, the server in *folder* ends, and *folder* goes."""
    script = 'cat; "$1/pg_ctl" stop --silent --mode=immediate -D "$2/data"; rm -r "$2"'
    with subprocess.Popen(  # noqa: S603  # our own words
        ["/bin/sh", "-c", script, "sh", binaries, folder],
        cwd=tempfile.gettempdir(),
        stdin=subprocess.PIPE,  # closed when we end, in whatever way
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us
        user=_user(),
    ):
        yield


def _user() -> str | None:
    """Who the server runs as: PostgreSQL refuses to be root."""
    return "postgres" if os.geteuid() == 0 else None
