"""Who is told by a reply that there is news, and how often: once for what ends close together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakSet

from bot.clock import Clock
from bot.jobs.background import BackgroundTasks

TOGETHER_S = 60.0
"""How long a ping may wait for the other jobs of the same person in the same channel."""

Reply = Callable[[int], Awaitable[None]]
"""Sends one reply for so many jobs."""
Key = tuple[int, int]
"""A person and a channel."""


class Ringing(Protocol):
    """A job on somebody's screen."""

    @property
    def under_way(self) -> bool:
        """It runs, and its end was not told yet."""
        ...


@dataclass(slots=True)
class _Held:
    """Pings that wait: how many, how the last of them is sent, and for how long at the most."""

    count: int
    reply: Reply
    timer: asyncio.Task[None]


class Pings:
    """The pings of all jobs."""

    def __init__(self, *, background: BackgroundTasks, clock: Clock) -> None:
        self._background = background
        self._clock = clock
        self._statuses: dict[Key, WeakSet[Ringing]] = {}
        self._held: dict[Key, _Held] = {}

    def follow(self, key: Key, status: Ringing) -> None:
        """While *status* is under way, pings for *key* wait for it, up to a minute."""
        self._statuses.setdefault(key, WeakSet()).add(status)

    async def ping(self, key: Key, reply: Reply) -> None:
        """Send *reply*, with all that were held, or hold it."""
        held = self._held.get(key)
        if held is None:
            timer = self._background.spawn(self._send_later(key), name="pings")
            self._held[key] = _Held(1, reply, timer)
        else:
            held.count, held.reply = held.count + 1, reply
        await self.settle(key)

    async def settle(self, key: Key) -> None:
        """A job has ended: send what was held for it."""
        statuses = self._statuses.get(key, ())
        if any(status.under_way for status in statuses):
            return
        self._statuses.pop(key, None)
        if (held := self._held.pop(key, None)) is not None:
            held.timer.cancel()
            await held.reply(held.count)

    async def _send_later(self, key: Key) -> None:
        await self._clock.sleep(TOGETHER_S)
        if (held := self._held.pop(key, None)) is not None:
            await held.reply(held.count)
