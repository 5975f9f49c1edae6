"""Who uses the bot, where, on which message, and how they are answered."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from bot.jobs.queue import QueuePosition
from bot.jobs.status_message import StatusMessage
from bot.model import Destination, Job, MessageLink, NewJob, Request
from bot.preferences import Preferences

AskVisible = Callable[[frozenset[int]], Awaitable[frozenset[int]]]
"""Which of these channels of their server somebody can see; none if that is unknown."""

Announce = Callable[[Job, QueuePosition | None], Awaitable[StatusMessage]]
"""Answers Discord with the first message of an accepted job, which may have to wait its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMessage:
    """A message of the bot that somebody does something with, as Discord sent it along."""

    message_id: int
    interaction_id: int | None = None
    """The one in which what it shows was asked for, as its own buttons say."""
    public: bool = True
    """Everybody in the channel sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who uses the bot, and what Discord says of them."""

    user_id: int
    guild_id: int | None = None
    """``None``: in direct messages, or in a group."""
    channel_ids: frozenset[int] = frozenset()
    """Of the channel; in a thread also that of the channel it belongs to."""
    sees_channel: bool = False
    """They can see this channel, as Discord says of this very interaction."""
    message: TargetMessage | None = None
    """What they press a button of, or use a command on."""
    ask_visible: AskVisible | None = field(default=None, repr=False, compare=False)
    """Asks Discord about other channels, for a second at the most; never raises. ``None``: they
    see none."""
    role_ids: frozenset[int] = frozenset()
    via_user_install: bool = False
    """The bot is not a member there: this person has installed it for themselves."""
    can_manage_messages: bool = False
    can_manage_guild: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Who asks, where, in which interaction, and how that is answered."""

    caller: Caller
    announce: Announce
    destination: Destination
    interaction_id: int
    origin: MessageLink | None = None
    """The message whose button was pressed."""
    application_id: int | None = None
    interaction_token: str | None = field(default=None, repr=False)
    """Secret; with it the answer can be edited for 15 minutes."""
    locale: str | None = None
    """The language of who asks."""
    guild_locale: str | None = None
    """The language of the server, in which everybody there is spoken to."""
    preferences: Preferences | None = None
    """What who asks wants of all jobs, if that is looked up already."""
    began_s: float = field(default_factory=lambda: asyncio.get_running_loop().time())
    """When that interaction was begun to be answered, by the event loop's clock."""

    def locale_of(self, *, private: bool) -> str | None:
        """The language of a message that this person alone sees, or that everybody does."""
        return self.locale if private else self.guild_locale or self.locale

    def new_job(
        self, request: Request, *, private: bool, multiplier: int, depth: int | None
    ) -> NewJob:
        """What they ask for, with where it came from."""
        return NewJob(
            request=request,
            author_id=self.caller.user_id,
            destination=replace(self.destination, private=private),
            interaction_id=self.interaction_id,
            origin=self.origin,
            application_id=self.application_id,
            interaction_token=self.interaction_token,
            locale=self.locale_of(private=private),
            multiplier=multiplier,
            depth=depth,
        )
