"""The one retry: what does not work for a passing reason is tried again, for as long as it may."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from typing import TypeVar

from bot.clock import Clock
from bot.errors import DeliveryFailed

T = TypeVar("T")

log = logging.getLogger(__name__)

SHORT_PAUSES_S = (1.0, 2.0, 4.0, 8.0)
"""Between attempts while Discord, or the way to it, is out of order."""
LONG_PAUSES_S = (30.0, 600.0)
"""Where that does not help, or Discord wants to be asked later: each is twice as long as the one
before, from and to. After each come the short ones again."""


async def retry(
    work: Callable[[], Awaitable[T]],
    *,
    clock: Clock,
    patience_s: float,
    what: str,
    room: asyncio.Semaphore | None = None,
    longest_s: float = math.inf,
) -> T:
    """*work*, whenever there is *room*; again after a pause while what hinders it may pass.

    No pause is longer than *longest_s*. Raises the `DeliveryFailed` of *work* where that does not
    pass by itself, or did not within *patience_s* seconds.
    """
    until = clock.monotonic() + patience_s
    long_s, longest_s = LONG_PAUSES_S[0], min(LONG_PAUSES_S[1], longest_s)
    short = iter(SHORT_PAUSES_S)
    while True:
        try:
            async with room or nullcontext():
                return await work()
        except DeliveryFailed as fault:
            pause_s = next(short, long_s) if fault.soon else long_s
            if not fault.may_pass or clock.monotonic() + pause_s > until:
                raise
            log.warning("%s, retrying in %.0f s: %s", what, pause_s, fault)
        if pause_s == long_s:
            long_s, short = min(2 * long_s, longest_s), iter(SHORT_PAUSES_S)
        await clock.sleep(pause_s)
