"""Somebody's jobs by words, action and favorites: alike on both databases, and always in step."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot.actions import IMAGINE, REMIX, Action
from bot.job_search import WORDS_MAX, JobSearch, read_words
from bot.model import Job, Request, Source
from bot.store import Erased, Store, favorites, open_store, searching, transitions
from bot.store.migrating import migrate
from tests.clock import START, ManualClock
from tests.store.connections import connected
from tests.store.samples import AUTHOR, delivered, new_job
from tests.store.test_upgrading import older

OTHER = AUTHOR + 50


async def wanted(
    store: Store, prompt: str, *, author_id: int = AUTHOR, action: Action = IMAGINE
) -> Job:
    source = Source("1", 0) if action is REMIX else None
    new = new_job(Request(action=action, prompt=prompt, source=source))
    job = await store.attempt(transitions.accept, replace(new, author_id=author_id))
    assert job is not None
    return job


async def found(store: Store, words: str = "", author_id: int = AUTHOR, **search: Any) -> list[str]:
    looked_for = JobSearch(words=read_words(words)[0], **search)
    jobs = await store.read(searching.jobs_found, author_id, search=looked_for, offset=0, limit=9)
    return [job.request.prompt for job in jobs]


async def test_all_words_stand_in_the_prompt_in_any_order_and_case(store: Store) -> None:
    for prompt in ("a red fox", "A FOX, at night", "a red-brown hare::2 --ar 16:9", "foxes"):
        await wanted(store, prompt)
    await wanted(store, "their red fox", author_id=OTHER)
    for words, prompts in (
        ("fox", ["A FOX, at night", "a red fox"]),
        ("Fox RED", ["a red fox"]),
        ("red", ["a red-brown hare::2 --ar 16:9", "a red fox"]),
        ("brown-red", ["a red-brown hare::2 --ar 16:9"]),
        ("ar 16:9", ["a red-brown hare::2 --ar 16:9"]),
        ("fo", []),
        ("fox hare", []),
        ("wolf", []),
    ):
        assert await found(store, words) == prompts, words
    assert await found(store, "fox", OTHER) == ["their red fox"]


async def test_words_of_every_script_are_found(store: Store) -> None:
    for prompt in ("ein schöner Tag", "рыжая лиса", "赤い狐 と月", "mały żółw", "a 🦊 fox2"):
        await wanted(store, prompt)
    for words, prompt in (
        ("schöner", "ein schöner Tag"),
        ("лиса", "рыжая лиса"),
        ("赤い狐", "赤い狐 と月"),
        ("żółw", "mały żółw"),
        ("🦊 fox2", "a 🦊 fox2"),
    ):
        assert await found(store, words) == [prompt], words


HOSTILE = (
    '"', "'", '""fox""', "fox'", "fox OR hare", "fox AND", "NOT fox", "NEAR(fox hare)", "fox*",
    "fox NEAR hare", "^fox", "prompt:fox", "whose:1", "{prompt whose}:fox", "fox+hare", "-fox",
    "fox & hare", "fox | hare", "!fox", "fox:*", "fox <-> hare", "(fox", "fox)", "\\", "fox\\",
    "%", "_", "fox\0hare", "\0", "\ud83e", "; DROP TABLE jobs; --", "🦊", "!?…", "狐",
    "कुत्ता", "א\u05b0",
    "x" * 6000, "fox " * 1500, "🦊" * 3000, "ẍ\u0301" * 3000, "\U0001f1e6\u0301", "\ue000",
    "\U0001d523\U0001d52c" * 50, "@1", "#imagine", f"@{OTHER}", "'@1' | fox", "\u200d", "ﷺ" * 100,
)  # fmt: skip


async def test_no_text_raises_or_is_more_than_words(store: Store) -> None:
    await wanted(store, "a fox")
    await wanted(store, "a hare")
    await wanted(store, "a fox, a hare", author_id=OTHER)
    for hostile in HOSTILE:
        prompts = await found(store, hostile)
        words = {word.casefold() for word in read_words(hostile)[0]}
        if not words:
            assert prompts == ["a hare", "a fox"], hostile
        elif words <= {"fox"}:
            assert prompts == ["a fox"], hostile
        else:
            assert prompts == [], hostile


async def test_any_prompt_can_be_written_and_is_found_by_its_own_words(store: Store) -> None:
    for hostile in HOSTILE:
        prompt = f"heron {hostile}".encode(errors="ignore").decode().replace("\0", "")
        job = await wanted(store, prompt)
        assert prompt in await found(store, "heron"), hostile
        await store.record(transitions.withdraw, job.id)
        assert await found(store, "heron") == [], hostile


async def test_one_action_and_favorites_are_filters_of_their_own_and_together(
    store: Store,
) -> None:
    jobs = [
        await wanted(store, f"{word} {action.key}", action=action)
        for word in ("fox", "hare")
        for action in (IMAGINE, REMIX)
    ]
    theirs = await wanted(store, "fox theirs", author_id=OTHER)
    for job in (jobs[0], jobs[3], theirs):
        await store.write(favorites.keep, AUTHOR, job.id)
    for words, action, kept, prompts in (
        ("", "remix", False, ["hare remix", "fox remix"]),
        ("fox", "remix", False, ["fox remix"]),
        ("", None, True, ["hare remix", "fox imagine"]),
        ("fox", None, True, ["fox imagine"]),
        ("", "remix", True, ["hare remix"]),
        ("fox", "remix", True, []),
        ("", "zoom_out", False, []),
    ):
        assert await found(store, words, action=action, favorites=kept) == prompts


@pytest.mark.parametrize("looked_through", [1, 4, 1000])
async def test_pages_follow_on_each_other_without_gaps(
    store: Store, looked_through: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "LOOKED_THROUGH", looked_through)
    prompts: list[str] = []
    for number in range(12):
        word = "fox" if number % 3 else "hare"
        prompts[:0] = [f"{word} {number}"] if word == "fox" else []
        await wanted(store, f"{word} {number}")
        await wanted(store, "fox", author_id=OTHER)
    pages: list[str] = []
    for offset in range(0, 10, 3):
        jobs = await store.read(
            searching.jobs_found,
            AUTHOR,
            search=JobSearch(words=("fox",)),
            offset=offset,
            limit=3,
        )
        pages += [job.request.prompt for job in jobs]
    assert pages == prompts


# ------------------------------------------------------------------ in step, whoever writes


async def drafted(store: Store) -> None:
    await store.write(transitions.keep_draft, new_job(Request(action=IMAGINE, prompt="fox")))


async def dropped(store: Store) -> None:
    new = new_job(Request(action=IMAGINE, prompt="fox"))
    await store.write(transitions.keep_draft, new)
    assert await store.write(transitions.drop_draft, new.interaction_id, AUTHOR)


async def withdrawn(store: Store) -> None:
    job = await wanted(store, "fox")
    assert await store.record(transitions.withdraw, job.id)


async def withdrawn_to_a_draft(store: Store) -> None:
    job = await wanted(store, "fox")
    assert await store.record(transitions.withdraw, job.id, draft_id=job.id)


async def forgotten(store: Store) -> None:
    await delivered(store)
    await store.forget(Erased.AUTHOR, AUTHOR)


async def erased(store: Store) -> None:
    await forgotten(store)
    await store.erase(None)


async def grown_old(store: Store) -> None:
    await delivered(store)
    await store.erase(START + timedelta(seconds=1))


WRITES: dict[str, Callable[[Store], Awaitable[None]]] = {
    one.__name__: one
    for one in (drafted, dropped, withdrawn, withdrawn_to_a_draft, forgotten, erased, grown_old)
}


async def rows(url: str, tables: Iterable[str]) -> list[int]:
    async with connected(url) as connection:
        return [
            await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608  # ours
            for table in tables
        ]


@pytest.mark.parametrize("write", WRITES)
async def test_what_is_not_listed_is_not_found_and_what_is_gone_leaves_no_words(
    store: Store, database_url: str, write: str
) -> None:
    for _ in range(2):
        await WRITES[write](store)
    for words in ("fox", "harbour", ""):
        for action in (None, "imagine", "remix"):
            assert await found(store, words, action=action) == []
    sqlite = database_url.startswith("sqlite")
    jobs, indexed = await rows(
        database_url, ["jobs", "job_words_docsize" if sqlite else "job_words"]
    )
    assert jobs == indexed


async def test_a_prompt_that_somebody_changes_past_the_store_is_found_as_it_is(
    store: Store, database_url: str
) -> None:
    await wanted(store, "fox")
    async with connected(database_url, autocommit=True) as connection:
        await connection.execute(text("UPDATE jobs SET prompt = 'hare', action = 'remix'"))
    assert await found(store, "fox") == []
    assert await found(store, "hare", action="imagine") == []
    assert await found(store, "hare", action="remix") == ["hare"]


async def test_jobs_of_an_earlier_version_are_found(database_url: str, clock: ManualClock) -> None:
    async with older(database_url) as connection:
        await connection.run_sync(migrate, "0016")
        await connection.execute(
            text(
                "INSERT INTO jobs (interaction_id, state, action, prompt, author_id, channel_id,"
                " private, file_limit_bytes, created_at, ended_at) VALUES (1, 'failed', 'remix',"
                " 'a red fox', :author, 2, :no, 3, :at, :at)"
            ),
            {"author": AUTHOR, "no": False, "at": START.replace(tzinfo=None)},
        )
    async with open_store(database_url, clock=clock) as store:
        assert await found(store, "fox") == ["a red fox"]
        assert await found(store, "", action="remix") == ["a red fox"]
        assert await found(store, "fox", OTHER) == []


# ------------------------------------------------------------------ the words themselves


@pytest.mark.parametrize(
    ("typed", "words", "whole"),
    [
        ("a red-brown FOX!", ("a", "red", "brown", "FOX"), True),
        ("  ", (), True),
        ("❤️ 1️⃣ 🦊", ("1️⃣",), True),
        ("x" * 6000, ("x" * WORDS_MAX,), False),
        (f"{'x' * 50} yyyyyyyyy", ("x" * 50, "y" * 9), True),
        (f"{'x' * 50} yyyyyyyyyy", ("x" * 50,), False),
        ("\U0001d523" * 40, ("\U0001d523" * 30,), False),
    ],
)
def test_a_search_is_its_words_as_far_as_they_fit(
    typed: str, words: tuple[str, ...], whole: bool
) -> None:
    assert read_words(typed) == (words, whole)
