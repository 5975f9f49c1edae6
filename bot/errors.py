"""Everything that can go wrong, sorted by who can act on it.

`UserError`: the person who asked; it's said how to do it right, and not logged. `ServiceError`:
nobody here; it may work later, and is logged as a warning. `OperatorError`: who runs the bot; it's
logged as an error with what to fix. `Incident`: a bug of ours. The leaves
carry data; what carries none and is caught nowhere is a `Reason`. `bot.texts` has a sentence for
each.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum, auto
from typing import ClassVar, dataclass_transform

from bot.limits import LimitScope
from bot.model import FailureCause, Request
from bot.prompt_cost import PromptCost
from bot.prompt_doubts import Doubt


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class RemixbotError(Exception):
    """Any failure that people are told about in words of ours. Every subclass is a dataclass."""

    failure: ClassVar[str]
    """The code that the database keeps if this ended a job. A code never changes."""

    def __init_subclass__(cls, *, failure: str = "other") -> None:
        dataclass(eq=False)(cls)
        cls.failure = failure

    def __str__(self) -> str:
        return repr(self)


class UserError(RemixbotError):
    """The person who asked can put it right."""

    draft_id: int | None = field(default=None, init=False, repr=False)
    """The interaction under which a draft of what they asked for is kept."""
    consented: bool = field(default=False, init=False, repr=False)
    """They have agreed to its cost, and to what may be wrong with it."""
    editable: bool = field(default=True, init=False, repr=False)
    """There is a form for what is kept."""


class ServiceError(RemixbotError):
    """Something outside is down, slow or full; it may work later."""

    detail: str = field(default="", kw_only=True)
    """For the log; never a URL, a header or what people write."""


class OperatorError(RemixbotError):
    """Only who runs the bot can put it right."""


class Reason(Enum):
    """Why something is rejected where that is all there is to say."""

    PROMPT_MISSING = auto()
    """Nothing of it can be seen, or nothing but flags with numbers."""
    PROMPT_TWICE = auto()
    """Both ``prompt`` and ``prompt_file`` were given."""
    PROMPT_FILE_UNREADABLE = auto()
    """Not UTF-8 text, or Discord did not hand it over in time."""
    JOB_ID_INVALID = auto()
    """No job id can be read from what was given."""
    MESSAGE_UNKNOWN = auto()
    """A link to a Discord message without a job of ours, or with none that this person may see."""
    NOT_AN_IMAGE = auto()
    """A file of another kind was attached as an image."""
    IMAGE_ADDRESS_INVALID = auto()
    """No http or https address, or one with signs that mean something in a prompt."""
    CALLBACK_INVALID = auto()
    """Not an http or https URL, with credentials in it, or longer than 2048 characters."""
    ONLY_IN_SERVERS = auto()
    SERVER_NOT_ALLOWED = auto()
    ROLE_MISSING = auto()
    TOO_MANY_PROMPTS = auto()
    """It stands for more prompts than are sent at once, or nobody can tell for how many."""
    WORDS_NOT_SHOWN = auto()
    """Discord refuses to show the prompt in this place."""
    NO_IMAGE_IN_MESSAGE = auto()
    SEARCH_WITHOUT_WORDS = auto()
    NO_RESULT_IN_MESSAGE = auto()
    """No job of ours is in it, or none that this person may see."""
    UNSUPPORTED_COMPONENT = auto()
    """A button or form of ours that this version does not know."""
    COMMAND_CHANGED = auto()
    """A command as another version, or another program with the same token, had it."""
    NOTHING_TO_STOP = auto()
    """The job has ended, or was stopped before."""
    MASK_UNREADABLE = auto()
    """No PNG, a damaged one, or one that is too large."""
    MASK_NOT_BLACK_AND_WHITE = auto()
    MASK_TWICE = auto()
    """Both areas and a file were given."""
    MASK_GONE = auto()
    """The mask of what was asked for before is not kept any more."""
    MASK_EMPTY = auto()
    """Nothing is to be repainted."""
    MASK_EVERYTHING = auto()
    """All of the image is to be repainted."""
    MASK_TOO_COMPLICATED = auto()
    """It would take more polygons, or points, than are sent."""
    IMAGE_UNREADABLE = auto()
    """An image of a result that cannot be opened here, such as a video."""
    IMAGE_GONE = auto()
    """An image of a result that nobody has any more, as far as we know."""
    IMAGE_SILENT = auto()
    """One whose server does not answer just now."""
    IMAGE_TOO_NARROW = auto()
    """The API takes no mask of its shape."""
    SWITCHED_OFF = auto()
    """The API doesn't know the model of this action."""
    NOT_FROM_THIS = auto()
    """The API doesn't make this of this image or video."""
    EXTENDED_ENOUGH = auto()
    """A video can be extended four times."""


