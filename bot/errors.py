"""Everything that can go wrong, sorted by who can act on it.

`UserError`: the person who asked; it's said how to do it right, and not logged. `ServiceError`:
nobody here; it may work later, and is logged as a warning. `OperatorError`: who runs the bot; it's
logged as an error with what to fix. `Incident`: a bug of ours. The leaves carry data; `bot.texts`
has a sentence for each.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import ClassVar

from bot.limits import LimitScope
from bot.prompt_cost import PromptCost


@dataclass(eq=False)
class RemixbotError(Exception):
    """Any failure that people are told about in words of ours."""

    failure: ClassVar[str] = "other"
    """The code that the database keeps if this ended a job. A code never changes."""

    def __init_subclass__(cls, *, failure: str | None = None) -> None:
        if failure is not None:
            cls.failure = failure

    def __str__(self) -> str:
        return repr(self)


class UserError(RemixbotError):
    """The person who asked can put it right."""

    draft_id: int | None = None
    """The interaction under which a draft of what they asked for is kept."""


class ServiceError(RemixbotError):
    """Something outside is down, slow or full; it may work later."""


class OperatorError(RemixbotError):
    """Only who runs the bot can put it right."""


# ------------------------------------------------------------------ the person who asked


class PromptMissing(UserError):
    """A prompt of which nothing can be seen, or nothing but flags with numbers."""


@dataclass(eq=False)
class PromptTooLong(UserError):
    length: int
    """Characters after trimming."""


class PromptTwice(UserError):
    """Both ``prompt`` and ``prompt_file`` were given."""


@dataclass(eq=False)
class PromptFileTooLarge(UserError):
    size_bytes: int


class PromptFileUnreadable(UserError):
    """Not UTF-8 text, or Discord did not hand it over in time."""


class JobIdInvalid(UserError):
    """No job id can be read from what was given."""


class MessageUnknown(UserError):
    """A link to a Discord message that holds no job of ours, or none that this person may see."""


class ImageInvalid(UserError):
    """An image number outside 0 to 3."""


@dataclass(eq=False)
class OptionInvalid(UserError):
    """A value that this option of this action does not have."""

    action: str
    parameter: str


class CallbackInvalid(UserError):
    """Not an http or https URL, with credentials in it, or longer than 2048 characters."""


@dataclass(eq=False)
class WaitingLimitReached(UserError):
    """So many jobs wait for their turn already."""

    whose: LimitScope
    limit: int


@dataclass(eq=False)
class DailyLimitReached(UserError):
    whose: LimitScope
    limit: int
    free_at: datetime
    """When the next job is possible."""


@dataclass(eq=False)
class BudgetUsedUp(UserError):
    """The job would cost more than is left for this day or month."""

    whose: LimitScope
    limit_usd: Decimal
    cost_usd: Decimal
    """What the job is taken to cost."""
    span: timedelta
    """A day or a month."""
    free_at: datetime | None
    """When the job is possible; ``None`` where it alone is over the limit."""


@dataclass(eq=False)
class ConsentMissing(UserError):
    """The prompt is billed several times over: a question, not a refusal."""

    bill: PromptCost
    usd: Decimal
    """What the job is taken to cost."""


@dataclass(eq=False)
class TooManyPrompts(UserError):
    """The prompt stands for more prompts than are sent at once, or nobody can tell for how many."""

    limit: int


class ServerNotAllowed(UserError):
    """The operator has not allowed this server."""


class RoleMissing(UserError):
    """The operator lets only some roles use the bot."""


@dataclass(eq=False)
class ChannelNotAllowed(UserError):
    """The operator lets the bot be used in some channels only."""

    channels: tuple[int, ...]
    """Those of this server where it may, as far as they are known; else all."""


@dataclass(eq=False)
class WordRefused(UserError):
    """The operator refuses prompts with this word."""

    word: str
    """As the setting has it."""


class WordsNotShown(UserError):
    """Discord refuses to show the prompt in this place."""


class NotYours(UserError):
    """Only the author of a job and moderators may do this."""


class OnlyInServers(UserError):
    """Asked for in a direct message."""


@dataclass(eq=False)
class PermissionsMissing(UserError):
    """The bot may not post the result where it was asked for."""

    permissions: tuple[str, ...]
    """Their names as Discord's settings show them."""


