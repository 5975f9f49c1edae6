"""A job's message in Discord, from the first answer to the result."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import partial

import discord
import stamina

from bot import texts
from bot.clock import Clock
from bot.delivery import find_message
from bot.delivery.inspection import Look
from bot.delivery.job_messages import token_lives
from bot.delivery.pings import Pings
from bot.delivery.progress_edits import EditLimiter, ProgressEdits
from bot.delivery.routes import ATTEMPTS, PATIENCE_S, Announcement, Delivery
from bot.errors import AnswerUnseen, DeliveryFailed, DiscordAway, RemixbotError, WordsNotShown
from bot.jobs.background import BackgroundTasks
from bot.jobs.queue import QueuePosition
from bot.jobs.status_message import MessageRef, Progress, ResultImage, Shown, Told
from bot.model import Job, JobState
from bot.ui import components, discord_errors
from bot.ui.content import Content
from bot.ui.discord_errors import About
from bot.ui.layouts import (
    NO_MENTIONS,
    LayoutMessage,
    failure_page,
    notice_marker,
    plain_failure,
    plain_result,
    progress_page,
    result_page,
    what_went_wrong,
)

PING_AFTER_S = 15.0
"""An edit notifies nobody: who waited longer than this has looked away."""
RETRACT_EVERY_S = 30.0
"""How often it is tried to take back an answer of which nobody knew whether it arrived."""
MARKS = 2**31 - 1
"""Discord keeps an id of up to so much for each component."""


log = logging.getLogger(__name__)

LookForAnswer = Callable[[], Awaitable[int | None]]
"""The message that answers an interaction, if it is there."""


class StatusMessages:
    """The screens of all jobs, for one connected *client*.

    How long an answer of Discord is waited for is up to the client (`bot.ui.requests`): to cancel a
    call of discord.py would leave its locks taken. Nothing is written for a job before *certain*,
    that of `bot.store.InstanceLock`, has come back.
    """

    def __init__(
        self,
        client: discord.Client,
        *,
        background: BackgroundTasks,
        clock: Clock,
        certain: Callable[[], Awaitable[None]],
    ) -> None:
        self._client = client
        self._certain = certain
        self._background = background
        self._clock = clock
        self._pacer = EditLimiter(clock)
        self._pings = Pings(background=background, clock=clock)

    async def open(
        self,
        interaction: discord.Interaction,
        job: Job,
        turn: QueuePosition | None,
        *,
        beside: bool = False,
    ) -> "DiscordStatusMessage":
        """Answer *interaction* with the first progress message.

        It has the words that the result will have. *beside*: it follows the message whose button
        was pressed, which this interaction can edit from then on. Raises `WordsNotShown` where
        Discord refuses them, and else what discord.py raises; `CancelledError` where the end of
        the bot comes in between.
        """
        mark = 1 + secrets.randbelow(MARKS)
        try:
            page = progress_page(job, Progress(position=turn), mark=mark)
            post = _follow_up if beside else _answer
            message_id = await post(interaction, page, ephemeral=job.destination.private)
        except discord_errors.FAULTS as fault:
            if discord_errors.about(fault) in (About.WORDS, About.FRONT):
                raise WordsNotShown from None
            if not (discord_errors.is_transient(fault) or discord_errors.is_answered(fault)):
                raise
            look = self._followed_up if beside else self._answered
            answered = await self._make_sure(job, partial(look, interaction, mark))
            if answered is None:
                raise
            message_id = answered
        return self._screen(job, self._delivery(job, message_id), waits=turn is not None)

    async def _make_sure(self, job: Job, look: LookForAnswer) -> int | None:
        """What *look* finds; where nobody can tell, its message is seen to later.

        Raises `CancelledError` at the end of the bot.
        """
        try:
            return await look()
        except (
            *discord_errors.FAULTS,
            RuntimeError,
        ):  # the latter from a session that we have closed
            if self._client.is_closed():
                raise asyncio.CancelledError from None
            self._background.spawn(self._retract(job, look), name="taking back an answer")
        return None

    async def _retract(self, job: Job, look: LookForAnswer) -> None:
        """Let an answer that arrived after all say that nothing came of it."""

        def page(content: Content) -> LayoutMessage:
            return failure_page(job, DiscordAway(), nothing_charged=True, content=content)

        while token_lives(job, self._clock):
            await self._clock.sleep(RETRACT_EVERY_S)
            try:
                message_id = await look()
                if message_id is not None:
                    await self._delivery(job, message_id).edit(page)
            except discord_errors.FAULTS as fault:
                detail = discord_errors.detail(fault)
                log.info(
                    "Interaction %d: failed to retract a reply: %s", job.interaction_id, detail
                )
                if discord_errors.is_transient(fault):
                    continue
            return

    def of(self, job: Job) -> "DiscordStatusMessage":
        """The screen of a job that an earlier process left open."""
        delivery = self._delivery(job, job.message_id, resumed=True)
        look = Look(self._client, job, job.message_id, clock=self._clock, certain=self._certain)
        return self._screen(job, delivery, waits=job.state is JobState.ACCEPTED, look=look)

    async def _answered(self, interaction: discord.Interaction, mark: int) -> int | None:
        """The answer to *interaction*, if it is ours after all: Discord's word of it got lost.

        Another program with our token may have answered; its message has another *mark*. Raises
        what discord.py raises while Discord, or the way to it, is out of order.
        """
        try:
            async for attempt in stamina.retry_context(
                on=discord_errors.is_transient, attempts=ATTEMPTS, timeout=PATIENCE_S
            ):
                with attempt:
                    message = await interaction.original_response()
                    return message.id if components.has_mark(message, mark) else None
        except discord.HTTPException as fault:
            if discord_errors.is_transient(fault):
                raise
        return None

    async def _followed_up(self, interaction: discord.Interaction, mark: int) -> int | None:
        """The same for a message that came *beside*: only where it can be found by its mark."""
        channel, bot = interaction.channel, self._client.user
        if not isinstance(channel, discord.abc.Messageable) or bot is None:
            return None
        message = await find_message.find(
            channel,
            lambda message: components.has_mark(message, mark),
            after=interaction.id,
            author=bot,
        )
        return None if message is None else message.id

    def _delivery(self, job: Job, message_id: int | None, *, resumed: bool = False) -> Delivery:
        return Delivery(
            self._client,
            job,
            message_id,
            clock=self._clock,
            background=self._background,
            certain=self._certain,
            resumed=resumed,
        )

    def _screen(
        self, job: Job, delivery: Delivery, *, waits: bool, look: Look | None = None
    ) -> "DiscordStatusMessage":
        return DiscordStatusMessage(
            delivery,
            job,
            background=self._background,
            clock=self._clock,
            pacer=self._pacer,
            pings=self._pings,
            waits=waits,
            look=look,
        )


async def _answer(interaction: discord.Interaction, page: LayoutMessage, *, ephemeral: bool) -> int:
    answer = await interaction.response.send_message(
        view=page.view, ephemeral=ephemeral, allowed_mentions=NO_MENTIONS
    )
    return answer.message_id or (await interaction.original_response()).id


async def _follow_up(
    interaction: discord.Interaction, page: LayoutMessage, *, ephemeral: bool
) -> int:
    await interaction.response.defer()
    message = await interaction.followup.send(
        view=page.view, ephemeral=ephemeral, allowed_mentions=NO_MENTIONS, wait=True
    )
    return message.id


class DiscordStatusMessage:
    """The `bot.jobs.status_message.StatusMessage` of one job; *waits*: its turn has not come yet.

    Until *look* has found out what an earlier process may have told people, nothing is shown.
    """

    under_way: bool
    """It runs, and its end was not told yet: pings wait for it."""

    def __init__(
        self,
        delivery: Delivery,
        job: Job,
        *,
        background: BackgroundTasks,
        clock: Clock,
        pacer: EditLimiter,
        pings: Pings,
        waits: bool,
        look: Look | None,
    ) -> None:
        self._delivery = delivery
        self._job = job
        self._clock = clock
        self._pings = pings
        self._whose = (job.author_id, job.destination.channel_id)
        self._started_at = None
        self.under_way = False
        if not waits:
            self._starts(job.submitted_at or job.created_at)
        self._progress = ProgressEdits(self._edit, background=background, clock=clock, pacer=pacer)
        self._look = look
        self._may_change = look is None
        self._newest: Progress | None = None

    def _starts(self, at: datetime) -> None:
        self._started_at = at
        self.under_way = True
        self._pings.follow(self._whose, self)

    async def _edit(self, progress: Progress) -> None:
        def page(content: Content) -> LayoutMessage:
            return progress_page(self._job, progress, started_at=self._started_at, content=content)

        await self._delivery.edit(page)

    @property
    def message_id(self) -> int | None:
        return self._delivery.message_id

    async def inspect(self) -> Shown | None:
        if self._look is None:
            return None
        try:
            shown = await self._look.take()
        except AnswerUnseen:
            self._may_change = True
            raise
        self._delivery.message_id = self._look.message_id
        self._may_change = shown is None or shown.said is Told.STOPPED
        if not self._may_change:
            self.under_way = False
        elif self._newest is not None:
            self.show(self._newest)
        return shown

    def show(self, progress: Progress) -> None:
        if progress.position is None and self._started_at is None:
            self._starts(self._clock.now())
        if self._newest is None or not self._newest.stopped:
            self._newest = progress
        if self._may_change and self.message_id is not None:
            self._progress.show(self._newest)

    def stopped(self) -> None:
        self.show(Progress(stopped=True))
        self.under_way = False

    async def deliver(
        self, job: Job, result_images: Sequence[ResultImage], *, took_s: float
    ) -> MessageRef:
        return await self._bring(
            Announcement(
                page=lambda content: result_page(
                    job, result_images, took_s=took_s, content=content
                ),
                plain=lambda content: plain_result(
                    job, result_images, took_s=took_s, content=content
                ),
                elsewhere=partial(texts.result_is_there, job.author_id),
                nowhere=texts.RESULT_IS_NOWHERE,
                broken=texts.RESULT_IS_BROKEN,
            ),
        )

    async def fail(self, job: Job, error: RemixbotError, *, nothing_charged: bool) -> MessageRef:
        return await self._bring(
            Announcement(
                page=lambda content: failure_page(
                    job, error, nothing_charged=nothing_charged, content=content
                ),
                plain=lambda content: plain_failure(
                    job, error, nothing_charged=nothing_charged, content=content
                ),
                elsewhere=partial(texts.failure_is_there, job.author_id),
                nowhere=what_went_wrong(error, nothing_charged=nothing_charged),
                broken=what_went_wrong(error, nothing_charged=nothing_charged),
                notice_mark=notice_marker(job),
            ),
        )

    async def _bring(self, announcement: Announcement) -> MessageRef:
        pending_edit = await self._progress.stop()
        try:
            return await self._delivery.deliver(announcement, pending_edit=pending_edit)
        except DeliveryFailed as fault:
            self.under_way = self.under_way and fault.may_pass
            raise

    async def ping(self, posted: MessageRef, *, delivered: bool, took_s: float) -> None:
        # A new message has notified its author by itself.
        edited = posted.message_id == self.message_id
        self.under_way = False
        if edited and self._job.destination.bot_can_post and took_s > PING_AFTER_S:
            await self._pings.ping(self._whose, partial(self._reply, posted, delivered))
        else:
            await self._pings.settle(self._whose)

    async def _reply(self, posted: MessageRef, delivered: bool, jobs: int) -> None:
        say = texts.ready if delivered else texts.went_wrong
        author_id = self._job.author_id
        sentence = say(author_id) if jobs == 1 else texts.jobs_done(author_id, jobs)
        await self._delivery.reply(posted, sentence)
