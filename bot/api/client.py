"""The two calls of the generation API: submit a job, read a task.

Decides what an answer means for a job that costs money: refused, running, or nobody knows. Knows
nothing of polling, of retries, or of how the wire's JSON is laid out (`bot.api.wire`).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import quote

import aiohttp
from yarl import URL

from bot import __version__
from bot.api.faults import FAULTS, read_fault, submit_fault
from bot.api.lenient_json import decoded, shape_of, unquoted
from bot.api.refusals import ErrorResponse, read_refusal, refusal_error, retry_after_s
from bot.api.safe_http import GuardedSession
from bot.api.wire import parse_task, submit_body, task_id_of
from bot.errors import (
    ApiBusy,
    ApiMisused,
    ApiUnavailable,
    ContentRefused,
    GenerationFailed,
    OperatorError,
    OutputUnreadable,
    SubmitUnknown,
    TaskNotFound,
)
from bot.model import Failed, Request, Running, TaskState

USER_AGENT = f"remixbot/{__version__} (+discord bot)"
ANSWER_MAX_BYTES = 256 * 1024
"""A hundred times what a task takes. To parse more would keep everybody else waiting."""
CONNECT_MAX_S = 10.0
WORDS_MAX = 200
"""How much of the API's own words goes into a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    document: object
    """The decoded body; ``None`` where it is no JSON, too long, or broke off."""
    retry_after_s: float | None


class GenerationApi:
    """The API behind one key. Uses *session*, which its opener closes.

    The key must be printable ASCII without spaces (else `ValueError`, which does not name it). It
    is in no ``repr``, no log line and no error.
    """

    def __init__(
        self, session: GuardedSession, *, base_url: str, key: str, timeout_s: float = 30.0
    ) -> None:
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("the API key must be printable ASCII without spaces")
        self._session = session
        self._base_url = str(URL(base_url)).rstrip("/")
        self._key = key
        # Connecting times out first: a timeout before anything was sent is a harmless one.
        connect_s = min(CONNECT_MAX_S, timeout_s / 2)
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=connect_s)

    async def submit(self, request: Request) -> TaskState:
        """Ask for *request* with exactly one POST, and return how the new task stands.

        The session gives it a connection of its own: on a kept-alive one that the server is just
        closing it would be lost, and nobody could tell. Nor does aiohttp repeat a POST
        (``aiohttp.client.IDEMPOTENT_METHODS``).

        Raises, where the job was not taken: `RequestRefused`, `ContentRefused`, `ApiKeyRefused`,
        `ApiCreditUsedUp`, `ApiPermissionMissing`, `ApiMisused`, `ApiBusy`, `ApiUnavailable`;
        where it was taken and failed at once: `GenerationFailed`; where it may run:
        `SubmitUnknown`.
        """
        try:
            answer = await self._exchange("POST", "generation", submit_body(request))
        except FAULTS as fault:
            # `from None`: an aiohttp error can hold the request's headers, and so the key.
            raise submit_fault(fault) from None
        try:
            state = self._state(answer, of=request)
        except OutputUnreadable as unreadable:
            return Running(task_id=unreadable.task_id)
        if state is not None:
            return state
        refusal = self._refusal(answer, request)
        if not refusal.documented and not 300 <= refusal.status < 500:
            task_id = task_id_of(answer.document)
            if 200 <= refusal.status < 300 and task_id is not None:
                return Running(task_id=task_id)
            raise SubmitUnknown(status=refusal.status, detail=refusal.summary)
        if refusal.status == 303:  # the one redirect that says the POST was carried out
            raise SubmitUnknown(status=refusal.status, detail=refusal.summary)
        error = refusal_error(refusal, answer.retry_after_s)
        if isinstance(error, TaskNotFound):
            raise ApiMisused(status=refusal.status, code=refusal.code, detail=refusal.logged)
        raise error

    async def fetch(self, task_id: str, of: Request | None = None) -> TaskState:
        """Read a task with one GET; *of* is what it was made from, where that is known.

        Where the API answers with the news that this task failed or was moderated instead of a
        task object, that is returned as `Failed`.

        Raises `TaskNotFound` (404), `ApiBusy` (429), `ApiKeyRefused` (401), `ApiCreditUsedUp`,
        `ApiPermissionMissing` (403), `OutputUnreadable` for a finished task whose answer does not
        say where its images are, and `ApiUnavailable` for everything else: no fault of a read
        says that the task itself is lost.
        """
        try:
            answer = await self._exchange("GET", f"generation/task/{quote(task_id, safe='')}")
        except FAULTS as fault:
            raise read_fault(fault) from None
        state = self._state(answer, asked_for=task_id, of=of)
        return state if state is not None else self._unread(task_id, answer, of)

    def _unread(self, task_id: str, answer: _Answer, of: Request | None) -> Failed:
        refusal = self._refusal(answer, of)
        if refusal.status == 404:
            raise TaskNotFound(detail=refusal.logged)
        error = refusal_error(refusal, answer.retry_after_s)
        if isinstance(error, GenerationFailed | ContentRefused):
            return Failed(task_id=task_id, code=refusal.code, detail=refusal.logged)
        may_stand = isinstance(error, ApiBusy | OperatorError) and not isinstance(error, ApiMisused)
        if may_stand:
            raise error
        said = refusal.summary
        if refusal.status < 300:
            said = f"{said}: {shape_of(answer.document)}"
        raise ApiUnavailable(status=refusal.status, detail=said)

    def _state(
        self, answer: _Answer, *, asked_for: str | None = None, of: Request | None
    ) -> TaskState | None:
        """The task in *answer*; ``None`` where it holds none. Raises `OutputUnreadable`."""
        if not 200 <= answer.status < 300:
            return None
        try:
            state = parse_task(answer.document, asked_for)
        except ApiUnavailable:
            return None
        if isinstance(state, Failed):
            return replace(state, detail=self._logged(state.detail, of))
        return state

    def _refusal(self, answer: _Answer, of: Request | None) -> ErrorResponse:
        refusal = read_refusal(answer.status, answer.document)
        return replace(refusal, logged=self._logged(refusal.words, of))

    def _logged(self, words: str, of: Request | None) -> str:
        """The API's own words as they may be logged: short, and without the key.

        They may quote what people wrote: nothing is left of that, nor of words that may be any.
        """
        if of is None:
            return ""
        words = words.replace(self._key, "[key]")[:WORDS_MAX]
        return unquoted(words, (of.prompt, of.callback or ""))

    async def _exchange(self, method: str, path: str, json: object = None) -> _Answer:
        # The path is quoted already; a second quoting would change it.
        url = URL(f"{self._base_url}/{path}", encoded=True)
        headers = {"Authorization": f"Bearer {self._key}", "User-Agent": USER_AGENT}
        async with self._session.request(
            method,
            url,
            json=json,
            headers=headers,
            timeout=self._timeout,
            allow_redirects=False,
        ) as response:
            return _Answer(
                status=response.status,
                document=decoded(await _read_body(response)),
                retry_after_s=retry_after_s(response.headers, datetime.now(UTC)),
            )


async def _read_body(response: aiohttp.ClientResponse) -> bytes:
    """The body, or nothing where it is longer than `ANSWER_MAX_BYTES`.

    The body of a refusal that breaks off counts as empty: its status has said enough.
    """
    body = bytearray()
    try:
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > ANSWER_MAX_BYTES:
                return b""
    except FAULTS:
        if response.status < 400:
            raise
        return b""
    return bytes(body)
