"""Reads the jobs that the API has until each is done, in the rhythm that its forecast suggests.

One for all jobs, because they share what the API tolerates. Knows neither the store nor Discord:
what people see goes to a `StatusMessage`.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from bot.actions import ACTIONS, Action
from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    GenerationFailed,
    JobOverdue,
    OperatorError,
    OutputUnreadable,
    RemixbotError,
    ServiceError,
    TaskNotFound,
)
from bot.incidents import to_user_error
from bot.jobs.circuit import CircuitBreaker, Verdict
from bot.jobs.forecast import DurationHistory, Forecast
from bot.jobs.rate_limiter import RateLimiter
from bot.jobs.status_message import Progress, StatusMessage
from bot.model import Completed, Failed, Job, Running, TaskState

log = logging.getLogger(__name__)

FINAL_READS = 5
FINAL_SPAN_S = 120.0
"""What nobody can do anything with is believed when it came this often in a row, always the same,
over at least this long: that a task is unknown, or an output that cannot be read."""
OPERATOR_PAUSE_S = 60.0
"""How often it is tried whether the API takes the key again."""
READS_PER_JOB_S = 0.25
"""Reads in a second for each job that may run: near its end a job is read every second or two,
before that every few seconds."""
LEAST_READS_S = 5.0
LEAST_WATCH_S = 120.0
"""A job that nobody has read for long is given this much, whatever the date says: somebody may have
set the machine's clock."""
TICK_S = 4.0
"""How often the bar moves."""
LATE_S = 15 * 60.0
"""After this long people want to hear that somebody still watches."""
SLICE = 100
"""So many messages are seen to before everything else has its turn."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Watched:
    """A task that is read until it is done."""

    job: Job
    task_id: str
    status: StatusMessage
    forecast: Forecast
    began: float
    """When it was asked for, on the monotonic clock."""
    until: float
    """When nobody watches any more."""
    at_once: bool
    """The next read does not wait for what is expected."""
    trouble: RemixbotError | None = None
    """Why the latest read told nothing, where it did not."""
    same: list[float] = field(default_factory=list[float])
    """When the latest reads ended in *trouble*, if always in the same, with which nobody can do
    anything."""
    reported: bool = False
    """The operator has been told of its trouble."""

    @property
    def refused(self) -> bool:
        """The API does not let it be read."""
        return isinstance(self.trouble, OperatorError)


class TaskPoller:
    """Follows tasks of *api*, each for *watch_s* seconds at the most, through one gate.

    Together they are read at most *reads_per_second* times in a second, and no oftener than those
    that may run need: *may_run* of them, 0 where there is no limit.
    """

    def __init__(
        self,
        *,
        api: GenerationApi,
        clock: Clock,
        watch_s: float,
        reads_per_second: float,
        rng: Random,
        may_run: int = 0,
    ) -> None:
        self._api = api
        self._clock = clock
        self._watch_s = watch_s
        self._rng = rng
        self._ceiling = reads_per_second
        self._may_run = may_run
        self._followed = dict[_Watched, None]()
        self._limiter = RateLimiter(clock, reads_per_second, rng)
        self._circuit = CircuitBreaker()
        self._histories = defaultdict[str, DurationHistory](DurationHistory)

    def add_durations(self, action: Action, durations_s: Iterable[float]) -> None:
        """Take in how long jobs of this action took, the oldest first."""
        for duration_s in durations_s:
            self._histories[action.key].add(duration_s)

    def typical_s(self) -> float:
        """How many seconds a job takes, of the action that takes longest."""
        return max(self._histories[key].likely.median_s for key in ACTIONS)

    def slow_down(self, retry_after_s: float | None) -> None:
        """The API asked for a pause outside of reading: the reads take it as well."""
        self._limiter.slow_down(retry_after_s)

    def succeeded(self) -> None:
        """The API takes the key, as something else than a read has shown."""
        self._limiter.succeeded()
        self._circuit.succeeded()

    async def poll(
        self,
        state: TaskState,
        job: Job,
        status: StatusMessage,
        began: float,
        *,
        at_once: bool = False,
    ) -> Completed:
        """Read until *job* is done. *began* is when it was asked for, on the monotonic clock.

        *at_once*: nobody has read it for long, so the first read does not wait for its moment, and
        it is watched for two minutes at least.
        Raises `GenerationFailed`, `TaskNotFound`, `OutputUnreadable` and `JobOverdue`: nothing else
        ends a job that the API has.
        """
        if isinstance(state, Running):
            least_s = LEAST_WATCH_S if at_once else 0.0
            watched = _Watched(
                job=job,
                task_id=state.task_id,
                status=status,
                forecast=Forecast(self._histories[job.request.action.key], self._rng),
                began=began,
                until=max(began + self._watch_s, self._clock.monotonic() + least_s),
                at_once=at_once,
            )
            self._followed[watched] = None
            self._set_pace()
            try:
                state = await self._read_on(watched, state)
            finally:
                del self._followed[watched]
                self._circuit.forget(watched.task_id)
                self._set_pace()
        if isinstance(state, Failed):
            raise GenerationFailed(code=state.code, detail=state.detail)
        return state

    def _set_pace(self) -> None:
        wanted = READS_PER_JOB_S * max(self._may_run, len(self._followed))
        self._limiter.set_pace(min(max(wanted, LEAST_READS_S), self._ceiling))

    async def _read_on(self, watched: _Watched, state: Running) -> Completed | Failed:
        """Raises `TaskNotFound`, `OutputUnreadable` and `JobOverdue`."""
        while True:
            watched.forecast.add_progress(self._waited_s(watched), state.fraction)
            read = await self._next_state(watched)
            if not isinstance(read, Running):
                return read
            state = read
            self._check_time(watched)

    async def _next_state(self, watched: _Watched) -> TaskState:
        """Wait, then read; go on until an answer can be read, or the time to watch is over.

        Raises `TaskNotFound`, `OutputUnreadable` and `JobOverdue`.
        """
        while True:
            if not watched.at_once:
                await self._wait(watched)
            watched.at_once = False
            await self._limiter.acquire()
            now = self._clock.monotonic()
            try:
                state = await self._api.fetch(watched.task_id, watched.job.request)
            except (TaskNotFound, OutputUnreadable) as error:
                self._answered(watched)
                if self._is_final(watched, error, now):
                    raise
            except (ServiceError, OperatorError) as error:
                await self._back_off(watched, error)
            else:
                self._answered(watched)
                watched.trouble = None
                watched.same.clear()
                return state
            self._check_time(watched)

    def _answered(self, watched: _Watched) -> None:
        self._limiter.succeeded()
        self._circuit.read(watched.task_id)

    def _is_final(
        self, watched: _Watched, error: TaskNotFound | OutputUnreadable, now: float
    ) -> bool:
        """Whether *error* came so often and for so long that it is not going to change."""
        if repr(error) != repr(watched.trouble):
            log.warning("Job %d: failed to read its task, will retry: %s", watched.job.id, error)
            watched.same.clear()
        watched.trouble = error
        watched.same.append(now)
        return len(watched.same) >= FINAL_READS and now - watched.same[0] >= FINAL_SPAN_S

    async def _back_off(self, watched: _Watched, error: ServiceError | OperatorError) -> None:
        """A read failed: no job ends by that, but it has to wait, or all of them."""
        again = watched.refused
        watched.trouble = error
        watched.same.clear()
        log.warning("Job %d: failed to read its task, will retry: %s", watched.job.id, error)
        if isinstance(error, ApiBusy):
            self._limiter.slow_down(error.retry_after_s)
        if isinstance(error, OperatorError):
            verdict = self._circuit.refused(watched.task_id, read=len(self._followed))
            if verdict is Verdict.OPENED:
                self._limiter.probe_every(OPERATOR_PAUSE_S)
                to_user_error(error, "All jobs: failed to read their tasks")  # once for all of them
                await self._show_all()
            if verdict is Verdict.ONE_TASK and again and not watched.reported:
                watched.reported = True
                to_user_error(error, f"Job {watched.job.id}: failed to read its task")

    async def _show_all(self) -> None:
        """Show all how they stand: who waits before the gate would not for a while."""
        for number, watched in enumerate(tuple(self._followed)):
            if watched in self._followed:
                watched.status.show(self._progress(watched))
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)

    def _check_time(self, watched: _Watched) -> None:
        """Raises `JobOverdue` where the time to watch is over."""
        if self._clock.monotonic() >= watched.until:
            raise JobOverdue(waited_s=self._waited_s(watched), trouble=watched.trouble)

    def _waited_s(self, watched: _Watched) -> float:
        return self._clock.monotonic() - watched.began

    async def _wait(self, watched: _Watched) -> None:
        """Wait for the moment of the next read; meanwhile the bar moves by what is expected."""
        rest_s = watched.forecast.next_gap(self._waited_s(watched))
        if watched.refused:
            rest_s = OPERATOR_PAUSE_S
        nobody_could = False
        while rest_s > 0:
            watched.status.show(self._progress(watched))
            await self._clock.sleep(min(rest_s, TICK_S))
            rest_s -= TICK_S
            nobody_could = nobody_could or self._circuit.is_open
            if nobody_could and not self._circuit.is_open:
                return  # now they can

    def _progress(self, watched: _Watched) -> Progress:
        waited_s, forecast = self._waited_s(watched), watched.forecast
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
            refused=watched.refused or self._circuit.is_open,
        )
