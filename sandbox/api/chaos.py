"""Faults by chance: any request may meet with one, whatever it asks for.

A middleware around the whole server. It knows nothing of jobs, and notes whom it struck, so that
whoever measures a client can tell the work of a fault from the client's own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.api import refusals
from sandbox.api.refusals import Refusal
from sandbox.api.table import REMIX

Drop = Callable[[web.Request], web.Response]
"""Resets the connection of a request; what it returns reaches nobody."""


class Fault(Enum):
    """What a request can meet with; all are equally likely."""

    ERROR = "500"
    HTML = "502, a page of HTML"
    UNAVAILABLE = "503"
    BUSY = "429, Retry-After 1"
    RESET_BEFORE = "a reset, nothing done"
    RESET_AFTER = "a reset after it was done"
    CUT = "half of the answer"

    @property
    def carried_out(self) -> bool:
        """Whether the request has its effect all the same."""
        return self in {Fault.RESET_AFTER, Fault.CUT}


_REFUSALS: Mapping[Fault, Callable[[], Refusal]] = {
    Fault.ERROR: refusals.internal_error,
    Fault.HTML: refusals.bad_gateway,
    Fault.UNAVAILABLE: lambda: refusals.unavailable(REMIX),
    Fault.BUSY: lambda: Refusal(429, {"error": "rate limit exceeded"}, {"Retry-After": "1"}),
}


@dataclass(frozen=True, slots=True)
class Struck:
    """A request that met with a fault."""

    fault: Fault
    method: str
    path: str
    body: bytes


class Chaos:
    """Strikes a *share* of all requests (0 to 1), each by chance and independently."""

    def __init__(self, share: float, rng: Random) -> None:
        self.struck: list[Struck] = []
        """Every request that met with a fault, in order."""
        self._share = share
        self._rng = rng

    def around(self, drop: Drop) -> Middleware:
        """The middleware; it must be the outermost one."""

        @web.middleware
        async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
            if self._rng.random() >= self._share:
                return await handler(request)
            fault = self._rng.choice(list(Fault))
            body = await request.read()
            self.struck.append(Struck(fault, request.method, request.path, body))
            if fault in _REFUSALS:
                return _REFUSALS[fault]().response()
            if fault is Fault.RESET_BEFORE:
                return drop(request)
            response = await handler(request)
            if fault is Fault.RESET_AFTER:
                return drop(request)
            return await _cut(request, response, drop)

        return strike


async def _cut(
    request: web.Request, response: web.StreamResponse, drop: Drop
) -> web.StreamResponse:
    """Half of JSON, which nobody can read; of any other body half, and then a reset."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes | bytearray):
        return response
    half = bytes(body[: len(body) // 2])
    if response.content_type == "application/json":
        return web.Response(body=half, status=response.status, content_type="application/json")
    broken = web.StreamResponse(status=response.status)
    broken.content_type = response.content_type
    broken.content_length = len(body)
    await broken.prepare(request)
    await broken.write(half)
    return drop(request)
