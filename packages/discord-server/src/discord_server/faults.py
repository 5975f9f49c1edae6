"""What goes wrong between the bot and Discord because a test says so.

discord.faults.add("PATCH", "/channels/*/messages/*", error(404, 10008))
discord.faults.add("POST", "/channels/*/messages", RESET_AFTER, after=2, times=1)

The path is that below ``/api/v10``; ``*`` stands for one part of it, ``**`` for any number.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from aiohttp import web

from discord_server.things import JsonObject

MESSAGES: Mapping[int, str] = {
    10003: "Unknown Channel",
    10008: "Unknown Message",
    10015: "Unknown Webhook",
    10062: "Unknown interaction",
    30046: "Maximum number of edits to messages older than 1 hour reached. Try again later.",
    40005: "Request entity too large",
    50001: "Missing Access",
    50007: "Cannot send messages to this user",
    50013: "Missing Permissions",
    50027: "Invalid Webhook Token",
    50035: "Invalid Form Body",
    50278: "Cannot send messages to this user due to having no mutual guilds",
}
"""Discord's words for its codes."""
OUT_OF_ORDER: Mapping[int, tuple[str, str]] = {
    500: ("application/json", '{"message": "500: Internal Server Error", "code": 0}'),
    502: ("text/html", "<html><head><title>502 Bad Gateway</title></head></html>"),
    503: ("text/plain", "upstream connect error or disconnect/reset before headers"),
    504: (
        "text/html",
        "<html><head><title>504 Gateway Time-out</title></head><body></body></html>",
    ),
}
"""Content types and bodies with which Discord, or what stands before it, fails."""


@dataclass(frozen=True)
class Fault:
    """One way to go wrong.

    Without an *answer* the connection is reset, or nothing is said until the server ends if
    *silent*. *done_first*: the request has its effect, and only its own answer is lost.
    """

    name: str
    answer: Callable[[], web.Response] | None = None
    done_first: bool = False
    silent: bool = False


RESET = Fault("reset")
"""The connection breaks before anything was done."""
RESET_AFTER = Fault("reset after", done_first=True)
"""It was done, but nobody says so."""
SILENCE = Fault("silence", silent=True)
"""Nothing is done, and nothing is ever said."""


def error(status: int, code: int = 0) -> Fault:
    """Discord refuses, under one of its codes."""
    words = MESSAGES.get(code, f"{status}: Error")
    body: JsonObject = {"message": words, "code": code}
    if code == 50035:
        reason = {"code": "BASE_TYPE_INVALID", "message": "A test says so"}
        body["errors"] = {"components": {"_errors": [reason]}}
    return Fault(f"{status} {code}", lambda: _told(status, "application/json", json.dumps(body)))


def broken(status: int, *, done_first: bool = False) -> Fault:
    """Discord is out of order: 500, 502, 503 or 504, before or after doing what was asked."""
    name = f"{status} after" if done_first else str(status)
    return Fault(name, lambda: _told(status, *OUT_OF_ORDER[status]), done_first=done_first)


def too_many(retry_after_s: float, *, everywhere: bool = False) -> Fault:
    """429 without having reached any limit; *everywhere* names the global one."""
    name = "429 global" if everywhere else "429"
    return Fault(name, lambda: limited(retry_after_s, everywhere=everywhere))


def banned(retry_after_s: int) -> Fault:
    """Cloudflare, before Discord, lets this address in nowhere for a while."""

    def page() -> web.Response:
        response = _told(429, "text/html", "<html><title>Access denied | error 1015</title></html>")
        response.headers["Retry-After"] = str(retry_after_s)
        return response

    return Fault("banned", page)


PORTAL = Fault(
    "200 of somebody else",
    lambda: _told(200, "text/html", "<html><title>Welcome to our network</title></html>"),
)
"""Something between the bot and Discord answers in its place: a hotel, a firewall, a proxy."""


REFUSED_BY_A_PAGE = Fault(
    "403 of Cloudflare",
    lambda: _told(403, "text/html; charset=UTF-8", "<html><title>You're blocked</title></html>"),
)
"""Cloudflare, before Discord, does not like what a request says."""


def limited(
    retry_after_s: float, *, everywhere: bool = False, code: int | None = None
) -> web.Response:
    """Discord's 429; some limits have a *code* of their own.

    Without ``Via`` discord.py takes it for a ban by Cloudflare.
    """
    body: JsonObject = {
        "message": "You are being rate limited." if code is None else MESSAGES[code],
        "retry_after": retry_after_s,
        "global": everywhere,
    }
    if code is not None:
        body["code"] = code
    response = _told(429, "application/json", json.dumps(body))
    response.headers["Retry-After"] = f"{retry_after_s:.3f}"
    response.headers["Via"] = "1.1 google"
    response.headers["X-RateLimit-Scope"] = "global" if everywhere else "user"
    if everywhere:
        response.headers["X-RateLimit-Global"] = "true"
    return response


def _told(status: int, content_type: str, body: str) -> web.Response:
    headers = {"Content-Type": content_type}
    return web.Response(body=body.encode(), status=status, headers=headers)


@dataclass(eq=False)
class Planned:
    """One fault that is due at some requests, and how often it happened."""

    method: str
    path: re.Pattern[str]
    fault: Fault
    times: int | None
    after: int
    seen: int = field(default=0, init=False)
    """Requests that it fits, those let through before it included."""
    happened: int = field(default=0, init=False)

    @property
    def over(self) -> bool:
        return self.times is not None and self.happened >= self.times

    def due(self, method: str, path: str) -> bool:
        """Count a request that fits; whether this is one to go wrong."""
        if self.over or self.method not in ("*", method) or not self.path.fullmatch(path):
            return False
        self.seen += 1
        return self.seen > self.after


class Faults:
    """All that is planned to go wrong."""

    def __init__(self) -> None:
        self._planned: list[Planned] = []

    def add(
        self, method: str, path: str, fault: Fault, *, times: int | None = 1, after: int = 0
    ) -> Planned:
        """Let the next *times* requests (``None``: all) go wrong, after letting *after* through.

        ``*`` is any method. Where several fit one request, the first that was added happens.
        A GET, PUT or DELETE whose connection is reset is repeated once by aiohttp itself.
        """
        planned = Planned(method, _pattern(path), fault, times, after)
        self._planned.append(planned)
        return planned

    def clear(self) -> None:
        """Nothing more goes wrong."""
        self._planned.clear()

    def next(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request. Each one is asked for once."""
        due = [planned for planned in self._planned if planned.due(method, path)]
        if not due:
            return None
        due[0].happened += 1
        return due[0].fault


def _pattern(path: str) -> re.Pattern[str]:
    parts = {"*": "[^/]+", "**": ".+"}
    return re.compile("/".join(parts.get(part, re.escape(part)) for part in path.split("/")))
