"""Who is told by a reply that there is news, and how often: once for what ends close together."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from weakref import WeakSet

from bot.clock import Clock
from bot.jobs.background import BackgroundTasks

TOGETHER_S = 60.0
"""How long a ping may wait for the other jobs of the same person in the same channel."""

Reply = Callable[[int], Awaitable[None]]
"""Sends one reply for so many jobs."""
WantsPings = Callable[[int], Awaitable[bool]]
"""Whether this person wants any."""
Key = tuple[int, int]
"""A person and a channel."""


@dataclass(slots=True)
class _Held:
    """Pings that wait: how many, how the last of them is sent, and for how long at the most."""

    count: int
    reply: Reply
    timer: asyncio.Task[None]


class Pings:
    def __init__(self, *, background: BackgroundTasks, clock: Clock, wanted: WantsPings) -> None:
        self._background = background
        self._clock = clock
        self._wanted = wanted
        self._under_way: dict[Key, WeakSet[object]] = {}
        self._held: dict[Key, _Held] = {}

    def begin(self, key: Key, job: object) -> None:
        """*job* is under way: pings for *key* wait for it, up to a minute."""
        self._under_way.setdefault(key, WeakSet()).add(job)

    def end(self, key: Key, job: object) -> None:
        """Nothing waits for *job* any more."""
        jobs = self._under_way.get(key)
        if jobs is not None:
            jobs.discard(job)
            if not jobs:
                del self._under_way[key]

    async def ping(self, key: Key, reply: Reply) -> None:
        """Send *reply*, with all that were held, or hold it; nothing to who wants none."""
        if not await self._wanted(key[0]):
            await self.settle(key)
            return
        held = self._held.get(key)
        if held is None:
            timer = self._background.spawn(self._send_later(key), name="pings")
            self._held[key] = _Held(1, reply, timer)
        else:
            held.count, held.reply = held.count + 1, reply
        await self.settle(key)

    async def settle(self, key: Key) -> None:
        """A job has ended: send what was held, unless another one is under way."""
        if not self._under_way.get(key):
            if key in self._held:
                self._held[key].timer.cancel()
            await self._send(key)

    async def _send_later(self, key: Key) -> None:
        await self._clock.sleep(TOGETHER_S)
        await self._send(key)

    async def _send(self, key: Key) -> None:
        if (held := self._held.pop(key, None)) is not None:
            await held.reply(held.count)
