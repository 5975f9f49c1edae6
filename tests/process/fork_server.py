"""Starts bots in a fraction of the usual time, for tests that start hundreds of them.

Nine tenths of a start are spent on imports. The fork server is a process that has imported
everything; each bot is a fork of it, which then runs `tests.process.kill_launch` in its own folder
and environment, with its own output, and can be killed alone.
"""

import asyncio
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy.orm import configure_mappers

from discord_server.process import BotProcess, Started, import_path
from discord_server.server import DiscordServer
from tests.process import kill_launch

ORDER_MAX_BYTES = 64 * 1024
IMPORTED = (
    "bot.assembly",
    "bot.doctor",
    "cogs.components",
    "cogs.create",
    "cogs.account",
    "aiosqlite",
    "asyncpg",
    "sqlalchemy.dialects.postgresql.asyncpg",
    "sqlalchemy.dialects.sqlite.aiosqlite",
)


class ForkServer:
    """Forks bots while its ``with`` lasts; what still runs then is killed."""

    def __enter__(self) -> Self:
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                [sys.executable, "-u", "-m", __name__, str(theirs.fileno())],
                env={**os.environ, "PYTHONPATH": import_path()},
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl+C is for the tests, whose end is ours
            )
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._line.close()
        self._process.wait()

    def fork(self, cwd: Path, env: Mapping[str, str], arguments: Sequence[str], output: int) -> int:
        """Start a bot that writes to the file descriptor *output*; its process id."""
        order = {"cwd": str(cwd), "env": dict(env), "arguments": list(arguments)}
        return self._ask(order, [output])

    def wait(self, pid: int) -> int:
        """Wait for the end of a bot; its exit code, negative for a signal."""
        return self._ask({"wait": pid}, [])

    def _ask(self, order: dict[str, Any], descriptors: list[int]) -> int:
        socket.send_fds(self._line, [json.dumps(order).encode()], descriptors)
        return int(self._line.recv(ORDER_MAX_BYTES))


class ForkedProcess:
    """One bot, as `asyncio` would show a process."""

    def __init__(self, server: ForkServer, pid: int) -> None:
        self._server = server
        self.pid = pid
        self.returncode: int | None = None

    def send_signal(self, number: int, /) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        """Only asked for when it writes no more, so it takes no time."""
        if self.returncode is None:
            self.returncode = self._server.wait(self.pid)
        return self.returncode


class ForkedBot(BotProcess):
    """``python -m bot`` with *arguments*, whose start takes little."""

    def __init__(
        self,
        server: ForkServer,
        discord: DiscordServer,
        *,
        cwd: Path,
        env: Mapping[str, str],
        arguments: Sequence[str] = (),
    ) -> None:
        super().__init__(discord, cwd=cwd, env=env)
        self._server = server
        self._arguments = arguments

    async def _launch(self) -> tuple[Started, tuple[asyncio.StreamReader, ...]]:
        ours, theirs = os.pipe()
        written = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(written), os.fdopen(ours, "rb", buffering=0)
        )
        pid = self._server.fork(self._cwd, self._env, self._arguments, theirs)
        os.close(theirs)
        return ForkedProcess(self._server, pid), (written,)


def _serve(line: socket.socket) -> Sequence[str] | None:
    """Do as told until nobody is left to tell; in a fork: the arguments of the bot it becomes."""
    running = set[int]()
    while True:
        message, descriptors, _, _ = socket.recv_fds(line, ORDER_MAX_BYTES, 1)
        if not message:
            break
        order = json.loads(message)
        if "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            running.discard(order["wait"])
            line.send(str(os.waitstatus_to_exitcode(status)).encode())
        elif (pid := os.fork()) == 0:
            _become(order, descriptors[0])
            return order["arguments"]
        else:
            running.add(pid)
            os.close(descriptors[0])
            line.send(str(pid).encode())
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    return None


def _become(order: dict[str, Any], output: int) -> None:
    for standard in (sys.stdout, sys.stderr):
        os.dup2(output, standard.fileno())
    os.close(output)
    os.chdir(order["cwd"])
    os.environ.clear()
    os.environ.update(order["env"])


def main() -> None:
    """Do once what every bot would do, then fork."""
    for module in IMPORTED:
        importlib.import_module(module)
    configure_mappers()
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=int(sys.argv[1])) as line:
        arguments = _serve(line)
    if arguments is not None:
        sys.argv[1:] = ["bot", *arguments]
        kill_launch.main()


if __name__ == "__main__":
    main()
