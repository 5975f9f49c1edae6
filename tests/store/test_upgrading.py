"""A database of an older version is brought up to date, and keeps everything that was in it."""

import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, MetaData, delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.actions import REMIX, Mode
from bot.model import JobState, MessageLink, Request, Source
from bot.store import counting, lookups, open_store, transitions
from bot.store.address import read_address
from bot.store.engine import Patience, writing_engine
from bot.store.migrating import migrate
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import AUTHOR, CHANNEL, MESSAGE

NOON = datetime(2025, 7, 1, 12, 0, 0, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STATES = ("accepted", "submitting", "running", "finished", "delivered", "failed")
TABLES = ("jobs", "pictures", "facts")
EVERYTHING = {
    "kind": "remix",
    "prompt": "a harbour 🌅",
    "mode": 1,
    "callback": "https://a.b",
    "source_job_id": "source",
    "source_image_no": 2,
    "origin_guild_id": AUTHOR,
    "origin_channel_id": CHANNEL,
    "origin_message_id": MESSAGE,
    "guild_id": AUTHOR + 1,
    "message_id": MESSAGE + 1,
    "task_id": "task",
    "provider_job_id": "provider",
    "cost_usd": 80_000,
    "failure": "GenerationFailed",
    "submitted_at": NOON + MINUTE,
    "finished_at": NOON + 2 * MINUTE,
}
"""Whatever a job may have; no job had all of it at once."""

OF_ANY_JOB = {
    "author_id": AUTHOR,
    "channel_id": CHANNEL,
    "private": False,
    "file_limit_bytes": 1,
    "created_at": NOON,
}

Content = dict[str, list[dict[str, Any]]]


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_whatever_the_first_version_wrote_is_kept(
    database_url: str, clock: ManualClock
) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0001")
        old = await connection.run_sync(_reflected)
        await connection.run_sync(_fill, old)
        before = await connection.run_sync(_content, old)
    assert [len(before[table]) for table in TABLES] == [2 * len(STATES), 4, 2]

    async with open_store(database_url, clock=clock) as store:
        jobs = [await samples.found(store, row["id"]) for row in before["jobs"]]
        still_open = await store.open_jobs()

    async with older(database_url) as connection:
        new = await connection.run_sync(_reflected)
        await connection.execute(delete(new.tables["facts"]).where(text("name = 'owner'")))
        after = await connection.run_sync(_content, new)
    for table in TABLES:
        kept = [_as_it_is_kept_now(table, row) for row in before[table]]
        now = [row | one for row, one in zip(after[table], kept, strict=True)]
        assert now == after[table], "but for the name of the process that used it"
    assert [job.state for job in jobs] == [JobState(row["state"]) for row in before["jobs"]]
    assert still_open == [
        job for job in jobs if job.state not in {JobState.DELIVERED, JobState.FAILED}
    ]
    full = jobs[3]
    assert full.request == Request(
        action=REMIX,
        source=Source("source", 2),
        prompt="a harbour 🌅",
        options={"mode": Mode.SUBTLE},
        callback="https://a.b",
    )
    assert full.posted == MessageLink(guild_id=AUTHOR + 1, channel_id=CHANNEL, message_id=MESSAGE)
    assert full.origin == MessageLink(guild_id=AUTHOR, channel_id=CHANNEL, message_id=MESSAGE)
    assert [image.url for image in full.images] == ["https://a.b/0", "https://a.b/1"]
    assert full.depth is None, "nobody wrote it down"


async def test_nobody_is_told_again_of_what_failed_before(
    database_url: str, clock: ManualClock
) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0001")
        await connection.run_sync(_fill, await connection.run_sync(_reflected))
    async with open_store(database_url, clock=clock) as store:
        failed = [
            job
            for number in range(1, 2 * len(STATES) + 1)
            if (job := await store.read(lookups.get, number)) and job.state is JobState.FAILED
        ]
        assert [job.ended_at for job in failed] == [NOON + 2 * MINUTE, NOON]
        for job in failed:
            assert not await store.record(transitions.mark_notified, job.id, 77)


async def test_the_number_of_a_job_that_was_withdrawn_before_is_not_given_again(
    database_url: str, clock: ManualClock
) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0001")
        old = await connection.run_sync(_reflected)
        await connection.run_sync(_fill, old)
        jobs = old.tables["jobs"]
        newest = max(row.id for row in await connection.execute(select(jobs.c.id)))
        await connection.execute(delete(jobs).where(jobs.c.id == newest))
    async with open_store(database_url, clock=clock) as store:
        assert (await samples.accepted(store)).id == newest + 1


async def test_numbers_go_on_where_every_job_was_withdrawn(
    database_url: str, clock: ManualClock
) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0001")
        old = await connection.run_sync(_reflected)
        await connection.run_sync(_fill, old)
        await connection.execute(delete(old.tables["pictures"]))
        await connection.execute(delete(old.tables["jobs"]))
    async with open_store(database_url, clock=clock) as store:
        assert (await samples.accepted(store)).id == 2 * len(STATES) + 1


async def test_what_limits_counted_of_jobs_counts_on_and_what_was_erased_leaves_no_job(
    database_url: str, clock: ManualClock
) -> None:
    """Before, an erased job left an emptied row."""
    day = timedelta(days=1)
    kept = {"state": "delivered", "cost_usd": 90_000, "created_at": NOON}
    changes: list[dict[str, Any]] = [
        {},
        {"cost_usd": None, "reserved_usd": 80_000},
        {"erased_at": NOON},
        {"created_at": NOON - 31 * day},
        {"state": "failed", "cost_usd": None},
        {"state": "failed"},
        {"state": "failed", "cost_usd": None, "reserved_usd": 70_000},
        {"state": "running", "cost_usd": None, "reserved_usd": 60_000, "forget": True},
    ]
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0004")
        old = await connection.run_sync(_reflected)
        for number, change in enumerate(changes):
            always = {
                "interaction_id": number,
                "kind": "imagine",
                "prompt": "?",
                "author_id": AUTHOR,
                "channel_id": CHANNEL,
                "private": False,
                "file_limit_bytes": 1,
            }
            await connection.execute(insert(old.tables["jobs"]).values(always | kept | change))
    clock.set_ahead(NOON - clock.now())
    async with open_store(database_url, clock=clock) as store:
        used = await store.read(counting.usage, author_id=AUTHOR)
        assert (used.month.jobs, used.month.usd) == (6, Decimal("0.48"))
        told = {part: spent.jobs for part, spent in used.parts.items()}
        assert told == {(NOON.date(), "imagine"): 5, (NOON.date(), None): 1}
        assert await store.read(lookups.get, 3) is None
        await store.erase(None)
        assert await store.read(lookups.get, 8), "it has not ended"
        await store.record(transitions.mark_unknown, 8)
        await store.record(transitions.fail, 8, "why")
        assert await store.record(transitions.mark_notified, 8, MESSAGE)
        assert await store.read(lookups.get, 8) is None


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_what_several_columns_said_of_a_job_is_its_state(
    database_url: str, clock: ManualClock
) -> None:
    rows: list[tuple[dict[str, Any], JobState, str | None]] = [
        ({"state": "finished"}, JobState.FINISHED, None),
        ({"state": "finished", "stopped_at": NOON}, JobState.KEPT, None),
        ({"state": "finished", "stopped_at": NOON, "told_at": NOON}, JobState.KEPT, None),
        ({"state": "finished", "delivery_problem": "403"}, JobState.UNDELIVERABLE, None),
        ({"state": "running", "stopped_at": NOON}, JobState.RUNNING, None),
        ({"state": "failed", "failure": "JobStopped"}, JobState.FAILED, "stopped"),
        ({"state": "failed", "failure": "PictureTooLarge"}, JobState.FAILED, "image_too_large"),
        ({"state": "failed", "failure": "FromElsewhere"}, JobState.FAILED, "FromElsewhere"),
    ]
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0007")
        old = await connection.run_sync(_reflected)
        for number, (columns, _, _) in enumerate(rows):
            new = {"interaction_id": number, "action": "imagine", "prompt": "?", **OF_ANY_JOB}
            await connection.execute(insert(old.tables["jobs"]).values(new | columns))
    async with open_store(database_url, clock=clock) as store:
        jobs = [await samples.found(store, number) for number in range(1, len(rows) + 1)]
        assert [(job.state, job.failure) for job in jobs] == [
            (state, failure) for _, state, failure in rows
        ]
        still_open = {job.id for job in await store.open_jobs()}
        assert still_open == {job.id for job in jobs} - {3}


@pytest.mark.filterwarnings("ignore:Skipped unsupported reflection of expression-based index")
async def test_a_draft_of_an_older_version_can_be_taken_up(
    database_url: str, clock: ManualClock
) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0007")
        old = await connection.run_sync(lambda plain: _reflected(plain, "drafts"))
        asked = {"id": 77, "action": "remix", "prompt": "a harbour", "options": {"mode": 1}}
        asked |= {"source_job_id": "source", "source_image_no": 2, "private": True}
        always = {"author_id": AUTHOR, "created_at": clock.now()}
        await connection.execute(insert(old.tables["drafts"]).values(asked | always))
    async with open_store(database_url, clock=clock) as store:
        draft = await store.read(lookups.draft, 77)
        assert draft is not None
        assert draft.request == Request(
            action=REMIX,
            source=Source("source", 2),
            prompt="a harbour",
            options={"mode": Mode.SUBTLE},
        )
        assert (draft.author_id, draft.destination.private) == (AUTHOR, True)
        assert await store.open_jobs() == []
        assert await store.attempt(transitions.accept, samples.new_job(), draft_id=77)
        assert await store.read(lookups.draft, 77) is None


def _as_it_is_kept_now(table: str, row: dict[str, Any]) -> dict[str, Any]:
    """A job was of a kind, with a mode if it was a remix; what ended it was the name of a class."""
    if table != "jobs":
        return row
    row = dict(row)
    mode, delivered_at = row.pop("mode"), row.pop("delivered_at")
    row |= {"action": row.pop("kind"), "options": {} if mode is None else {"mode": mode}}
    if row["failure"] is not None:
        row["failure"] = "generation_failed"
    return row if delivered_at is None else row | {"ended_at": delivered_at}


@asynccontextmanager
async def older(database_url: str) -> AsyncGenerator[AsyncConnection]:
    address = read_address(database_url)
    if address.is_sqlite:
        address.file.parent.mkdir(exist_ok=True)
    engine = writing_engine(address, Patience(), migrating=True)
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


def _reflected(connection: Connection, *more: str) -> MetaData:
    """The tables as they are now."""
    tables = MetaData()
    tables.reflect(connection, only=[*TABLES, *more])
    return tables


def _content(connection: Connection, tables: MetaData) -> Content:
    return {
        name: [
            dict(row)
            for row in connection.execute(
                select(tables.tables[name]).order_by(*tables.tables[name].primary_key)
            ).mappings()
        ]
        for name in TABLES
    }


def _fill(connection: Connection, tables: MetaData) -> None:
    """Jobs of every state, once with every value there is and once with as few as possible."""
    numbers = itertools.count(MESSAGE + 100)
    for rest in (EVERYTHING, {"kind": "imagine", "prompt": "?"}):
        for state in STATES:
            always = {
                "interaction_id": next(numbers),
                "state": state,
                "author_id": AUTHOR,
                "channel_id": CHANNEL,
                "private": rest is EVERYTHING,
                "file_limit_bytes": 10_485_760,
                "created_at": NOON,
                "delivered_at": NOON + 3 * MINUTE if state == "delivered" else None,
            }
            connection.execute(insert(tables.tables["jobs"]).values(always | rest))
    for job_id, position in itertools.product((4, 5), range(2)):
        image = {
            "job_id": job_id,
            "position": position,
            "image_no": position,
            "provider_job_id": f"provider-{position}",
            "url": f"https://a.b/{position}",
            "kind": "image",
            "posted_channel_id": CHANNEL,
            "posted_message_id": MESSAGE,
        }
        connection.execute(insert(tables.tables["pictures"]).values(image))
    for name in ("commands", "other"):
        connection.execute(insert(tables.tables["facts"]).values(name=name, value="kept"))
