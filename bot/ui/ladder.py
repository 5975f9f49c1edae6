"""The ways on which news of one job reaches people, the best first.

An edit by the interaction's token, which counts against no limit and is the only one for private
messages; an edit in the channel; a new message there; a direct message. What the news are is not
known here.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import discord
import stamina

from bot.clock import Clock
from bot.errors import DeliveryFailed
from bot.jobs.screen import Posted
from bot.model import Job
from bot.ui import faults
from bot.ui.layouts import Page, PlainPage, notice_page
from bot.ui.posting import Posting

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; a margin for the request itself."""
ATTEMPTS = 5
PATIENCE_S = 60.0
"""How long one way is tried in a row while Discord is out of order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """News, in every form that they may need; a form is made anew for each attempt.

    A form is told whether files may go along: where Discord finds them too large, they may not.
    """

    page: Callable[[bool], Page]
    plain: Callable[[bool], PlainPage]
    """For where Discord refuses the layout of the page."""
    notice: str
    """What the job's own message says then."""
    own_ids: frozenset[str] = frozenset()
    """Ids of buttons that no other message has: by them a plain one is found again."""


Way = Callable[[Letter], Awaitable[Posted]]


class Ladder:
    """The ways to the people of *job*.

    *message_id* is the message that shows the job, where it is known. *resumed*: an earlier process
    may have left a message that nobody wrote down, so one is looked for before another is posted.
    One attempt takes *timeout_s* seconds at the most.
    """

    def __init__(
        self,
        client: discord.Client,
        job: Job,
        message_id: int | None,
        *,
        clock: Clock,
        timeout_s: float,
        resumed: bool = False,
    ) -> None:
        self._posting = Posting(client, job)
        self._job = job
        self.message_id = message_id
        self._clock = clock
        self._timeout_s = timeout_s
        self._may_be_there = resumed
        """A message may have been posted without our knowing."""
        self._deleted = False
        self._plainly = False
        """Discord refuses the layout."""
        self._with_files = True

    async def edit(self, page: Page) -> None:
        """Edit the message the first way that is open. Raises what discord.py raises."""
        if self.message_id is not None and not self._plainly:
            if self._token_lives():
                await self._posting.edit_by_token(self.message_id, page)
            elif self._job.place.writable:
                await self._posting.edit_in_channel(self.message_id, page)

    async def bring(self, letter: Letter) -> Posted:
        """Bring *letter* to people.

        A way is left for the next one only on a final answer. A message that somebody deleted is
        not posted again in the channel: a moderator may have meant it. Raises `DeliveryFailed`
        where no way is left, or Discord is out of order for longer than we try (`may_pass`).
        """
        reasons: list[str] = []
        ways = self._ways()
        way = next(ways, None)
        while way is not None:
            try:
                return await self._persistently(way, letter)
            except faults.FAULTS as fault:
                reasons.append(faults.detail(fault))
                log.info("Job %d: %s: %s", self._job.id, way.__name__, faults.detail(fault))
                if faults.may_pass(fault):
                    raise DeliveryFailed(detail="; ".join(reasons), may_pass=True) from None
                if self._with_files and faults.is_too_large(fault):
                    self._with_files = False  # the same way once more
                    continue
                self._deleted = self._deleted or faults.is_deleted(fault)
                if faults.is_refused_layout(fault):
                    await self._write_plainly(letter)
            way = next(ways, None)
        raise DeliveryFailed(detail="; ".join(reasons))

    async def reply(self, posted: Posted, sentence: str) -> None:
        """One short reply to the job's message, which mentions who asked; may be lost."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._posting.reply(posted.message_id, sentence)
        except faults.FAULTS as error:
            log.info("Job %d: no reply to its news: %s", self._job.id, faults.detail(error))

    async def locate(self) -> None:
        """Look for the answer to the interaction, where nobody wrote down which it is."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if self._token_lives():
                    found = await self._posting.answer_by_token()
                elif self._job.place.writable:
                    found = await self._posting.answer_in_channel()
                else:
                    found = None
        except faults.FAULTS as fault:
            log.info("Job %d: its answer was not found: %s", self._job.id, faults.detail(fault))
            return
        self.message_id = found.id if found else None

    # ------------------------------------------------------------------ the ways

    def _ways(self) -> Iterator[Way]:
        """What is left to try, in order; asked anew after each failure."""
        public = self._job.place.writable
        if self.message_id is not None:
            if self._token_lives() and not self._plainly:
                yield self._by_token
            if public and not self._plainly:
                yield self._in_channel
        if self._plainly and not public and self._token_lives():
            yield self._as_follow_up
        if public and not self._deleted:
            yield self._anew
        yield self._directly

    def _token_lives(self) -> bool:
        has_token = self._job.interaction_token is not None and self._job.application_id is not None
        return has_token and self._clock.now() < self._job.created_at + TOKEN_LIFE

    async def _by_token(self, letter: Letter) -> Posted:
        message_id = self.message_id or 0
        await self._posting.edit_by_token(message_id, letter.page(self._with_files))
        return self._here(message_id)

    async def _in_channel(self, letter: Letter) -> Posted:
        message_id = self.message_id or 0
        await self._posting.edit_in_channel(message_id, letter.page(self._with_files))
        return self._here(message_id)

    async def _as_follow_up(self, letter: Letter) -> Posted:
        """A further private answer, where the first one cannot become the news."""
        return self._here((await self._posting.follow_up(letter.plain(self._with_files))).id)

    async def _anew(self, letter: Letter) -> Posted:
        """A new message in the channel, which mentions its author."""
        return self._here((await self._post(self._posting.channel, letter)).id)

    async def _directly(self, letter: Letter) -> Posted:
        place = await self._posting.direct_channel()
        message = await self._post(place, letter)
        return Posted(channel_id=place.id, message_id=message.id)

    # ------------------------------------------------------------------ how

    async def _persistently(self, way: Way, letter: Letter) -> Posted:
        """Go *way*, again while Discord, or the way to it, is out of order."""
        async for attempt in stamina.retry_context(
            on=faults.may_pass,
            attempts=ATTEMPTS,
            timeout=PATIENCE_S,
            wait_initial=1.0,
            wait_max=15.0,
        ):
            with attempt:
                async with asyncio.timeout(self._timeout_s):
                    return await way(letter)
        raise AssertionError("stamina either returns or raises")

    async def _write_plainly(self, letter: Letter) -> None:
        """From now on without a layout; the job's own message says where to look."""
        with suppress(*faults.FAULTS):
            async with asyncio.timeout(self._timeout_s):
                await self.edit(notice_page(letter.notice))
        self._plainly = True

    async def _post(self, place: discord.abc.Messageable, letter: Letter) -> discord.Message:
        """A new message, unless it is there already."""
        if self._may_be_there:
            found = await self._posting.news(place, letter.own_ids)
            if found is not None:
                return found
        self._may_be_there = True
        if not self._plainly:
            try:
                return await self._posting.send(place, letter.page(self._with_files))
            except discord.HTTPException as fault:
                if not faults.is_refused_layout(fault):
                    raise
                self._plainly = True
        return await self._posting.send(place, letter.plain(self._with_files))

    def _here(self, message_id: int) -> Posted:
        return Posted(channel_id=self._job.place.channel_id, message_id=message_id)
