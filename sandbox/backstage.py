"""The bot's background work, where SimCord does not wait for it.

SimCord ends a person's action when the bot has nothing left to do, and counts everything that the
bot has started: while a job waits for the generation API, no click would end in time. So jobs run
as work of the outside world. Their requests reach Discord all the same.
"""

import asyncio
from collections.abc import Coroutine
from contextvars import copy_context
from typing import Any, TypeVar

import simcord

from bot.jobs.background import BackgroundTasks

T = TypeVar("T")


class Backstage:
    """Where all tasks of *background* run from now on, seen by nobody in *env*."""

    def __init__(self, background: BackgroundTasks, env: simcord.Env) -> None:
        with env.time_context():
            self._outside = copy_context()
        self._spawn = background.spawn
        self._tasks: set[asyncio.Task[Any]] = set()
        background.spawn = self.spawn

    def spawn(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Stands in for `BackgroundTasks.spawn`."""
        task = self._outside.copy().run(self._spawn, work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finished(self) -> None:
        """Wait until every task has ended, those that are spawned meanwhile included."""
        while self._tasks:
            await asyncio.wait(self._tasks)
