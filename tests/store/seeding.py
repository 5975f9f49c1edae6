"""A database with as many jobs as somebody wants, written past the store because that is quick.

The jobs are spread over a year: one server has a fifth of them, one person a twenty-fifth, prompts
have words that everybody uses and words that hardly anybody does, some are private, some failed.
The same number makes the same jobs.
"""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from bot.limits import MONTH, Limits, Quota

YEAR = timedelta(days=365)
APPLICATION = 700_000_000_000_000_000
BIG_SERVER = 800_000_000_000_000_000
HEAVY_USER = 900_000_000_000_000_000
COMMON_WORD = "lighthouse"
RARE_WORD = "zeppelin"
"""Stands in one of 5,000 prompts."""

_MUCH = Quota(jobs_per_day=10**6, usd_per_day=Decimal(10**6), usd_per_month=Decimal(10**6))
ROOMY = Limits(person=_MUCH, server=_MUCH, everybody=Quota(jobs_per_day=10**6))
"""Every limit that can be set, and none that is reached."""

_CHANNELS = 1_000_000_000_000_000_000
_INTERACTIONS = 2_000_000_000_000_000_000
_MESSAGES = 3_000_000_000_000_000_000
_PHRASES: tuple[str, ...] = (
    "a red fox in the snow at dawn",
    "oil painting of an old harbour with boats and gulls",
    "under heavy clouds, soft light, pastel colours",
    "wide angle cinematic portrait of a woman",
    "city at night, neon and rain",
    "a desert planet seen from a garden window",
)
_ROWS_AT_ONCE = 20_000

JOB_COLUMNS = (
    "id", "interaction_id", "action", "state", "prompt", "options", "source_job_id",
    "source_image_no", "author_id", "guild_id", "channel_id", "private", "file_limit_bytes",
    "message_id", "task_id",
    "provider_job_id", "cost_usd", "failure", "created_at", "submitted_at", "finished_at",
    "ended_at", "application_id", "multiplier", "reserved_usd",
)  # fmt: skip
IMAGES = """
    INSERT INTO pictures (job_id, position, image_no, provider_job_id, url, kind,
                          posted_guild_id, posted_channel_id, posted_message_id)
    SELECT id, number, number, provider_job_id,
           'https://cdn.example.org/' || provider_job_id || '/0_' || number || '.png', 'image',
           guild_id, channel_id, message_id
    FROM jobs, (SELECT 0 AS number UNION SELECT 1 UNION SELECT 2 UNION SELECT 3) AS numbers
    WHERE state = 'delivered' ORDER BY id, number
"""
"""Four of each job that was delivered."""
USAGE = """
    INSERT INTO usage (job_id, author_id, guild_id, at, usd, action, day)
    SELECT id, author_id, guild_id, created_at, reserved_usd, action,
           CAST({day} AS INTEGER) FROM jobs
    WHERE reserved_usd IS NOT NULL AND id > {last_uncounted}
"""
"""What limits count of the jobs after this one."""
_DAY_ON_SQLITE = "strftime('%s', created_at) / 86400 + 719163"
_DAY = "floor(extract(epoch FROM created_at) / 86400) + 719163"
PREFERENCES = """
    INSERT INTO preferences (person_id, chosen) SELECT id, '{"aspect": "16:9"}' FROM jobs
"""
"""Of as many people as there are jobs."""


FAVORITES = """
    INSERT INTO favorites (person_id, job_id, at)
    SELECT 900000000000000000 + id % 211, id, created_at FROM jobs WHERE id % 5 = 0
"""
"""Two hundred people have kept some of all."""


