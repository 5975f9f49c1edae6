"""A job's message in Discord, from the first answer to the result."""

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import timedelta
from typing import TypeVar

import discord
import stamina

from bot import texts
from bot.clock import Clock
from bot.errors import DeliveryFailed, RemixbotError
from bot.jobs.crew import Crew
from bot.jobs.screen import Exhibit, Posted, Progress
from bot.model import Job
from bot.ui import faults
from bot.ui.layouts import Page, failure_page, progress_page, result_page
from bot.ui.progress import ProgressEdits

T = TypeVar("T")
Build = Callable[[], Page]
"""Makes a page: each attempt to send needs one of its own."""

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; a margin for the request itself."""
PING_AFTER_S = 15.0
"""An edit notifies nobody: who waited longer than this has looked away."""
ATTEMPTS = 5
PATIENCE_S = 60.0
"""How long one way of delivering is tried while Discord is out of order."""

NOBODY = discord.AllowedMentions.none()


class Screens:
    """The screens of all jobs, for one connected *client*."""

    def __init__(self, client: discord.Client, *, crew: Crew, clock: Clock) -> None:
        self._client = client
        self._crew = crew
        self._clock = clock

    async def open(self, interaction: discord.Interaction, job: Job) -> "JobScreen":
        """Answer *interaction* with the first progress message. Raises what discord.py raises."""
        page = progress_page(job, Progress())
        answer = await interaction.response.send_message(
            view=page.view, ephemeral=job.place.private, allowed_mentions=NOBODY
        )
        message_id = answer.message_id or (await interaction.original_response()).id
        return self._screen(job, message_id)

    def of(self, job: Job) -> "JobScreen":
        """The screen of a job that an earlier process left open."""
        return self._screen(job, job.message_id)

    def _screen(self, job: Job, message_id: int | None) -> "JobScreen":
        return JobScreen(self._client, job, message_id, crew=self._crew, clock=self._clock)


class JobScreen:
    """The `bot.jobs.screen.Screen` of one job.

    What is shown goes the first way that works: an edit by the interaction's token, which counts
    against no limit and is the only one for private messages; an edit in the channel; a new message
    there; a direct message. A message that somebody deleted is not posted again in the channel: a
    moderator may have meant it.
    """

    def __init__(
        self,
        client: discord.Client,
        job: Job,
        message_id: int | None,
        *,
        crew: Crew,
        clock: Clock,
    ) -> None:
        self._client = client
        self._job = job
        self._message_id = message_id
        self._clock = clock
        self._channel = client.get_partial_messageable(
            job.place.channel_id, guild_id=job.place.guild_id
        )
        self._deleted = False
        self._progress = ProgressEdits(self._show, crew=crew, clock=clock)

    @property
    def message_id(self) -> int | None:
        return self._message_id

    def show(self, progress: Progress) -> None:
        if self._message_id is not None:
            self._progress.show(progress)

    async def deliver(self, job: Job, exhibits: Sequence[Exhibit], *, took_s: float) -> Posted:
        await self._progress.stop()
        posted = await self._bring(lambda: result_page(job, exhibits, took_s=took_s))
        await self._ping(posted, texts.ready(job.author_id), took_s)
        return posted

    async def fail(
        self, job: Job, error: RemixbotError, *, nothing_charged: bool, took_s: float
    ) -> bool:
        await self._progress.stop()
        try:
            posted = await self._bring(
                lambda: failure_page(job, error, nothing_charged=nothing_charged)
            )
        except DeliveryFailed as fault:
            log.warning("Job %d: its author could not be told: %s", job.id, fault.detail)
            return False
        await self._ping(posted, texts.went_wrong(job.author_id), took_s)
        return True

    async def _show(self, progress: Progress) -> None:
        """One progress edit, the first way that is open; a missed one is no loss."""
        edits = [way for way in self._ways() if way in (self._by_token, self._in_channel)]
        if edits:
            await edits[0](progress_page(self._job, progress))

    # ------------------------------------------------------------------ the ways

    async def _bring(self, build: Build) -> Posted:
        """Bring a page to people. Raises `DeliveryFailed` where no way is left."""
        reasons: list[str] = []
        for way in self._ways():
            try:
                return await _persistently(lambda way=way: way(build()))
            except faults.FAULTS as fault:
                self._deleted = self._deleted or faults.is_deleted(fault)
                reasons.append(faults.detail(fault))
                log.info("Job %d: %s: %s", self._job.id, way.__name__, faults.detail(fault))
        raise DeliveryFailed(detail="; ".join(reasons))

    def _ways(self) -> Iterator[Callable[[Page], Awaitable[Posted]]]:
        """What is left to try, in order; asked anew after each failure."""
        public = not self._job.place.private
        if self._message_id is not None and self._token_lives():
            yield self._by_token
        if self._message_id is not None and public:
            yield self._in_channel
        if public and not self._deleted:
            yield self._anew
        yield self._directly

    def _token_lives(self) -> bool:
        has_token = self._job.interaction_token is not None and self._job.application_id is not None
        return has_token and self._clock.now() < self._job.created_at + TOKEN_LIFE

    async def _by_token(self, page: Page) -> Posted:
        webhook = discord.Webhook.partial(
            self._job.application_id or 0, self._job.interaction_token or "", client=self._client
        )
        message = await webhook.edit_message(
            self._message_id or 0,
            view=page.view,
            attachments=page.files or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
        return self._here(message.id)

    async def _in_channel(self, page: Page) -> Posted:
        message = await self._channel.get_partial_message(self._message_id or 0).edit(
            view=page.view,
            attachments=page.files or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
        return self._here(message.id)

    async def _anew(self, page: Page) -> Posted:
        """A new message that mentions its author. Discord drops a repeat by its nonce."""
        message = await self._channel.send(
            view=page.view,
            files=page.files,
            allowed_mentions=self._author_alone(),
            nonce=f"remixbot-{self._job.id}",
        )
        return self._here(message.id)

    async def _directly(self, page: Page) -> Posted:
        author = await self._client.fetch_user(self._job.author_id)
        message = await author.send(view=page.view, files=page.files, allowed_mentions=NOBODY)
        return Posted(channel_id=message.channel.id, message_id=message.id)

    def _here(self, message_id: int) -> Posted:
        return Posted(channel_id=self._job.place.channel_id, message_id=message_id)

    def _author_alone(self) -> discord.AllowedMentions:
        author = discord.Object(self._job.author_id)
        return discord.AllowedMentions(
            everyone=False, roles=False, users=[author], replied_user=False
        )

    async def _ping(self, posted: Posted, sentence: str, took_s: float) -> None:
        """One short reply to an edited message; a new one has notified its author by itself."""
        edited = posted.message_id == self._message_id
        if self._job.place.private or not edited or took_s <= PING_AFTER_S:
            return
        message = self._channel.get_partial_message(posted.message_id)
        try:
            await message.reply(sentence, allowed_mentions=self._author_alone())
        except faults.FAULTS as error:
            log.info("Job %d: no reply to its result: %s", self._job.id, faults.detail(error))


async def _persistently(send: Callable[[], Awaitable[T]]) -> T:
    """*send*, again while Discord, or the way to it, is out of order."""
    async for attempt in stamina.retry_context(
        on=faults.may_pass, attempts=ATTEMPTS, timeout=PATIENCE_S, wait_initial=1.0, wait_max=15.0
    ):
        with attempt:
            return await send()
    raise AssertionError("stamina either returns or raises")
