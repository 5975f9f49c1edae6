"""A job's message in Discord, from the first answer to the result."""

import asyncio
import secrets
from collections.abc import Callable, Sequence

import discord
import stamina

from bot import texts
from bot.clock import Clock
from bot.errors import RemixbotError
from bot.jobs.crew import Crew
from bot.jobs.gallery import without_files
from bot.jobs.queue import Turn
from bot.jobs.screen import Exhibit, Posted, Progress
from bot.model import Job
from bot.ui import faults, traces
from bot.ui.buttons import own_ids
from bot.ui.ladder import ATTEMPTS, PATIENCE_S, Ladder, Letter
from bot.ui.layouts import (
    failure_page,
    plain_failure,
    plain_result,
    progress_page,
    result_page,
)
from bot.ui.posting import NOBODY
from bot.ui.progress import Pacer, ProgressEdits

PING_AFTER_S = 15.0
"""An edit notifies nobody: who waited longer than this has looked away."""
MARKS = 2**31 - 1
"""Discord keeps an id of up to so much for each component."""


class Screens:
    """The screens of all jobs, for one connected *client*.

    Each answer of Discord is waited for *timeout_s* seconds at the most.
    """

    def __init__(
        self, client: discord.Client, *, crew: Crew, clock: Clock, timeout_s: float
    ) -> None:
        self._client = client
        self._crew = crew
        self._clock = clock
        self._timeout_s = timeout_s
        self._pacer = Pacer(clock)

    async def open(
        self, interaction: discord.Interaction, job: Job, turn: Turn | None
    ) -> "JobScreen":
        """Answer *interaction* with the first progress message. Raises what discord.py raises."""
        mark = 1 + secrets.randbelow(MARKS)
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await interaction.response.send_message(
                    view=progress_page(job, Progress(turn=turn), mark=mark).view,
                    ephemeral=job.place.private,
                    allowed_mentions=NOBODY,
                )
                message_id = answer.message_id or (await interaction.original_response()).id
        except faults.FAULTS as fault:
            if not (faults.may_pass(fault) or faults.is_answered(fault)):
                raise
            answered = await self._answered(interaction, mark)
            if answered is None:
                raise
            message_id = answered
        return JobScreen(self._ladder(job, message_id), job, self._edits)

    def of(self, job: Job) -> "JobScreen":
        """The screen of a job that an earlier process left open."""
        return JobScreen(self._ladder(job, job.message_id, resumed=True), job, self._edits)

    async def _answered(self, interaction: discord.Interaction, mark: int) -> int | None:
        """The answer to *interaction*, if it is ours after all: Discord's word of it got lost.

        Another program with our token may have answered; its message has another *mark*.
        """
        try:
            async for attempt in stamina.retry_context(
                on=faults.may_pass, attempts=ATTEMPTS, timeout=PATIENCE_S
            ):
                with attempt:
                    async with asyncio.timeout(self._timeout_s):
                        message = await interaction.original_response()
                    return message.id if traces.has_mark(message, mark) else None
        except (*faults.FAULTS, RuntimeError):  # the latter from a session that we have closed
            pass
        return None

    def _ladder(self, job: Job, message_id: int | None, *, resumed: bool = False) -> Ladder:
        return Ladder(
            self._client,
            job,
            message_id,
            clock=self._clock,
            timeout_s=self._timeout_s,
            resumed=resumed,
        )

    def _edits(self, job: Job, ladder: Ladder) -> ProgressEdits:
        async def edit(progress: Progress) -> None:
            async with asyncio.timeout(self._timeout_s):
                await ladder.edit(progress_page(job, progress))

        return ProgressEdits(edit, crew=self._crew, clock=self._clock, pacer=self._pacer)


class JobScreen:
    """The `bot.jobs.screen.Screen` of one job."""

    def __init__(
        self, ladder: Ladder, job: Job, edits: Callable[[Job, Ladder], ProgressEdits]
    ) -> None:
        self._ladder = ladder
        self._job = job
        self._progress = edits(job, ladder)
        self._stopped = False

    @property
    def message_id(self) -> int | None:
        return self._ladder.message_id

    async def locate(self) -> None:
        await self._ladder.locate()

    def show(self, progress: Progress) -> None:
        if self.message_id is not None and not self._stopped:
            self._progress.show(progress)

    def stopped(self) -> None:
        self.show(Progress(stopped=True))
        self._stopped = True

    async def deliver(self, job: Job, exhibits: Sequence[Exhibit], *, took_s: float) -> Posted:
        def shown(with_files: bool) -> Sequence[Exhibit]:
            return exhibits if with_files else without_files(exhibits)

        await self._progress.stop()
        return await self._ladder.bring(
            Letter(
                page=lambda files: result_page(job, shown(files), took_s=took_s),
                plain=lambda files: plain_result(job, shown(files), took_s=took_s),
                notice=texts.RESULT_FOLLOWS,
                own_ids=own_ids(job),
            )
        )

    async def fail(self, job: Job, error: RemixbotError, *, nothing_charged: bool) -> Posted:
        await self._progress.stop()
        return await self._ladder.bring(
            Letter(
                page=lambda _: failure_page(job, error, nothing_charged=nothing_charged),
                plain=lambda _: plain_failure(job, error, nothing_charged=nothing_charged),
                notice=texts.FAILURE_FOLLOWS,
            )
        )

    async def ping(self, posted: Posted, *, delivered: bool, took_s: float) -> None:
        # A new message has notified its author by itself.
        edited = posted.message_id == self.message_id
        if edited and self._job.place.writable and took_s > PING_AFTER_S:
            say = texts.ready if delivered else texts.went_wrong
            await self._ladder.reply(posted, say(self._job.author_id))
