"""Reads the jobs that the API has until each is done, in the rhythm that its forecast suggests.

One for all jobs, because they share what the API tolerates. Knows neither the store nor Discord,
and shows nothing: whoever follows a task is told what each read finds.
"""

import asyncio
import logging
import math
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from bot.actions import ACTIONS, Action
from bot.api import GenerationApi
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    JobOverdue,
    OperatorError,
    OutputUnreadable,
    RemixbotError,
    ServiceError,
    TaskNotFound,
)
from bot.incidents import to_user_error
from bot.jobs.circuit import CircuitBreaker
from bot.jobs.forecast import DurationHistory, Forecast
from bot.jobs.rate_limiter import RateLimiter
from bot.jobs.status_message import Progress
from bot.model import Job, Running, TaskState

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
"""How often a bar moves, and how exactly an end is foreseen."""
LATE_S = 15 * 60.0
"""After this long people want to hear that somebody still watches."""


@dataclass(slots=True, kw_only=True, eq=False)
class FollowedTask:
    """A task that is read until it is done. Made by `TaskPoller.task`."""

    id: str
    job: Job
    forecast: Forecast
    began: float
    """When it was sent, on the monotonic clock."""
    until: float
    """When nobody watches any more."""
    at_once: bool
    """The next read does not wait for what is expected."""
    is_known: bool
    """Somebody has asked the API how it stands, since this process began with it."""
    pause: asyncio.Future[None] | None = None
    """Ends the latest wait for a read."""
    trouble: RemixbotError | None = None
    """Why the latest read told nothing, where it did not."""
    same_since: float = 0.0
    same_reads: int = 0
    """So many of the latest reads ended in *trouble*, with which nobody can do anything."""
    reported: bool = False

    @property
    def refused(self) -> bool:
        """The API does not let it be read."""
        return isinstance(self.trouble, OperatorError)

    def end_pause(self) -> None:
        if self.pause is not None and not self.pause.done():
            self.pause.set_result(None)


class TaskPoller:
    """Follows tasks of *api*, each for *watch_s* seconds at the most, through one limiter.

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
        self._followed = dict[FollowedTask, None]()
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

    def succeeded(self, task: FollowedTask | None = None) -> None:
        """The API takes the key, as a read of *task* has shown, or something else than a read.

        All go on where nobody could before.
        """
        was_open = self._circuit.is_open
        self._limiter.succeeded()
        self._circuit.succeeded(None if task is None else task.id)
        if was_open:
            for other in self._followed:
                other.end_pause()

    def task(self, state: Running, job: Job, sent: float, *, resumed: bool = False) -> FollowedTask:
        """That of *job*, which was *sent* then, on the monotonic clock.

        *resumed*: nobody has read it for long, so the first read does not wait for its moment, and
        it is watched for two minutes at least.
        """
        least_s = LEAST_WATCH_S if resumed else 0.0
        task = FollowedTask(
            id=state.task_id,
            job=job,
            forecast=Forecast(self._histories[job.request.action.key], self._rng),
            began=sent,
            until=max(sent + self._watch_s, self._clock.monotonic() + least_s),
            at_once=resumed,
            is_known=not resumed,
        )
        task.forecast.add_progress(self._waited_s(task), state.fraction)
        return task

    async def follow(self, task: FollowedTask) -> AsyncIterator[TaskState]:
        """What each read finds, until the task is done.

        Raises `TaskNotFound`, `OutputUnreadable` and `JobOverdue`: nothing else ends a job that the
        API has.
        """
        self._followed[task] = None
        self._set_pace()
        try:
            while True:
                if not task.at_once:
                    rest_s = task.forecast.next_gap(self._waited_s(task))
                    task.pause = asyncio.get_running_loop().create_future()
                    await self._clock.until(
                        task.pause, OPERATOR_PAUSE_S if task.refused else rest_s
                    )
                task.at_once = False
                state = await self._read(task)
                if isinstance(state, Running):
                    task.forecast.add_progress(self._waited_s(task), state.fraction)
                if state is not None:
                    yield state
                    if not isinstance(state, Running):
                        return
                if self._clock.monotonic() >= task.until:
                    raise JobOverdue(waited_s=self._waited_s(task), trouble=task.trouble)
        finally:
            del self._followed[task]
            self._circuit.forget(task.id)
            self._set_pace()

    def wake(self, task_id: str) -> None:
        """Somebody says that there is news: the next read comes at once, at the limiter's pace."""
        for task in self._followed:
            if task.id == task_id:
                task.at_once = True
                task.end_pause()

    def progress(self, task: FollowedTask) -> Progress:
        """How far it is by now, as far as anybody can tell."""
        waited_s, forecast = self._waited_s(task), task.forecast
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
            refused=task.refused or self._circuit.is_open,
        )

    async def _read(self, task: FollowedTask) -> TaskState | None:
        """``None`` where nothing could be learned. Raises `TaskNotFound`, `OutputUnreadable`."""
        await self._limiter.acquire()
        now = self._clock.monotonic()
        try:
            state = await self._api.fetch(task.id, task.job.request)
        except (TaskNotFound, OutputUnreadable) as error:
            self.succeeded(task)
            if repr(error) != repr(task.trouble):
                log.warning("Job %d: failed to read its task, will retry: %s", task.job.id, error)
                task.same_reads, task.same_since = 0, now
            task.trouble = error
            task.same_reads += 1
            if task.same_reads >= FINAL_READS and now - task.same_since >= FINAL_SPAN_S:
                raise
        except (ServiceError, OperatorError) as error:
            again = task.refused
            task.trouble = error
            log.warning("Job %d: failed to read its task, will retry: %s", task.job.id, error)
            if isinstance(error, ApiBusy):
                self._limiter.slow_down(error.retry_after_s)
            if not isinstance(error, OperatorError):
                return None
            if self._circuit.refused(task.id, read=len(self._followed)):
                self._limiter.probe_every(OPERATOR_PAUSE_S)
                to_user_error(error, "All jobs: failed to read their tasks")  # once for all of them
            elif again and not task.reported and not self._circuit.is_open:
                task.reported = True
                to_user_error(error, f"Job {task.job.id}: failed to read its task")
        else:
            self.succeeded(task)
            task.trouble = None
            return state
        finally:
            task.is_known = True
        return None

    def _set_pace(self) -> None:
        wanted = READS_PER_JOB_S * max(self._may_run, len(self._followed))
        self._limiter.set_pace(min(max(wanted, LEAST_READS_S), self._ceiling))

    def _waited_s(self, task: FollowedTask) -> float:
        return self._clock.monotonic() - task.began
