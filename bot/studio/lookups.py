"""Finds the job that somebody means, within the time that Discord leaves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.clock import Clock
from bot.errors import JobPrivate, ListUnavailable, MessageUnknown, SourceTooOld, StoreUnavailable
from bot.inputs import JobId, MessageId
from bot.model import Job, Source
from bot.store import Store

STORE_BUDGET_S = 1.0
"""Discord wants its answer within three seconds: what the store may take of them, all together."""


@asynccontextmanager
async def store_budget() -> AsyncGenerator[None]:
    """Raises `StoreUnavailable` where the block takes longer than a second."""
    try:
        async with asyncio.timeout(STORE_BUDGET_S):
            yield
    except TimeoutError:
        raise StoreUnavailable(detail=f"no answer within {STORE_BUDGET_S:g} s") from None


@asynccontextmanager
async def looking() -> AsyncGenerator[None]:
    """The same for who only wants to look. Raises `ListUnavailable`."""
    try:
        async with store_budget():
            yield
    except StoreUnavailable as error:
        raise ListUnavailable(detail=error.detail) from None


async def find_source(
    store: Store, job: JobId | MessageId, image_no: int, author_id: int
) -> tuple[Source, Job | None]:
    """The picture as the API addresses it, and the job it is of where that is known.

    Raises `MessageUnknown` and `JobPrivate`.
    """
    if isinstance(job, MessageId):
        shown = await store.by_message(job.value)
        if shown is None or shown.provider_job_id is None:
            raise MessageUnknown
        check_owner(shown, author_id)
        return Source(_id_of_picture(shown, image_no), image_no), shown
    known = await store.by_id(job.value)
    if known is None or known.provider_job_id is None:
        return Source(job.value, image_no), None
    check_owner(known, author_id)
    is_task = job.value == known.task_id
    return Source(_id_of_picture(known, image_no) if is_task else job.value, image_no), known


def check_owner(job: Job, author_id: int) -> None:
    """Raises `JobPrivate` where *job* is private to somebody else."""
    if job.place.private and job.author_id != author_id:
        raise JobPrivate


def check_age(source: Job | None, prompt: str, within_days: float, clock: Clock) -> None:
    """Raises `SourceTooOld` with this *prompt* where the API would refuse to remix *source*."""
    if not within_days or source is None or source.finished_at is None:
        return
    if clock.now() - source.finished_at > timedelta(days=within_days):
        raise SourceTooOld(days=within_days, prompt=prompt)


def _id_of_picture(job: Job, image_no: int) -> str:
    """The provider's id that a remix of this picture must name; pictures may have their own."""
    own = (picture.job_id for picture in job.pictures if picture.image_no == image_no)
    return next(own, None) or job.provider_job_id or ""
