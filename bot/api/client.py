"""The two calls of the generation API: submit a job, read a task.

Decides what an answer means for a job that costs money: refused, running, or nobody knows. Knows
nothing of polling, of retries, or of how the wire's JSON is laid out (`bot.api.wire`).
"""

import asyncio
import errno
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot import __version__
from bot.api.lenient_json import decoded, shape_of, unquoted
from bot.api.refusals import (
    DOCUMENTED_CODES,
    ErrorResponse,
    cause_of,
    could_say_no_model,
    read_refusal,
)
from bot.api.safe_http import GuardedSession
from bot.api.wire import parse_task, submit_body, task_id_of
from bot.backoff import retry_after_s
from bot.errors import (
    ApiBusy,
    ApiMisused,
    ApiUnavailable,
    ContentRefused,
    GenerationFailed,
    ModelUnknown,
    OperatorError,
    OutputUnreadable,
    SubmitUnknown,
    TaskNotFound,
)
from bot.model import Failed, Request, Running, TaskState

USER_AGENT = f"remixbot/{__version__} (+discord bot)"
_ANSWER_MAX_BYTES = 256 * 1024
"""A hundred times what a task takes. To parse more would keep everybody else waiting."""
_CONNECT_MAX_S = 10.0
_RETRY_AFTER_MAX_S = 300.0
"""A longer ``Retry-After`` is cut to this, so that no single header can stop the bot for a day."""
_WORDS_MAX = 200
"""How much of the API's own words goes into a log."""
FAULTS = (aiohttp.ClientError, OSError)
"""What an exchange may raise; timeouts are `OSError` too."""

_NEVER_SENT = (
    aiohttp.ClientConnectorError,  # refused, unreachable, DNS, TLS
    aiohttp.ConnectionTimeoutError,
    aiohttp.ServerFingerprintMismatch,
    aiohttp.ClientHttpProxyError,  # the proxy refused to open the tunnel
    aiohttp.InvalidURL,
    aiohttp.NonHttpUrlClientError,
)
"""Raised only while there is no connection yet: no byte of the request has left."""


