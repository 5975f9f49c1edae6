"""Sole use of an SQLite file: a lock on a file beside it, and a watch that both are still there.

Somebody may delete, move or replace a file that is open; SQLite would go on writing into the one
that nobody finds any more. All the files are readable by their owner alone.
"""

import asyncio
import fcntl
import logging
import os
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


class FileLock(InstanceLock):
    """Sole use of *database*, which is made where there is none."""

    def __init__(self, database: Path) -> None:
        super().__init__()
        self._database = database
        self._real = database.resolve()
        self._lock: IO[str]
        self._identity: Identity = None

    async def take(self) -> None:
        self._database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for ending in ("", "-wal", "-shm", "-journal", ".lock"):
            _keep_private(self._beside(ending))
        path = self._beside(".lock")
        try:
            self._lock = _locked(path)
            while _identity(path) != _identity(self._lock.fileno()):
                self._lock.close()  # somebody deleted it between opening and locking
                self._lock = _locked(path)
        except BlockingIOError:
            raise StoreInUse from None
        self._database.touch(mode=PRIVATE)  # what SQLite puts beside it is as private
        self._identity = _identity(self._database)

    async def keep(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            self.look()

    async def release(self) -> None:
        self._lock.close()

    async def ensure_held(self) -> None:
        """Whose database is gone is still alone: what is under way may be shown to its end."""
        self.look()
        if isinstance(self.reason, StoreLost):
            await asyncio.get_running_loop().create_future()

    def inspect(self, connection: Connection) -> None:
        """The log of what SQLite has not yet put into the file must be there as well."""
        self.look()
        beside = self._beside("-wal")
        if connection.info.setdefault("log", _identity(beside)) != _identity(beside):
            self.end(StoreGone(path=str(beside)))

    def look(self) -> None:
        """Notice that a file is gone, or another one.

        A lock that nobody finds holds nobody, so that the file of the lock is made anew where it is
        gone. Whoever came first has made one of its own.
        """
        path = self._beside(".lock")
        if self.reason is None and _identity(path) != _identity(self._lock.fileno()):
            try:
                lock = _locked(path, new=True)
            except (FileExistsError, BlockingIOError):
                self.end(StoreLost())
            except OSError:
                self.end(StoreGone(path=str(path)))
            else:
                self._lock.close()
                self._lock = lock
                log.warning(
                    "The lock file was deleted while the bot was running, created a new one"
                )
        if _identity(self._database) != self._identity:
            self.end(StoreGone(path=str(self._database)))

    def _beside(self, ending: str) -> Path:
        return self._real.with_name(f"{self._real.name}{ending}")


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


def _identity(file: Path | int) -> Identity:
    try:
        found = os.stat(file)  # noqa: PTH116  # a number of an open file has no method of its own
    except OSError:
        return None
    return found.st_dev, found.st_ino