@dataclass(frozen=True)
class Seed:
    """How many jobs there are, until when."""

    jobs: int
    now: datetime

    @property
    def open_jobs(self) -> int:
        """The newest ones are under way."""
        return min(50, self.jobs // 100)

    @property
    def last_uncounted(self) -> int:
        """The newest job that is more than 30 days old."""
        return int(self.jobs - (self.jobs + 1) * (MONTH / YEAR))

    def provider_id(self, job_id: int) -> str:
        return str(7_000_000_000_000_000_000 + job_id)

    def message_id(self, job_id: int) -> int:
        return _MESSAGES + job_id

    def interaction_id(self, job_id: int) -> int:
        return _INTERACTIONS + job_id

    def channel_of(self, guild_id: int, number: int = 0) -> int:
        return _CHANNELS + (guild_id - BIG_SERVER) * 5 + number

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every job, the oldest first."""
        rng = random.Random(self.jobs)  # noqa: S311  # no secret
        people, servers = max(self.jobs // 50, 10), max(self.jobs // 2000, 5)
        for job_id in range(1, self.jobs + 1):
            author_id = HEAVY_USER
            if rng.random() >= 0.04:
                author_id += 1 + int(people * rng.random() ** 2)
            guild_id: int | None = BIG_SERVER
            draw = rng.random()
            if draw >= 0.9:
                guild_id = None
            elif draw >= 0.2:
                guild_id = BIG_SERVER + 1 + int(servers * rng.random())
            yield self._row(job_id, author_id, guild_id, rng)

    def _row(
        self, job_id: int, author_id: int, guild_id: int | None, rng: random.Random
    ) -> dict[str, Any]:
        created_at = self.now - YEAR * ((self.jobs - job_id + 1) / (self.jobs + 1))
        under_way = job_id > self.jobs - self.open_jobs
        failed = not under_way and rng.random() < 0.06
        made = not under_way and not failed
        phrases: list[str] = rng.choices(_PHRASES, k=3)
        if rng.random() < 0.03:
            phrases[1] = COMMON_WORD
        if rng.random() < 1 / 5000:
            phrases[2] = RARE_WORD
        remix = rng.random() < 0.6 and job_id > 1
        minute = timedelta(minutes=1)
        dm = _CHANNELS * 2 + author_id % 1_000_000
        return {
            "id": job_id,
            "interaction_id": self.interaction_id(job_id),
            "action": "remix" if remix else "imagine",
            "state": "running" if under_way else "failed" if failed else "delivered",
            "prompt": ", ".join(phrases),
            "options": f'{{"mode": {rng.randrange(2)}}}' if remix else "{}",
            "source_job_id": self.provider_id(rng.randrange(1, job_id)) if remix else None,
            "source_image_no": rng.randrange(4) if remix else None,
            "author_id": author_id,
            "guild_id": guild_id,
            "channel_id": dm if guild_id is None else self.channel_of(guild_id, rng.randrange(5)),
            "private": rng.random() < 0.1,
            "file_limit_bytes": 10_485_760,
            "message_id": self.message_id(job_id),
            "task_id": f"task-{job_id:030d}",
            "provider_job_id": self.provider_id(job_id) if made else None,
            "cost_usd": 80_000 if made else None,
            "failure": "generation_failed" if failed else None,
            "created_at": created_at,
            "submitted_at": created_at,
            "finished_at": created_at + minute if made else None,
            "application_id": APPLICATION,
            "ended_at": None if under_way else created_at + minute,
            "multiplier": 1,
            "reserved_usd": None if failed else 80_000,
        }


async def fill(url: str, seed: Seed) -> None:
    """Write the jobs of *seed* into the empty tables at *url*, as if they had grown there."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        _fill_sqlite(Path(address.database or ""), seed)
    else:
        await _fill_postgresql(address, seed)


def _batches(seed: Seed) -> Iterator[list[tuple[Any, ...]]]:
    rows = seed.rows()
    while jobs := list(islice(rows, _ROWS_AT_ONCE)):
        yield [tuple(job[name] for name in JOB_COLUMNS) for job in jobs]


def _fill_sqlite(file: Path, seed: Seed) -> None:
    """Without the indexes, which are built at the end."""
    with closing(sqlite3.connect(file)) as database:
        indexes = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        ).fetchall()
        for name, _ in indexes:
            database.execute(f"DROP INDEX {name}")
        marks = ", ".join("?" * len(JOB_COLUMNS))
        insert = f"INSERT INTO jobs ({', '.join(JOB_COLUMNS)}) VALUES ({marks})"  # noqa: S608  # our own names
        for rows in _batches(seed):
            database.executemany(insert, [tuple(map(_as_sqlite_keeps_it, row)) for row in rows])
        database.execute(IMAGES)
        usage = USAGE.format(last_uncounted=seed.last_uncounted, day=_DAY_ON_SQLITE)
        database.execute(usage)
        database.execute(PREFERENCES)
        database.execute(FAVORITES)
        for _, sql in indexes:
            database.execute(sql)
        database.commit()


def _as_sqlite_keeps_it(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    return value.replace(tzinfo=None).isoformat(" ", "microseconds")


async def _fill_postgresql(url: URL, seed: Seed) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as database:
        driver: Any = (await database.get_raw_connection()).driver_connection
        indexes = await database.exec_driver_sql(
            "SELECT indexname, indexdef FROM pg_indexes"
            " WHERE schemaname = current_schema() AND indexname LIKE 'ix_%'"
        )
        statements = [tuple(row) for row in indexes]
        for name, _ in statements:
            await database.exec_driver_sql(f"DROP INDEX {name}")
        for rows in _batches(seed):
            await driver.copy_records_to_table("jobs", records=rows, columns=JOB_COLUMNS)
        await database.exec_driver_sql(IMAGES)
        usage = USAGE.format(last_uncounted=seed.last_uncounted, day=_DAY)
        await database.exec_driver_sql(usage)
        await database.exec_driver_sql(PREFERENCES)
        await database.exec_driver_sql(FAVORITES)
        for _, sql in statements:
            await database.exec_driver_sql(sql)
        await database.exec_driver_sql("SELECT setval('jobs_id_seq', (SELECT max(id) FROM jobs))")
        await database.exec_driver_sql("VACUUM ANALYZE")
    await engine.dispose()
