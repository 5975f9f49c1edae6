"""Answers that say no: which error an HTTP status, a code and the API's words stand for.

Pure: no network. Whether a submit may run all the same is decided in `bot.api.client`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.api.lenient_json import as_line, as_object, decoded
from bot.errors import (
    ApiBusy,
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiMisused,
    ApiPermissionMissing,
    ApiUnavailable,
    ContentRefused,
    GenerationFailed,
    RemixbotError,
    RequestRefused,
    TaskNotFound,
)

PROMPT_LENGTH_INVALID = "4011006"
GENERATION_FAILED = "4011098"
SERVICE_UNAVAILABLE = "4011099"
PARAMETER_CODES = frozenset(
    {
        "4011001",  # remix: task id missing
        "4011002",  # remix: image number missing
        "4011003",  # remix: invalid image number
        "4011004",  # remix: invalid mode
        "4011005",  # remix: prompt missing
        PROMPT_LENGTH_INVALID,
        "4011007",  # remix: invalid callback URL
        "4001001",  # diffusion: text missing
        "4001002",  # diffusion: the next one after it, about the text as well
    }
)
"""The codes that the person who asked can do something about."""
CREDIT_CODES = frozenset(str(code) for code in range(40201, 40209))
DOCUMENTED_CODES = PARAMETER_CODES | CREDIT_CODES | {GENERATION_FAILED, SERVICE_UNAVAILABLE}

RETRY_AFTER_MAX_S = 300.0
"""A longer ``Retry-After`` is cut to this, so that no single header can stop the bot for a day."""

_SECONDS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_NO_CREDIT = re.compile(r"insufficient[\s_-]+balance", re.IGNORECASE)
_MODERATED = re.compile(r"sensitive[\s_-]+content", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorResponse:
    """What an answer says besides "here is your task"."""

    status: int
    """The HTTP status; under a 2xx the status that the body names, where it names one."""
    code: str | None
    words: str
    """The API's own words on one line, in full; ``""`` where it has none."""
    logged: str = ""
    """As much of them as may be logged."""

    @property
    def documented(self) -> bool:
        """Whether it carries a code whose meaning is known."""
        return self.code in DOCUMENTED_CODES

    @property
    def summary(self) -> str:
        """For a log: numbers only, none of the API's words."""
        return f"HTTP {self.status}" if self.code is None else f"HTTP {self.status}, {self.code}"


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


def read_refusal(status: int, document: object) -> ErrorResponse:
    """What a decoded body (``None`` where it is not JSON) says under HTTP *status*."""
    codes: list[str] = []
    words = ""
    for envelope in _envelopes(document):
        named = (envelope.get("error_code"), envelope.get("code"))
        codes += [code for value in named if (code := normalise_code(value)) is not None]
        words = words or _words(envelope)
    if 200 <= status < 300:
        status = next((int(code) for code in codes if 400 <= int(code) < 600), status)
    known = [code for code in codes if code in DOCUMENTED_CODES]
    return ErrorResponse(
        status=status, code=next(iter(known + codes), None), words=words, logged=words
    )


def refusal_error(refusal: ErrorResponse, retry_after_s: float | None = None) -> RemixbotError:
    """The error that *refusal* stands for.

    HTTP 413 becomes "invalid prompt length": the prompt is the only large thing in a request.
    """
    return _account_error(refusal) or _code_error(refusal) or _status_error(refusal, retry_after_s)


def parse_error(status: int, body: object, headers: Mapping[str, str]) -> RemixbotError:
    """The error for an answer with HTTP *status*; *body* is raw bytes or already decoded."""
    document = decoded(body) if isinstance(body, bytes) else body
    retry_after = retry_after_s(headers, datetime.now(UTC))
    return refusal_error(read_refusal(status, document), retry_after)


def retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """How long the API asks to wait, 0 to `RETRY_AFTER_MAX_S` seconds; ``None`` if it does not.

    A date is counted from the answer's own ``Date``, where given, because clocks differ.
    """
    lower = {name.lower(): value.strip() for name, value in headers.items()}
    value = lower.get("retry-after", "")
    if _SECONDS.fullmatch(value):
        return min(float(value), RETRY_AFTER_MAX_S)
    until = _http_date(value)
    if until is None:
        return None
    wait_s = (until - (_http_date(lower.get("date", "")) or now)).total_seconds()
    return min(wait_s, RETRY_AFTER_MAX_S) if wait_s >= 0 else None


def _http_date(value: str) -> datetime | None:
    try:
        return datetime.strptime(value, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    except ValueError:
        return None


def _envelopes(document: object) -> Iterator[Mapping[str, object]]:
    """The places where an error may be described, most trusted first."""
    body = as_object(document)
    yield as_object(body.get("status"))
    yield as_object(body.get("error"))
    yield body


def _words(envelope: Mapping[str, object]) -> str:
    fields = ("error", "message", "error_message", "detail")
    return next((words for field in fields if (words := as_line(envelope.get(field)))), "")


def _account_error(refusal: ErrorResponse) -> RemixbotError | None:
    """What concerns the key and its account, whatever the request was."""
    if refusal.status == 401:
        return ApiKeyRefused()
    if refusal.status == 402 or refusal.code in CREDIT_CODES:
        return ApiCreditUsedUp()
    if refusal.status != 403:
        return None
    # Moderation first: its words may quote the prompt, and a prompt may speak of a balance.
    if _MODERATED.search(refusal.words):
        return ContentRefused()
    if _NO_CREDIT.search(refusal.words):
        return ApiCreditUsedUp()
    return ApiPermissionMissing(detail=refusal.logged)


def _code_error(refusal: ErrorResponse) -> RemixbotError | None:
    if refusal.code is None or refusal.status == 429:
        return None
    if refusal.code in PARAMETER_CODES:
        return RequestRefused(code=refusal.code)
    if refusal.code == GENERATION_FAILED:
        return GenerationFailed(code=refusal.code, detail=refusal.logged)
    if refusal.code == SERVICE_UNAVAILABLE:
        return ApiUnavailable(code=refusal.code, status=refusal.status, detail=refusal.summary)
    return None


def _status_error(refusal: ErrorResponse, retry_after: float | None) -> RemixbotError:
    match refusal.status:
        case 404:
            return TaskNotFound()
        case 413:
            return RequestRefused(code=PROMPT_LENGTH_INVALID)
        case 429:
            return ApiBusy(retry_after_s=retry_after)
        case 408 | 425:
            return ApiUnavailable(status=refusal.status, detail=refusal.summary)
        case status if 400 <= status < 500:
            return ApiMisused(status=status, code=refusal.code, detail=refusal.logged)
        case _:
            return ApiUnavailable(status=refusal.status, detail=refusal.summary)
