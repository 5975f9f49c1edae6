"""Answers that say no: which error an HTTP status, a code and the API's words stand for.

Pure: no network. Whether a submit may run all the same is decided in `bot.api.client`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.actions import ACTIONS
from bot.api.lenient_json import as_line, as_object
from bot.errors import (
    ApiBusy,
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiMisused,
    ApiPermissionMissing,
    ApiUnavailable,
    ContentRefused,
    GenerationFailed,
    ModelUnknown,
    RemixbotError,
    RequestRefused,
    TaskNotFound,
)
from bot.model import FailureCause

PROMPT_LENGTH_INVALID = "4011006"
GENERATION_FAILED = "4011098"
SERVICE_UNAVAILABLE = "4011099"
_OF_EACH_MODEL = re.compile(r"4\d{3}(?P<ending>098|099)")
"""Documented for two models; all others seem to count in the same way."""
PARAMETER_CODES = frozenset[str]().union(*(action.refusals for action in ACTIONS.values()))
CREDIT_CODES = frozenset(str(code) for code in range(40201, 40209))
DOCUMENTED_CODES = PARAMETER_CODES | CREDIT_CODES | {GENERATION_FAILED, SERVICE_UNAVAILABLE}

_NO_CREDIT = re.compile(r"insufficient[\s_-]+balance", re.IGNORECASE)
_NO_MODEL = re.compile(
    r"\bmodel\b\W{0,3}(?:[\w.:/-]{1,100}\W{1,3})?(?:is |does )?"
    r"(?:not (?:found|exist|available|supported)|unknown)\b"
    r"|\b(?:unknown|unsupported|invalid|no such) model\b",
    re.IGNORECASE,
)
"""With at most a name between the two: an answer about a parameter may name its model too."""
_OF_NO_MODEL = re.compile(
    r"\bmodel\b|\bnot (?:found|exist|available|supported)\b|\b(?:unknown|unsupported|no such)\b",
    re.IGNORECASE,
)
_MODERATED = re.compile(r"sensitive[\s_-]+content", re.IGNORECASE)


_CAUSES = {
    FailureCause.CONTENT: "TextReject|BadPrompt|Msg_Sensitive|ImagePromptDenied",
    FailureCause.IMAGE_LINK: "InvalidImagePromptLink",
    FailureCause.NOT_POSSIBLE: "(?:Job_Re|Re)?Upscale_Not_Support|Not_Support",
    FailureCause.PARAMETER: "InvalidParameter",
    FailureCause.BUSY: "Max_Concurrent_Limited|Server_Busy",
    FailureCause.CREDIT: "CreditNotEnough|Account_Fee_Not_Enough",
}
_CAUSE = re.compile("|".join(rf"(?P<{one.name}>\b(?:{words})\b)" for one, words in _CAUSES.items()))
"""Words that no prompt has, as they are written there."""


def could_say_no_model(prompt: str) -> bool:
    """Whether an answer that quotes *prompt* may look as if the API didn't know the model."""
    return _OF_NO_MODEL.search(prompt) is not None


def cause_of(words: str) -> FailureCause | None:
    """What the API's own *words* mean, if its upstream's are among them."""
    found = _CAUSE.search(words)
    return FailureCause[found.lastgroup] if found and found.lastgroup else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorResponse:
    """What an answer says besides "here is your task"."""

    status: int
    """The HTTP status; under a 2xx the status that the body names, if it names one."""
    code: str | None
    words: str
    """The API's own words on one line, in full; ``""`` if it has none."""
    logged: str
    """As much of them as may be logged."""
    retry_after_s: float | None
    document: object = field(repr=False)
    """The decoded body; ``None`` if it is no JSON, too long, or broke off."""

    @property
    def summary(self) -> str:
        """For a log: numbers only, none of the API's words."""
        return f"HTTP {self.status}" if self.code is None else f"HTTP {self.status}, {self.code}"

    def error(self) -> RemixbotError:  # noqa: C901, PLR0911, PLR0912  # a table, read from the top
        """The error that it stands for.

        HTTP 413 becomes "invalid prompt length": the prompt is the only large thing in a request.
        """
        status, code = self.status, self.code
        if status == 401:
            return ApiKeyRefused()
        if status == 402 or code in CREDIT_CODES:
            return ApiCreditUsedUp()
        if status == 403:
            # Moderation first: its words may quote the prompt, and a prompt may speak of a balance.
            if _MODERATED.search(self.words):
                return ContentRefused()
            if _NO_CREDIT.search(self.words):
                return ApiCreditUsedUp()
            return ApiPermissionMissing(detail=self.logged)
        if status == 429:
            return ApiBusy(retry_after_s=self.retry_after_s)
        if code in PARAMETER_CODES:
            return RequestRefused(code=code)
        if status in {400, 404, 422} and _NO_MODEL.search(self.words, 0, 1000):
            return ModelUnknown(detail=self.logged)
        ends = _OF_EACH_MODEL.fullmatch(code or "")
        if ends and ends["ending"] == "098":
            return GenerationFailed(code=code, cause=cause_of(self.words), detail=self.logged)
        if ends:
            return ApiUnavailable(code=code, status=status, detail=self.summary)
        if status == 404:
            return TaskNotFound()
        if status == 413:
            return RequestRefused(code=PROMPT_LENGTH_INVALID)
        if 400 <= status < 500 and status not in {408, 425}:
            return ApiMisused(status=status, code=code, detail=self.logged)
        return ApiUnavailable(status=status, detail=self.summary)


def normalise_code(value: object) -> str | None:
    """*value* as a code to compare: digits without leading zeros, the last seven of longer ones.

    Codes come as integers and strings, with and without leading zeros, and sister models put a
    prefix before them. ``None`` for anything that is no code, and for zero ("no error").
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if not 0 < value < 10**15 or value != int(value):
            return None
        value = int(value)
    digits = str(value).strip() if isinstance(value, str | int) else ""
    if not digits.isascii() or not digits.isdigit():
        return None
    return digits.lstrip("0")[-7:] or None


def read_refusal(
    status: int,
    document: object,
    *,
    retry_after_s: float | None = None,
    redacted: Callable[[str], str] = str,
) -> ErrorResponse:
    """What a decoded body (``None`` if it is not JSON) says under HTTP *status*.

    *redacted* leaves of the API's words what may be logged.
    """
    body = as_object(document)
    codes: list[str] = []
    words = ""
    # the places where an error may be described, most trusted first
    for envelope in (as_object(body.get("status")), as_object(body.get("error")), body):
        named = (envelope.get("error_code"), envelope.get("code"))
        codes += [code for value in named if (code := normalise_code(value)) is not None]
        for name in ("error", "message", "error_message", "detail"):
            words = words or as_line(envelope.get(name))
    if 200 <= status < 300:
        status = next((int(code) for code in codes if 400 <= int(code) < 600), status)
    known = [code for code in codes if code in DOCUMENTED_CODES]
    return ErrorResponse(
        status=status,
        code=next(iter(known + codes), None),
        words=words,
        logged=redacted(words),
        retry_after_s=retry_after_s,
        document=document,
    )
