"""A generation API that only has tasks: it notes when each is first read, and when its end is."""

import asyncio
import math
from dataclasses import dataclass
from itertools import count
from random import Random
from time import monotonic

from aiohttp import web

MEDIAN_S, SIGMA = 41.0, 0.15


@dataclass
class Task:
    """One task, as the bot sees it; all moments on the monotonic clock."""

    ends_at: float
    began: float
    first_read_at: float | None = None
    seen_at: float | None = None
    """When a read first told that it is done."""


class TaskServer:
    """Tasks that were left behind run for ever; those that are submitted end as usual."""

    def __init__(self, left_behind: int) -> None:
        now = monotonic()
        self.tasks = {f"task-{number}": Task(math.inf, now) for number in range(left_behind)}
        self.reads = 0
        self._numbers = count()
        self._rng = Random(1)  # noqa: S311  # figures that can be repeated
        self._changed = asyncio.Condition()
        application = web.Application()
        application.router.add_post("/v1/generation", self._submit)
        application.router.add_get("/v1/generation/task/{task_id}", self._read)
        self.runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        self.url = ""

    async def __aenter__(self) -> "TaskServer":
        await self.runner.setup()
        await web.TCPSite(self.runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self.runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.runner.cleanup()

    @property
    def first_reads(self) -> list[float]:
        """When tasks were read for the first time, in order."""
        times = (task.first_read_at for task in self.tasks.values())
        return sorted(at for at in times if at is not None)

    @property
    def lags_s(self) -> list[float]:
        """From done to seen, of those that were seen."""
        return [
            task.seen_at - task.ends_at for task in self.tasks.values() if task.seen_at is not None
        ]

    async def until_read(self, tasks: int) -> None:
        """Wait until so many tasks were read at least once."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.first_reads) >= tasks)

    async def until_seen(self, tasks: int) -> None:
        """Wait until the ends of so many were seen."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.lags_s) >= tasks)

    async def _submit(self, request: web.Request) -> web.Response:
        await request.read()
        now = monotonic()
        task_id = f"new-{next(self._numbers)}"
        duration_s = self._rng.lognormvariate(math.log(MEDIAN_S), SIGMA)
        self.tasks[task_id] = Task(now + duration_s, now)
        return web.json_response({"id": task_id, "status": "in_progress"})

    async def _read(self, request: web.Request) -> web.Response:
        task_id = request.match_info["task_id"]
        task, now = self.tasks[task_id], monotonic()
        self.reads += 1
        is_news = task.first_read_at is None
        task.first_read_at = task.first_read_at or now
        answer: dict[str, object] = {"id": task_id, "status": "in_progress"}
        if now < task.ends_at < math.inf:
            answer["progress"] = (now - task.began) / (task.ends_at - task.began)
        elif task.ends_at <= now:
            answer = {"id": task_id, "status": "completed", "output": []}
            is_news = is_news or task.seen_at is None
            task.seen_at = task.seen_at or now
        if is_news and (len(self.tasks) < 1000 or self.reads % 50 == 0):
            async with self._changed:
                self._changed.notify_all()
        return web.json_response(answer)
