"""How often the bot may ask: for each route and place, and all in all.

What Discord publishes: 50 requests a second of one bot, those by an interaction's token aside. What
is commonly seen in its headers: the other allowances. What nobody knows: how often a message older
than an hour may be edited; that allowance is ours. Reading messages is in no bucket of its own.
"""

import hashlib
import math
import re
from dataclasses import dataclass, field

from aiohttp import web

from discord_server.clock import Clock
from discord_server.faults import limited

SEND, EDIT, DELETE = "send", "edit", "delete"
FOLLOW_UP, EDIT_BY_TOKEN = "follow up", "edit by token"
EVERYTHING, OLD_EDITS = "everything", "edit old messages"
ROUTES = (
    (SEND, "POST", re.compile(r"/channels/(\d+)/messages")),
    (EDIT, "PATCH", re.compile(r"/channels/(\d+)/messages/\d+")),
    (DELETE, "DELETE", re.compile(r"/channels/(\d+)/messages/\d+")),
    (FOLLOW_UP, "POST", re.compile(r"/webhooks/(\d+/[^/]+)")),
    (EDIT_BY_TOKEN, "PATCH", re.compile(r"/webhooks/(\d+/[^/]+)/messages/[^/]+")),
)
"""What each bucket holds; the group is the major parameter, by which buckets are kept apart."""
BY_INTERACTION = re.compile(r"/(webhooks|interactions)/.*")
TOO_MANY_OLD_EDITS = 30046


@dataclass(frozen=True)
class Allowance:
    """So many requests in a window that the first of them opens."""

    requests: int
    per_s: float


@dataclass
class Bucket:
    """One allowance being used up."""

    allowance: Allowance
    ends: float = -math.inf
    used: int = 0

    def take(self, now: float) -> bool:
        """Use one request; whether there was one left."""
        if now >= self.ends:
            self.ends, self.used = now + self.allowance.per_s, 0
        self.used += 1
        return self.used <= self.allowance.requests

    def remaining(self) -> int:
        return max(0, self.allowance.requests - self.used)


class Limited(Exception):
    """Too many requests: Discord's answer to it."""

    def __init__(self, response: web.Response) -> None:
        super().__init__("429")
        self.response = response


@dataclass
class Limits:
    """The allowances of one bot, on *clock*; a test may change or switch them off at any time."""

    clock: Clock
    enabled: bool = True
    allowances: dict[str, Allowance] = field(
        default_factory=lambda: {
            SEND: Allowance(5, 5.0),
            EDIT: Allowance(5, 5.0),
            DELETE: Allowance(5, 1.0),
            FOLLOW_UP: Allowance(5, 2.0),
            EDIT_BY_TOKEN: Allowance(5, 2.0),
            EVERYTHING: Allowance(50, 1.0),
            OLD_EDITS: Allowance(3, 10.0),
        }
    )
    _buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict[tuple[str, str], Bucket])

    def allow(self, name: str, requests: int, *, per_s: float) -> None:
        """Change one allowance; what was used of it is forgotten."""
        self.allowances[name] = Allowance(requests, per_s)
        self._buckets = {key: each for key, each in self._buckets.items() if key[0] != name}

    def admit(self, method: str, path: str) -> dict[str, str]:
        """Count a request; the headers that its answer shall have.

        Raises:
            Limited: there was none left.
        """
        if not self.enabled:
            return {}
        now = self.clock.monotonic()
        if not BY_INTERACTION.fullmatch(path):
            overall = self._bucket(EVERYTHING, "")
            if not overall.take(now):
                raise Limited(limited(_seconds(overall.ends - now), everywhere=True))
        for name, its_method, pattern in ROUTES:
            if its_method == method and (place := pattern.fullmatch(path)):
                return self._admit_to(name, place[1], now)
        return {}

    def _admit_to(self, name: str, place: str, now: float) -> dict[str, str]:
        bucket = self._bucket(name, place)
        admitted, left = bucket.take(now), _seconds(bucket.ends - now)
        headers = {
            "X-RateLimit-Limit": str(bucket.allowance.requests),
            "X-RateLimit-Remaining": str(bucket.remaining()),
            "X-RateLimit-Reset": f"{self.clock.now().timestamp() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(name.encode()).hexdigest()[:32],
        }
        if not admitted:
            response = limited(left)
            response.headers.update(headers)
            raise Limited(response)
        return headers

    def admit_old_edit(self, channel_id: int) -> None:
        """Count an edit of a message that is older than an hour; these have a limit of their own.

        Raises:
            Limited: there were too many in this channel.
        """
        if not self.enabled:
            return
        now = self.clock.monotonic()
        bucket = self._bucket(OLD_EDITS, str(channel_id))
        if not bucket.take(now):
            raise Limited(limited(_seconds(bucket.ends - now), code=TOO_MANY_OLD_EDITS))

    def _bucket(self, name: str, place: str) -> Bucket:
        return self._buckets.setdefault((name, place), Bucket(self.allowances[name]))


def _seconds(left: float) -> float:
    """Rounded up to milliseconds: who waits that long is not too early."""
    return math.ceil(left * 1000) / 1000
