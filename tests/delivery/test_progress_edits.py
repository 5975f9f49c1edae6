"""Edits keep their distance, show the newest, and never hold up the result."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from bot.delivery.progress_edits import EDITS_PER_SECOND, ProgressEdits
from bot.jobs.background import BackgroundTasks
from bot.jobs.rate_limiter import RateLimiter
from bot.jobs.status_message import Progress
from tests.clock import ManualClock


class Message:
    """Notes each edit with the time it began; can be told to be slow or to fail."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.edits: list[tuple[float, float | None]] = []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.begun = asyncio.Event()
        self.fault: Exception | None = None
        self.cancelled = False

    async def edit(self, progress: Progress) -> None:
        self.edits.append((self.clock.monotonic(), progress.fraction))
        self.begun.set()
        try:
            await self.may_end.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        if self.fault is not None:
            raise self.fault


def at(fraction: float) -> Progress:
    return Progress(submitted=True, fraction=fraction)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def message(clock: ManualClock) -> Message:
    return Message(clock)


@pytest.fixture
async def progress(message: Message, clock: ManualClock) -> AsyncGenerator[ProgressEdits]:
    async with BackgroundTasks() as background:
        limiter = RateLimiter(clock, EDITS_PER_SECOND)
        yield ProgressEdits(message.edit, background=background, clock=clock, limiter=limiter)


async def test_the_first_edit_comes_at_once_and_the_next_four_seconds_later(
    progress: ProgressEdits, message: Message, clock: ManualClock
) -> None:
    for second in range(9):
        progress.show(at(second / 10))
        await clock.advance(1)
    assert message.edits == [(0.0, 0.0), (4.0, 0.3), (8.0, 0.7)]


async def test_what_has_not_changed_is_not_edited_again(
    progress: ProgressEdits, message: Message, clock: ManualClock
) -> None:
    for _ in range(5):
        progress.show(at(0.5))
        await clock.advance(5)
    assert message.edits == [(0.0, 0.5)]


async def test_a_change_after_a_quiet_while_is_shown_at_once(
    progress: ProgressEdits, message: Message, clock: ManualClock
) -> None:
    progress.show(at(0.1))
    await clock.advance(60)
    progress.show(at(0.2))
    await clock.advance(0)
    assert message.edits == [(0.0, 0.1), (60.0, 0.2)]


async def test_an_edit_that_fails_does_not_stop_the_next(
    progress: ProgressEdits, message: Message, clock: ManualClock
) -> None:
    message.fault = OSError("reset")
    progress.show(at(0.1))
    await clock.advance(4)
    progress.show(at(0.2))
    await clock.advance(4)
    assert [fraction for _, fraction in message.edits] == [0.1, 0.2]


async def test_nothing_is_edited_after_the_end(
    progress: ProgressEdits, message: Message, clock: ManualClock
) -> None:
    progress.show(at(0.1))
    await clock.advance(1)
    progress.show(at(0.2))
    await progress.close()
    progress.show(at(0.3))
    await clock.advance(20)
    assert message.edits == [(0.0, 0.1)]


async def test_the_end_waits_for_an_edit_under_way(
    progress: ProgressEdits, message: Message
) -> None:
    message.may_end.clear()
    progress.show(at(0.1))
    await message.begun.wait()
    stopping = asyncio.create_task(progress.close())
    await asyncio.sleep(0)
    assert not stopping.done(), "a late edit would overwrite the result"
    message.may_end.set()
    await stopping


async def test_the_end_does_not_wait_for_an_edit_that_hangs(
    progress: ProgressEdits, message: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.progress_edits.LAST_EDIT_S", 0.01)
    message.may_end.clear()
    progress.show(at(0.1))
    await message.begun.wait()
    pending_edit = await progress.close()
    assert pending_edit is not None
    assert not pending_edit.done()
    message.may_end.set()
    await pending_edit
    assert not message.cancelled, "discord.py would never give back the lock that it waits in"


async def test_the_edits_of_many_messages_are_spread_and_each_shows_the_newest(
    clock: ManualClock,
) -> None:
    messages = [Message(clock) for _ in range(5)]
    limiter = RateLimiter(clock, per_second=0.5)
    async with BackgroundTasks() as background:
        many = [
            ProgressEdits(one.edit, background=background, clock=clock, limiter=limiter)
            for one in messages
        ]
        for second in range(9):
            for one in many:
                one.show(at(second / 10))
            await clock.advance(1)
    assert [one.edits[0] for one in messages] == [
        *((0.0, 0.0), (2.0, 0.1), (4.0, 0.3), (6.0, 0.5), (8.0, 0.7)),
    ]
