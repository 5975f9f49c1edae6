"""Runs ``python -m bot``, unchanged, and watches its event loop and memory from inside.

    python -m benchmarks.soak.bot

It writes into the current folder, so often that a kill takes next to nothing along. Who reads that
is `benchmarks.soak.gauges`.
"""

import asyncio
import cProfile
import gc
import os
import re
import runpy
import time
from array import array
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

BEAT_S = 0.01
"""The loop is asked for a wake-up this often; what it comes too late is the loop's delay."""
WRITE_S = 0.25
BEATS = "beats-{}"
"""Each line of numbers: when a beat was due on the monotonic clock, and how late it came."""
TIMES = "times-{}"
"""The latest seconds of processor time used, and of waiting for a processor that others had."""
MEASURE, MEASURED = "measure", "measured"
"""A file of the first name asks for the resident memory, in KiB: it is put under the second."""
PROFILE = "SOAK_PROFILE"
"""A variable: the folder into which a profile of each process is written."""
PROFILE_S = 10.0


class Watch:
    """Writes down, all the time, how late the loop is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._samples = array("d")
        self._profile = cProfile.Profile() if PROFILE in os.environ else None
        self._profiled_at = time.monotonic()

    async def run(self) -> None:
        """Go on until cancelled."""
        if self._profile is not None:
            self._profile.enable()
        with (self._folder / BEATS.format(os.getpid())).open("ab", buffering=0) as file:
            while True:
                await self._beat_for(WRITE_S)
                self._write(file)

    async def _beat_for(self, duration_s: float) -> None:
        until = time.monotonic() + duration_s
        while (now := time.monotonic()) < until:
            due = now + BEAT_S
            await asyncio.sleep(BEAT_S)
            self._samples.extend((due, time.monotonic() - due))

    def _write(self, file: BinaryIO) -> None:
        file.write(self._samples.tobytes())
        del self._samples[:]
        used_s, waited_s = time.process_time(), _waited_for_processor_s()
        self._put(TIMES.format(os.getpid()), f"{used_s} {waited_s}")
        if (self._folder / MEASURE).exists():
            self._measure()
        if self._profile is not None and time.monotonic() - self._profiled_at > PROFILE_S:
            self._profile.dump_stats(Path(os.environ[PROFILE]) / f"bot-{os.getpid()}.prof")
            self._profile.enable()
            self._profiled_at = time.monotonic()

    def _measure(self) -> None:
        """Without what waits for the garbage collector: it is not in use."""
        gc.collect()
        (self._folder / MEASURE).unlink()
        self._put(MEASURED, str(_resident_kib()))

    def _put(self, name: str, text: str) -> None:
        """Whoever reads it, and whenever we are killed: the file is whole."""
        draft = self._folder / "draft"
        draft.write_text(text)
        draft.replace(self._folder / name)


def _resident_kib() -> int:
    found = re.search(r"^VmRSS:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
    assert found is not None
    return int(found[1])


def _waited_for_processor_s() -> float:
    return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9


def watch_loops() -> None:
    """From now on, whatever `asyncio.run` runs is watched."""
    run = asyncio.Runner.run

    async def watched(work: Coroutine[Any, Any, Any]) -> Any:
        watching = asyncio.create_task(Watch(Path.cwd()).run(), name="watch")
        try:
            return await work
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    def run_watched(self: asyncio.Runner, coro: Coroutine[Any, Any, Any], **options: Any) -> Any:
        return run(self, watched(coro), **options)

    setattr(asyncio.Runner, "run", run_watched)  # noqa: B010  # replaces a method of a library


if __name__ == "__main__":
    watch_loops()
    runpy.run_module("bot", run_name="__main__", alter_sys=True)
