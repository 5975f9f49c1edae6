"""How long processors worked for us: what a figure is on a machine that others use as well."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine


@dataclass(frozen=True)
class Work:
    """That of this process with its threads, and of the processes of a PostgreSQL server here."""

    server: tuple[Path, ...] = ()

    @classmethod
    async def of(cls, url: str) -> "Work":
        """What counts with the database at *url*, which the store must be connected to already."""
        if make_url(url).get_backend_name() == "sqlite":
            return cls()
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            rows = await connection.exec_driver_sql(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            )
            pids = [int(pid) for pid in rows.scalars()]
        await engine.dispose()
        files = (Path(f"/proc/{pid}/schedstat") for pid in pids)
        return cls(tuple(file for file in files if file.exists()))

    def so_far_s(self) -> float:
        """All of it until now, in seconds."""
        server_ns = sum(_spent_ns(file) for file in self.server)
        return time.process_time() + server_ns / 1e9


def _spent_ns(file: Path) -> int:
    try:
        return int(file.read_text().split()[0])
    except OSError:  # it has ended
        return 0