class SourceUnknown(UserError):
    """A result whose request is not (or no longer) known, so it cannot be repeated."""


class JobUnknown(UserError):
    """Nobody knows such a job, or it is none that this person may see: they learn no more."""


class ImagesMissing(UserError):
    """The job to be shown has no images, or none yet."""


@dataclass(eq=False)
class SourceTooOld(UserError):
    """The API no longer remixes this image."""

    days: float
    """How old an image may be."""
    prompt: str = field(repr=False)
    """What it was made from, or what is to become of it: to start anew with."""
    private: bool
    """What is made from it is for its author alone."""
    callback: str | None = field(default=None, repr=False)


class NoImageInMessage(UserError):
    """A message that holds no image of ours that could be remixed."""


class UnsupportedComponent(UserError):
    """A button or form of ours that this version does not know."""


class CommandChanged(UserError):
    """A command as another version, or another program with the same token, had it."""


class DraftGone(UserError):
    """What was kept for confirming or editing was used, or is more than a day old."""


class JobStopped(UserError, failure="stopped"):
    """Stopped before it was sent to the API."""


class NothingToStop(UserError):
    """The job to be stopped has ended, or was stopped before."""


@dataclass(eq=False)
class RequestRefused(UserError, failure="request_refused"):
    """The API refused a parameter that the person chose."""

    code: str
    """The API's code, its last seven digits."""


class ContentRefused(UserError, failure="content_refused"):
    """The API's moderation refused the prompt."""


# ------------------------------------------------------------------ nobody here


@dataclass(eq=False)
class ApiUnavailable(ServiceError, failure="api_unavailable"):
    """No answer, an answer that is none, or a 5xx."""

    code: str | None = None
    """The API's code, its last seven digits; ``None`` where it gave none."""
    status: int | None = None
    """The HTTP status of its answer; ``None`` where it did not answer."""
    detail: str = ""
    """For the log: a status, the name of an exception; never a URL or a header."""


@dataclass(eq=False)
class ApiBusy(ServiceError, failure="api_busy"):
    """HTTP 429."""

    retry_after_s: float | None = None


@dataclass(eq=False)
class TaskNotFound(ServiceError, failure="task_not_found"):
    """HTTP 404 when reading a task."""

    detail: str = ""
    """The API's own words."""


@dataclass(eq=False)
class SubmitUnknown(ServiceError, failure="submit_unknown"):
    """A submit went out and no answer says what became of it: it may run, and may be charged."""

    status: int | None = None
    """The HTTP status of the answer; ``None`` where there was none."""
    interrupted: bool = False
    """An earlier process ended just then, so nobody heard the answer."""
    detail: str = ""


@dataclass(eq=False)
class GenerationFailed(ServiceError, failure="generation_failed"):
    """The API took the job and reports that it failed."""

    code: str | None = None
    detail: str = ""


class NothingMade(ServiceError, failure="nothing_made"):
    """The API reports success and no image; moderation can remove all of them."""


@dataclass(eq=False)
class OutputUnreadable(ServiceError, failure="output_unreadable"):
    """The API reports success, and its answer does not say in any known way where that is."""

    task_id: str
    shape: str = ""
    """For the log: the keys and types of the answer, none of its words."""
    cost_usd: Decimal | None = None


@dataclass(eq=False)
class JobOverdue(ServiceError, failure="job_overdue"):
    """The API did not report an end within the time we wait."""

    waited_s: float
    trouble: RemixbotError | None = None
    """Why the last read told nothing, where it did not: nobody knows how the job stands."""


class JobTooOld(ServiceError, failure="job_too_old"):
    """Accepted, never submitted, and found so long after that nobody waits any more."""


class EndedUnseen(ServiceError, failure="ended_unseen"):
    """Failed in an earlier process, which ended before it could say so."""


class AnswerUnseen(ServiceError, failure="answer_unseen"):
    """Accepted in an earlier process, never submitted; what its author was told cannot be read."""


@dataclass(eq=False)
class JobKept(ServiceError):
    """Stopped too late: the API made it all the same. Its images are kept and not posted."""

    cost_usd: Decimal | None = None


