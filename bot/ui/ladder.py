"""The ways on which news of one job reaches people, the best first.

An edit by the interaction's token, which counts against no limit and is the only one for private
messages; an edit in the channel; a new message there; a direct message. What the news are is not
known here. What Discord refuses is left out (`bot.ui.content`) before the next way is taken.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import discord
import stamina

from bot.clock import Clock
from bot.errors import DeliveryFailed, RemixbotError
from bot.jobs.crew import Crew
from bot.jobs.screen import Posted
from bot.model import Job, MessageLink
from bot.ui import faults
from bot.ui.content import EVERYTHING, Content
from bot.ui.faults import About
from bot.ui.layouts import Page, PlainPage, notice_page
from bot.ui.posting import Posting, token_lives

log = logging.getLogger(__name__)

NOTE_PAUSES_S = (30.0, 600.0)
"""Where the job's own message cannot say where the news are: before it is tried again, from and
to."""
NOTE_ATTEMPTS = 12
"""So often, which takes an hour and a half."""
ATTEMPTS = 5
PATIENCE_S = 60.0
"""How long one way is tried in a row while Discord is out of order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """News, in every form that they may need; a form is made anew for each attempt."""

    page: Callable[[Content], Page]
    plain: Callable[[Content], PlainPage]
    """For where Discord refuses the layout of the page."""
    elsewhere: Callable[[str | None], str]
    """What the job's own message says where the news are in the message with this address, or in a
    direct one."""
    nowhere: str
    """What it says where nobody could be given them."""
    broken: str
    """What it says where we broke down over them."""
    notice_mark: int | None = None
    """By it the job's own message is known again when it says so."""


Way = Callable[[Letter], Awaitable[Posted]]


