"""A job under way in this process."""

from dataclasses import dataclass

from bot.jobs.queue import Ticket
from bot.jobs.status_message import Shown, StatusMessage, Told
from bot.model import Job


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """Everything that is known of it beyond what is kept in the store."""

    job: Job
    """As it was when this process began with it."""
    status: StatusMessage
    ticket: Ticket
    asked: float
    """When it was asked for, on the monotonic clock."""
    stopped: bool
    """Somebody wants no images of it any more."""
    looked: bool
    """It is known what people were told: of a job of this process it always is."""
    shown: Shown | None = None
    """What an earlier process told them."""
    unseen: bool = False
    """What it told them cannot be read any more: they may have been told that it is off."""
    sent: bool = False
    """The API may have it."""
    over: bool = False
    """What becomes of it is decided."""

    @property
    def end_told(self) -> bool:
        """An earlier process told people the end, and could not record it."""
        return self.shown is not None and self.shown.said is not Told.STOPPED


class NothingToDo(Exception):  # no error
    """What was to be done is done already, or must be left to another start."""
