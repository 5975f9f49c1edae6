"""Runs the bot, unchanged but for a short wait at the start; it may say which points it passes.

That is so where ``KILL_AT`` is set, and at the point which that names it dies. Where ``GO_ON`` is
set too, it waits at each point until it is let go.

KILL_AT="before POST submit" SOCKET_DISCORD_URL=... python -m tests.process.kill_launch bot
"""

import asyncio
import functools
import json
import os
import signal
import sys
from typing import Any

from discord.state import ConnectionState

from bot.jobs.runner import JobRunner
from discord_server import launch
from tests.patience import set_constants
from tests.process import points

CONSTANTS = "BOT_CONSTANTS"
"""JSON: dotted names of constants in modules, and what they are to be instead."""
KILL_AT = "KILL_AT"
"""The name of the point at which the process kills itself, when it first gets there; may be empty:
then all points are only said."""

GO_ON = "GO_ON"
"""A pipe with a name: the process reads a byte from it at each point."""

PASSED, KILLED, ENDED = "point: ", "killed at ", "nothing is left to do for "
"""Beginnings of the lines that are written."""


def main() -> None:
    """Shorten waits, change nothing else, and run the module named as `launch` does."""
    set_constants(json.loads(os.environ.get(CONSTANTS, "{}")))
    _be_ready_soon()
    if KILL_AT in os.environ:
        _follow_jobs()
        points.watch(functools.partial(_pass, _gate()))
    launch.main()


def _be_ready_soon() -> None:
    # discord.py waits for news of further servers before it calls itself ready, two seconds.
    init = functools.partialmethod(ConnectionState.__init__, guild_ready_timeout=0.1)
    setattr(ConnectionState, "__init__", init)  # noqa: B010  # typed as a fixed method


def _follow_jobs() -> None:
    """Say when a job's task has ended."""
    start = JobRunner.start

    def followed(*args: Any, **kwargs: Any) -> asyncio.Task[None]:
        task = start(*args, **kwargs)
        task.add_done_callback(lambda ended: _write(ENDED + ended.get_name()))
        return task

    setattr(JobRunner, "start", followed)  # noqa: B010  # typed as a fixed method


def _gate() -> int | None:
    """Where a byte is read at each point."""
    return os.open(os.environ[GO_ON], os.O_RDONLY) if GO_ON in os.environ else None


def _pass(gate: int | None, point: str) -> None:
    _write(PASSED + point)
    if gate is not None:
        os.read(gate, 1)
    if point == os.environ.get(KILL_AT):
        _write(KILLED + point)
        os.kill(os.getpid(), signal.SIGKILL)


def _write(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
