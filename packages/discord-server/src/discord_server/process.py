"""A bot in a process of its own, which can be killed and started again."""

import asyncio
import os
import re
import resource
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from discord_server.clock import HANGS_S
from discord_server.launch import VARIABLE
from discord_server.server import DiscordServer

INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")
"""All that the process knows of our environment: no setting leaks into it."""


def import_path() -> str:
    """Where modules are looked for here, as an environment hands it on."""
    return os.pathsep.join(filter(None, sys.path))


class Started(Protocol):
    """A process that runs, or has ended."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def send_signal(self, signal: int, /) -> None: ...
    def kill(self) -> None: ...
    async def wait(self) -> int: ...


class BotProcess:
    """``python -m module`` against a server, from start to exit.

    *env* is added to the bare environment, *cwd* keeps a developer's ``.env`` out of it. Leaving
    the ``async with`` kills what still runs.
    """

    def __init__(
        self,
        discord: DiscordServer,
        *,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        module: str = "bot",
    ) -> None:
        self._module = module
        self._cwd = cwd
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        own = {VARIABLE: discord.url, "PYTHONPATH": import_path(), "PYTHONUNBUFFERED": "1"}
        self._env = {**inherited, **own, "DISCORD_TOKEN": discord.token, **(env or {})}
        self.lines: list[str] = []
        """What it wrote so far, to stdout and stderr."""
        self._written = asyncio.Condition()
        self._process: Started | None = None
        self._readers: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._process, streams = await self._launch()
        self._readers = [asyncio.create_task(self._collect(stream)) for stream in streams]
        return self

    async def _launch(self) -> tuple[Started, tuple[asyncio.StreamReader, ...]]:
        """The process, and all that it writes."""
        launch = ("-m", "discord_server.launch", self._module)
        process = await asyncio.create_subprocess_exec(
            sys.executable, *launch, stdout=PIPE, stderr=PIPE, cwd=self._cwd, env=self._env
        )
        assert process.stdout is not None
        assert process.stderr is not None
        return process, (process.stdout, process.stderr)

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.kill()

    @property
    def output(self) -> str:
        """Everything it wrote."""
        return "\n".join(self.lines)

    @property
    def _running(self) -> Started:
        assert self._process is not None, "not started: use `async with`"
        return self._process

    @property
    def processor_s(self) -> float:
        """How long processors have worked for it so far."""
        stat = Path(f"/proc/{self._running.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    @contextmanager
    def full_disk(self) -> Generator[None]:
        """While this lasts, the operating system lets it write nothing more to any file."""
        pid = self._running.pid
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            yield
        finally:
            if self._running.returncode is None:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, before)

    async def _collect(self, stream: asyncio.StreamReader) -> None:
        async for line in stream:
            await self._note(line.decode(errors="replace").rstrip("\n"))

    async def _note(self, line: str) -> None:
        async with self._written:
            self.lines.append(line)
            self._written.notify_all()

    async def wait_for_line(
        self, pattern: str, timeout_s: float = HANGS_S, *, times: int = 1
    ) -> str:
        """The first line, past or future, in which *pattern* is found, or the *times*-th such line.

        Raises:
            AssertionError: there was none within *timeout_s*; shows what was written instead.
        """
        try:
            async with asyncio.timeout(timeout_s), self._written:
                while True:
                    found = [line for line in self.lines if re.search(pattern, line)]
                    if len(found) >= times:
                        return found[times - 1]
                    await self._written.wait()
        except TimeoutError:
            raise AssertionError(f"no line {pattern!r} in:\n{self.output}") from None

    async def wait(self, timeout_s: float = HANGS_S) -> int:
        """Wait until it ends by itself; the exit code, negative for a signal."""
        async with asyncio.timeout(timeout_s):
            await asyncio.gather(*self._readers)
            return await self._running.wait()

    async def stop(self, timeout_s: float = HANGS_S, *, by: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end, by SIGTERM or another signal; the exit code."""
        self.send(by)
        return await self.wait(timeout_s)

    def send(self, sent: signal.Signals) -> None:
        """Send it a signal."""
        self._running.send_signal(sent)

    async def kill(self) -> None:
        """SIGKILL, if it still runs."""
        if self._running.returncode is None:
            self._running.kill()
        await self.wait()