@dataclass(eq=False)
class ImageUnavailable(ServiceError, failure="image_unavailable"):
    """An image could not be downloaded."""

    detail: str = ""


@dataclass(eq=False)
class ImageTooLarge(ServiceError, failure="image_too_large"):
    """An image is larger than may be uploaded."""

    limit_bytes: int


@dataclass(eq=False)
class StoreUnavailable(ServiceError, failure="store_unavailable"):
    """The database did not answer, or not in time."""

    detail: str = ""
    may_pass: bool = False
    """At the start: a server that may be there in a while."""


class StoreAway(ServiceError, failure="store_away"):
    """The database took no writes for as long as a job may wait: it was never sent."""


@dataclass(eq=False)
class StopNotRecorded(ServiceError):
    """The database did not answer somebody who wanted to stop a job that nobody here follows."""

    detail: str = ""


@dataclass(eq=False)
class ListUnavailable(ServiceError):
    """The database did not answer somebody who only wanted to look."""

    detail: str = ""


class StoreUnusable(ServiceError):
    """This process can do nothing with the database, however long it waits."""


@dataclass(eq=False)
class StoreTooNew(StoreUnusable):
    """A newer version of the bot wrote the database; only at the start."""

    detail: str = ""
    """For the log: the version that the database has."""


class StoreInUse(StoreUnusable):
    """Another process of the bot uses the database; only at the start."""


class StoreLost(StoreUnusable):
    """Another process has come and uses the database, or a backup was restored; while running."""


@dataclass(eq=False)
class StoreGone(StoreUnusable):
    """A file of the database was deleted, moved or replaced; while running."""

    path: str


class PoolerUnfit(StoreUnusable):
    """A pooler between us and the database lends each transaction another session."""


class AddressProblem(Enum):
    """What is wrong with the address of a database."""

    UNREADABLE = auto()
    NO_FILE = auto()
    """An SQLite database that is no file."""
    NO_OPTIONS = auto()
    """An SQLite address with options."""
    PLACE = auto()
    """Its hosts or ports."""
    UNKNOWN = auto()
    """An option that is not known."""
    NOT_ONCE = auto()
    """An option without a value, or with several."""
    NUMBER = auto()
    """An option that takes whole numbers."""
    SECONDS = auto()
    FILE = auto()
    """An option that takes the path of a file that is there."""
    WORD = auto()
    """An option that takes one of some words."""


@dataclass(eq=False)
class AddressWrong(StoreUnusable):
    """The address of the database cannot be used; only at the start."""

    problem: AddressProblem
    option: str | None = None
    """The option it is about, where it can be named without showing what is secret."""
    words: tuple[str, ...] = ()
    """What the option takes, where that is a choice."""


@dataclass(eq=False)
class DeliveryFailed(ServiceError, failure="delivery_failed"):
    """Discord did not take the result; the job stays finished."""

    detail: str = ""
    may_pass: bool = False
    """The same may work later."""
    soon: bool = False
    """In a moment, even: Discord, or the way to it, is out of order."""


class DiscordAway(ServiceError):
    """Discord was out of order just when somebody was to be answered."""


class AnswerFailed(ServiceError):
    """Discord did not take what somebody was to be shown in answer."""


# ------------------------------------------------------------------ who runs the bot


class ApiKeyRefused(OperatorError, failure="api_key_refused"):
    """HTTP 401."""


class ApiCreditUsedUp(OperatorError, failure="api_credit_used_up"):
    """HTTP 402, or a 403 or code that says the balance is used up."""


@dataclass(eq=False)
class ApiPermissionMissing(OperatorError, failure="api_permission_missing"):
    """HTTP 403 for another reason."""

    detail: str = ""


@dataclass(eq=False)
class ApiMisused(OperatorError, failure="api_misused"):
    """The API says that we call it wrongly: a bug of ours, or a change of theirs."""

    status: int
    code: str | None = None
    detail: str = ""


# ------------------------------------------------------------------ us


@dataclass(eq=False)
class Incident(RemixbotError, failure="incident"):
    """An unexpected exception, under the number that the log has for it."""

    number: str
