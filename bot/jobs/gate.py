"""The one gate through which the reads of all jobs go, so that together they do not ask too often.

One request passes at a time and the next no sooner than the ceiling allows, in the order in which
they came. When the API says that it is too much, nobody passes for a while; then one request a
second feels the way until one of them succeeds. The gate does not know what the requests are.
"""

import asyncio
from random import Random

from bot.clock import Clock

FIRST_PAUSE_S = 2.0
DOUBLINGS_MAX = 5
"""Without ``Retry-After`` the first pause doubles with each refusal after it: 2 s to 64 s."""
JITTER = 0.25
"""Pauses are up to this share longer, so that several bots do not come back in one moment."""
CAREFUL_SPACING_S = 1.0


class Gate:
    """Lets *per_second* requests pass in any second; more than 0, fractions are allowed.

    Whoever has passed must say how it went, where it went well (`succeeded`) or the API asked for
    a pause (`slow_down`).
    """

    def __init__(self, clock: Clock, per_second: float, rng: Random) -> None:
        if not per_second > 0:
            raise ValueError("a gate that lets nobody pass")
        self._clock = clock
        self._spacing_s = 1 / per_second
        self._rng = rng
        self._queue = asyncio.Lock()
        self._opens_at = clock.monotonic()
        self._paused_until = clock.monotonic()
        self._refusals = 0

    async def turn(self) -> None:
        """Wait for one's turn; first come, first served. May be cancelled without harm."""
        async with self._queue:
            while (opens_at := self._opens_at) > (now := self._clock.monotonic()):
                await self._clock.sleep(opens_at - now)
                # A sleep may end a hair early by rounding; sleeping the rest might never end.
                if opens_at == self._opens_at:
                    break
            spacing_s = max(self._spacing_s, CAREFUL_SPACING_S if self._refusals else 0.0)
            self._opens_at = max(opens_at, self._clock.monotonic()) + spacing_s

    def slow_down(self, retry_after_s: float | None) -> None:
        """The API asked for a pause: nobody passes for *retry_after_s* seconds or a little more.

        Where it did not say how long, the pause doubles from one refusal to the next. Refusals of
        requests that were still on their way when the pause began do not count again, but the
        longest pause that was asked for holds.
        """
        now = self._clock.monotonic()
        if now >= self._paused_until:
            self._refusals += 1
        pause_s = self._usual_pause_s() if retry_after_s is None else retry_after_s
        pause_s *= self._rng.uniform(1, 1 + JITTER)
        self._paused_until = max(self._paused_until, now + pause_s)
        self._opens_at = max(self._opens_at, self._paused_until)

    def succeeded(self) -> None:
        """A request went well: refusals before it are forgotten, a pause goes on."""
        if self._clock.monotonic() >= self._paused_until:
            self._refusals = 0

    def _usual_pause_s(self) -> float:
        return FIRST_PAUSE_S * 2.0 ** min(self._refusals - 1, DOUBLINGS_MAX)