class Rejected(UserError):
    reason: Reason


class PromptTooLong(UserError):
    length: int
    """Characters after trimming."""
    added: int = 0
    """So many of them come from somebody's settings."""


class PromptFileTooLarge(UserError):
    size_bytes: int


class MaskShapeWrong(UserError):
    """A mask is not as wide in proportion to its height as the image that it is for."""

    width: int
    height: int
    """Of the image, in pixels."""


class OptionInvalid(UserError):
    """A value that this option of this action does not have."""

    action: str
    parameter: str


class PreferencesInvalid(UserError):
    """What somebody wants behind all their prompts is nothing that can stand there."""

    doubts: tuple[Doubt, ...]


class WaitingLimitReached(UserError):
    """So many jobs wait for their turn already."""

    whose: LimitScope
    limit: int


class DailyLimitReached(UserError):
    whose: LimitScope
    limit: int
    free_at: datetime
    """When the next job is possible."""


class BudgetUsedUp(UserError):
    """The job would cost more than is left for this day or month."""

    whose: LimitScope
    limit_usd: Decimal
    cost_usd: Decimal
    span: timedelta
    """A day or a month."""
    free_at: datetime | None
    """When the job is possible; ``None`` where it alone is over the limit."""


class ConsentMissing(UserError):
    """It costs more than other jobs, or its prompt may be wrong: a question, not a refusal."""

    request: Request = field(repr=False)
    """Which has what people wrote."""
    bill: PromptCost
    usd: Decimal
    times: int
    """How many jobs with images cost as much."""
    doubts: tuple[Doubt, ...] = ()
    preview: bytes | None = field(default=None, init=False, repr=False)
    """A JPEG that shows which part of an image is meant."""


class ChannelNotAllowed(UserError):
    """The operator lets the bot be used in some channels only."""

    channels: tuple[int, ...]
    """Those of this server where it may, as far as they are known; else all."""


class WordRefused(UserError):
    """The operator refuses prompts with this word."""

    word: str
    """As the setting has it."""


class NotYours(UserError):
    """Only the author of a job and moderators may do this."""


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


class SourceTooOld(UserError):
    """The API no longer remixes this image."""

    days: float
    """How old an image may be."""
    prompt: str = field(repr=False)
    """What it was made from, or what is to become of it: to start anew with."""
    private: bool
    """What is made from it is for its author alone."""
    callback: str | None = field(default=None, repr=False)


class DraftGone(UserError):
    """What was kept for confirming or editing was used, or is more than a day old."""


class JobStopped(UserError, failure="stopped"):
    """Stopped before it was sent to the API."""


class RequestRefused(UserError, failure="request_refused"):
    """The API refused a parameter that the person chose."""

    code: str
    """The API's code, its last seven digits."""


class ContentRefused(UserError, failure="content_refused"):
    """The API's moderation refused the prompt."""


class ApiUnavailable(ServiceError, failure="api_unavailable"):
    """No answer, an answer that is none, or a 5xx."""

    code: str | None = None
    """The API's code, its last seven digits; ``None`` where it gave none."""
    status: int | None = None
    """The HTTP status of its answer; ``None`` where it did not answer."""


class ApiBusy(ServiceError, failure="api_busy"):
    """HTTP 429."""

    retry_after_s: float | None = None


class TaskNotFound(ServiceError, failure="task_not_found"):
    """HTTP 404 when reading a task."""


class SubmitUnknown(ServiceError, failure="submit_unknown"):
    """A submit went out and no answer says what became of it: it may run, and may be charged."""

    status: int | None = None
    interrupted: bool = False
    """An earlier process ended just then, so nobody heard the answer."""


