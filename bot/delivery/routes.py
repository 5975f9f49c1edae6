"""The routes on which the news of one job reach its author, and the way from one to the next.

`open_routes` says when each is open. What follows a refusal of Discord is in
`bot.ui.discord_errors.REFUSALS`; docs/discord.md has both in words.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum, auto

import discord

from bot.delivery.job_messages import JobMessages, delivery_failed, link_to
from bot.errors import DeliveryFailed, RemixbotError
from bot.jobs.retry import LONG_PAUSES_S, retry
from bot.model import MessageLink
from bot.ui import discord_errors
from bot.ui.content import EVERYTHING, Content
from bot.ui.discord_errors import REFUSALS, About, Then
from bot.ui.layouts import ClassicMessage, LayoutMessage, notice_page

log = logging.getLogger(__name__)

NOTE_PATIENCE_S = 5400.0
"""How long it is tried to let the job's own message say where the news are."""


class Route(Enum):
    EDIT_BY_TOKEN = auto()
    """Counts against no limit, and is the only one to a private answer."""
    EDIT_IN_CHANNEL = auto()
    FOLLOW_UP = auto()
    """A further private answer, where the first one cannot become a classic message."""
    NEW_MESSAGE = auto()
    DIRECT_MESSAGE = auto()


EDITS = (Route.EDIT_BY_TOKEN, Route.EDIT_IN_CHANNEL)


def open_routes(
    *, message: bool, token: bool, public: bool, layout: bool, wanted: bool
) -> list[Route]:
    """The routes that are open, the best first.

    *message*: the job's own message is known, and no edit of it hangs that others would wait for.
    *token*: the interaction's token lives, 14.5 minutes. *public*: the bot can post in the channel,
    and what it posts is for everybody. *layout*: Discord takes the layout; else it gets a classic
    message, which a message with a layout cannot become. *wanted*: nobody has deleted the message.
    """
    routes = {
        Route.EDIT_BY_TOKEN: message and layout and token,
        Route.EDIT_IN_CHANNEL: message and layout and public,
        Route.FOLLOW_UP: token and not public and not layout,
        Route.NEW_MESSAGE: public and wanted,
        Route.DIRECT_MESSAGE: True,
    }
    return [route for route, is_open in routes.items() if is_open]


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
    has_source: bool = False
    """The page has the image of a source beside it, which Discord may refuse."""


