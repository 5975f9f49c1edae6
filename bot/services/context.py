"""Who asked for something, where, and how they are answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.jobs.queue import QueuePosition
from bot.jobs.status_message import StatusMessage
from bot.model import Destination, Job, MessageLink

Announce = Callable[[Job, QueuePosition | None], Awaitable[StatusMessage]]
"""Answers Discord with the first message of an accepted job, which may have to wait its turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """Who asks, where, and in which interaction."""

    author_id: int
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

    def locale_of(self, *, private: bool) -> str | None:
        """The language of a message that this person alone sees, or that everybody does."""
        return self.locale if private else self.guild_locale or self.locale
