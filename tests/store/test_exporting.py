"""A person's data is all that is kept of them, newest first, in files that say what they lack."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.preferences import Preferences
from bot.services import export
from bot.services.export import Export
from bot.store import Erased, Store, exporting, favorites, preferences, transitions
from bot.store.tables import JobRow
from tests.clock import ManualClock
from tests.store import samples
from tests.store.samples import AUTHOR

ELSEWHERE_TOLD = {"id", "author_id", "source_job_id", "source_image_no", "provider_job_id"}
"""Under another name, or in a part of its own."""


async def exported(store: Store, person_id: int = AUTHOR) -> list[dict[str, Any]]:
    found = await Export(store, ManualClock()).of(person_id, limit_bytes=10_000_000)
    return [json.loads(file) for file in found.files]


async def test_everything_is_there_and_no_secret_is(store: Store) -> None:
    await store.write(preferences.change, AUTHOR, {"aspect": "16:9"})
    await store.attempt(transitions.accept, samples.remix_from_a_message())
    await store.write(transitions.keep_draft, samples.imagine_in_private())
    done = await samples.delivered(store)
    await store.write(favorites.keep, AUTHOR, done.id)
    found = await Export(store, ManualClock()).of(AUTHOR, limit_bytes=10_000_000)
    [content] = found.files
    assert (found.jobs, found.cut) == (3, False)
    assert samples.TOKEN.encode() not in content
    data = json.loads(content)
    assert data["person_id"] == str(AUTHOR)
    assert Preferences.of(data["preferences"]) == Preferences(aspect="16:9")
    assert [row["job"] for row in data["favorites"]] == [done.id]
    assert {row["job"] for row in data["usage"]} >= {done.id}
    last, draft, first = data["jobs"]
    assert [one["state"] for one in data["jobs"]] == ["delivered", "draft", "accepted"]
    assert last["prompt"] == done.request.prompt
    assert [image["url"] for image in last["images"]] == [one.url for one in done.images]
    assert last["cost_usd"] == "0.080001"
    assert draft["private"] is True
    assert first["made_from_message"].startswith("https://discord.com/channels/")
    nobody = await exported(store, AUTHOR + 1)
    assert [(one["jobs"], one["usage"]) for one in nobody] == [([], [])]


async def test_every_column_of_a_job_is_told_but_the_token(store: Store) -> None:
    await samples.delivered(store)
    [data] = await exported(store)
    [job] = data["jobs"]
    links = {"message_id", "origin_guild_id", "origin_channel_id", "origin_message_id"}
    columns = {column.name for column in JobRow.__table__.columns} - links - ELSEWHERE_TOLD
    renamed = {"reachable": "bot_is_member", "depth": "chain"}
    told = {renamed.get(name, name) for name in columns}
    assert told - job.keys() == {"interaction_token"}


async def test_what_is_to_be_forgotten_is_told_no_more(store: Store) -> None:
    await samples.delivered(store)
    await store.forget(Erased.AUTHOR, AUTHOR)
    later = await samples.delivered(store)
    [data] = await exported(store)
    assert [one["number"] for one in data["jobs"]] == [later.id]
    assert data["preferences"] == json.loads(json.dumps(data["preferences"]))


async def test_many_jobs_come_in_several_files_and_what_has_no_room_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [await samples.failed(store) for _ in range(7)]
    for name, value in (("JOBS_PER_FILE", 2), ("FILES_MAX", 3), ("BATCH", 4)):
        monkeypatch.setattr(export, name, value)
    found = await Export(store, ManualClock()).of(AUTHOR, limit_bytes=10_000_000)
    files = [json.loads(file) for file in found.files]
    assert [file["part"] for file in files] == [1, 2, 3]
    numbers = [job["number"] for file in files for job in file["jobs"]]
    assert numbers == [job.id for job in reversed(jobs)][:6]
    assert (found.jobs, found.cut) == (6, True)
    small = await Export(store, ManualClock()).of(AUTHOR, limit_bytes=4000)
    assert all(len(file) <= 4000 for file in small.files)
    assert small.cut


async def test_one_read_is_one_batch(store: Store) -> None:
    jobs = [await samples.failed(store) for _ in range(3)]
    page = await store.read(exporting.jobs_before, AUTHOR, jobs[-1].id, limit=1)
    assert [job.id for job in page] == [jobs[1].id]


def test_the_page_about_privacy_says_what_is_in_the_file() -> None:
    page = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
    for name in (
        "schema",
        "exported_at",
        "person_id",
        "preferences",
        "favorites",
        "usage",
        "part",
        "jobs",
    ):
        assert f"`{name}`" in page
