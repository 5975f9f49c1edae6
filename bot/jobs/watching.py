"""Reads the jobs that the API has until each is done, in the rhythm that its forecast suggests.

One for all jobs, because they share what the API tolerates. Knows neither the store nor Discord:
what people see goes to a `Screen`.
"""

import logging
import math
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from random import Random
from typing import get_args

from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    GenerationFailed,
    JobOverdue,
    OperatorError,
    RemixbotError,
    ServiceError,
    TaskNotFound,
)
from bot.incidents import as_told
from bot.jobs.forecast import DurationHistory, Forecast
from bot.jobs.gate import Gate
from bot.jobs.screen import Progress, Screen
from bot.model import Completed, Failed, Job, Request, Running, TaskState

log = logging.getLogger(__name__)

NOT_FOUND_READS = 5
NOT_FOUND_SPAN_S = 120.0
"""A task is given up as unknown after this many reads in a row, over at least this long."""
OPERATOR_PAUSE_S = 60.0
"""How often it is tried whether the API takes the key again."""
TICK_S = 4.0
"""How often the bar moves."""
LATE_S = 15 * 60.0
"""After this long people want to hear that somebody still watches."""


class Watcher:
    """Follows tasks of *api*, each for *watch_s* seconds at the most, through one gate."""

    def __init__(
        self,
        *,
        api: GenerationApi,
        clock: Clock,
        watch_s: float,
        reads_per_second: float,
        rng: Random,
    ) -> None:
        self._api = api
        self._clock = clock
        self._watch_s = watch_s
        self._rng = rng
        self._gate = Gate(clock, reads_per_second, rng)
        self._histories = defaultdict[type[Request], DurationHistory](DurationHistory)
        self._refused = False
        """The API lets us read nothing at the moment: its operator must act."""

    def learn(self, kind: type[Request], durations_s: Iterable[float]) -> None:
        """Take in how long jobs of this kind took, the oldest first."""
        for duration_s in durations_s:
            self._histories[kind].add(duration_s)

    def usual_s(self) -> float:
        """How many seconds a job takes, of the kind that takes longer."""
        return max(self._histories[kind].likely.median_s for kind in get_args(Request))

    def slow_down(self, retry_after_s: float | None) -> None:
        """The API asked for a pause outside of reading: the reads take it as well."""
        self._gate.slow_down(retry_after_s)

    async def follow(self, state: TaskState, job: Job, screen: Screen, began: float) -> Completed:
        """Read until *job* is done. *began* is when it was asked for, on the monotonic clock.

        Raises `GenerationFailed`, `TaskNotFound`, and `JobOverdue`: nothing else ends a job that
        the API has.
        """
        forecast = Forecast(self._histories[type(job.request)], self._rng)
        while isinstance(state, Running):
            forecast.observe(self._clock.monotonic() - began, state.fraction)
            state = await self._next_state(job, state.task_id, screen, forecast, began)
            waited_s = self._clock.monotonic() - began
            if isinstance(state, Running) and waited_s >= self._watch_s:
                raise JobOverdue(waited_s=waited_s)
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, detail=state.detail)
        return state

    async def _next_state(
        self, job: Job, task_id: str, screen: Screen, forecast: Forecast, began: float
    ) -> TaskState:
        """Wait, then read; go on until an answer can be read, or the time to watch is over.

        Raises `TaskNotFound` and `JobOverdue`.
        """
        not_found_at: list[float] = []
        while True:
            await self._wait(screen, forecast, began)
            await self._gate.turn()
            now = self._clock.monotonic()
            try:
                state = await self._api.fetch(task_id)
            except TaskNotFound:
                self._gate.succeeded()
                not_found_at.append(now)
                span = now - not_found_at[0]
                if len(not_found_at) >= NOT_FOUND_READS and span >= NOT_FOUND_SPAN_S:
                    raise
            except (ServiceError, OperatorError) as error:
                not_found_at.clear()
                self._put_off(job, error)
            else:
                self._gate.succeeded()
                self._refused = False
                return state
            if now - began >= self._watch_s:
                raise JobOverdue(waited_s=now - began)

    def _put_off(self, job: Job, error: RemixbotError) -> None:
        """A read failed: no job ends by that, but all of them may have to wait."""
        if isinstance(error, OperatorError):
            if not self._refused:  # the operator is told once, not once a minute
                as_told(error, f"job {job.id}, reading on")
            self._refused = True
            self._gate.slow_down(OPERATOR_PAUSE_S)
            return
        log.warning("Job %d, reading on: %s", job.id, error)
        if isinstance(error, ApiBusy):
            self._gate.slow_down(error.retry_after_s)

    async def _wait(self, screen: Screen, forecast: Forecast, began: float) -> None:
        """Wait for the moment of the next read; meanwhile the bar moves by what is expected."""
        rest_s = forecast.next_gap(self._clock.monotonic() - began)
        while rest_s > 0:
            screen.show(self._progress(forecast, began))
            await self._clock.sleep(min(rest_s, TICK_S))
            rest_s -= TICK_S

    def _progress(self, forecast: Forecast, began: float) -> Progress:
        waited_s = self._clock.monotonic() - began
        fraction, expected_s = forecast.shown_fraction(waited_s), forecast.expected_s(waited_s)
        ends_at = None
        if expected_s is not None:
            rounded_s = math.ceil((expected_s - waited_s) / TICK_S) * TICK_S
            ends_at = self._clock.now() + timedelta(seconds=rounded_s)
        return Progress(
            submitted=True,
            fraction=None if fraction is None else math.floor(fraction * 100) / 100,
            ends_at=ends_at,
            late=waited_s >= LATE_S,
            refused=self._refused,
        )
