"""What people can look up, show again and have forgotten: nothing here makes a job."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from bot.actions import Action, MediaKind, Options
from bot.attachments import MESSAGE_LIMIT_BYTES, LoadedImages
from bot.errors import (
    DraftGone,
    GenerationFailed,
    ImagesMissing,
    JobUnknown,
    ListUnavailable,
    Rejected,
    StoreUnavailable,
)
from bot.job_ids import JobId, MessageId, may_be_known
from bot.job_search import JobSearch
from bot.jobs.result_lookup import ResultLookup
from bot.model import (
    Completed,
    Destination,
    Image,
    Job,
    JobState,
    MessageLink,
    Request,
    Source,
    Suggestion,
    Usage,
)
from bot.pictures.opening import in_thread
from bot.pictures.thumbnail import draw_thumbnail
from bot.services.access import seen_by, visible
from bot.services.context import Caller, RequestContext, TargetMessage
from bot.services.lookups import JobLookups, StoreDeadline, UnknownJob
from bot.store import Erased, counting, erasing, favorites, lookups, searching, transitions

log = logging.getLogger(__name__)

LISTED = 6
"""Jobs on one page of a list: with long prompts and links they just fit in a message."""
PAGES_MAX = 10_000
THUMBNAIL_S = 8.0
"""What a small copy of an image is waited for."""
CHILDREN_LISTED = 10
CHILDREN_LOOKED_AT = 50
"""The newest, of which those are listed that somebody may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """A page of somebody's jobs, the newest first."""

    jobs: tuple[Job, ...]
    page: int
    """From 0."""
    more: bool
    """There are older ones."""
    search: JobSearch | None = None
    """What is looked for; ``None``: these are all."""
    shortened: bool = False
    """Somebody looked for more words than there is room for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobDetails:
    """All that is known of a job, as one person may see it."""

    job: Job
    parent: Job | None
    """``None`` also if they may not see it."""
    children: tuple[Job, ...]
    """The newest ten that they may see."""
    origin: MessageLink | None
    """The message that shows what *job* was made from, if they may see that."""


class JobHistory:
    """What is kept of jobs, for who may see it."""

    def __init__(self, jobs: JobLookups, results: ResultLookup) -> None:
        self._lookups = jobs
        self._store = jobs.store
        self._results = results

    async def prefill(
        self,
        action: Action,
        of: tuple[JobId | MessageId, int | None],
        caller: Caller,
        destination: Destination,
        *,
        options: Options | None = None,
        callback: str | None = None,
        like: Request | None = None,
    ) -> tuple[Request, Decimal | None]:
        """What the form for this image is filled with, empty if the store is silent; and what the
        cheapest job of *action* costs, if that is known.

        What is not given is as in *like*, or else as in what made the image; but a part of that
        one's source is none of this image. Raises what
        `find_source` and `check_possible` raise, and `SourceTooOld`; `StoreUnavailable` only if the
        store alone can know the job's id.
        """
        time, price_usd = StoreDeadline(), None
        try:
            source, parent = await self._lookups.find_source(*of, caller, time)
        except StoreUnavailable:
            job, image_no = of
            if isinstance(job, MessageId) or not may_be_known(job):
                raise
            source, parent = Source(job.value, image_no), None
        wanted = Request(action=action, source=source, options=options or {}, callback=callback)
        await self._lookups.check_possible(wanted, parent, time)
        if like is None and parent is not None:
            like, mask = parent.request, parent.request.action.mask
            kept = {
                name: one for name, one in like.options.items() if not mask or name != mask.name
            }
            like = replace(like, options=kept)
        with suppress(StoreUnavailable):
            price_usd = await self._lookups.least_price(action, time)
        if like is not None:
            if options is None and like.action == action:
                wanted = replace(wanted, options=like.options)
            if action.media is like.action.media:  # of a video a prompt says how things move
                with suppress(StoreUnavailable):
                    prompt = await self._lookups.prompt_of(like, caller, time)
                    wanted = replace(wanted, prompt=prompt)
            self._lookups.check_age(parent, wanted, destination)
        return wanted, price_usd

    async def suggest(self, caller: Caller, channel_id: int, words: str) -> list[Suggestion]:
        """Finished jobs that somebody who types *words* in this channel may mean, 25 at most.

        Never those that they may not see. None if the store is silent.
        """
        shared = channel_id if caller.sees_channel else 0
        try:
            async with StoreDeadline().spend():
                return await self._store.read(
                    lookups.suggestions, caller.user_id, shared, words=words.strip()
                )
        except StoreUnavailable as error:
            log.warning("Failed to suggest jobs: %s", error)
            return []

    async def draft(self, draft_id: int, author_id: int) -> Job:
        """What this person asked for and did not get. Raises `DraftGone` and `ListUnavailable`."""
        async with StoreDeadline(ListUnavailable).spend():
            draft = await self._store.read(lookups.draft, draft_id)
        if draft is None or draft.author_id != author_id:
            raise DraftGone
        return draft

    async def drop_draft(self, draft_id: int, author_id: int) -> None:
        """Forget what this person asked for and did not get.

        Raises `DraftGone` if it was done before, and `ListUnavailable`.
        """
        async with StoreDeadline(ListUnavailable).spend():
            dropped = await self._store.write(transitions.drop_draft, draft_id, author_id)
        if not dropped:
            raise DraftGone

    async def shown_in(self, message: TargetMessage, caller: Caller) -> Job | None:
        """The job in this message; ``None`` if that is not known, or not theirs to see."""
        return await seen_by(caller, await self._job_in(message))

    async def author_of(self, message: TargetMessage) -> int | None:
        """Who asked for the job in this message, if that is known."""
        job = await self._job_in(message)
        return None if job is None else job.author_id

    async def _job_in(self, message: TargetMessage) -> Job | None:
        try:
            async with StoreDeadline().spend():
                return await self._lookups.shown_in(message)
        except StoreUnavailable as error:
            log.warning("Message %d: failed to look up its job: %s", message.message_id, error)
            return None

    async def jobs_of(self, author_id: int, page: int, search: JobSearch | None = None) -> JobList:
        """One page of this person's jobs that fit *search*, from 0; the first if *page* has none.

        Raises `ListUnavailable`.
        """
        page = min(page, PAGES_MAX)
        question = lookups.jobs_of
        if search is not None:
            question = partial(searching.jobs_found, search=search)
        async with StoreDeadline(ListUnavailable).spend():
            jobs = await self._store.read(
                question, author_id, offset=page * LISTED, limit=LISTED + 1
            )
        if page and not jobs:
            return await self.jobs_of(author_id, 0, search)
        return JobList(jobs=tuple(jobs[:LISTED]), page=page, more=len(jobs) > LISTED, search=search)

    async def panel(self, interaction_id: int, caller: Caller) -> tuple[Job, Mapping[str, Decimal]]:
        """The job that was asked for in this interaction, and what the cheapest job of each action
        costs, by its key. Raises `JobUnknown` and `ListUnavailable`.
        """
        time, known = StoreDeadline(ListUnavailable), self._lookups.limits.known_price_usd
        job = await self._lookups.asked_in(interaction_id, caller, time)
        async with time.spend():
            return job, await self._store.read(counting.prices, known=known)

    async def thumbnail(self, image: Image) -> bytes | None:
        """A small copy of *image*, a PNG; ``None`` for a video, and where it can't be had soon."""
        if image.kind is not MediaKind.IMAGE:
            return None
        with suppress(TimeoutError, Rejected):
            async with asyncio.timeout(THUMBNAIL_S):
                loading = self._results.loaded((image,), MESSAGE_LIMIT_BYTES, None)
                async with loading as ([loaded], _):
                    if loaded.file is not None:
                        return await in_thread(draw_thumbnail, loaded.file.content)
        return None

    async def details(self, interaction_id: int, caller: Caller) -> JobDetails:
        """All about the job that was asked for in this interaction, as far as they may see it.

        Raises `JobUnknown` and `ListUnavailable`.
        """
        parent = None
        async with StoreDeadline(ListUnavailable).spend():
            job = await self._store.read(lookups.by_interaction, interaction_id)
            if job is None:
                raise JobUnknown
            if (source := job.request.source) is not None:
                parent = await self._store.read(lookups.find_by_api_id, source.job_id)
            children = await self._store.read(
                lookups.children, [job], caller.user_id, limit=CHILDREN_LOOKED_AT
            )
        seen = await visible([job, *filter(None, [parent]), *children], caller)
        if job not in seen:
            raise JobUnknown
        parent = parent if parent in seen else None
        own = job.author_id == caller.user_id
        link = (parent.posted or parent.message) if parent is not None else None
        return JobDetails(
            job=job,
            parent=parent,
            children=tuple(one for one in children if one in seen)[:CHILDREN_LISTED],
            origin=link or (job.origin if own or parent is not None else None),
        )

    async def known(
        self, named: Collection[JobId | MessageId], caller: Caller
    ) -> dict[JobId | MessageId, Job | None]:
        """The jobs that are called so, of those that the store knows.

        ``None`` for one that this person may not see. Raises `NotYours` if they may not go on from
        one of the others, and `ListUnavailable`.
        """
        async with StoreDeadline(ListUnavailable).spend():
            jobs = {one: await self._lookups.by_name(one) for one in set(named)}
        known = {one: job for one, job in jobs.items() if job is not None}
        seen = {job.id for job in await visible(list(known.values()), caller)}
        for job in known.values():
            if job.id in seen:
                self._lookups.check_access(caller, job)
        return {one: job if job.id in seen else None for one, job in known.items()}

    async def usage(self, *, author_id: int | None = None, guild_id: int | None = None) -> Usage:
        """What this person, or this server, has used. Raises `ListUnavailable`."""
        async with StoreDeadline(ListUnavailable).spend():
            return await self._store.read(counting.usage, author_id=author_id, guild_id=guild_id)

    async def find_finished(self, named: JobId | MessageId, caller: Caller) -> Job | UnknownJob:
        """The job that somebody names; its id if only the API may know it.

        It has images, or `look_up` may find that the API has them after all.
        Raises `Rejected`, `JobUnknown`, `ImagesMissing`, and `ListUnavailable`.
        """
        seen = await self._lookups.find(named, caller, StoreDeadline(ListUnavailable))
        if isinstance(seen, UnknownJob):
            return seen
        # The API may have images of what it has taken, and was given up before they were seen.
        may_be_found = seen.state is JobState.FAILED and seen.task_id is not None
        if not seen.images and not may_be_found:
            raise ImagesMissing
        return seen

    async def find_kept(self, interaction_id: int, caller: Caller) -> Job:
        """The job that was asked for in this interaction, with its images.

        Raises `JobUnknown`, `NotYours` where they may not go on from it, `ImagesMissing` and
        `ListUnavailable`.
        """
        job = await self._lookups.asked_in(interaction_id, caller, StoreDeadline(ListUnavailable))
        self._lookups.check_access(caller, job)
        if not job.images:
            raise ImagesMissing
        return job

    async def look_up(self, job: UnknownJob | Job) -> Completed | Job:
        """The finished job as the API has it: one that only the API knows, by its task id, or one
        of ours that ended without images.

        For a hidden one the API is asked as well: it shall look like one that nobody knows. Raises
        what `ResultLookup.look_up` raises.
        """
        if isinstance(job, Job):
            found = await self._results.look_up(job.task_id or "")
            return replace(
                job, images=found.images, provider_job_id=found.job_id, cost_usd=found.cost_usd
            )
        try:
            completed = await self._results.look_up(job.job_id)
        except (ImagesMissing, GenerationFailed):
            if job.hidden:
                raise JobUnknown from None
            raise
        if job.hidden:
            raise JobUnknown
        return completed

    @asynccontextmanager
    async def load_images(
        self, shown: Job | Completed, destination: Destination, viewer_id: int
    ) -> AsyncGenerator[LoadedImages]:
        """The images of *shown* with the files that *destination* takes, for *viewer_id* alone if
        that is private; to be posted inside the block.
        """
        source, limit_bytes = None, destination.file_limit_bytes
        if isinstance(shown, Job):
            here = replace(shown, destination=destination)
            source = await self._lookups.source_image(here, viewer_id)
        async with self._results.loaded(shown.images, limit_bytes, source) as loaded:
            yield loaded

    async def record_repost(self, job: Job, context: RequestContext, message_id: int) -> None:
        """Remember that its author has *job* now, and is shown it in this message.

        Only its author moves the place that a job is found by, and not where others see it while
        this message is for them alone. Never raises.
        """
        destination, posted = context.destination, job.posted
        elsewhere = posted is not None and posted.channel_id != destination.channel_id
        alone = destination.private or (destination.guild_id is None and elsewhere)
        own = context.caller.user_id == job.author_id
        if not own or (alone and not job.destination.private):
            return
        link = MessageLink(
            guild_id=destination.guild_id, channel_id=destination.channel_id, message_id=message_id
        )
        try:
            # This is news where nobody could be given the images before.
            await self._store.record(transitions.mark_delivered, job.id, message_id)
            await self._store.record(transitions.set_result_message, job.id, link)
        except StoreUnavailable as error:
            log.warning("Job %d: failed to record where it was shown: %s", job.id, error)

    async def record_deletion(self, message_id: int) -> None:
        """Remember that this message is gone. Never raises."""
        try:
            await self._store.record(transitions.clear_message, message_id)
        except StoreUnavailable as error:
            log.warning("Message %d: failed to record its deletion: %s", message_id, error)

    async def count_of(self, author_id: int) -> tuple[int, int, int]:
        """How many jobs of this person have ended, how many have not, and how many they have kept.

        Raises `ListUnavailable`.
        """
        async with StoreDeadline(ListUnavailable).spend():
            ended, under_way = await self._store.read(erasing.count_of, author_id)
            return ended, under_way, await self._store.read(favorites.count_of, author_id)

    async def forget(self, author_id: int) -> None:
        """Forget this person; jobs under way as soon as they have ended. Raises `ListUnavailable`.

        What limits count stays for 30 days: see `Store.forget`.
        """
        async with StoreDeadline(ListUnavailable).spend():
            await self._store.forget(Erased.AUTHOR, author_id)
