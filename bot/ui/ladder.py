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
from bot.ui import faults, traces
from bot.ui.layouts import Page, PlainPage, notice_page

log = logging.getLogger(__name__)

TOKEN_LIFE = timedelta(minutes=14, seconds=30)
"""An interaction's token is good for 15 minutes; a margin for the request itself."""
ATTEMPTS = 5
PATIENCE_S = 60.0
"""How long one way is tried in a row while Discord is out of order."""

NOBODY = discord.AllowedMentions.none()


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
    marks: frozenset[str] = frozenset()
    """Ids of buttons that no other message has."""


Way = Callable[[Letter], Awaitable[Posted]]


class _Original(int):
    """Stands for the id of the answer to an interaction, where Discord is asked for it by token.

    discord.py puts numbers into an address as they are, and would quote the ``@`` of a string.
    """

    def __str__(self) -> str:
        return "@original"


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
        self._client = client
        self._job = job
        self.message_id = message_id
        self._clock = clock
        self._timeout_s = timeout_s
        self._channel = client.get_partial_messageable(
            job.place.channel_id, guild_id=job.place.guild_id
        )
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
                await self._edit_by_token(page)
            elif not self._job.place.private:
                await self._edit_in_channel(page)

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
        message = self._channel.get_partial_message(posted.message_id)
        try:
            async with asyncio.timeout(self._timeout_s):
                await message.reply(sentence, allowed_mentions=self._author_alone())
        except faults.FAULTS as error:
            log.info("Job %d: no reply to its news: %s", self._job.id, faults.detail(error))

    async def locate(self) -> None:
        """Look for the answer to the interaction, where nobody wrote down which it is."""
        try:
            async with asyncio.timeout(self._timeout_s):
                found = await self._answer()
        except faults.FAULTS as fault:
            log.info("Job %d: its answer was not found: %s", self._job.id, faults.detail(fault))
            return
        self.message_id = found.id if found else None

    async def _answer(self) -> discord.Message | None:
        if self._token_lives():
            return await self._webhook().fetch_message(_Original())
        if self._job.place.private:
            return None
        return await self._find(self._channel, traces.answers(self._job.interaction_id))

    # ------------------------------------------------------------------ the ways

    def _ways(self) -> Iterator[Way]:
        """What is left to try, in order; asked anew after each failure."""
        public = not self._job.place.private
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
        return self._here(await self._edit_by_token(letter.page(self._with_files)))

    async def _in_channel(self, letter: Letter) -> Posted:
        return self._here(await self._edit_in_channel(letter.page(self._with_files)))

    async def _as_follow_up(self, letter: Letter) -> Posted:
        """A further private answer, where the first one cannot become the news."""
        plain = letter.plain(self._with_files)
        message = await self._webhook().send(
            plain.content,
            view=plain.view,
            files=plain.files,
            ephemeral=True,
            wait=True,
            allowed_mentions=NOBODY,
        )
        return self._here(message.id)

    async def _anew(self, letter: Letter) -> Posted:
        """A new message in the channel, which mentions its author."""
        return self._here((await self._post(self._channel, letter, self._author_alone())).id)

    async def _directly(self, letter: Letter) -> Posted:
        author = await self._client.fetch_user(self._job.author_id)
        place = await author.create_dm()
        message = await self._post(place, letter, NOBODY)
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

    async def _edit_by_token(self, page: Page) -> int:
        message = await self._webhook().edit_message(
            self.message_id or 0,
            view=page.view,
            attachments=page.files or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
        return message.id

    async def _edit_in_channel(self, page: Page) -> int:
        message = await self._channel.get_partial_message(self.message_id or 0).edit(
            view=page.view,
            attachments=page.files or discord.utils.MISSING,
            allowed_mentions=NOBODY,
        )
        return message.id

    async def _post(
        self, place: discord.abc.Messageable, letter: Letter, mentions: discord.AllowedMentions
    ) -> discord.Message:
        """A new message, unless it is there already. Discord drops a quick repeat by its nonce."""
        if self._may_be_there and letter.marks:
            found = await self._find(place, traces.has_buttons(letter.marks))
            if found is not None:
                return found
        nonce = f"remixbot-{self._job.id}"
        try:
            if not self._plainly:
                page = letter.page(self._with_files)
                return await place.send(
                    view=page.view, files=page.files, allowed_mentions=mentions, nonce=nonce
                )
        except discord.HTTPException as fault:
            if not faults.is_refused_layout(fault):
                raise
            self._plainly = True
        finally:
            self._may_be_there = True
        plain = letter.plain(self._with_files)
        return await place.send(
            plain.content,
            view=plain.view,
            files=plain.files,
            allowed_mentions=mentions,
            nonce=nonce,
        )

    async def _find(
        self, place: discord.abc.Messageable, is_it: Callable[[discord.Message], bool]
    ) -> discord.Message | None:
        bot = self._client.user
        if bot is None:
            return None
        return await traces.find(place, is_it, after=self._job.interaction_id, author=bot)

    def _webhook(self) -> discord.Webhook:
        webhook = discord.Webhook.partial(
            self._job.application_id or 0, self._job.interaction_token or "", client=self._client
        )
        webhook.type = discord.WebhookType.application  # no other one may answer privately
        return webhook

    def _here(self, message_id: int) -> Posted:
        return Posted(channel_id=self._job.place.channel_id, message_id=message_id)

    def _author_alone(self) -> discord.AllowedMentions:
        author = discord.Object(self._job.author_id)
        return discord.AllowedMentions(
            everyone=False, roles=False, users=[author], replied_user=False
        )
