"""What people can look up, show again and have forgotten: nothing here makes a job."""

import logging
from collections.abc import Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.errors import (
    DraftGone,
    JobUnknown,
    MessageUnknown,
    PicturesMissing,
    StoreUnavailable,
)
from bot.inputs import JobId, MessageId
from bot.jobs.screen import Exhibit
from bot.jobs.showroom import Showroom
from bot.limits import Limits
from bot.model import (
    Completed,
    Draft,
    Job,
    JobState,
    MessageLink,
    Mode,
    Picture,
    Place,
    RemixRequest,
    Source,
    Suggestion,
    Usage,
)
from bot.store import Store
from bot.studio.asking import Asking
from bot.studio.lookups import check_age, check_owner, find_source, looking, store_budget

log = logging.getLogger(__name__)

LISTED = 6
"""Jobs on one page of a list: with long prompts and links they just fit in a message."""
PAGES_MAX = 10_000
CHILDREN_LISTED = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """What a remix form is filled with."""

    source: Source
    prompt: str = ""
    mode: Mode = Mode.STRONG


@dataclass(frozen=True, slots=True, kw_only=True)
class JobList:
    """A page of somebody's jobs, the newest first."""

    jobs: tuple[Job, ...]
    page: int
    """From 0."""
    more: bool
    """There are older ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that is known of a job, as one person may see it."""

    job: Job
    parent: Job | None
    children: tuple[Job, ...]
    """The newest ten."""


