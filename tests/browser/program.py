"""``python -m sandbox`` in a process of its own, as people run it."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
WARNINGS = ("-W", "error", "-W", "ignore:'audioop' is deprecated")  # discord.py imports it


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox."""

    url: str
    """The address that it printed."""
    process: Process

    async def end(self, number: signal.Signals) -> tuple[int | None, str]:
        """Send it a signal; its exit code, and what it wrote to stderr in all its life."""
        self.process.send_signal(number)
        _, errors = await self.process.communicate()
        return self.process.returncode, errors.decode()


@asynccontextmanager
async def program(*arguments: str) -> AsyncGenerator[Process]:
    """The process with these arguments; told to end, if it still runs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *WARNINGS, "-m", "tests.patience", "sandbox"),
        *("--no-browser", *arguments),
        stdout=PIPE,
        stderr=PIPE,
        cwd=PROJECT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


@asynccontextmanager
async def sandbox(*arguments: str) -> AsyncGenerator[Sandbox]:
    """A sandbox that is open, with its page on a free port."""
    async with program("--port", "0", *arguments) as process:
        assert process.stdout is not None
        said = (await process.stdout.readline()).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/\S*", said)
        if address is None:
            _, errors = await process.communicate()
            raise AssertionError(f"no address in {said!r}\n{errors.decode()}")
        yield Sandbox(address[0], process)
