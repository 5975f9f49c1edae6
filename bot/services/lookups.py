"""Finds the job that somebody means, within the time that Discord leaves."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bot.actions import EXTEND, EXTENSIONS_MAX, Action
from bot.clock import Clock
from bot.errors import (
    ImagesMissing,
    JobUnknown,
    ListUnavailable,
    Reason,
    Rejected,
    SourceTooOld,
    StopNotRecorded,
    StoreUnavailable,
)
from bot.job_ids import JobId, MessageId, could_be_a_message, may_be_known, same_id
from bot.jobs.availability import Availability
from bot.limits import Limits
from bot.model import Destination, Image, Job, Request, Source
from bot.services.access import AccessPolicy, is_seen_at, seen_by, standing, stays_private
from bot.services.context import Caller, TargetMessage
from bot.store import Store, counting, lookups

ANCESTORS_MAX = 10
"""Generations that are gone back to find a prompt."""
STORE_BUDGET_S = 1.0
"""Discord wants its answer within three seconds: what the store may take of them, all together."""


class StoreDeadline:
    """A second for the store, to be spent in as many parts as an answer needs."""

    def __init__(
        self, failure: type[StoreUnavailable | ListUnavailable | StopNotRecorded] = StoreUnavailable
    ) -> None:
        """*failure*: what is raised where the store does not answer."""
        self._failure = failure
        self._left_s = STORE_BUDGET_S

    @asynccontextmanager
    async def spend(self) -> AsyncGenerator[None]:
        """Raises the failure if all blocks together take longer than the second."""
        clock = asyncio.get_running_loop()
        began = clock.time()
        try:
            async with asyncio.timeout(self._left_s):
                yield
        except StoreUnavailable as error:
            raise self._failure(detail=error.detail) from None
        except TimeoutError:
            raise self._failure(detail=f"no answer within {STORE_BUDGET_S:g} s") from None
        finally:
            self._left_s -= clock.time() - began


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownJob:
    """An id that stands for no job that somebody may see; the API may know it."""

    job_id: str
    hidden: bool
    """There is such a job, which they must not learn."""


class JobLookups:
    """Finds jobs in the *store*, for who may see them and go on from them."""

    def __init__(
        self,
        store: Store,
        *,
        access: AccessPolicy,
        limits: Limits,
        availability: Availability,
        clock: Clock,
    ) -> None:
        self.store = store
        self.availability = availability
        self.access = access
        self.limits = limits
        self._clock = clock

    async def by_name(self, named: JobId | MessageId) -> Job | None:
        """The job that *named* means, whoever may see it.

        Digits alone may be an id of the provider's as well as that of a message.
        """
        if isinstance(named, MessageId):
            return await self.store.read(lookups.by_message, named.value)
        job = await self.store.read(lookups.find_by_api_id, named.value)
        if job is None and could_be_a_message(named.value):
            job = await self.store.read(lookups.by_message, int(named.value))
        return job

    async def shown_in(self, message: TargetMessage) -> Job | None:
        """The job that this message shows, whoever may see it.

        What its buttons say comes first: `/show` posts a job in messages that nobody wrote down.
        """
        job = None
        if message.interaction_id is not None:
            job = await self.store.read(lookups.by_interaction, message.interaction_id)
        return job or await self.store.read(lookups.by_message, message.message_id)

    async def asked_in(self, interaction_id: int, caller: Caller, time: StoreDeadline) -> Job:
        """The job that was asked for in this interaction.

        Raises `JobUnknown`, also for one that *caller* may not see, and what *time* does.
        """
        async with time.spend():
            known = await self.store.read(lookups.by_interaction, interaction_id)
        if (seen := await seen_by(caller, known)) is None:
            raise JobUnknown
        return seen

    async def find(
        self, named: JobId | MessageId, caller: Caller, time: StoreDeadline
    ) -> Job | UnknownJob:
        """The job that *named* means to *caller*; its id if only the API may know it.

        Raises `Rejected`, `JobUnknown`, and what *time* does.
        """
        async with time.spend():
            known = await self.by_name(named)
        if (seen := await seen_by(caller, known)) is not None:
            return seen
        if isinstance(named, MessageId):
            raise Rejected(Reason.MESSAGE_UNKNOWN)
        if known is None and not may_be_known(named):
            raise JobUnknown
        return UnknownJob(job_id=named.value, hidden=known is not None)

    async def find_source(
        self, named: JobId | MessageId, image_no: int | None, caller: Caller, time: StoreDeadline
    ) -> tuple[Source, Job | None]:
        """The image as the API addresses it, and the job it is of if that is known.

        Images may have a job id of their own; whoever names one of the provider's ids means that
        one, in the provider's own spelling. Raises what `find` does, `JobUnknown` also for a hidden
        one, `NotYours` if they may not go on from it, and `ImagesMissing`.
        """
        seen = await self.find(named, caller, time)
        if isinstance(seen, UnknownJob):
            if seen.hidden:
                raise JobUnknown
            return Source(seen.job_id, image_no), None
        self.check_access(caller, seen)
        if seen.provider_job_id is None:
            raise ImagesMissing
        own = [image.job_id for image in seen.images if image.image_no == image_no]
        if isinstance(named, JobId) and not same_id(named.value, seen.task_id):
            ids = [seen.provider_job_id, *(image.job_id for image in seen.images)]
            own = [one for one in ids if same_id(named.value, one)] + own
        return Source(next(filter(None, own), seen.provider_job_id), image_no), seen

    async def source_image(self, job: Job, viewer_id: int | None = None) -> Image | None:
        """The image that *job* was made from, if everybody may see it who sees *job* where it is.

        In private that is *viewer_id*, or else its author, alone. ``None`` also if the store does
        not answer.
        """
        if (source := job.request.source) is None:
            return None
        try:
            async with StoreDeadline().spend():
                parent = await self.store.read(lookups.find_by_api_id, source.job_id)
        except StoreUnavailable:
            return None
        viewer_id = viewer_id or job.author_id
        if parent is None or not await is_seen_at(parent, job.destination, viewer_id):
            return None
        named = (one for one in parent.images if same_id(one.job_id, source.job_id))
        fitting = (one for one in named if one.image_no == source.image_no)
        return next((one for one in fitting if one.offers(job.request.action)), None)

    async def prompt_of(self, request: Request | None, caller: Caller, time: StoreDeadline) -> str:
        """The prompt of *request*, or else of what it was made from, as far as they may see that.

        Raises what *time* does.
        """
        for _ in range(ANCESTORS_MAX):
            if request is None or request.prompt or request.source is None:
                break
            async with time.spend():
                parent = await self.store.read(lookups.find_by_api_id, request.source.job_id)
            parent = await seen_by(caller, parent)
            request = parent and parent.request
        return request.prompt if request else ""

    async def least_price(self, action: Action, time: StoreDeadline) -> Decimal:
        """What the cheapest job of *action* is taken to cost, in USD. Raises what *time* does."""
        known = self.limits.known_price_usd
        async with time.spend():
            usd = await self.store.read(counting.price, action, known=known)
        return usd * action.least_units

    def check_offered(self, action: Action) -> None:
        """Raises `Rejected` where *action* is switched off."""
        if action.key in self.availability.off:
            raise Rejected(Reason.SWITCHED_OFF)

    async def check_possible(
        self, wanted: Request, source: Job | None, time: StoreDeadline
    ) -> None:
        """Raises `Rejected` if the API doesn't make what is *wanted* from *source*."""
        self.check_offered(wanted.action)
        image_no = wanted.source.image_no if wanted.source else None
        if source is None or image_no is None:
            return
        images = [one for one in source.images if one.image_no == image_no]
        if images and not any(one.offers(wanted.action, source.request.action) for one in images):
            raise Rejected(Reason.NOT_FROM_THIS)
        if wanted.action != EXTEND:
            return
        extended, before = 0, source
        async with time.spend():
            while before is not None and before.request.action == EXTEND:
                extended += 1
                if extended == EXTENSIONS_MAX:
                    raise Rejected(Reason.EXTENDED_ENOUGH)
                made_from = before.request.source
                before = made_from and await self.store.read(
                    lookups.find_by_api_id, made_from.job_id
                )

    def check_access(self, caller: Caller, job: Job) -> None:
        """Raises `NotYours` if *caller* may not go on from the result of *job*."""
        self.access.check_result_access(standing(caller, job), job.author_id)

    def check_age(self, source: Job | None, wanted: Request, destination: Destination) -> None:
        """Raises `SourceTooOld`, with what is *wanted*, if the API makes nothing of *source*."""
        days = self.limits.remix_within_days
        if source is None or source.finished_at is None or not days:
            return
        if self._clock.now() - source.finished_at > timedelta(days=days):
            raise SourceTooOld(
                days=days,
                prompt=wanted.prompt or source.request.prompt,
                private=destination.private or stays_private(source, destination),
                callback=wanted.callback,
            )
