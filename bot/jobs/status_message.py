"""What a job needs of the place where people see it; Discord's side of it is in `bot.delivery`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Protocol

from bot.attachments import ImageFile, ResultImage
from bot.errors import RemixbotError
from bot.jobs.queue import QueuePosition
from bot.model import Image, Job, MessageLink


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a job is, as far as anybody can tell."""

    submitted: bool = False
    fraction: float | None = None
    """0.0 to 1.0, never less than before; ``None`` while nothing is known."""
    ends_at: datetime | None = None
    """When it is expected to be done; ``None`` where nobody can tell."""
    late: bool = False
    """It takes so long that people want to hear that it is still watched."""
    refused: bool = False
    """The API lets nobody look at the moment."""
    position: QueuePosition | None = None
    """While it waits for its turn: how it stands."""
    stopped: bool = False
    """Somebody stopped it when the API had it already."""
    unrecorded: bool = False
    """It is not sent yet, because the database takes no writes."""


class Told(Enum):
    """What people were told of a job, as far as it cannot be taken back."""

    IMAGES = auto()
    FAILURE = auto()
    """There are none, or nobody wanted them any more."""
    REFUSED = auto()
    """It was not accepted: the database did it all the same, and could not say so."""
    STOPPED = auto()
    """It was stopped when the API had it already: no end yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A message in which people were told something of a job that an earlier process left open."""

    said: Told
    posted: MessageLink
    uncharged: bool = False
    """It says that nothing was charged."""
    images: tuple[Image, ...] = ()
    """Those that can be remixed, with the addresses at which Discord has them."""


class StatusMessage(Protocol):
    """The message that shows one job."""

    @property
    def message_id(self) -> int | None:
        """The message, where it is known: a crash may have come before that was written down."""
        ...

    async def inspect(self) -> Shown | None:
        """Look at what an earlier process has left there; nothing is shown before that.

        Finds out which message it is, where that is not known. What people were told in the end is
        never changed after it was found. Raises `bot.errors.DeliveryFailed` where Discord cannot be
        asked at the moment, and `bot.errors.AnswerUnseen` where a job that was not sent may have
        been called off in a message that nobody can find or read any more.
        """
        ...

    def show(self, progress: Progress) -> None:
        """Show this when there is time; the newest wins. Never waits, never raises."""
        ...

    async def deliver(
        self,
        job: Job,
        result_images: Sequence[ResultImage],
        source: ImageFile | None,
        *,
        took_s: float,
    ) -> MessageLink:
        """Turn the message into the result, or post it where its author finds it.

        *source* stands beside it, if Discord takes that.
        May be called again after it raised `bot.errors.DeliveryFailed`: Discord did not take it.
        """
        ...

    async def fail(self, job: Job, error: RemixbotError, *, nothing_charged: bool) -> MessageLink:
        """Say what went wrong, in the message or where its author finds it.

        May be called again after it raised `bot.errors.DeliveryFailed`.
        """
        ...

    async def ping(self, posted: MessageLink, *, delivered: bool, took_s: float) -> None:
        """Tell who asked that there is news, unless they know by now. Never raises.

        Comes once it is written down that they have it: a crash may cost the ping, and never makes
        two of them.
        """
        ...
