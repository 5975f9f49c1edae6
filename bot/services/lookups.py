"""Finds the job that somebody means, within the time that Discord leaves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.clock import Clock
from bot.errors import (
    ImagesMissing,
    JobUnknown,
    ListUnavailable,
    Reason,
    Rejected,
    SourceTooOld,
    StoreUnavailable,
)
from bot.job_ids import JobId, MessageId, could_be_a_message, may_be_known, same_id
from bot.model import Job, Source
from bot.services.access import AccessPolicy, Caller, TargetMessage
from bot.services.visibility import seen_by, standing
from bot.store import Store, lookups

STORE_BUDGET_S = 1.0
"""Discord wants its answer within three seconds: what the store may take of them, all together."""


class StoreDeadline:
    """A second for the store, to be spent in as many parts as an answer needs."""

    def __init__(self) -> None:
        self._left_s = STORE_BUDGET_S

    @asynccontextmanager
    async def spend(self) -> AsyncGenerator[None]:
        """Raises `StoreUnavailable` if all blocks together take longer than the second."""
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            async with asyncio.timeout(self._left_s):
                yield
        except TimeoutError:
            raise StoreUnavailable(detail=f"no answer within {STORE_BUDGET_S:g} s") from None
        finally:
            self._left_s -= clock.time() - began


@asynccontextmanager
async def read_deadline() -> AsyncGenerator[None]:
    """A second for whoever only wants to look. Raises `ListUnavailable`."""
    try:
        async with StoreDeadline().spend():
            yield
    except StoreUnavailable as error:
        raise ListUnavailable(detail=error.detail) from None


async def find_named(store: Store, named: JobId | MessageId) -> Job | None:
    """The job that *named* means, whoever may see it.

    Digits alone may be an id of the provider's as well as that of a message.
    """
    if isinstance(named, MessageId):
        return await store.read(lookups.by_message, named.value)
    job = await store.read(lookups.find_by_api_id, named.value)
    if job is None and could_be_a_message(named.value):
        job = await store.read(lookups.by_message, int(named.value))
    return job


async def shown_in(store: Store, message: TargetMessage) -> Job | None:
    """The job that this message shows, whoever may see it.

    What its buttons say comes first: `/show` posts a job in messages that nobody wrote down.
    """
    job = None
    if message.interaction_id is not None:
        job = await store.read(lookups.by_interaction, message.interaction_id)
    return job or await store.read(lookups.by_message, message.message_id)


async def find_source(
    store: Store,
    named: JobId | MessageId,
    image_no: int | None,
    caller: Caller,
    access: AccessPolicy,
    *,
    time: StoreDeadline,
) -> tuple[Source, Job | None]:
    """The image as the API addresses it, and the job it is of if that is known.

    Images may have a job id of their own; whoever names one of the provider's ids means that one,
    in the provider's own spelling. Raises `Rejected` and `JobUnknown` if nobody knows it or
    *caller* may not see it, `NotYours` if they may not go on from it, `ImagesMissing`, and
    `StoreUnavailable`.
    """
    async with time.spend():
        known = await find_named(store, named)
    seen = await seen_by(caller, known)
    if seen is None:
        if isinstance(named, MessageId):
            raise Rejected(Reason.MESSAGE_UNKNOWN)
        if known is not None or not may_be_known(named):
            raise JobUnknown
        return Source(named.value, image_no), None
    access.check_result_access(standing(caller, seen), seen.author_id)
    if seen.provider_job_id is None:
        raise ImagesMissing
    own = [image.job_id for image in seen.images if image.image_no == image_no]
    if isinstance(named, JobId) and not same_id(named.value, seen.task_id):
        ids = [seen.provider_job_id, *(image.job_id for image in seen.images)]
        own = [one for one in ids if same_id(named.value, one)] + own
    return Source(next(filter(None, own), seen.provider_job_id), image_no), seen


def check_age(
    source: Job | None,
    prompt: str,
    within_days: float,
    clock: Clock,
    *,
    private: bool,
    callback: str | None,
) -> None:
    """Raises `SourceTooOld`, with the rest, if the API makes nothing of *source* any more."""
    if not within_days or source is None or source.finished_at is None:
        return
    if clock.now() - source.finished_at > timedelta(days=within_days):
        raise SourceTooOld(days=within_days, prompt=prompt, private=private, callback=callback)
