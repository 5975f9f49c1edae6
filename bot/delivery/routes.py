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
from bot.delivery.job_messages import JobMessages, token_lives
from bot.errors import DeliveryFailed, RemixbotError
from bot.jobs.background import BackgroundTasks
from bot.jobs.status_message import MessageRef
from bot.model import Job, MessageLink
from bot.ui import discord_errors
from bot.ui.content import EVERYTHING, Content
from bot.ui.discord_errors import About
from bot.ui.layouts import ClassicMessage, LayoutMessage, notice_page

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
class Announcement:
    """News, in every form that they may need; a form is made anew for each attempt."""

    page: Callable[[Content], LayoutMessage]
    plain: Callable[[Content], ClassicMessage]
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


Route = Callable[[Announcement], Awaitable[MessageRef]]


class Delivery:
    """The ways to the people of *job*.

    *message_id* is the message that shows the job, where it is known. *resumed*: an earlier process
    may have left a message that nobody wrote down, so one is looked for before another is posted.
    Nothing is written before *certain* of `bot.store.InstanceLock` has come back.
    """

    def __init__(
        self,
        client: discord.Client,
        job: Job,
        message_id: int | None,
        *,
        clock: Clock,
        background: BackgroundTasks,
        certain: Callable[[], Awaitable[None]],
        resumed: bool = False,
    ) -> None:
        self._messages = JobMessages(client, job, certain)
        self._job = job
        self.message_id = message_id
        self._clock = clock
        self._background = background
        self._resumed = resumed
        self._unseen: Route | None = None
        """On this way a message may have been posted without our hearing of it."""
        self._deleted = False
        self._content = EVERYTHING
        """What Discord has not refused so far."""

    async def edit(self, page: Callable[[Content], LayoutMessage]) -> None:
        """Edit the message the first way that is open. Raises what discord.py raises."""
        while True:
            try:
                await self._edit(page(self._content))
            except discord.HTTPException as fault:
                if discord_errors.about(fault) is not About.WORDS or not self._content.words:
                    raise
                self._content = replace(self._content, words=False)
            else:
                return

    async def deliver(
        self, announcement: Announcement, *, pending_edit: asyncio.Task[None] | None = None
    ) -> MessageRef:
        """Bring *announcement* to people.

        A way is left for the next one only on a final answer. A message that somebody deleted is
        not posted again in the channel: a moderator may have meant it. *pending_edit* is an edit of
        the job's own message that does not end: what is public does not wait for it. Wherever the
        news go, the job's own message says so. Raises `DeliveryFailed` where no way is left, or
        Discord is out of order for longer than we try (`may_pass`).
        """
        try:
            return await self._deliver(announcement, pending_edit)
        except (RemixbotError, *discord_errors.FAULTS):
            raise
        except Exception:  # a bug of ours, or something of Discord's that discord.py cannot read
            await self._note(announcement.broken, announcement, pending_edit)
            raise

    async def _deliver(
        self, announcement: Announcement, pending_edit: asyncio.Task[None] | None
    ) -> MessageRef:
        reasons: list[str] = []
        tried: set[Route] = set()
        if pending_edit is not None and self._job.destination.bot_can_post:
            tried |= {self._by_token, self._in_channel}
        while (way := self._next(tried)) is not None:
            try:
                posted = await self._persistently(way, announcement)
            except discord_errors.FAULTS as fault:
                reasons.append(discord_errors.detail(fault))
                log.info(
                    "Job %d: delivery %s failed: %s",
                    self._job.id,
                    way.__name__.strip("_").replace("_", " "),
                    discord_errors.detail(fault),
                )
                about = discord_errors.about(fault)
                if (left := self._content.without(about)) is not None:
                    self._content = left  # the same way once more
                    continue
                if about is About.FRONT:
                    self._content = replace(self._content, words=True)  # it was not for them
                if discord_errors.is_transient(fault) and not self._is_put_off(way, about):
                    raise DeliveryFailed(detail="; ".join(reasons), may_pass=True) from None
                self._deleted = self._deleted or about is About.GONE
                tried.add(way)
            else:
                if posted.message_id != self.message_id:
                    await self._note(
                        announcement.elsewhere(self._address(posted)), announcement, pending_edit
                    )
                return posted
        await self._note(announcement.nowhere, announcement, pending_edit)
        raise DeliveryFailed(detail="; ".join(reasons))

    async def reply(self, posted: MessageRef, sentence: str) -> None:
        """One short reply to the job's message, which mentions who asked; may be lost."""
        try:
            await self._messages.reply(posted.message_id, sentence)
        except discord_errors.FAULTS as error:
            log.info(
                "Job %d: failed to ping its author: %s", self._job.id, discord_errors.detail(error)
            )

    # ------------------------------------------------------------------ the ways

    def _next(self, tried: set[Route]) -> Route | None:
        """The best way that is open and not *tried*; first that on which something may be."""
        if self._unseen is not None and self._unseen not in tried:
            return self._unseen  # or there would be two of it in the end
        public, token = self._job.destination.bot_can_post, token_lives(self._job, self._clock)
        editable = self.message_id is not None and self._content.layout
        ways: list[tuple[bool, Route]] = [
            (editable and token, self._by_token),
            (editable and public, self._in_channel),
            (not self._content.layout and not public and token, self._as_follow_up),
            (public and not self._deleted, self._post_new),
            (True, self._send_dm),
        ]
        return next((way for is_open, way in ways if is_open and way not in tried), None)

    async def _by_token(self, announcement: Announcement) -> MessageRef:
        message_id = self.message_id or 0
        await self._messages.edit_by_token(message_id, announcement.page(self._content))
        return self._here(message_id)

    async def _in_channel(self, announcement: Announcement) -> MessageRef:
        message_id = self.message_id or 0
        await self._messages.edit_in_channel(message_id, announcement.page(self._content))
        return self._here(message_id)

    async def _as_follow_up(self, announcement: Announcement) -> MessageRef:
        """A further private answer, where the first one cannot become the news."""
        return self._here(
            (await self._messages.send_followup(announcement.plain(self._content))).id
        )

    async def _post_new(self, announcement: Announcement) -> MessageRef:
        """A new message in the channel, which mentions its author."""
        place = self._messages.channel
        return self._here((await self._post(self._post_new, place, announcement, self._content)).id)

    async def _send_dm(self, announcement: Announcement) -> MessageRef:
        place = await self._messages.direct_channel()
        content = replace(self._content, alone=True)
        message = await self._post(self._send_dm, place, announcement, content)
        return MessageRef(channel_id=place.id, message_id=message.id)

    # ------------------------------------------------------------------ how

    async def _persistently(self, way: Route, announcement: Announcement) -> MessageRef:
        """Go *way*, again while Discord, or the way to it, is out of order."""
        async for attempt in stamina.retry_context(
            on=discord_errors.is_out_of_order,
            attempts=ATTEMPTS,
            timeout=PATIENCE_S,
            wait_initial=1.0,
            wait_max=15.0,
        ):
            with attempt:
                return await way(announcement)
        raise AssertionError("stamina either returns or raises")

    def _is_put_off(self, way: Route, about: About) -> bool:
        """Discord limits edits: that says nothing about the other ways."""
        return about is About.PUT_OFF and way in (self._by_token, self._in_channel)

    async def _post(
        self,
        way: Route,
        place: discord.abc.Messageable,
        announcement: Announcement,
        content: Content,
    ) -> discord.Message:
        """A new message, unless it is there already."""
        if self._resumed or self._unseen is not None:
            found = await self._messages.find_final_message(place)
            if found is not None:
                return found
        form = announcement.page if content.layout else announcement.plain
        self._unseen = way
        try:
            return await self._messages.send(place, form(content))
        except discord_errors.FAULTS as fault:
            self._unseen = way if discord_errors.is_out_of_order(fault) else None
            raise

    async def _edit(self, page: LayoutMessage) -> None:
        if self.message_id is not None and self._content.layout:
            if token_lives(self._job, self._clock):
                await self._messages.edit_by_token(self.message_id, page)
            elif self._job.destination.bot_can_post:
                await self._messages.edit_in_channel(self.message_id, page)

    async def _note(
        self, sentence: str, announcement: Announcement, pending_edit: asyncio.Task[None] | None
    ) -> None:
        """Let the job's own message say this, if need be as soon as that is possible."""

        def notice() -> LayoutMessage:
            return notice_page(sentence, mark=announcement.notice_mark)

        if pending_edit is None or pending_edit.done():
            if await self._is_noted(notice()):
                return
            pending_edit = None
        later = self._note_later(notice, pending_edit)
        self._background.spawn(later, name="saying where the news are")

    async def _note_later(
        self, notice: Callable[[], LayoutMessage], pending_edit: asyncio.Task[None] | None
    ) -> None:
        if pending_edit is not None:
            await asyncio.wait({pending_edit})
            if await self._is_noted(notice()):
                return
        pause_s, longest_s = NOTE_PAUSES_S
        for _ in range(NOTE_ATTEMPTS):
            await self._clock.sleep(pause_s)
            if await self._is_noted(notice()):
                return
            pause_s = min(2 * pause_s, longest_s)

    async def _is_noted(self, notice: LayoutMessage) -> bool:
        """Whether the job's own message says it, or never will; else it may do so later."""
        if self.message_id is None or self._deleted:
            return True
        edits = [self._messages.edit_by_token] if token_lives(self._job, self._clock) else []
        if self._job.destination.bot_can_post:
            edits.append(self._messages.edit_in_channel)
        later = False
        for edit in edits:
            try:
                await edit(self.message_id, notice)
            except discord_errors.FAULTS as fault:
                later = later or discord_errors.is_transient(fault)
                detail = discord_errors.detail(fault)
                log.info(
                    "Job %d: failed to say in its message where the outcome is: %s",
                    self._job.id,
                    detail,
                )
            else:
                return True
        return not later

    def _here(self, message_id: int) -> MessageRef:
        return MessageRef(channel_id=self._job.destination.channel_id, message_id=message_id)

    def _address(self, posted: MessageRef) -> str | None:
        """The address of a message in the job's own channel; of a direct one people need none."""
        place = self._job.destination
        if posted.channel_id != place.channel_id:
            return None
        link = MessageLink(
            guild_id=place.guild_id,
            channel_id=posted.channel_id,
            message_id=posted.message_id,
        )
        return link.url
