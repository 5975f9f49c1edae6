"""Jobs and answers that the tests of the store start from."""

import itertools
from decimal import Decimal

from bot.actions import IMAGINE, REMIX, MediaKind, Mode
from bot.model import Completed, Destination, Image, Job, MessageLink, NewJob, Request, Source
from bot.store import Store, lookups, transitions

AUTHOR = 1_234_567_890_123_456_789
CHANNEL = 9_100_000_000_000_000_001
MESSAGE = 9_200_000_000_000_000_002
ELSEWHERE = MESSAGE + 1000
"""The message that shows a job where a test does not care."""
TOKEN = "aW50ZXJhY3Rpb246c2VjcmV0"
PLACE = Destination(
    guild_id=AUTHOR + 1, channel_id=CHANNEL, private=False, file_limit_bytes=10_485_760
)
A_REMIX = Request(
    action=REMIX,
    source=Source(job_id="7286412345678901234", image_no=3),
    prompt="a harbour at dawn 🌅",
    options={"mode": Mode.SUBTLE},
    callback="https://example.org/done?id=1",
)

_interaction_ids = itertools.count(8_000_000_000_000_000_000)


def new_job(request: Request = A_REMIX, *, place: Destination = PLACE) -> NewJob:
    """A job that nobody has asked for yet: each has an interaction of its own."""
    return NewJob(
        request=request, author_id=AUTHOR, destination=place, interaction_id=next(_interaction_ids)
    )


def remix_from_a_message() -> NewJob:
    """A job with a value in every field."""
    return NewJob(
        request=A_REMIX,
        author_id=AUTHOR,
        destination=PLACE,
        interaction_id=next(_interaction_ids),
        origin=MessageLink(guild_id=AUTHOR + 2, channel_id=CHANNEL + 5, message_id=MESSAGE + 5),
        application_id=AUTHOR + 3,
        interaction_token=TOKEN,
        locale="pt-BR",
        depth=3,
    )


def imagine_in_private() -> NewJob:
    """A job with as few values as a job can have."""
    place = Destination(guild_id=None, channel_id=CHANNEL, private=True, file_limit_bytes=1)
    return new_job(Request(action=IMAGINE, prompt="?"), place=place)


def completed(job_id: str = "provider-1", task_id: str = "task-1") -> Completed:
    """Two of four images, one of them with an id of its own."""
    return Completed(
        task_id=task_id,
        job_id=job_id,
        cost_usd=Decimal("0.080001"),
        images=(
            Image(job_id=job_id, image_no=2, url="https://example.org/2.png"),
            Image(
                job_id=f"{job_id}-own",
                image_no=0,
                url="https://example.org/0.mp4",
                kind=MediaKind.VIDEO,
            ),
        ),
    )


async def accepted(store: Store) -> Job:
    """A job that was just accepted."""
    job = await store.attempt(transitions.accept, new_job())
    assert job is not None
    return job


async def submitting(store: Store, message_id: int = ELSEWHERE) -> Job:
    job = await accepted(store)
    assert await store.attempt(transitions.begin_submit, job.id, message_id)
    return job


async def running(store: Store, task_id: str = "task-1") -> Job:
    job = await submitting(store)
    assert await store.record(transitions.begin_run, job.id, task_id)
    return job


async def finished(store: Store, answer: Completed | None = None) -> Job:
    job = await store.record(transitions.finish, (await running(store)).id, answer or completed())
    assert job is not None
    return job


async def delivered(store: Store, message_id: int = MESSAGE) -> Job:
    job = await finished(store)
    assert await store.record(transitions.mark_delivered, job.id, message_id)
    return job


async def failed(store: Store) -> Job:
    job = await submitting(store)
    assert await store.record(transitions.fail, job.id, "generation_failed")
    return job


async def unknown(store: Store) -> Job:
    job = await submitting(store)
    assert await store.record(transitions.mark_unknown, job.id)
    return job


async def found(store: Store, job_id: int) -> Job:
    """The job as it is kept now."""
    job = await store.read(lookups.get, job_id)
    assert job is not None
    return job
