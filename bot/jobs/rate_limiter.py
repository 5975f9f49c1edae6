"""The one rate limiter: for the reads of all jobs, and for the edits of all their messages.

One request passes at a time and the next no sooner than the pace allows, in the order in which they
came. When the API says that it is too much, nobody passes for a while; then one request a second
feels the way until one of them succeeds. When it lets nobody read, one request after each pause
asks whether it does again. What the requests are is not known here.
"""

import asyncio
from collections import OrderedDict
from random import Random, SystemRandom

from bot.clock import Clock

FIRST_PAUSE_S = 2.0
DOUBLINGS_MAX = 5
"""Without ``Retry-After`` the first pause doubles with each refusal after it: 2 s to 64 s."""
JITTER = 0.25
"""Pauses are up to this share longer, so that several bots do not come back in one moment."""
CAREFUL_SPACING_S = 1.0
LOOK_S = 1.0
"""Who is next while only probes pass looks this often whether that is over."""


class RateLimiter:
    """Lets *per_second* requests pass in any second; more than 0, fractions are allowed.

    Where pauses may be asked for, whoever has passed must say how it went: well (`succeeded`), or
    that the API asked for one (`slow_down`).
    """

    def __init__(self, clock: Clock, per_second: float, rng: Random | None = None) -> None:
        self._clock = clock
        self._rng = rng or SystemRandom()
        self._line = OrderedDict[asyncio.Future[None], None]()
        """Who waits, in the order in which they came; the first one waits for the moment."""
        self._opens_at = clock.monotonic()
        self._paused_until = clock.monotonic()
        self._refusals = 0
        self._probe_s: float | None = None
        self.set_pace(per_second)

    def set_pace(self, per_second: float) -> None:
        """Let so many requests pass in any second from now on."""
        if not per_second > 0:
            raise ValueError("a limiter that lets nobody pass")
        self._spacing_s = 1 / per_second

    async def acquire(self) -> None:
        """Wait for one's turn; first come, first served. May be cancelled without harm."""
        place = asyncio.get_running_loop().create_future()
        self._line[place] = None
        try:
            if next(iter(self._line)) is not place:
                await self._clock.until(place)
            while (opens_at := self._opens_at) > (now := self._clock.monotonic()):
                rest_s = opens_at - now
                look_s = rest_s if self._probe_s is None else min(rest_s, LOOK_S)
                await self._clock.sleep(look_s)
                # A sleep may end a hair early by rounding; sleeping the rest might never end.
                if opens_at == self._opens_at and look_s == rest_s:
                    break
            careful_s = CAREFUL_SPACING_S if self._refusals else 0.0
            spacing_s = max(self._spacing_s, careful_s, self._next_probe_s())
            self._opens_at = max(opens_at, self._clock.monotonic()) + spacing_s
        finally:
            was_first = next(iter(self._line)) is place
            del self._line[place]
            following = next(iter(self._line), None)
            if was_first and following is not None and not following.done():
                following.set_result(None)

    def slow_down(self, retry_after_s: float | None) -> None:
        """The API asked for a pause: nobody passes for *retry_after_s* seconds or a little more.

        Where it did not say how long, the pause doubles from one refusal to the next. Refusals of
        requests that were still on their way when the pause began do not count again, but the
        longest pause that was asked for holds.
        """
        now = self._clock.monotonic()
        if now >= self._paused_until:
            self._refusals += 1
        usual_s = FIRST_PAUSE_S * 2.0 ** min(self._refusals - 1, DOUBLINGS_MAX)
        pause_s = usual_s if retry_after_s is None else retry_after_s
        pause_s *= self._rng.uniform(1, 1 + JITTER)
        self._paused_until = max(self._paused_until, now + pause_s)
        self._opens_at = max(self._opens_at, self._paused_until)

    def probe_every(self, pause_s: float) -> None:
        """From now on one request passes after each *pause_s* seconds or a little more.

        That ends with the first success.
        """
        self._probe_s = pause_s
        self._opens_at = max(self._opens_at, self._clock.monotonic() + self._next_probe_s())

    def succeeded(self) -> None:
        """A request went well: refusals before it are forgotten, a pause goes on."""
        now = self._clock.monotonic()
        if now >= self._paused_until:
            self._refusals = 0
        if self._probe_s is not None:
            self._probe_s = None
            soon = min(self._opens_at, now + self._spacing_s)
            self._opens_at = max(soon, self._paused_until)

    def _next_probe_s(self) -> float:
        return 0.0 if self._probe_s is None else self._probe_s * self._rng.uniform(1, 1 + JITTER)