class GenerationFailed(ServiceError, failure="generation_failed"):
    """The API took the job and reports that it failed."""

    code: str | None = None
    cause: FailureCause | None = None


class NothingMade(ServiceError, failure="nothing_made"):
    """The API reports success and no image; moderation can remove all of them."""


class OutputUnreadable(ServiceError, failure="output_unreadable"):
    """The API reports success, and its answer does not say in any known way where that is."""

    task_id: str
    cost_usd: Decimal | None = None


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


class JobKept(ServiceError):
    """Stopped too late: the API made it all the same. Its images are kept and not posted."""

    cost_usd: Decimal | None = None


class ImageUnavailable(ServiceError, failure="image_unavailable"):
    may_pass: bool = False
    """The next attempt may succeed."""


class ImageTooLarge(ServiceError, failure="image_too_large"):
    limit_bytes: int


class StoreUnavailable(ServiceError, failure="store_unavailable"):
    """The database did not answer, or not in time."""

    may_pass: bool = False
    """At the start: a server that may be there in a while."""


class StoreAway(ServiceError, failure="store_away"):
    """The database took no writes for as long as a job may wait: it was never sent."""


class StopNotRecorded(ServiceError):
    """The database did not answer somebody who wanted to stop a job that nobody here follows."""


class ListUnavailable(ServiceError):
    """The database did not answer somebody who only wanted to look."""


class StoreUnusable(ServiceError):
    """This process can do nothing with the database, however long it waits."""


class StoreTooNew(StoreUnusable):
    """A newer version of the bot wrote the database; only at the start."""


class StoreInUse(StoreUnusable):
    """Another process of the bot uses the database; only at the start."""


class StoreLost(StoreUnusable):
    """Another process has come and uses the database, or a backup was restored; while running."""


class StoreGone(StoreUnusable):
    """A file of the database was deleted, moved or replaced; while running."""

    path: str


class PoolerUnfit(StoreUnusable):
    """A pooler between us and the database lends each transaction another session."""


class AddressProblem(Enum):
    """What is wrong with the address of a database."""

    UNREADABLE = auto()
    SQLITE_WITHOUT_FILE = auto()
    SQLITE_WITH_OPTIONS = auto()
    HOSTS_OR_PORTS = auto()
    OPTION_UNKNOWN = auto()
    OPTION_NOT_ONCE = auto()
    OPTION_NOT_A_NUMBER = auto()
    OPTION_NOT_SECONDS = auto()
    OPTION_NOT_A_FILE = auto()
    OPTION_NOT_A_CHOICE = auto()


class AddressWrong(StoreUnusable):
    """The address of the database cannot be used; only at the start."""

    problem: AddressProblem
    option: str | None = None
    """The option it is about, where it can be named without showing what is secret."""
    words: tuple[str, ...] = ()
    """What the option takes, where that is a choice."""


class DeliveryFailed(ServiceError, failure="delivery_failed"):
    """Discord did not take the result; the job stays finished."""

    may_pass: bool = False
    """The same may work later."""
    soon: bool = False
    """In a moment, even: Discord, or the way to it, is out of order."""


class AnswerFailed(ServiceError):
    """Discord did not take what somebody was to be shown in answer."""

    out_of_order: bool = False
    """Discord, or the way to it, failed by itself."""


class ApiKeyRefused(OperatorError, failure="api_key_refused"):
    """HTTP 401."""


class ApiCreditUsedUp(OperatorError, failure="api_credit_used_up"):
    """HTTP 402, or a 403 or code that says the balance is used up."""


class ApiPermissionMissing(OperatorError, failure="api_permission_missing"):
    """HTTP 403 for another reason."""

    detail: str = ""


class ModelUnknown(OperatorError, failure="model_unknown"):
    """The API doesn't know the model that was asked for."""

    detail: str = ""


class ApiMisused(OperatorError, failure="api_misused"):
    """The API says that we call it wrongly: a bug of ours, or a change of theirs."""

    status: int
    code: str | None = None
    detail: str = ""


class Incident(RemixbotError, failure="incident"):
    """An unexpected exception, under the number that the log has for it."""

    number: str
