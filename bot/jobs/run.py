"""A job under way in this process, and what the work on it needs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.jobs.availability import Availability
from bot.jobs.background import BackgroundTasks
from bot.jobs.image_loader import ImageLoader
from bot.jobs.poller import TaskPoller
from bot.jobs.queue import Ticket
from bot.jobs.status_message import Progress, Shown, StatusMessage, Told
from bot.model import Image, Job
from bot.store import Store, StoreSession

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

RECORD_WAIT_S = 5.0
"""How long a job waits for the database: what that does not take meanwhile is written later."""


class GatewayStatus:
    """Whether people can be told anything: from Discord's word until the connection is lost."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.online = False
        self._left: datetime | None = None

    @property
    def last(self) -> datetime | None:
        """When somebody could last have been told; ``None`` before this process could."""
        return self._clock.now() if self.online else self._left

    def arrive(self) -> None:
        self.online = True

    def leave(self) -> None:
        """The connection is lost; more than once does no harm."""
        if self.online:
            self.online = False
            self._left = self._clock.now()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """The rest of the bot, as far as jobs under way have to do with it."""

    api: GenerationApi
    availability: Availability
    poller: TaskPoller
    loader: ImageLoader
    find_source: Callable[[Job], Awaitable[Image | None]]
    """The image that a job was made from, if everybody may see it who sees the job."""
    store: Store
    background: BackgroundTasks
    clock: Clock
    gateway_status: GatewayStatus
    submit_within_s: float
    """A job is submitted unless its author could be told nothing for longer than this since it was
    asked for, or the database took no writes for so long."""
    patience_s: float
    """How long it is tried to read and to write messages that Discord does not take for a passing
    reason."""

    async def record(
        self,
        job: Job,
        step: Callable[Concatenate[StoreSession, int, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T | None:
        """Note what has happened to *job*, whether the database takes it now or not."""
        try:
            async with asyncio.timeout(RECORD_WAIT_S):
                return await self.store.record(step, job.id, *args, **kwargs)
        except (StoreUnavailable, TimeoutError) as error:
            log.error("Job %d: failed to record its progress, will retry: %r", job.id, error)
        return None


@dataclass(slots=True, kw_only=True, eq=False)
class Run:
    """Everything that is known of a job beyond what is kept in the store."""

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

    def show(self, progress: Progress) -> None:
        """Show this; of one that was stopped at the API, nothing but that."""
        self.status.show(Progress(stopped=True) if self.sent and self.stopped else progress)


class NothingToDo(Exception):  # no error
    """What was to be done is done already, or must be left to another start."""
