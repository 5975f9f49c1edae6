"""Everything that people, or a start, wait for: by name, as the store is asked."""

import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.actions import IMAGINE, REMIX
from bot.errors import BudgetUsedUp
from bot.job_search import JobSearch
from bot.limits import Limits, Quota
from bot.model import Destination, NewJob, Request
from bot.store import Store, counting, erasing, favorites, lookups, searching, transitions
from tests.store import seeding
from tests.store.seeding import BIG_SERVER, HEAVY_USER, Seed

Question = Callable[[Store], Awaitable[Any]]

PAGE = 7
"""What a page of a list asks for: one more than it shows."""
SOMEBODY = HEAVY_USER + 5

_interactions = itertools.count(1)


def questions(seed: Seed) -> dict[str, Question]:
    """By name; each may be asked any number of times."""
    job_id = seed.jobs // 2
    channel = seed.channel_of(BIG_SERVER)
    asked = _asked(SOMEBODY, channel)
    tight = Limits(person=Quota(usd_per_month=Decimal(1)))

    async def children(store: Store) -> None:
        job = await store.read(lookups.get, job_id)
        assert job is not None
        await store.read(lookups.children, [job], SOMEBODY, limit=10)

    def suggestions(author_id: int, words: str) -> Question:
        return lambda store: store.read(lookups.suggestions, author_id, channel, words=words)

    return {
        "open jobs": lambda store: store.open_jobs(),
        "accept, all limits, big server": lambda store: _accept(store, asked, seeding.ROOMY),
        "accept, all limits, heavy user": lambda store: _accept(
            store, replace(asked, author_id=HEAVY_USER), seeding.ROOMY
        ),
        "accept, refused with when there is room": lambda store: _refused(
            store, replace(asked, author_id=HEAVY_USER), tight
        ),
        "by id": lambda store: store.read(lookups.find_by_api_id, seed.provider_id(job_id)),
        "by an id that nothing has": lambda store: store.read(lookups.find_by_api_id, "nothing"),
        "by message": lambda store: store.read(lookups.by_message, seed.message_id(job_id)),
        "by a message that nothing is in": lambda store: store.read(lookups.by_message, 1),
        "by interaction": lambda store: store.read(
            lookups.by_interaction, seed.interaction_id(job_id)
        ),
        "children": children,
        **{
            f"search, {name}, {whose}": _search(author_id, words)
            for name, words in (
                ("rare word", [seeding.RARE_WORD]),
                ("common word", [seeding.COMMON_WORD]),
                ("a word of half of all", ["fox"]),
                ("two of those", ["fox", "garden"]),
                ("no such word", ["nowhere"]),
            )
            for whose, author_id in (("heavy user", HEAVY_USER), ("somebody", SOMEBODY))
        },
        "search, one action": _search(HEAVY_USER, [], action="imagine"),
        "search, words and favorites": _search(HEAVY_USER, ["fox"], favorites=True),
        "search, a later page": _search(HEAVY_USER, ["fox"], offset=60),
        "favorites, a later page": lambda store: store.read(
            favorites.favorites_of, HEAVY_USER, offset=60, limit=PAGE
        ),
        "suggestions, no words": suggestions(SOMEBODY, ""),
        "suggestions, common word": suggestions(SOMEBODY, seeding.COMMON_WORD),
        "suggestions, rare word": suggestions(SOMEBODY, seeding.RARE_WORD),
        "suggestions, rare word, heavy user": suggestions(HEAVY_USER, seeding.RARE_WORD),
        "suggestions, word of nobody": suggestions(HEAVY_USER, "nobody wrote this"),
        "list, page 1": lambda store: store.read(lookups.jobs_of, HEAVY_USER, offset=0, limit=PAGE),
        "list, page 500": lambda store: store.read(
            lookups.jobs_of, HEAVY_USER, offset=499 * 6, limit=PAGE
        ),
        "list, page 1 of somebody": lambda store: store.read(
            lookups.jobs_of, SOMEBODY, offset=0, limit=PAGE
        ),
        "usage, heavy user": lambda store: store.read(counting.usage, author_id=HEAVY_USER),
        "usage, big server": lambda store: store.read(counting.usage, guild_id=BIG_SERVER),
        "count of, heavy user": lambda store: store.read(erasing.count_of, HEAVY_USER),
        "price": lambda store: store.read(counting.price, REMIX),
        "recent durations": lambda store: store.read(lookups.recent_durations, IMAGINE),
        "servers known": lambda store: store.read(erasing.guilds_of, seeding.APPLICATION),
    }


def _asked(author_id: int, channel_id: int) -> NewJob:
    place = Destination(
        guild_id=BIG_SERVER, channel_id=channel_id, private=False, file_limit_bytes=10_485_760
    )
    return NewJob(
        request=Request(action=IMAGINE, prompt="one more"),
        author_id=author_id,
        destination=place,
        interaction_id=0,
    )


def _search(author_id: int, words: list[str], offset: int = 0, **search: Any) -> Question:
    looked_for = JobSearch(words=tuple(words), **search)
    return lambda store: store.read(
        searching.jobs_found, author_id, search=looked_for, offset=offset, limit=PAGE
    )


async def _accept(store: Store, new: NewJob, limits: Limits) -> None:
    await store.attempt(
        transitions.accept, replace(new, interaction_id=next(_interactions)), limits=limits
    )


async def _refused(store: Store, new: NewJob, limits: Limits) -> None:
    with suppress(BudgetUsedUp):
        await _accept(store, new, limits)