class GenerationApi:
    """The API behind one key. Uses *session*, which its opener closes.

    The key must be printable ASCII without spaces (else `ValueError`, which does not name it). It
    is in no ``repr``, no log line and no error.
    """

    def __init__(
        self,
        session: GuardedSession,
        *,
        base_url: str,
        key: str,
        timeout_s: float = 30.0,
        models: Mapping[str, str] | None = None,
    ) -> None:
        """*models*: the API's names for the models of actions, by key, where the table is wrong."""
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("the API key must be printable ASCII without spaces")
        self._session = session
        self._base_url = str(URL(base_url)).rstrip("/")
        self._key = key
        self._models = models or {}
        # Connecting times out first: a timeout before anything was sent is a harmless one.
        connect_s = min(_CONNECT_MAX_S, timeout_s / 2)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=connect_s)

    async def submit(self, request: Request) -> TaskState:
        """Ask for *request* with exactly one POST, and return how the new task stands.

        The session gives it a connection of its own: on a kept-alive one that the server is just
        closing it would be lost, and nobody could tell. Nor does aiohttp repeat a POST
        (``aiohttp.client.IDEMPOTENT_METHODS``).

        Raises, if the job was not taken: `RequestRefused`, `ContentRefused`, `ApiKeyRefused`,
        `ApiCreditUsedUp`, `ApiPermissionMissing`, `ModelUnknown`, `ApiMisused`, `ApiBusy`,
        `ApiUnavailable`;
        if it was taken and failed at once: `GenerationFailed`; if it may run: `SubmitUnknown`.
        """
        try:
            body = submit_body(request, self._models.get(request.action.key))
            answer = await self._exchange("POST", "generation", request, json=body)
        except FAULTS as fault:
            # `from None`: an aiohttp error can hold the request's headers, and so the key.
            raise submit_fault(fault) from None
        except OutputUnreadable as unreadable:
            return Running(task_id=unreadable.task_id)
        if not isinstance(answer, ErrorResponse):
            return answer
        status = answer.status
        # 303 is the one redirect that says that the POST was carried out.
        if status == 303 or not (answer.code in DOCUMENTED_CODES or 300 <= status < 500):
            task_id = task_id_of(answer.document)
            if 200 <= status < 300 and task_id is not None:
                return Running(task_id=task_id)
            raise SubmitUnknown(status=status, detail=answer.summary)
        error = answer.error()
        # Nobody switches an action off by what they write.
        quoted = isinstance(error, ModelUnknown) and could_say_no_model(request.sent_prompt)
        if isinstance(error, TaskNotFound) or quoted:
            raise ApiMisused(status=status, code=answer.code, detail=answer.logged)
        raise error

    async def fetch(self, task_id: str, of: Request | None = None) -> TaskState:
        """Read a task with one GET; *of* is what it was made from, if that is known.

        If the API answers with the news that this task failed or was moderated instead of a task
        object, that is returned as `Failed`.

        Raises `TaskNotFound` (404), `ApiBusy` (429), `ApiKeyRefused` (401), `ApiCreditUsedUp`,
        `ApiPermissionMissing` (403), `OutputUnreadable` for a finished task whose answer does not
        say where its images are, and `ApiUnavailable` for everything else: no fault of a read
        says that the task itself is lost.
        """
        path = f"generation/task/{quote(task_id, safe='')}"
        try:
            answer = await self._exchange("GET", path, of, asked_for=task_id)
        except FAULTS as fault:
            raise ApiUnavailable(detail=fault_name(fault)) from None
        if not isinstance(answer, ErrorResponse):
            return answer
        if answer.status == 404:
            raise TaskNotFound(detail=answer.logged)
        error = answer.error()
        if isinstance(error, GenerationFailed | ContentRefused):
            cause = cause_of(answer.words)
            return Failed(task_id=task_id, code=answer.code, cause=cause, detail=answer.logged)
        of_submits = isinstance(error, ApiMisused | ModelUnknown)
        if isinstance(error, ApiBusy | OperatorError) and not of_submits:
            raise error
        shape = f": {shape_of(answer.document)}" if answer.status < 300 else ""
        raise ApiUnavailable(status=answer.status, detail=f"{answer.summary}{shape}")

    async def _exchange(
        self,
        method: str,
        path: str,
        of: Request | None,
        *,
        json: object = None,
        asked_for: str | None = None,
    ) -> TaskState | ErrorResponse:
        """The task in the answer, or what it says instead.

        Raises what is in `FAULTS`, and `OutputUnreadable`.
        """

        def redacted(words: str) -> str:
            """The API's own words, short and without the key. They may quote what people wrote:
            nothing is left of that, nor of words that may be anybody's.
            """
            if of is None:
                return ""
            words = words.replace(self._key, "[key]")[:_WORDS_MAX]
            return unquoted(words, (of.sent_prompt, of.callback or ""))

        async with self._session.request(
            method,
            URL(f"{self._base_url}/{path}", encoded=True),  # a second quoting would change it
            json=json,
            headers={"Authorization": f"Bearer {self._key}", "User-Agent": USER_AGENT},
            timeout=self._timeout,
            allow_redirects=False,
        ) as response:
            status, body = response.status, b""
            try:
                await response.content.readexactly(_ANSWER_MAX_BYTES + 1)
            except asyncio.IncompleteReadError as whole:
                body = whole.partial
            except FAULTS:
                if status < 400:  # else the status has said enough
                    raise
        document = decoded(body)
        with suppress(ApiUnavailable):
            if 200 <= status < 300:
                state = parse_task(document, asked_for)
                if isinstance(state, Failed):
                    return replace(state, detail=redacted(state.detail))
                return state
        wait_s = retry_after_s(response.headers, at_most_s=_RETRY_AFTER_MAX_S)
        return read_refusal(status, document, retry_after_s=wait_s, redacted=redacted)


def submit_fault(fault: aiohttp.ClientError | OSError) -> ApiUnavailable | SubmitUnknown:
    """`ApiUnavailable` if the request provably never left, else `SubmitUnknown`."""
    redirected = isinstance(fault, aiohttp.RedirectClientError)
    if isinstance(fault, _NEVER_SENT) and not redirected:
        return ApiUnavailable(detail=fault_name(fault))
    return SubmitUnknown(detail=fault_name(fault))


def fault_name(fault: aiohttp.ClientError | OSError) -> str:
    """The class, and the system's name for the error; never its text, which may hold a URL."""
    name = type(fault).__name__
    symbol = errno.errorcode.get(fault.errno or 0) if isinstance(fault, OSError) else None
    return f"{name} ({symbol})" if symbol else name
