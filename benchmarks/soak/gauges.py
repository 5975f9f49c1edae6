"""Reads what the bot's processes have written about themselves."""

import asyncio
import math
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.soak.bot import BEAT_S, BEATS, MEASURE, MEASURED, TIMES

MEASURED_WITHIN_S = 30.0


@dataclass(frozen=True)
class Beat:
    """A moment at which the loop should have woken up."""

    due: float
    """On the monotonic clock."""
    late_s: float


@dataclass(frozen=True)
class ProcessorTime:
    """Of all processes together."""

    used_s: float
    waited_s: float
    """Ready to run, while somebody else had the processor."""


def beats(folder: Path) -> list[Beat]:
    """All beats of all processes, also those that never came while the loop hung.

    A loop that stands still for a second misses a hundred of them; an event that comes in that
    second waits, on average, for half of it. So the missed ones count, each for its own wait.
    """
    found: list[Beat] = []
    for file in sorted(folder.glob(BEATS.format("*"))):
        numbers = array("d", file.read_bytes())
        for due, late_s in zip(numbers[::2], numbers[1::2], strict=True):
            missed = int(late_s / BEAT_S)
            found += [Beat(due + n * BEAT_S, late_s - n * BEAT_S) for n in range(missed + 1)]
    return sorted(found, key=lambda beat: beat.due)


def between(everything: Sequence[Beat], moments: Iterable[float]) -> list[list[Beat]]:
    """The beats from each moment to the next."""
    return [
        [beat for beat in everything if start <= beat.due < end] for start, end in pairwise(moments)
    ]


def late_ms(some: Sequence[Beat], part: float) -> float:
    """How late at the most the given part of them is (nearest rank), in milliseconds."""
    late = sorted(beat.late_s for beat in some)
    return late[max(math.ceil(part * len(late)), 1) - 1] * 1000 if late else math.nan


def processor_time(folder: Path) -> ProcessorTime:
    lines = [file.read_text().split() for file in folder.glob(TIMES.format("*"))]
    return ProcessorTime(
        used_s=sum(float(used) for used, _ in lines),
        waited_s=sum(float(waited) for _, waited in lines),
    )


async def resident_kib(folder: Path) -> int:
    """How much memory the running process has, garbage collected."""
    answer = folder / MEASURED
    (folder / MEASURE).touch()
    async with asyncio.timeout(MEASURED_WITHIN_S):
        while not answer.exists():  # noqa: ASYNC110  # a file of another process sets no event
            await asyncio.sleep(0.05)
    measured = int(answer.read_text())
    answer.unlink()
    return measured
