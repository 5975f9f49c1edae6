"""A job's message in Discord, from the first answer to the result."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

import discord

from bot.attachments import ImageFile, ResultImage
from bot.delivery.inspection import inspect
from bot.delivery.job_messages import Connection, JobMessages, delivery_failed
from bot.delivery.pings import Pings, WantsPings
from bot.delivery.progress_edits import EDITS_PER_SECOND, ProgressEdits
from bot.delivery.routes import Announcement, Delivery
from bot.errors import AnswerFailed, AnswerUnseen, DeliveryFailed, Reason, Rejected, RemixbotError
from bot.jobs.maintenance import TOKEN_LIFE_S
from bot.jobs.queue import QueuePosition
from bot.jobs.rate_limiter import RateLimiter
from bot.jobs.retry import retry
from bot.jobs.status_message import Progress, Shown, Told
from bot.model import Job, JobState, MessageLink
from bot.texts import for_locale
from bot.ui import components, discord_errors
from bot.ui.discord_errors import About
from bot.ui.layouts import (
    NO_MENTIONS,
    failure_page,
    notice_marker,
    plain_failure,
    plain_result,
    progress_page,
    result_page,
)

log = logging.getLogger(__name__)

PING_AFTER_S = 15.0
"""An edit notifies nobody: who waited longer than this has looked away."""
LOOK_PATIENCE_S = 60.0
"""How long an answer is looked for of which nobody knows whether it arrived."""
RETRACT_EVERY_S = 30.0
"""How often it is tried afterwards to take it back."""
MARKS = 2**31 - 1
"""Discord keeps an id of up to so much for each component."""


class StatusMessages:
    def __init__(self, connection: Connection, *, wants_pings: WantsPings) -> None:
        self._connection = connection
        self.limiter = RateLimiter(connection.clock, EDITS_PER_SECOND)
        self.pings = Pings(
            background=connection.background, clock=connection.clock, wanted=wants_pings
        )

    async def open(
        self,
        interaction: discord.Interaction,
        job: Job,
        position: QueuePosition | None,
        *,
        beside: bool = False,
    ) -> "DiscordStatusMessage":
        """Answer *interaction* with the first progress message.

        It has the words that the result will have. *beside*: it follows the message whose button
        was pressed, which this interaction can edit from then on. Raises `Rejected` where
        Discord refuses them, and else what discord.py raises; `CancelledError` where the end of
        the bot comes in between.
        """
        messages, mark = JobMessages(self._connection, job), 1 + secrets.randbelow(MARKS)
        page = progress_page(job, Progress(position=position), mark=mark)
        private = job.destination.private
        try:
            if beside:
                await interaction.response.defer()
                message = await interaction.followup.send(
                    view=page.view, ephemeral=private, allowed_mentions=NO_MENTIONS, wait=True
                )
                message_id = message.id
            else:
                answer = await interaction.response.send_message(
                    view=page.view, ephemeral=private, allowed_mentions=NO_MENTIONS
                )
                message_id = answer.message_id or (await interaction.original_response()).id
        except discord_errors.FAULTS as fault:
            if discord_errors.about(fault) in (About.WORDS, About.FRONT):
                raise Rejected(Reason.WORDS_NOT_SHOWN) from None
            if not (discord_errors.is_transient(fault) or discord_errors.is_answered(fault)):
                raise
            answered = await self._lost_answer(messages, mark, beside=beside)
            if answered is None:
                raise
            message_id = answered
        return DiscordStatusMessage(self, messages, message_id, waits=position is not None)

    def of(self, job: Job) -> "DiscordStatusMessage":
        """That of a job that an earlier process left open."""
        messages, waits = JobMessages(self._connection, job), job.state is JobState.ACCEPTED
        return DiscordStatusMessage(self, messages, job.message_id, waits=waits, resumed=True)

    async def _lost_answer(self, messages: JobMessages, mark: int, *, beside: bool) -> int | None:
        """The answer, if it is ours and there after all: Discord's word of it got lost.

        Another program with our token may have answered; its message has another *mark*. Where
        nobody can tell, the message is seen to later. Raises `CancelledError` at the bot's end.
        """

        def is_ours(message: discord.Message) -> bool:
            return components.has_mark(message, mark)

        async def look() -> int | None:
            try:
                if beside:
                    found = await messages.find(messages.channel, is_ours)
                else:
                    found = await messages.answer()
            except discord_errors.FAULTS as fault:
                if discord_errors.is_transient(fault):
                    raise delivery_failed(fault) from None
                return None
            return found.id if found is not None and is_ours(found) else None

        clock, what = self._connection.clock, "Failed to look for a reply"
        try:
            return await retry(look, clock=clock, patience_s=LOOK_PATIENCE_S, what=what)
        except (DeliveryFailed, RuntimeError):  # the latter from a session that we have closed
            if self._connection.client.is_closed():
                raise asyncio.CancelledError from None
        later = self._retract_later(messages, look)
        self._connection.background.spawn(later, name="taking back an answer")
        return None

    async def _retract_later(
        self, messages: JobMessages, look: Callable[[], Awaitable[int | None]]
    ) -> None:
        """Let an answer that arrived after all say that nothing came of it."""
        job, clock = messages.job, self._connection.clock

        async def retract() -> None:
            message_id = await look()
            try:
                await Delivery(messages, message_id).edit(
                    lambda content: failure_page(
                        job, AnswerFailed(out_of_order=True), nothing_charged=True, content=content
                    )
                )
            except discord_errors.FAULTS as fault:
                raise delivery_failed(fault) from None

        await clock.sleep(RETRACT_EVERY_S)
        with suppress(DeliveryFailed):
            await retry(
                retract,
                clock=clock,
                patience_s=TOKEN_LIFE_S - clock.seconds_since(job.created_at),
                what=f"Interaction {job.interaction_id}: failed to retract a reply",
                longest_s=RETRACT_EVERY_S,
            )


class DiscordStatusMessage:
    """The `bot.jobs.status_message.StatusMessage` of one job; *waits*: its turn has not come yet.

    *resumed*: nothing is shown until it is found out what an earlier process told people.
    """

    def __init__(
        self,
        statuses: StatusMessages,
        messages: JobMessages,
        message_id: int | None,
        *,
        waits: bool,
        resumed: bool = False,
    ) -> None:
        self._messages = messages
        self._job = job = messages.job
        self._delivery = Delivery(messages, message_id, resumed=resumed)
        self._clock = messages.connection.clock
        self._progress = ProgressEdits(
            self._edit,
            background=messages.connection.background,
            clock=self._clock,
            limiter=statuses.limiter,
        )
        self._pings = statuses.pings
        self._whose = (job.author_id, job.destination.channel_id)
        self._started_at: datetime | None = None
        if not waits:
            self._start(job.submitted_at or job.created_at)
        self._may_change = not resumed
        self._newest: Progress | None = None

    @property
    def message_id(self) -> int | None:
        return self._delivery.message_id

    async def inspect(self) -> Shown | None:
        try:
            found_id, shown = await inspect(self._messages, self.message_id)
        except discord_errors.FAULTS as fault:
            raise replace(delivery_failed(fault), may_pass=True) from None
        except AnswerUnseen:
            self._may_change = True
            raise
        self._delivery.message_id = found_id
        self._may_change = shown is None or shown.said is Told.STOPPED
        if not self._may_change:
            self._pings.end(self._whose, self)
        elif self._newest is not None:
            self.show(self._newest)
        return shown

    def show(self, progress: Progress) -> None:
        if progress.position is None and self._started_at is None:
            self._start(self._clock.now())
        if progress.stopped:
            self._pings.end(self._whose, self)
        self._newest = progress
        if self._may_change and self.message_id is not None:
            self._progress.show(progress)

    def _start(self, at: datetime) -> None:
        self._started_at = at
        self._pings.begin(self._whose, self)

    async def _edit(self, progress: Progress) -> None:
        await self._delivery.edit(
            lambda content: progress_page(
                self._job, progress, started_at=self._started_at, content=content
            )
        )

    async def deliver(
        self,
        job: Job,
        result_images: Sequence[ResultImage],
        source: ImageFile | None,
        *,
        took_s: float,
    ) -> MessageLink:
        t, off = for_locale(job.locale), self._messages.connection.availability.off
        return await self._announce(
            Announcement(
                page=lambda content: result_page(
                    job, result_images, source, took_s=took_s, off=off, content=content
                ),
                plain=lambda content: plain_result(
                    job, result_images, took_s=took_s, off=off, content=content
                ),
                elsewhere=partial(t.result_is_there, job.request.action.media, job.author_id),
                nowhere=t.result_is_nowhere,
                broken=t.result_is_broken,
                has_source=source is not None,
            ),
        )

    async def fail(self, job: Job, error: RemixbotError, *, nothing_charged: bool) -> MessageLink:
        t = for_locale(job.locale)
        reason = t.what_went_wrong(error, nothing_charged=nothing_charged)
        return await self._announce(
            Announcement(
                page=lambda content: failure_page(
                    job, error, nothing_charged=nothing_charged, content=content
                ),
                plain=lambda content: plain_failure(
                    job, error, nothing_charged=nothing_charged, content=content
                ),
                elsewhere=partial(t.failure_is_there, job.author_id),
                nowhere=reason,
                broken=reason,
                notice_mark=notice_marker(job, uncharged=nothing_charged),
            ),
        )

    async def _announce(self, announcement: Announcement) -> MessageLink:
        pending_edit = await self._progress.close()
        try:
            return await self._delivery.deliver(announcement, pending_edit=pending_edit)
        except DeliveryFailed as fault:
            if not fault.may_pass:
                self._pings.end(self._whose, self)
            raise

    async def ping(self, posted: MessageLink, *, delivered: bool, took_s: float) -> None:
        async def reply(jobs: int) -> None:
            t, author_id = for_locale(self._job.locale), self._job.author_id
            media = self._job.request.action.media
            sentence = t.ready(author_id, media) if delivered else t.went_wrong(author_id)
            if jobs > 1:
                sentence = t.jobs_done(author_id, jobs)
            try:
                await self._messages.reply(posted.message_id, sentence)
            except discord_errors.FAULTS as error:
                detail = discord_errors.detail(error)
                log.info("Job %d: failed to ping its author: %s", self._job.id, detail)

        # A new message has notified its author by itself.
        edited = posted.message_id == self.message_id
        self._pings.end(self._whose, self)
        if edited and self._job.destination.bot_can_post and took_s > PING_AFTER_S:
            await self._pings.ping(self._whose, reply)
        else:
            await self._pings.settle(self._whose)