class Delivery:
    """The routes to the author of the job that *messages* are of.

    *message_id* is the message that shows the job, where it is known. *resumed*: an earlier process
    may have left a message that nobody wrote down, so one is looked for before another is posted.
    """

    def __init__(
        self, messages: JobMessages, message_id: int | None, *, resumed: bool = False
    ) -> None:
        self._messages = messages
        self._job = messages.job
        self.message_id = message_id
        self._resumed = resumed
        self._in_doubt: Route | None = None
        """On this route a message may have been posted without our hearing of it."""
        self._hanging: asyncio.Task[None] | None = None
        """An edit of the job's own message that does not end."""
        self._deleted = False
        self._content = EVERYTHING
        """What Discord has not refused so far."""

    async def edit(self, page: Callable[[Content], LayoutMessage]) -> None:
        """Edit the message on the first route that is open. Raises what discord.py raises."""
        route = next((one for one in self._open() if one in EDITS), None)
        if route is None:
            return
        try:
            await self._edit(route, page(self._content))
        except discord.HTTPException as fault:
            if discord_errors.about(fault) is not About.WORDS or not self._content.words:
                raise
            self._content = replace(self._content, words=False)
            await self.edit(page)

    async def deliver(
        self, announcement: Announcement, *, pending_edit: asyncio.Task[None] | None = None
    ) -> MessageLink:
        """Bring *announcement* to people on the first route that takes it.

        *pending_edit* is an edit of the job's own message that does not end: what is public does
        not wait for it. Wherever the news go, the job's own message says so. May be called again
        after it raised `DeliveryFailed`: no route is left, or none for now.
        """
        source = self._content.source and announcement.has_source
        self._content = replace(self._content, source=source)
        self._hanging = pending_edit
        refused: list[str] = []
        tried = set[Route]()
        while (route := next((one for one in self._open() if one not in tried), None)) is not None:
            try:
                posted = await self._take(route, announcement)
            except discord_errors.FAULTS as fault:
                detail, about = discord_errors.detail(fault), discord_errors.about(fault)
                refused.append(detail)
                log.info("Job %d: failed to deliver by %s: %s", self._job.id, route.name, detail)
                if (left := self._content.without(about)) is not None:
                    self._content = left
                    continue
                if about is About.FRONT:
                    self._content = replace(self._content, words=True)  # it was not for them
                then = REFUSALS[about].edit if route in EDITS else REFUSALS[about].post
                if then is Then.LATER:
                    raise replace(delivery_failed(fault), detail="; ".join(refused)) from None
                self._deleted |= then is Then.OUTSIDE
                tried.add(route)
            except RemixbotError:
                raise
            except Exception:  # a bug of ours, or something that discord.py cannot read
                await self._say(announcement.broken, announcement)
                raise
            else:
                if posted.message_id != self.message_id:
                    here = posted.channel_id == self._job.destination.channel_id
                    sentence = announcement.elsewhere(posted.url if here else None)
                    await self._say(sentence, announcement)
                return posted
        await self._say(announcement.nowhere, announcement)
        raise DeliveryFailed(detail="; ".join(refused))

    def _open(self, *, layout: bool | None = None) -> list[Route]:
        """The routes that are open now, the best first; before them one that is in doubt: else
        there would be two of it in the end."""
        public = self._job.destination.bot_can_post
        hangs = self._hanging is not None and not self._hanging.done()
        routes = open_routes(
            message=self.message_id is not None and not (hangs and public),
            token=self._messages.token_lives,
            public=public,
            layout=self._content.layout if layout is None else layout,
            wanted=not self._deleted,
        )
        return routes if self._in_doubt is None else [self._in_doubt, *routes]

    async def _take(self, route: Route, announcement: Announcement) -> MessageLink:
        """Raises what discord.py raises."""
        content = self._content
        channel_id = self._job.destination.channel_id
        match route:
            case Route.EDIT_BY_TOKEN | Route.EDIT_IN_CHANNEL:
                await self._edit(route, announcement.page(content))
                return link_to(self._job, channel_id, self.message_id or 0)
            case Route.FOLLOW_UP:
                message = await self._messages.send_followup(announcement.plain(content))
                return link_to(self._job, channel_id, message.id)
            case Route.NEW_MESSAGE:
                place = self._messages.channel
            case Route.DIRECT_MESSAGE:
                place = await self._messages.direct_channel()
                content = replace(content, alone=True)
        if self._resumed or self._in_doubt is not None:
            found = await self._messages.find_end(place)
            if found is not None:
                return link_to(self._job, place.id, found.id)
        form = announcement.page if content.layout else announcement.plain
        self._in_doubt = route
        try:
            message = await self._messages.send(place, form(content))
        except discord_errors.FAULTS as fault:
            self._in_doubt = route if discord_errors.is_out_of_order(fault) else None
            raise
        return link_to(self._job, place.id, message.id)

    async def _edit(self, route: Route, page: LayoutMessage) -> None:
        by_token = route is Route.EDIT_BY_TOKEN
        await self._messages.edit(self.message_id or 0, page, by_token=by_token)

    async def _say(self, sentence: str, announcement: Announcement) -> None:
        """Let the job's own message say this, if need be as soon as that is possible."""
        connection, hanging = self._messages.connection, self._hanging
        what = f"Job {self._job.id}: failed to say in its message where the outcome is"

        async def edit() -> None:
            """Raises `DeliveryFailed` where that may work later."""
            if self.message_id is None or self._deleted:
                return
            later: DeliveryFailed | None = None
            for route in (one for one in self._open(layout=True) if one in EDITS):
                try:
                    await self._edit(route, notice_page(sentence, mark=announcement.notice_mark))
                except discord_errors.FAULTS as fault:
                    failed = delivery_failed(fault)
                    later = failed if failed.may_pass else later
                    log.info("%s: %s", what, failed.detail)
                else:
                    return
            if later is not None:
                raise later

        async def edit_later() -> None:
            if hanging is not None and not hanging.done():
                await asyncio.wait({hanging})
            else:
                await connection.clock.sleep(LONG_PAUSES_S[0])
            with suppress(DeliveryFailed):
                await retry(edit, clock=connection.clock, patience_s=NOTE_PATIENCE_S, what=what)

        if hanging is None or hanging.done():
            with suppress(DeliveryFailed):
                await edit()
                return
        connection.background.spawn(edit_later(), name="saying where the news are")
