"""Sole use of an SQLite file: a lock on a file beside it, and a watch that both are still there.

Somebody may delete, move or replace a file that is open; SQLite would go on writing into the one
that nobody finds any more. All the files are readable by their owner alone.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

from sqlalchemy import Connection

from bot.errors import StoreGone, StoreInUse, StoreLost
from bot.store.instance_lock import InstanceLock

LOOK_EVERY_S = 15.0

PRIVATE, OF_OTHERS = 0o600, 0o077

log = logging.getLogger(__name__)

Identity = tuple[int, int] | None
"""Which file a path leads to, by device and inode; ``None`` for none."""


@asynccontextmanager
async def use_file(database: Path) -> AsyncGenerator["FileLock"]:
    """Sole use of *database*, which is made where there is none.

    Raises `StoreInUse`, and `OSError` where the files cannot be made.
    """
    database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in _files_of(database):
        _keep_private(file)
    use = FileLock(database, _lock_beside(database))
    watching = asyncio.create_task(use.watch(), name="database file")
    try:
        yield use
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        use.release()


class FileLock(InstanceLock):
    """Sole use of *database*, by *lock* on the file beside it. Comes from `use_file`."""

    def __init__(self, database: Path, lock: IO[str]) -> None:
        super().__init__()
        database.touch(mode=PRIVATE)  # what SQLite puts beside it is as private
        self._database = database
        self._real = database.resolve()
        self._lock = lock
        self._identity = _identity(database)

    async def watch(self) -> None:
        """Look again and again; ends only when it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look()

    def release(self) -> None:
        self._lock.close()

    async def ensure_held(self) -> None:
        """Whose database is gone is still alone: what is under way may be shown to its end."""
        self.look()
        if isinstance(self.reason, StoreLost):
            await asyncio.get_running_loop().create_future()

    def inspect(self, connection: Connection) -> None:
        """The log of what SQLite has not yet put into the file must be there as well."""
        self.look()
        beside = _beside(self._real, "-wal")
        if connection.info.setdefault("log", _identity(beside)) != _identity(beside):
            self.end(StoreGone(path=str(beside)))

    def look(self) -> None:
        """Notice that a file is gone, or another one."""
        if self.reason is None:
            self._look_at_lock()
        if _identity(self._database) != self._identity:
            self.end(StoreGone(path=str(self._database)))

    def _look_at_lock(self) -> None:
        """Make the file of the lock anew where it is gone: a lock that nobody finds holds nobody.

        Whoever came first has made one of its own.
        """
        path = _beside(self._real, ".lock")
        if _identity(path) == _identity_of(self._lock):
            return
        try:
            lock = _locked(path, new=True)
        except (FileExistsError, BlockingIOError):
            self.end(StoreLost())
        except OSError:
            self.end(StoreGone(path=str(path)))
        else:
            self._lock.close()
            self._lock = lock
            log.warning("The lock file was deleted while the bot was running, created a new one")


def _lock_beside(database: Path) -> IO[str]:
    """Raises `StoreInUse`."""
    path = _beside(database.resolve(), ".lock")
    while True:
        try:
            lock = _locked(path)
        except BlockingIOError:
            raise StoreInUse from None
        if _identity(path) == _identity_of(lock):
            return lock
        lock.close()  # somebody deleted it between opening and locking


def _locked(path: Path, *, new: bool = False) -> IO[str]:
    """The file at *path*, locked. Raises `FileExistsError` where it is not *new*."""
    path.touch(mode=PRIVATE, exist_ok=not new)
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BaseException:
        lock.close()
        raise
    return lock


def _keep_private(file: Path) -> None:
    """Take the rights of others from *file*, where there is one and they have any."""
    if not file.is_file():
        return
    mode = file.stat().st_mode
    if mode & OF_OTHERS:
        try:
            file.chmod(mode & ~OF_OTHERS & 0o777)
        except OSError:
            log.warning("Failed to make %s private: other users on this machine can read it", file)
        else:
            log.info("Made %s private: other users on this machine could read it", file)


def _files_of(database: Path) -> list[Path]:
    real = database.resolve()
    return [real, *(_beside(real, ending) for ending in ("-wal", "-shm", "-journal", ".lock"))]


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(f"{database.name}{ending}")


def _identity(path: Path) -> Identity:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _identity_of(file: IO[str]) -> Identity:
    found = os.fstat(file.fileno())
    return found.st_dev, found.st_ino
