"""A job's message in Discord, from the first answer to the result."""

import logging
from collections.abc import Callable, Sequence
from datetime import timedelta

import discord

from bot import texts
from bot.clock import Clock
from bot.errors import DeliveryFailed, RemixbotError
from bot.jobs.crew import Crew
from bot.jobs.screen import Exhibit, Progress
from bot.model import Job
from bot.ui import faults
from bot.ui.layouts import Page, failure_page, progress_page, result_page
from bot.ui.progress import ProgressEdits

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; a margin for the request itself."""
PING_AFTER_S = 15.0
"""An edit notifies nobody: who waited longer than this has looked away."""

NOBODY = discord.AllowedMentions.none()


async def open_screen(
    interaction: discord.Interaction, job: Job, *, crew: Crew, clock: Clock
) -> "JobScreen":
    """Answer *interaction* with the first progress message. Raises what discord.py raises."""
    page = progress_page(job, Progress())
    answer = await interaction.response.send_message(
        view=page.view, ephemeral=job.place.private, allowed_mentions=NOBODY
    )
    message_id = answer.message_id or (await interaction.original_response()).id
    return JobScreen(interaction, job, message_id, crew=crew, clock=clock)


class JobScreen:
    """The `bot.jobs.screen.Screen` of one job.

    Edits through the interaction's token while it lives, which counts against no limit, then
    through the channel; a private message has no other way than the token.
    """

    def __init__(
        self,
        interaction: discord.Interaction,
        job: Job,
        message_id: int,
        *,
        crew: Crew,
        clock: Clock,
    ) -> None:
        client = interaction.client
        self._job = job
        self._clock = clock
        self._token_ends = job.created_at + TOKEN_LIFE
        self._by_token = discord.Webhook.partial(
            interaction.application_id, interaction.token, client=client
        )
        self._in_channel = client.get_partial_messageable(
            job.place.channel_id, guild_id=job.place.guild_id
        ).get_partial_message(message_id)
        self._progress = ProgressEdits(self._show, crew=crew, clock=clock)

    @property
    def message_id(self) -> int:
        return self._in_channel.id

    def show(self, progress: Progress) -> None:
        self._progress.show(progress)

    async def deliver(self, job: Job, exhibits: Sequence[Exhibit], *, took_s: float) -> int:
        await self._progress.stop()
        try:
            await self._edit(lambda: result_page(job, exhibits, took_s=took_s))
        except faults.FAULTS as error:
            raise DeliveryFailed(detail=faults.detail(error)) from error
        if took_s > PING_AFTER_S:
            await self._ping(texts.ready(job.author_id))
        return self.message_id

    async def fail(
        self, job: Job, error: RemixbotError, *, nothing_charged: bool, took_s: float
    ) -> None:
        await self._progress.stop()
        try:
            await self._edit(lambda: failure_page(job, error, nothing_charged=nothing_charged))
        except faults.FAULTS as fault:
            log.warning("Job %d: its author could not be told: %s", job.id, faults.detail(fault))
            return
        if took_s > PING_AFTER_S:
            await self._ping(texts.went_wrong(job.author_id))

    async def _show(self, progress: Progress) -> None:
        await self._edit(lambda: progress_page(self._job, progress))

    async def _edit(self, build: Callable[[], Page]) -> None:
        """Edit by token, else in the channel; *build* gives each attempt a page of its own."""
        private = self._job.place.private
        if private or self._clock.now() < self._token_ends:
            try:
                page = build()
                await self._by_token.edit_message(
                    self.message_id,
                    view=page.view,
                    attachments=page.files or discord.utils.MISSING,
                    allowed_mentions=NOBODY,
                )
            except faults.FAULTS as error:
                if private:
                    raise
                log.info("Job %d: no edit by token: %s", self._job.id, faults.detail(error))
            else:
                return
        page = build()
        await self._in_channel.edit(
            view=page.view,
            attachments=page.files or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )

    async def _ping(self, sentence: str) -> None:
        """One short reply that notifies the author, and nobody else."""
        if self._job.place.private:
            return
        author = discord.Object(self._job.author_id)
        mentions = discord.AllowedMentions(
            everyone=False, roles=False, users=[author], replied_user=False
        )
        try:
            await self._in_channel.reply(sentence, allowed_mentions=mentions)
        except faults.FAULTS as error:
            log.info("Job %d: no reply to its result: %s", self._job.id, faults.detail(error))
