"""The nouns of the bot: what is asked for, what the API says, what is kept of a job.

Frozen data only. Nothing here knows Discord, the wire format or the database.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum, auto

from bot.actions import SOURCE_IMAGES, Action, MediaKind, Options, OptionValue

PROMPT_MAX = 8192
"""The longest prompt that the API takes, in characters."""


@dataclass(frozen=True, slots=True)
class Source:
    """One image of a finished job, or the whole of it, as the API addresses it."""

    job_id: str
    """The provider's job id (never the task id of the platform)."""
    image_no: int | None = None
    """The image's position in its job, from 0; ``None`` for the whole job."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    action: Action
    source: Source | None = None
    """What it is made from; ``None`` if the action takes no source."""
    prompt: str = ""
    """Empty if there is none."""
    options: Options = field(default_factory=dict[str, OptionValue])
    """A value for each option of the action."""
    callback: str | None = None
    parameters: str = ""
    """What whoever asked wants behind every prompt, as far as this one does not say otherwise."""

    @property
    def sent_prompt(self) -> str:
        """What the API reads as the prompt: with the options that are flags in it."""
        chosen = self.action.complete(self.options)
        flags = (one.flags.get(chosen[one.name], "") for one in self.action.options)
        return " ".join(filter(None, (self.prompt, self.parameters, *flags)))

    @property
    def makes(self) -> int:
        """How many images or videos it makes, unless moderation removes some."""
        return self.action.makes_with(self.options)


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    job_id: str
    """The provider's job id that whatever is made from this image must name."""
    image_no: int
    """Position in the job, from 0; only 0 to 3 can be a source."""
    url: str
    kind: MediaKind = MediaKind.IMAGE

    available: frozenset[str] | None = None
    """What the API says that can be made from it, as `Action.listed_as`; ``None``: it says
    nothing."""

    def offers(self, action: Action, made_by: Action | None = None) -> bool:
        """Whether the API takes it as the source of *action*, as far as anybody knows.

        *made_by*: what it is a result of, if that is known.
        """
        if self.kind not in action.offered_on or self.image_no not in SOURCE_IMAGES:
            return False
        if made_by is not None and made_by.key in action.not_from:
            return False
        listed = self.available is None or not action.listed_as
        return listed or action.listed_as in (self.available or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """The API is at work."""

    task_id: str
    fraction: float | None = None
    """How far it says it is, 0.0 to 1.0; may go backwards from one answer to the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """The API is done. ``images`` may be empty: and the API does not say why."""

    task_id: str
    """Empty if only Discord knows the result."""
    job_id: str
    images: tuple[Image, ...]
    cost_usd: Decimal | None = None


class FailureCause(Enum):
    """What a word of the API's own upstream means, where it comes through."""

    CONTENT = auto()
    """Moderation refused the prompt, or an image in it."""
    IMAGE_LINK = auto()
    """An address in the prompt leads to no image that it can read."""
    NOT_POSSIBLE = auto()
    """It doesn't make this of this image."""
    PARAMETER = auto()
    BUSY = auto()
    CREDIT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The API gave up. Nothing else ends a task on its side."""

    task_id: str
    code: str | None = None
    """The API's code, its last seven digits; ``None`` if it gave none."""
    cause: FailureCause | None = None
    """What its words mean, where they are known ones."""
    detail: str = ""
    """The API's own words: for the log, never shown as they are."""


TaskState = Running | Completed | Failed


class JobState(StrEnum):
    """How far a job has come. The order is the order of a life.

    Whether its author knows how it ended is a moment (`Job.ended_at`), not a state.
    """

    DRAFT = "draft"
    """It was refused, and is kept for a day: to confirm, to edit, to retry. It's shown nowhere."""
    ACCEPTED = "accepted"
    """Recorded; nothing was sent to the API yet."""
    SUBMITTING = "submitting"
    """On its way to the API; whether it arrived is not known."""
    RUNNING = "running"
    """The API has it, ``task_id`` is known."""
    FINISHED = "finished"
    """The images exist, and are not posted yet."""
    KEPT = "kept"
    """The images exist, and aren't posted: somebody stopped the job while the API made them."""
    UNDELIVERABLE = "undeliverable"
    """The images exist, and could not be posted anywhere (`Job.delivery_problem`)."""
    DELIVERED = "delivered"
    """The images are posted."""
    FAILED = "failed"
    """It ended without images."""
    UNKNOWN = "unknown"
    """It was on its way to the API when all trace was lost: it may run, and may be charged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageLink:
    """The address of one Discord message."""

    guild_id: int | None
    channel_id: int
    message_id: int

    @property
    def url(self) -> str:
        return (
            f"https://discord.com/channels/{self.guild_id or '@me'}"
            f"/{self.channel_id}/{self.message_id}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where in Discord a job was asked for, and so where its images go."""

    guild_id: int | None
    channel_id: int
    private: bool
    """Only its author may see it."""
    file_limit_bytes: int
    """The largest single file that Discord takes there."""
    bot_is_member: bool = True
    """The bot is there by itself; otherwise it can only answer, for 15 minutes."""

    @property
    def bot_can_post(self) -> bool:
        """The bot can post there, and change and delete what it posted, at any time."""
        return self.bot_is_member and not self.private


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """What is known of a job when somebody asks for it."""

    request: Request
    author_id: int
    destination: Destination
    interaction_id: int
    origin: MessageLink | None = None
    """The message that the source image was taken from, if known."""
    application_id: int | None = None
    """Whose token that is: the address of an interaction's answers has both."""
    interaction_token: str | None = field(default=None, repr=False)
    """Secret: whoever has it can answer in the bot's name, for 15 minutes after the interaction."""
    locale: str | None = None
    """The language of its messages, as Discord calls it; ``None`` for jobs of earlier versions."""
    multiplier: int = 1
    """How many times over the API bills it."""
    depth: int | None = None
    """How many remixes it is away from its chain's first images, from 1; ``None`` if it has no
    source, or if that is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(NewJob):
    id: int
    state: JobState
    created_at: datetime
    reserved_usd: Decimal | None = None
    """What it is taken to cost until its cost is known; ``None`` if it costs nothing."""
    stopped_at: datetime | None = None
    """When somebody stopped it after it was sent to the API."""
    submitted_at: datetime | None = None
    finished_at: datetime | None = None
    ended_at: datetime | None = None
    """When its images were posted, or its author was told that there are none."""
    delivery_problem: str | None = None
    """Why the images could not be posted anywhere."""
    message_id: int | None = None
    """The message that shows the progress, then the result."""
    task_id: str | None = None
    provider_job_id: str | None = None
    cost_usd: Decimal | None = None
    failure: str | None = None
    """`RemixbotError.failure` of what ended it; one that's not known comes from a newer version."""
    images: tuple[Image, ...] = ()
    posted: MessageLink | None = None
    """The message that holds its images: mostly, not always, the one that showed the progress."""

    @property
    def took_s(self) -> float:
        """Seconds from when it was asked for until its images were made; 0 before that."""
        if self.finished_at is None:
            return 0.0
        return max((self.finished_at - self.created_at).total_seconds(), 0.0)

    @property
    def message(self) -> MessageLink | None:
        """The message that shows this job, once there is one."""
        if self.message_id is None:
            return None
        return MessageLink(
            guild_id=self.destination.guild_id,
            channel_id=self.destination.channel_id,
            message_id=self.message_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """Jobs, and what they cost or are taken to cost."""

    jobs: int = 0
    usd: Decimal = Decimal(0)

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(jobs=self.jobs + other.jobs, usd=self.usd + other.usd)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a person or a server has used in the last 30 days."""

    today: date
    """In UTC, as all days."""
    day: Spending = Spending()
    """The last 24 hours."""
    parts: Mapping[tuple[date, str | None], Spending] = field(
        default_factory=dict[tuple[date, str | None], Spending]
    )
    """By day and action: its key, or ``None`` for one that is not known. Only where there was
    something."""
    by_person: tuple[tuple[int, Spending], ...] = ()
    """The most expensive first."""

    @property
    def month(self) -> Spending:
        return sum(self.parts.values(), Spending())

    @property
    def by_day(self) -> tuple[tuple[date, Spending], ...]:
        """The newest first."""
        days = defaultdict[date, Spending](Spending)
        for (day, _), spent in self.parts.items():
            days[day] += spent
        return tuple(sorted(days.items(), key=lambda one: one[0], reverse=True))

    @property
    def by_action(self) -> tuple[tuple[str | None, Spending], ...]:
        """The most expensive first."""
        actions = defaultdict[str | None, Spending](Spending)
        for (_, action), spent in self.parts.items():
            actions[action] += spent
        order = sorted(actions.items(), key=lambda one: (-one[1].usd, -one[1].jobs, one[0] or ""))
        return tuple(order)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A finished job that somebody may want to go on with."""

    job_id: str
    """The provider's."""
    prompt: str
    created_at: datetime
