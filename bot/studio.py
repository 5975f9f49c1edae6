"""What people can do: imagine, remix, and do it again.

Every check that needs the store or a limit is here, and all of them come before Discord is answered
and before anything is paid. Knows nothing of Discord's library: the caller passes in how a job is
announced.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta

from bot.clock import Clock
from bot.errors import (
    JobPrivate,
    ListUnavailable,
    MessageUnknown,
    OnlyInServers,
    PicturesMissing,
    RunningLimitReached,
    ServerNotAllowed,
    SourceTooOld,
    SourceUnknown,
    StoreUnavailable,
)
from bot.inputs import JobId, MessageId
from bot.jobs.runner import JobRunner
from bot.jobs.screen import Exhibit, Screen
from bot.jobs.showroom import Showroom
from bot.model import (
    Completed,
    ImagineRequest,
    Job,
    MessageLink,
    Mode,
    NewJob,
    Picture,
    Place,
    RemixRequest,
    Request,
    Source,
    Suggestion,
)
from bot.store import Store

log = logging.getLogger(__name__)

STORE_BUDGET_S = 1.0
"""Discord wants its answer within three seconds: what the store may take of them, all together."""

LISTED = 6
"""Jobs on one page of a list: with long prompts and links they just fit in a message."""

Announce = Callable[[Job], Awaitable[Screen]]
"""Answers Discord with the first message of an accepted job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much may be asked for; 0 = no limit."""

    running_per_user: int = 0
    jobs_per_day: int = 0
    remix_within_days: float = 0
    """The API remixes no older pictures."""
    allowed_guilds: frozenset[int] = frozenset()
    """Empty = every server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, where, and in which interaction."""

    author_id: int
    place: Place
    interaction_id: int
    origin: MessageLink | None = None
    """The message whose button was pressed."""
    application_id: int | None = None
    interaction_token: str | None = field(default=None, repr=False)
    """Secret; with it the answer can be edited for 15 minutes."""


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


class Studio:
    """The use cases. One for the whole bot."""

    def __init__(
        self,
        *,
        store: Store,
        runner: JobRunner,
        showroom: Showroom,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._clock = clock
        self._store = store
        self._showroom = showroom
        self._runner = runner
        self.limits = limits
        self._running: Counter[int] = Counter()

    def check_place(self, guild_id: int | None) -> None:
        """Raises `OnlyInServers` or `ServerNotAllowed`."""
        if guild_id is None:
            raise OnlyInServers
        if self.limits.allowed_guilds and guild_id not in self.limits.allowed_guilds:
            raise ServerNotAllowed

    async def imagine(
        self, *, prompt: str, callback: str | None, asking: Asking, announce: Announce
    ) -> None:
        """Make four pictures from *prompt*, in the background.

        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """

        async def request() -> tuple[Request, MessageLink | None]:
            return ImagineRequest(prompt=prompt, callback=callback), None

        await self._start(request, asking, announce)

    async def remix(
        self,
        *,
        job: JobId | MessageId,
        image_no: int,
        prompt: str,
        mode: Mode,
        callback: str | None,
        asking: Asking,
        announce: Announce,
    ) -> None:
        """Remix a picture of *job*, in the background.

        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """

        async def request() -> tuple[Request, MessageLink | None]:
            source, parent = await self._find(job, image_no, asking.author_id)
            self._check_age(parent, prompt)
            wanted = RemixRequest(source=source, prompt=prompt, mode=mode, callback=callback)
            return wanted, None if parent is None or parent.place.private else parent.message

        await self._start(request, asking, announce)

    async def again(
        self, *, message_id: int, source: Source | None, asking: Asking, announce: Announce
    ) -> None:
        """Do once more what the job of *message_id* did, on *source* where it was a remix.

        Raises `SourceUnknown` where that job is not known, `SourceTooOld`, and whatever else a new
        job raises.
        """

        async def request() -> tuple[Request, MessageLink | None]:
            shown = await self._store.by_message(message_id)
            match shown.request if shown else None:
                case ImagineRequest() as imagined:
                    return replace(imagined, callback=None), None
                case RemixRequest() as remix if shown and source:
                    self._check_age(await self._store.by_id(source.job_id), remix.prompt)
                    return replace(remix, source=source, callback=None), shown.origin
                case _:
                    raise SourceUnknown

        await self._start(request, replace(asking, origin=None), announce)

    async def sketch(self, job: JobId | MessageId, image_no: int, author_id: int) -> Sketch:
        """What a remix form for this picture is filled with; empty where the store is silent.

        Raises `MessageUnknown`, `JobPrivate`, `SourceTooOld`, and `StoreUnavailable` where only the
        store knows the job's id.
        """
        try:
            async with _store_budget():
                source, parent = await self._find(job, image_no, author_id)
        except StoreUnavailable:
            if isinstance(job, MessageId):
                raise
            return Sketch(source=Source(job.value, image_no))
        if parent is None:
            return Sketch(source=source)
        made_by = parent.request
        self._check_age(parent, made_by.prompt)
        mode = made_by.mode if isinstance(made_by, RemixRequest) else Mode.STRONG
        return Sketch(source=source, prompt=made_by.prompt, mode=mode)

    async def jobs_of(self, author_id: int, page: int) -> JobList:
        """One page of this person's jobs, from 0; the first one where *page* has none.

        Raises `ListUnavailable`.
        """
        try:
            async with _store_budget():
                jobs = await self._store.jobs_of(author_id, offset=page * LISTED, limit=LISTED + 1)
        except StoreUnavailable as error:
            raise ListUnavailable(detail=error.detail) from None
        if page and not jobs:
            return await self.jobs_of(author_id, 0)
        return JobList(jobs=tuple(jobs[:LISTED]), page=page, more=len(jobs) > LISTED)

    async def made(self, job: JobId | MessageId, author_id: int) -> Job | JobId:
        """The job with pictures that somebody names; its id where only the API may know it.

        Raises `MessageUnknown`, `JobPrivate`, `PicturesMissing`, and `ListUnavailable`.
        """
        try:
            async with _store_budget():
                if isinstance(job, MessageId):
                    known = await self._store.by_message(job.value)
                else:
                    known = await self._store.by_id(job.value)
        except StoreUnavailable as error:
            raise ListUnavailable(detail=error.detail) from None
        if known is None:
            if isinstance(job, MessageId):
                raise MessageUnknown
            return job
        _check_owner(known, author_id)
        if not known.pictures:
            raise PicturesMissing
        return known

    async def look_up(self, job: JobId) -> Completed:
        """A job that only the API knows, by its task id. Raises what `Showroom.look_up` raises."""
        return await self._showroom.look_up(job.value)

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

    async def suggest(self, author_id: int, channel_id: int, words: str) -> list[Suggestion]:
        """Finished jobs that somebody who types *words* may mean, 25 at most.

        Never those that are private to others. None where the store is silent.
        """
        try:
            async with _store_budget():
                return await self._store.suggestions(author_id, channel_id, words=words.strip())
        except StoreUnavailable as error:
            log.warning("No jobs could be suggested: %s", error)
            return []

    async def _find(
        self, job: JobId | MessageId, image_no: int, author_id: int
    ) -> tuple[Source, Job | None]:
        """The picture as the API addresses it, and the job it is of where that is known.

        Raises `MessageUnknown` and `JobPrivate`.
        """
        if isinstance(job, MessageId):
            shown = await self._store.by_message(job.value)
            if shown is None or shown.provider_job_id is None:
                raise MessageUnknown
            _check_owner(shown, author_id)
            return Source(_id_of_picture(shown, image_no), image_no), shown
        known = await self._store.by_id(job.value)
        if known is None or known.provider_job_id is None:
            return Source(job.value, image_no), None
        _check_owner(known, author_id)
        is_task = job.value == known.task_id
        return Source(_id_of_picture(known, image_no) if is_task else job.value, image_no), known

    def _check_age(self, source: Job | None, prompt: str) -> None:
        """Raises `SourceTooOld` with this *prompt* where the API would refuse to remix *source*."""
        within_days = self.limits.remix_within_days
        if not within_days or source is None or source.finished_at is None:
            return
        if self._clock.now() - source.finished_at > timedelta(days=within_days):
            raise SourceTooOld(days=within_days, prompt=prompt)

    async def _start(
        self,
        request: Callable[[], Awaitable[tuple[Request, MessageLink | None]]],
        asking: Asking,
        announce: Announce,
    ) -> None:
        """Row first, then Discord's answer, then the API: each step may be the last."""
        self.check_place(asking.place.guild_id)
        self._take_slot(asking.author_id)
        try:
            async with _store_budget():
                wanted, origin = await request()
                new = NewJob(
                    request=wanted,
                    author_id=asking.author_id,
                    place=asking.place,
                    interaction_id=asking.interaction_id,
                    origin=origin or asking.origin,
                    application_id=asking.application_id,
                    interaction_token=asking.interaction_token,
                )
                job = await self._store.accept(new, daily_limit=self.limits.jobs_per_day)
            if job is None:  # Discord sent this interaction twice
                self._free_slot(asking.author_id)
                return
            screen = await self._announce(job, announce)
        except BaseException:
            self._free_slot(asking.author_id)
            raise
        self._run(job, screen)

    async def left_open(self) -> list[Job]:
        """Every job that an earlier process left open; to be asked before anybody can ask for one.

        A database that does not answer is logged: the bot serves, and the next start goes on.
        """
        try:
            await self._runner.prepare()
            return await self._store.open_jobs()
        except StoreUnavailable as error:
            log.error("Jobs that an earlier process left open wait for another start: %s", error)
            return []

    def resume(self, jobs: Sequence[Job], screen_of: Callable[[Job], Screen]) -> None:
        """Go on with *jobs* that an earlier process left open; the limits were kept then."""
        for job in jobs:
            log.info("Job %d goes on: it was %s", job.id, job.state.value)
            self._running[job.author_id] += 1
            self._run(job, screen_of(job))

    def _run(self, job: Job, screen: Screen) -> None:
        """Hand *job* to the runner; its author's place is free again when it ends."""
        task = self._runner.start(job, screen)
        task.add_done_callback(lambda _: self._free_slot(job.author_id))

    def _take_slot(self, author_id: int) -> None:
        limit = self.limits.running_per_user
        if limit and self._running[author_id] >= limit:
            raise RunningLimitReached(limit=limit)
        self._running[author_id] += 1

    def _free_slot(self, author_id: int) -> None:
        self._running[author_id] -= 1
        if not self._running[author_id]:
            del self._running[author_id]

    async def _announce(self, job: Job, announce: Announce) -> Screen:
        try:
            return await announce(job)
        except BaseException:
            with suppress(StoreUnavailable):
                await self._store.withdraw(job.id)
            raise


def _check_owner(job: Job, author_id: int) -> None:
    if job.place.private and job.author_id != author_id:
        raise JobPrivate


def _id_of_picture(job: Job, image_no: int) -> str:
    """The provider's id that a remix of this picture must name; pictures may have their own."""
    own = (picture.job_id for picture in job.pictures if picture.image_no == image_no)
    return next(own, None) or job.provider_job_id or ""


@asynccontextmanager
async def _store_budget() -> AsyncGenerator[None]:
    try:
        async with asyncio.timeout(STORE_BUDGET_S):
            yield
    except TimeoutError:
        raise StoreUnavailable(detail=f"no answer within {STORE_BUDGET_S:g} s") from None