class Ladder:
    """The ways to the people of *job*.

    *message_id* is the message that shows the job, where it is known. *resumed*: an earlier process
    may have left a message that nobody wrote down, so one is looked for before another is posted.
    Nothing is written before *certain* of `bot.store.SoleUse` has come back.
    """

    def __init__(
        self,
        client: discord.Client,
        job: Job,
        message_id: int | None,
        *,
        clock: Clock,
        crew: Crew,
        certain: Callable[[], Awaitable[None]],
        resumed: bool = False,
    ) -> None:
        self._posting = Posting(client, job, certain)
        self._job = job
        self.message_id = message_id
        self._clock = clock
        self._crew = crew
        self._resumed = resumed
        self._unseen: Way | None = None
        """On this way a message may have been posted without our hearing of it."""
        self._deleted = False
        self._content = EVERYTHING
        """What Discord has not refused so far."""

    async def edit(self, page: Callable[[Content], Page]) -> None:
        """Edit the message the first way that is open. Raises what discord.py raises."""
        while True:
            try:
                await self._edit(page(self._content))
            except discord.HTTPException as fault:
                if faults.about(fault) is not About.WORDS or not self._content.words:
                    raise
                self._content = replace(self._content, words=False)
            else:
                return

    async def bring(self, letter: Letter, *, straggler: asyncio.Task[None] | None = None) -> Posted:
        """Bring *letter* to people.

        A way is left for the next one only on a final answer. A message that somebody deleted is
        not posted again in the channel: a moderator may have meant it. *straggler* is an edit of
        the job's own message that does not end: what is public does not wait for it. Wherever the
        news go, the job's own message says so. Raises `DeliveryFailed` where no way is left, or
        Discord is out of order for longer than we try (`may_pass`).
        """
        try:
            return await self._bring(letter, straggler)
        except (RemixbotError, *faults.FAULTS):
            raise
        except Exception:  # a bug of ours, or something of Discord's that discord.py cannot read
            await self._note(letter.broken, letter, straggler)
            raise

    async def _bring(self, letter: Letter, straggler: asyncio.Task[None] | None) -> Posted:
        reasons: list[str] = []
        tried: set[Way] = set()
        if straggler is not None and self._job.place.writable:
            tried |= {self._by_token, self._in_channel}
        while (way := self._next(tried)) is not None:
            try:
                posted = await self._persistently(way, letter)
            except faults.FAULTS as fault:
                reasons.append(faults.detail(fault))
                log.info("Job %d: %s: %s", self._job.id, way.__name__, faults.detail(fault))
                about = faults.about(fault)
                if (left := self._content.without(about)) is not None:
                    self._content = left  # the same way once more
                    continue
                if about is About.FRONT:
                    self._content = replace(self._content, words=True)  # it was not for them
                if faults.may_pass(fault) and not self._is_put_off(way, about):
                    raise DeliveryFailed(detail="; ".join(reasons), may_pass=True) from None
                self._deleted = self._deleted or about is About.GONE
                tried.add(way)
            else:
                if posted.message_id != self.message_id:
                    await self._note(letter.elsewhere(self._address(posted)), letter, straggler)
                return posted
        await self._note(letter.nowhere, letter, straggler)
        raise DeliveryFailed(detail="; ".join(reasons))

    async def reply(self, posted: Posted, sentence: str) -> None:
        """One short reply to the job's message, which mentions who asked; may be lost."""
        try:
            await self._posting.reply(posted.message_id, sentence)
        except faults.FAULTS as error:
            log.info("Job %d: no reply to its news: %s", self._job.id, faults.detail(error))

    # ------------------------------------------------------------------ the ways

    def _next(self, tried: set[Way]) -> Way | None:
        """The best way that is open and not *tried*; first that on which something may be."""
        if self._unseen is not None and self._unseen not in tried:
            return self._unseen  # or there would be two of it in the end
        public, token = self._job.place.writable, token_lives(self._job, self._clock)
        editable = self.message_id is not None and self._content.layout
        ways: list[tuple[bool, Way]] = [
            (editable and token, self._by_token),
            (editable and public, self._in_channel),
            (not self._content.layout and not public and token, self._as_follow_up),
            (public and not self._deleted, self._anew),
            (True, self._directly),
        ]
        return next((way for is_open, way in ways if is_open and way not in tried), None)

    async def _by_token(self, letter: Letter) -> Posted:
        message_id = self.message_id or 0
        await self._posting.edit_by_token(message_id, letter.page(self._content))
        return self._here(message_id)

    async def _in_channel(self, letter: Letter) -> Posted:
        message_id = self.message_id or 0
        await self._posting.edit_in_channel(message_id, letter.page(self._content))
        return self._here(message_id)

    async def _as_follow_up(self, letter: Letter) -> Posted:
        """A further private answer, where the first one cannot become the news."""
        return self._here((await self._posting.follow_up(letter.plain(self._content))).id)

    async def _anew(self, letter: Letter) -> Posted:
        """A new message in the channel, which mentions its author."""
        place = self._posting.channel
        return self._here((await self._post(self._anew, place, letter, self._content)).id)

    async def _directly(self, letter: Letter) -> Posted:
        place = await self._posting.direct_channel()
        content = replace(self._content, alone=True)
        message = await self._post(self._directly, place, letter, content)
        return Posted(channel_id=place.id, message_id=message.id)

    # ------------------------------------------------------------------ how

    async def _persistently(self, way: Way, letter: Letter) -> Posted:
        """Go *way*, again while Discord, or the way to it, is out of order."""
        async for attempt in stamina.retry_context(
            on=faults.is_out_of_order,
            attempts=ATTEMPTS,
            timeout=PATIENCE_S,
            wait_initial=1.0,
            wait_max=15.0,
        ):
            with attempt:
                return await way(letter)
        raise AssertionError("stamina either returns or raises")

    def _is_put_off(self, way: Way, about: About) -> bool:
        """Discord limits edits: that says nothing about the other ways."""
        return about is About.PUT_OFF and way in (self._by_token, self._in_channel)

    async def _post(
        self, way: Way, place: discord.abc.Messageable, letter: Letter, content: Content
    ) -> discord.Message:
        """A new message, unless it is there already."""
        if self._resumed or self._unseen is not None:
            found = await self._posting.news(place)
            if found is not None:
                return found
        form = letter.page if content.layout else letter.plain
        self._unseen = way
        try:
            return await self._posting.send(place, form(content))
        except faults.FAULTS as fault:
            self._unseen = way if faults.is_out_of_order(fault) else None
            raise

    async def _edit(self, page: Page) -> None:
        if self.message_id is not None and self._content.layout:
            if token_lives(self._job, self._clock):
                await self._posting.edit_by_token(self.message_id, page)
            elif self._job.place.writable:
                await self._posting.edit_in_channel(self.message_id, page)

    async def _note(
        self, sentence: str, letter: Letter, straggler: asyncio.Task[None] | None
    ) -> None:
        """Let the job's own message say this, if need be as soon as that is possible."""

        def notice() -> Page:
            return notice_page(sentence, mark=letter.notice_mark)

        if straggler is None or straggler.done():
            if await self._is_noted(notice()):
                return
            straggler = None
        later = self._note_later(notice, straggler)
        self._crew.spawn(later, name="saying where the news are")

    async def _note_later(
        self, notice: Callable[[], Page], straggler: asyncio.Task[None] | None
    ) -> None:
        if straggler is not None:
            await asyncio.wait({straggler})
            if await self._is_noted(notice()):
                return
        pause_s, longest_s = NOTE_PAUSES_S
        for _ in range(NOTE_ATTEMPTS):
            await self._clock.sleep(pause_s)
            if await self._is_noted(notice()):
                return
            pause_s = min(2 * pause_s, longest_s)

    async def _is_noted(self, notice: Page) -> bool:
        """Whether the job's own message says it, or never will; else it may do so later."""
        if self.message_id is None or self._deleted:
            return True
        edits = [self._posting.edit_by_token] if token_lives(self._job, self._clock) else []
        if self._job.place.writable:
            edits.append(self._posting.edit_in_channel)
        later = False
        for edit in edits:
            try:
                await edit(self.message_id, notice)
            except faults.FAULTS as fault:
                later = later or faults.may_pass(fault)
                detail = faults.detail(fault)
                log.info("Job %d: its message does not say where: %s", self._job.id, detail)
            else:
                return True
        return not later

    def _here(self, message_id: int) -> Posted:
        return Posted(channel_id=self._job.place.channel_id, message_id=message_id)

    def _address(self, posted: Posted) -> str | None:
        """The address of a message in the job's own channel; of a direct one people need none."""
        place = self._job.place
        if posted.channel_id != place.channel_id:
            return None
        link = MessageLink(
            guild_id=place.guild_id,
            channel_id=posted.channel_id,
            message_id=posted.message_id,
        )
        return link.url
