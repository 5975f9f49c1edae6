"""No question that people wait for reads a table from one end to the other, as the plans say.

There are a few thousand jobs, because PostgreSQL reads small tables whole whatever it is asked.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.actions import IMAGINE, REMIX
from bot.job_search import JobSearch
from bot.store import (
    Erased,
    Store,
    counting,
    erasing,
    exporting,
    favorites,
    lookups,
    preferences,
    searching,
    transitions,
)
from tests.clock import START
from tests.store import plans, seeding
from tests.store.connections import connected
from tests.store.plans import Statement
from tests.store.samples import PLACE, new_job
from tests.store.seeding import BIG_SERVER, HEAVY_USER, Seed

SEED = Seed(8000, START)
JOB = 4000
CHANNEL = SEED.channel_of(BIG_SERVER)
TABLES = ("jobs", "pictures", "usage", "preferences", "favorites", "job_words")
SMALL = ("ix_jobs_open", "ix_jobs_secret", "ix_jobs_drafts")
"""Indexes of few rows."""


async def _search(search: JobSearch, store: Store) -> None:
    await store.read(searching.jobs_found, HEAVY_USER, search=search, offset=6, limit=7)


QUESTIONS: dict[str, Callable[[Store], Awaitable[Any]]] = {
    "job": lambda store: store.read(lookups.get, JOB),
    "by id": lambda store: store.read(lookups.find_by_api_id, SEED.provider_id(JOB)),
    "by an id that nothing has": lambda store: store.read(lookups.find_by_api_id, "nothing"),
    "by message": lambda store: store.read(lookups.by_message, SEED.message_id(JOB)),
    "by a message that nothing is in": lambda store: store.read(lookups.by_message, 1),
    "by interaction": lambda store: store.read(lookups.by_interaction, SEED.interaction_id(JOB)),
    "open jobs": lambda store: store.open_jobs(),
    "how long imagining took": lambda store: store.read(lookups.recent_durations, IMAGINE),
    "how long remixing took": lambda store: store.read(lookups.recent_durations, REMIX),
    "price of imagining": lambda store: store.read(counting.price, IMAGINE),
    "price of remixing": lambda store: store.read(counting.price, REMIX),
    "first page": lambda store: store.read(lookups.jobs_of, HEAVY_USER, offset=0, limit=7),
    "a later page": lambda store: store.read(lookups.jobs_of, HEAVY_USER, offset=60, limit=7),
    "suggestions": lambda store: store.read(lookups.suggestions, HEAVY_USER + 5, CHANNEL),
    "suggestions for a rare word": lambda store: store.read(
        lookups.suggestions, HEAVY_USER + 5, CHANNEL, words=seeding.RARE_WORD
    ),
    **{
        f"search: {search}": partial(_search, search)
        for search in (
            JobSearch(words=(seeding.RARE_WORD,)),
            JobSearch(words=("fox", "garden")),
            JobSearch(words=("nowhere",), action="remix", favorites=True),
            JobSearch(action="imagine"),
            JobSearch(favorites=True),
        )
    },
    "favorites": lambda store: store.read(
        favorites.favorites_of, HEAVY_USER + 5, offset=6, limit=7
    ),
    "whether it is kept": lambda store: store.read(favorites.is_kept, HEAVY_USER + 5, JOB),
    "how many are kept": lambda store: store.read(favorites.count_of, HEAVY_USER + 5),
    "keep": lambda store: store.write(favorites.keep, HEAVY_USER + 5, JOB),
    "accept": lambda store: store.attempt(transitions.accept, new_job(), limits=seeding.ROOMY),
    "usage of a person": lambda store: store.read(counting.usage, author_id=HEAVY_USER + 5),
    "usage of a server": lambda store: store.read(counting.usage, guild_id=PLACE.guild_id),
    "count of": lambda store: store.read(erasing.count_of, HEAVY_USER + 5),
    "preferences": lambda store: store.read(preferences.preferences_of, HEAVY_USER),
    "a person's data": lambda store: store.read(exporting.jobs_before, HEAVY_USER, JOB, limit=20),
    "a person's favorites": lambda store: store.read(exporting.favorites_of, HEAVY_USER, limit=20),
    "a person's usage": lambda store: store.read(exporting.usage_of, HEAVY_USER, limit=5000),
    "servers": lambda store: store.read(erasing.guilds_of, seeding.APPLICATION),
    "forget a person": lambda store: store.forget(Erased.AUTHOR, HEAVY_USER + 5),
    "forget a server": lambda store: store.forget(Erased.GUILD, BIG_SERVER + 1),
    "erase": lambda store: store.erase(START - timedelta(days=360)),
    "erase tokens": lambda store: store.write(
        transitions.erase_tokens, START - timedelta(minutes=15)
    ),
}


async def children(store: Store) -> None:
    job = await store.read(lookups.get, JOB)
    assert job is not None
    await store.read(lookups.children, [job], HEAVY_USER, limit=10)
    many = [await store.read(lookups.get, number) for number in range(JOB, JOB + 40)]
    await store.read(lookups.children, filter(None, many), HEAVY_USER, limit=40)


QUESTIONS["children"] = children


async def test_no_question_reads_a_whole_table(store: Store, database_url: str) -> None:
    await seeding.fill(database_url, SEED)
    asked: dict[str, list[Statement]] = {}
    for name, question in QUESTIONS.items():
        with plans.statements() as asked[name]:
            await question(store)
    walks: list[str] = []
    async with connected(database_url) as connection:
        for name, statements in asked.items():
            assert statements, name
            for statement in statements:
                walks += [f"{name}: {line}" for line in await _walks(connection, statement)]
    assert not walks, "\n".join(walks)


async def _walks(connection: AsyncConnection, statement: Statement) -> list[str]:
    """What that reads from one end to the other: tables, and indexes that have every row."""
    if connection.dialect.name == "sqlite":
        return [line for line in await plans.plan(connection, statement) if _is_walk(line)]
    sql, bound = statement
    rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {sql}", bound)
    plan: Any = rows.scalar_one()
    return list(_whole_scans(plan[0]["Plan"]))


def _is_walk(line: str) -> bool:
    whole = any(line.startswith(f"SCAN {table}") for table in TABLES)
    by_words = re.search(r"VIRTUAL TABLE INDEX \d+:=?M", line)
    return whole and not by_words and not any(index in line for index in SMALL)


def _whole_scans(node: dict[str, Any]) -> Iterator[str]:
    conditions = node.keys() & {"Index Cond", "Recheck Cond"}
    reads = node.get("Relation Name") in TABLES and node["Node Type"] != "ModifyTable"
    if reads and not conditions and node.get("Index Name") not in SMALL:
        yield f"{node['Node Type']} of {node['Relation Name']}"
    for part in node.get("Plans", ()):
        yield from _whole_scans(part)
