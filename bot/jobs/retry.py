"""Tries something again and again for as long as what hinders it may pass."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock
from bot.errors import DeliveryFailed

T = TypeVar("T")

log = logging.getLogger(__name__)

DELIVERY_PAUSES_S = (30.0, 600.0)
"""Where Discord is out of order for long: the pause before it is tried again, from and to."""


async def persistently(
    work: Callable[[], Awaitable[T]],
    *,
    room: asyncio.Semaphore,
    clock: Clock,
    patience_s: float,
    what: str,
) -> T:
    """*work*, whenever there is *room*; again after a pause while what hinders it may pass.

    Raises `DeliveryFailed` where no way is left, or none was open for *patience_s* seconds.
    """
    until = clock.monotonic() + patience_s
    pause_s, longest_s = DELIVERY_PAUSES_S
    while True:
        try:
            async with room:
                return await work()
        except DeliveryFailed as fault:
            if not fault.may_pass or clock.monotonic() + pause_s > until:
                raise
            log.warning("%s, retrying in %.0f s: %s", what, pause_s, fault)
        await clock.sleep(pause_s)
        pause_s = min(2 * pause_s, longest_s)