class Archive:
    """Looks things up for the whole bot."""

    def __init__(self, *, store: Store, showroom: Showroom, limits: Limits, clock: Clock) -> None:
        self._store = store
        self._showroom = showroom
        self._limits = limits
        self._clock = clock

    # ------------------------------------------------------------------ filling forms

    async def sketch(self, job: JobId | MessageId, image_no: int, author_id: int) -> Sketch:
        """What a remix form for this picture is filled with; empty where the store is silent.

        Raises `MessageUnknown`, `JobPrivate`, `SourceTooOld`, and `StoreUnavailable` where only the
        store knows the job's id.
        """
        try:
            async with store_budget():
                source, parent = await find_source(self._store, job, image_no, author_id)
        except StoreUnavailable:
            if isinstance(job, MessageId):
                raise
            return Sketch(source=Source(job.value, image_no))
        if parent is None:
            return Sketch(source=source)
        made_by = parent.request
        check_age(parent, made_by.prompt, self._limits.remix_within_days, self._clock)
        mode = made_by.mode if isinstance(made_by, RemixRequest) else Mode.STRONG
        return Sketch(source=source, prompt=made_by.prompt, mode=mode)

    async def suggest(self, author_id: int, channel_id: int, words: str) -> list[Suggestion]:
        """Finished jobs that somebody who types *words* may mean, 25 at most.

        Never those that are private to others. None where the store is silent.
        """
        try:
            async with store_budget():
                return await self._store.suggestions(author_id, channel_id, words=words.strip())
        except StoreUnavailable as error:
            log.warning("No jobs could be suggested: %s", error)
            return []

    async def draft(self, draft_id: int, author_id: int) -> Draft:
        """What this person asked for and did not get. Raises `DraftGone` and `ListUnavailable`."""
        async with looking():
            draft = await self._store.draft(draft_id)
        if draft is None or draft.author_id != author_id:
            raise DraftGone
        return draft

    async def shown_in(self, message_id: int, author_id: int) -> Job | None:
        """The job that this message tells of; ``None`` where that is not known.

        Raises `JobPrivate`.
        """
        try:
            async with store_budget():
                job = await self._store.by_message(message_id)
        except StoreUnavailable as error:
            log.warning("A form stays empty: %s", error)
            return None
        if job is not None:
            check_owner(job, author_id)
        return job

    # ------------------------------------------------------------------ looking up

    async def jobs_of(self, author_id: int, page: int) -> JobList:
        """One page of this person's jobs, from 0; the first one where *page* has none.

        Raises `ListUnavailable`.
        """
        page = min(page, PAGES_MAX)
        async with looking():
            jobs = await self._store.jobs_of(author_id, offset=page * LISTED, limit=LISTED + 1)
        if page and not jobs:
            return await self.jobs_of(author_id, 0)
        return JobList(jobs=tuple(jobs[:LISTED]), page=page, more=len(jobs) > LISTED)

    async def details(self, interaction_id: int, viewer_id: int) -> Dossier:
        """All about the job that was asked for in this interaction.

        Raises `JobUnknown`, `JobPrivate` and `ListUnavailable`.
        """
        async with looking():
            job = await self._store.by_interaction(interaction_id)
            if job is None:
                raise JobUnknown
            check_owner(job, viewer_id)
            parent = None
            if isinstance(job.request, RemixRequest):
                parent = await self._store.by_id(job.request.source.job_id)
                if parent is not None and parent.place.private and parent.author_id != viewer_id:
                    parent = None
            children = await self._store.children(job, viewer_id, limit=CHILDREN_LISTED)
        return Dossier(job=job, parent=parent, children=tuple(children))

    async def author_of(self, message_id: int) -> int | None:
        """Who asked for the job in this message, where that is known."""
        try:
            async with store_budget():
                job = await self._store.by_message(message_id)
        except StoreUnavailable as error:
            log.warning("Nobody knows whose message that is: %s", error)
            return None
        return None if job is None else job.author_id

    async def usage_of(self, author_id: int) -> Usage:
        """What this person has used. Raises `ListUnavailable`."""
        async with looking():
            return await self._store.usage(author_id=author_id)

    async def usage_in(self, guild_id: int) -> Usage:
        """What this server has used. Raises `ListUnavailable`."""
        async with looking():
            return await self._store.usage(guild_id=guild_id)

    # ------------------------------------------------------------------ showing again

    async def made(self, job: JobId | MessageId, author_id: int) -> Job | JobId:
        """The job that somebody names; its id where only the API may know it.

        It has pictures, or `look_up` may find that the API has them after all.
        Raises `MessageUnknown`, `JobPrivate`, `PicturesMissing`, and `ListUnavailable`.
        """
        async with looking():
            if isinstance(job, MessageId):
                known = await self._store.by_message(job.value)
            else:
                known = await self._store.by_id(job.value)
        if known is None:
            if isinstance(job, MessageId):
                raise MessageUnknown
            return job
        check_owner(known, author_id)
        if not known.pictures and not _may_be_found(known):
            raise PicturesMissing
        return known

    async def authors_of(self, job_ids: Collection[str]) -> dict[str, int]:
        """Who asked for the jobs, or for the pictures, with these ids: of those that are known.

        Raises `ListUnavailable`.
        """
        async with looking():
            known = {job_id: await self._store.by_id(job_id) for job_id in set(job_ids)}
        return {job_id: job.author_id for job_id, job in known.items() if job is not None}

    async def look_up(self, job: JobId | Job) -> Completed | Job:
        """The finished job as the API has it: one that only the API knows, by its task id, or one
        of ours that ended without pictures.

        Raises what `Showroom.look_up` raises.
        """
        if isinstance(job, JobId):
            return await self._showroom.look_up(job.value)
        found = await self._showroom.look_up(job.task_id or "")
        return replace(
            job, pictures=found.pictures, provider_job_id=found.job_id, cost_usd=found.cost_usd
        )

    def exhibition(
        self, pictures: Sequence[Picture], place: Place
    ) -> AbstractAsyncContextManager[tuple[Exhibit, ...]]:
        """*pictures* with the files that *place* takes; to be posted inside the block."""
        return self._showroom.hung(pictures, place.file_limit_bytes)

    async def note_shown(self, job: Job, asking: Asking, message_id: int) -> None:
        """Remember that this message shows *job* now, and that its author has it.

        A public job that was shown to one person alone stays where it was. Never raises.
        """
        if asking.place.private and not job.place.private:
            return
        link = MessageLink(
            guild_id=asking.place.guild_id,
            channel_id=asking.place.channel_id,
            message_id=message_id,
        )
        try:
            if asking.author_id == job.author_id:  # one that nobody could be given is with them now
                await self._store.delivered(job.id, message_id)
            await self._store.shown(job.id, link)
        except StoreUnavailable as error:
            log.warning("Job %d: where it was shown is not recorded: %s", job.id, error)

    # ------------------------------------------------------------------ taking down, forgetting

    async def note_taken_down(self, message_id: int) -> None:
        """Remember that this message is gone. Never raises."""
        try:
            await self._store.taken_down(message_id)
        except StoreUnavailable as error:
            log.warning("That a message is gone is not recorded: %s", error)

    async def count_of(self, author_id: int) -> tuple[int, int]:
        """How many jobs of this person have ended, and how many have not.

        Raises `ListUnavailable`.
        """
        async with looking():
            return await self._store.count_of(author_id)

    async def forget(self, author_id: int) -> None:
        """Forget this person; jobs under way as soon as they have ended. Raises `ListUnavailable`.

        What limits count stays for 30 days: see `Store.forget_author`.
        """
        async with looking():
            await self._store.forget_author(author_id)

    async def forget_server(self, guild_id: int) -> None:
        """Forget a server that the bot has left. Raises `StoreUnavailable`."""
        await self._store.forget_guild(guild_id)

    async def servers_left(self, application_id: int, present: set[int]) -> set[int]:
        """Servers of which something is kept although the bot is not there any more.

        Raises `StoreUnavailable`.
        """
        return await self._store.guilds_of(application_id) - present


def _may_be_found(job: Job) -> bool:
    """The API has taken *job*, and it was given up before its pictures were seen."""
    return job.state is JobState.FAILED and job.task_id is not None
