"""The lists of jobs: whose they are, in which order, and what stays private."""

from dataclasses import replace

from bot.actions import IMAGINE
from bot.model import Completed, Destination, Job, MessageLink, Request
from bot.store import Store, lookups, transitions
from tests.clock import ManualClock
from tests.store.samples import AUTHOR, CHANNEL, MESSAGE, PLACE, completed, new_job

OTHER = AUTHOR + 50
ELSEWHERE = CHANNEL + 50
PRIVATE = replace(PLACE, private=True)


async def made(
    store: Store,
    prompt: str,
    *,
    author_id: int = AUTHOR,
    place: Destination = PLACE,
    answer: Completed | None = None,
) -> Job:
    """A job with images, which its prompt names."""
    new = replace(new_job(Request(action=IMAGINE, prompt=prompt), place=place), author_id=author_id)
    job = await store.attempt(transitions.accept, new)
    assert job is not None
    await store.attempt(transitions.begin_submit, job.id, MESSAGE + job.id)
    finished = await store.record(
        transitions.finish, job.id, answer or completed(f"made-{job.id}", f"task-{job.id}")
    )
    assert finished is not None
    await store.record(transitions.mark_delivered, job.id, MESSAGE + job.id)
    return finished


async def suggested(store: Store, words: str = "") -> list[str]:
    return [
        one.prompt for one in await store.read(lookups.suggestions, AUTHOR, CHANNEL, words=words)
    ]


async def test_the_jobs_of_one_person_come_newest_first_and_nobody_elses(store: Store) -> None:
    for prompt in ("one", "two", "three", "four"):
        await made(store, prompt)
        await made(store, "not mine", author_id=OTHER)
    first = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=3)
    rest = await store.read(lookups.jobs_of, AUTHOR, offset=3, limit=3)
    assert [job.request.prompt for job in first] == ["four", "three", "two"]
    assert [job.request.prompt for job in rest] == ["one"]


async def test_jobs_in_every_state_are_listed(store: Store) -> None:
    accepted = await store.attempt(transitions.accept, new_job())
    failed = await store.attempt(transitions.accept, new_job())
    assert accepted
    assert failed
    await store.record(transitions.fail, failed.id, "ApiBusy")
    listed = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=10)
    assert [job.id for job in listed] == [failed.id, accepted.id]


async def test_a_job_knows_the_message_that_holds_its_images(store: Store) -> None:
    job = await made(store, "here")
    [listed] = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=1)
    assert listed.posted == MessageLink(
        guild_id=PLACE.guild_id, channel_id=CHANNEL, message_id=MESSAGE + job.id
    )


async def test_images_that_came_as_a_direct_message_belong_to_no_server(store: Store) -> None:
    job = await store.attempt(transitions.accept, new_job())
    assert job
    await store.attempt(transitions.begin_submit, job.id, None)
    await store.record(transitions.finish, job.id, completed())
    assert (await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=1))[0].posted is None
    await store.record(transitions.mark_delivered, job.id, MESSAGE, channel_id=ELSEWHERE)
    [listed] = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=1)
    assert listed.posted == MessageLink(guild_id=None, channel_id=ELSEWHERE, message_id=MESSAGE)


async def test_a_job_that_is_shown_again_is_found_by_both_messages_and_listed_by_the_newer(
    store: Store,
) -> None:
    job = await made(store, "again")
    link = MessageLink(guild_id=7, channel_id=ELSEWHERE, message_id=MESSAGE + 500)
    await store.record(transitions.set_result_message, job.id, link)
    [listed] = await store.read(lookups.jobs_of, AUTHOR, offset=0, limit=1)
    assert listed.posted == link
    for message_id in (link.message_id, MESSAGE + job.id):
        found = await store.read(lookups.by_message, message_id)
        assert found is not None
        assert found.id == job.id


async def test_mine_are_suggested_first_then_those_of_the_channel(store: Store) -> None:
    await made(store, "mine, old", place=replace(PLACE, channel_id=ELSEWHERE))
    await made(store, "theirs", author_id=OTHER)
    await made(store, "mine, private", place=PRIVATE)
    await made(store, "theirs, new", author_id=OTHER)
    assert await suggested(store) == ["mine, private", "mine, old", "theirs, new", "theirs"]


async def test_what_is_private_to_others_or_in_other_channels_is_never_suggested(
    store: Store,
) -> None:
    await made(store, "their secret", author_id=OTHER, place=PRIVATE)
    await made(store, "elsewhere", author_id=OTHER, place=replace(PLACE, channel_id=ELSEWHERE))
    assert await suggested(store) == []
    assert await suggested(store, "secret") == []


async def test_a_job_without_images_is_not_suggested(store: Store) -> None:
    job = await store.attempt(
        transitions.accept, new_job(Request(action=IMAGINE, prompt="not yet"))
    )
    assert job
    assert await suggested(store) == []
    await store.record(transitions.fail, job.id, "ApiBusy")
    assert await suggested(store) == []


async def test_words_are_looked_for_in_prompts_and_ids_letter_by_letter(store: Store) -> None:
    for prompt in ("a red fox", "100% wool", "snake_case"):
        await made(store, prompt)
    for words, found in (
        ("FOX", ["a red fox"]),
        ("100%", ["100% wool"]),
        ("_", ["snake_case"]),
        ("made-1", ["a red fox"]),
        ("ade-1", []),
        ("wolf", []),
        ("'; DROP TABLE jobs; --", []),
    ):
        assert await suggested(store, words) == found, words


async def test_no_more_are_suggested_than_wanted_and_the_newest_are(
    store: Store, clock: ManualClock
) -> None:
    for number in range(3):
        await made(store, f"mine {number}")
        await made(store, f"theirs {number}", author_id=OTHER)
    found = await store.read(lookups.suggestions, AUTHOR, CHANNEL, limit=4)
    assert [one.prompt for one in found] == ["mine 2", "mine 1", "mine 0", "theirs 2"]
    assert found[0].created_at == clock.now()
    assert found[0].job_id == "made-5"
