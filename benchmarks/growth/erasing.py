"""How long erasing takes all in all, and how long it keeps other writes waiting meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.limits import MONTH
from bot.store import Erased, Store, transitions
from tests.store.seeding import BIG_SERVER, HEAVY_USER

PROBE_EVERY_S = 0.02


@dataclass
class Erasing:
    """What one erasing took, in milliseconds but for the whole."""

    total_s: float = 0.0
    held_ms: list[float] = field(default_factory=list[float])
    """By each transaction, from its beginning to its commit."""
    waited_ms: list[float] = field(default_factory=list[float])
    """By each of the small writes that somebody else does all the time."""


async def _author(store: Store, _now: datetime) -> None:
    await store.forget(Erased.AUTHOR, HEAVY_USER)
    await store.erase(None)


async def _guild(store: Store, _now: datetime) -> None:
    await store.forget(Erased.GUILD, BIG_SERVER)
    await store.erase(None)


async def _old(store: Store, now: datetime) -> None:
    await store.erase(now - MONTH)


ERASURES: dict[str, Callable[[Store, datetime], Awaitable[None]]] = {
    "a person (a 25th of all jobs)": _author,
    "a server (a fifth)": _guild,
    "first retention, of 30 days": _old,
}


async def measure(
    erase: Callable[[Store, datetime], Awaitable[None]], store: Store, now: datetime
) -> Erasing:
    """Erase, while somebody else writes as well."""
    erased = Erasing()
    others = asyncio.create_task(_write_again_and_again(store, erased))
    with _transactions(erased):
        began = time.perf_counter()
        await erase(store, now)
        erased.total_s = time.perf_counter() - began
    others.cancel()
    with suppress(asyncio.CancelledError):
        await others
    return erased


async def _write_again_and_again(store: Store, erased: Erasing) -> None:
    while True:
        began = time.perf_counter()
        await store.write(transitions.remember, "probe", str(began))
        erased.waited_ms.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(PROBE_EVERY_S)


@contextmanager
def _transactions(erased: Erasing) -> Generator[None]:
    """Note how long each transaction of the writer takes: readers never commit one."""
    begun: dict[int, float] = {}

    def after_begin(session: Session, *_: Any) -> None:
        begun[id(session)] = time.perf_counter()

    def after_commit(session: Session) -> None:
        erased.held_ms.append((time.perf_counter() - begun.pop(id(session))) * 1000)

    event.listen(Session, "after_begin", after_begin)
    event.listen(Session, "after_commit", after_commit)
    yield
    event.remove(Session, "after_begin", after_begin)
    event.remove(Session, "after_commit", after_commit)
