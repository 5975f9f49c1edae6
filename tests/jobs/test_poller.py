"""One task's trouble is its own; what concerns all tasks is found out, told once, and got over."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from itertools import pairwise
from random import Random
from typing import Any, cast

import pytest

from bot.actions import IMAGINE
from bot.api import GenerationApi
from bot.errors import (
    ApiBusy,
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiPermissionMissing,
    ApiUnavailable,
    JobOverdue,
    OperatorError,
    OutputUnreadable,
    RemixbotError,
    TaskNotFound,
)
from bot.jobs.poller import TICK_S, FollowedTask, TaskPoller
from bot.jobs.status_message import Progress
from bot.model import Completed, Destination, Job, JobState, Request, Running, TaskState
from tests.clock import START, ManualClock

WATCH_S = 3600.0
REFUSALS = [ApiKeyRefused(), ApiCreditUsedUp(), ApiPermissionMissing(detail="no")]
Answer = Callable[[], TaskState]


class Tasks:
    """An API that has these tasks; what it says of each is up to the test."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.answers: dict[str, Answer] = {}
        self.reads: list[tuple[str, float]] = []

    async def fetch(self, task_id: str, _: Request) -> TaskState:
        self.reads.append((task_id, self._clock.monotonic()))
        return self.answers[task_id]()

    def times(self, task_id: str) -> list[float]:
        return [at for task, at in self.reads if task == task_id]


class Followed:
    """A task, what was found, and what people saw of it meanwhile."""

    def __init__(self, room: "Room", task: FollowedTask) -> None:
        self._room = room
        self._task = task
        self.found: list[TaskState] = []
        self.progress: list[Progress] = []

    async def end(self) -> TaskState:
        async for state in self._room.poller.follow(self._task):
            self.found.append(state)
        return self.found[-1]

    async def show(self) -> None:
        while True:
            self.progress.append(self._room.poller.progress(self._task))
            await self._room.clock.sleep(TICK_S)

    @property
    def refused(self) -> bool:
        return self.progress[-1].refused


class Room:
    """A poller that follows tasks by their names."""

    def __init__(self, *, reads_per_second: float = 100.0, may_run: int = 0) -> None:
        self.clock = ManualClock()
        self.api = Tasks(self.clock)
        self.poller = TaskPoller(
            api=cast("GenerationApi", self.api),
            clock=self.clock,
            watch_s=WATCH_S,
            reads_per_second=reads_per_second,
            rng=Random(3),  # noqa: S311  # a test that can be repeated
            may_run=may_run,
        )
        self.statuses: dict[str, Followed] = {}
        self.ends: dict[str, asyncio.Task[TaskState]] = {}
        self.shows: list[asyncio.Task[None]] = []

    def follow(
        self, name: str, answer: Answer, *, at_once: bool = False, task_id: str | None = None
    ) -> None:
        task_id = task_id or name
        self.api.answers[task_id] = answer
        state, now = Running(task_id=task_id), self.clock.monotonic()
        task = self.poller.task(state, a_job(), now, resumed=at_once)
        status = self.statuses[name] = Followed(self, task)
        self.ends[name] = asyncio.create_task(status.end())
        self.shows.append(asyncio.create_task(status.show()))

    def error_of(self, name: str) -> BaseException | None:
        return self.ends[name].exception() if self.ends[name].done() else None


@pytest.fixture
async def room() -> AsyncGenerator[Room]:
    opened = Room()
    yield opened
    await close(opened)


async def close(room: Room) -> None:
    tasks: list[asyncio.Task[Any]] = [*room.ends.values(), *room.shows]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def a_job() -> Job:
    return Job(
        id=1,
        request=Request(action=IMAGINE, prompt="a fox"),
        author_id=1,
        destination=Destination(guild_id=1, channel_id=2, private=False, file_limit_bytes=1),
        interaction_id=7,
        state=JobState.RUNNING,
        created_at=START,
    )


def running() -> TaskState:
    return Running(task_id="x", fraction=None)


def failing(error: RemixbotError) -> Answer:
    def answer() -> TaskState:
        raise error

    return answer


def longest_gap(times: list[float]) -> float:
    return max(later - earlier for earlier, later in pairwise(times))


# ------------------------------------------------------------------ one task's trouble


@pytest.mark.parametrize("error", REFUSALS, ids=lambda error: type(error).__name__)
async def test_a_task_that_may_not_be_read_slows_no_other(
    room: Room, error: OperatorError, caplog: pytest.LogCaptureFixture
) -> None:
    room.follow("bad", failing(error))
    for number in range(3):
        room.follow(f"good {number}", running)
    await room.clock.advance(600)
    for number in range(3):
        assert longest_gap(room.api.times(f"good {number}")) <= 30
        assert not any(shown.refused for shown in room.statuses[f"good {number}"].progress)
    assert 9 <= len(room.api.times("bad")) <= 11, "once a minute"
    assert room.statuses["bad"].refused
    told = [one for one in caplog.records if one.levelname == "ERROR"]
    assert len(told) == 1, "the operator hears of it once"


async def test_two_tasks_that_may_not_be_read_slow_no_other(room: Room) -> None:
    room.follow("bad", failing(ApiKeyRefused()))
    room.follow("worse", failing(ApiPermissionMissing()))
    room.follow("good", running)
    await room.clock.advance(600)
    assert longest_gap(room.api.times("good")) <= 30
    assert not any(shown.refused for shown in room.statuses["good"].progress)


async def test_tasks_that_may_not_be_read_hold_the_others_up_once_and_not_again(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    """All of them at the same moment, as after a start: until one is read, it may be the key."""
    for number in range(4):
        room.follow(f"bad {number}", failing(ApiPermissionMissing()), at_once=True)
    room.follow("good", running, at_once=True)
    await room.clock.advance(240)
    seen = len(room.api.times("good"))
    await room.clock.advance(600)
    assert longest_gap(room.api.times("good")[seen:]) <= 30
    assert not room.statuses["good"].refused
    for number in range(4):
        assert len(room.api.times(f"bad {number}")) <= 15, "once a minute"
    assert caplog.text.count("All jobs: failed to read their tasks:") == 1
    room.api.answers["good"] = failing(ApiPermissionMissing())
    room.follow("new", failing(ApiPermissionMissing()))
    room.follow("newer", failing(ApiPermissionMissing()))
    await room.clock.advance(60)
    assert caplog.text.count("All jobs: failed to read their tasks:") == 2, (
        "what can be read by nobody is found out still"
    )


@pytest.mark.parametrize(
    "error",
    [
        ApiUnavailable(detail="TimeoutError"),
        ApiUnavailable(status=500, detail="HTTP 500"),
        ApiUnavailable(status=200, detail="HTTP 200"),
        TaskNotFound(),
        OutputUnreadable(task_id="bad", detail="{}"),
    ],
    ids=["timeout", "5xx", "garbage", "404", "unreadable"],
)
async def test_a_task_of_which_nothing_can_be_learned_slows_no_other(
    room: Room, error: RemixbotError
) -> None:
    room.follow("good", running)
    await room.clock.advance(300)
    alone = longest_gap(room.api.times("good"))
    for number in range(8):
        room.follow(f"bad {number}", failing(error))
    await room.clock.advance(300)
    assert longest_gap(room.api.times("good")) <= max(alone, 30)
    assert not any(shown.refused for shown in room.statuses["good"].progress)


async def test_a_task_that_is_refused_to_the_end_ends_with_the_truth(room: Room) -> None:
    room.follow("bad", failing(ApiKeyRefused()))
    await room.clock.advance(WATCH_S + 120)
    error = room.error_of("bad")
    assert isinstance(error, JobOverdue)
    assert isinstance(error.trouble, ApiKeyRefused)


async def test_a_task_that_runs_to_the_end_of_the_time_has_no_trouble(room: Room) -> None:
    room.follow("slow", failing(ApiUnavailable()))
    await room.clock.advance(60)
    room.api.answers["slow"] = running
    await room.clock.advance(WATCH_S + 120)
    error = room.error_of("slow")
    assert isinstance(error, JobOverdue)
    assert error.trouble is None


# ------------------------------------------------------------------ the trouble of all


@pytest.mark.parametrize("tasks", [2, 3, 40])
async def test_when_nobody_may_read_one_read_a_minute_asks_until_somebody_may(
    room: Room, tasks: int, caplog: pytest.LogCaptureFixture
) -> None:
    names = [f"task {number}" for number in range(tasks)]
    for name in names:
        room.follow(name, failing(ApiCreditUsedUp()))
    await room.clock.advance(30)
    assert len(room.api.reads) == min(tasks, 3), "by then it is clear"
    await room.clock.advance(600)
    probes = [at for _, at in room.api.reads[min(tasks, 3) :]]
    assert 7 <= len(probes) <= 10
    assert all(later - earlier >= 60 for earlier, later in pairwise(probes))
    assert all(status.refused for status in room.statuses.values())
    assert caplog.text.count("top up the Vtrix account") == 1
    for name in names:
        room.api.answers[name] = running
    await room.clock.advance(80)
    before = len(room.api.reads)
    await room.clock.advance(20)
    assert len({name for name, _ in room.api.reads[before - tasks :]}) == tasks, "all go on at once"
    assert not any(status.refused for status in room.statuses.values())


async def test_each_time_that_nobody_may_read_is_told_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(4):
        room.follow(f"task {number}", running)
    for _ in range(3):
        for name in room.ends:
            room.api.answers[name] = failing(ApiKeyRefused())
        await room.clock.advance(200)
        for name in room.ends:
            room.api.answers[name] = running
        await room.clock.advance(200)
    assert caplog.text.count("check VTRIX_API_KEY") == 3


async def test_whatever_the_api_takes_shows_that_it_takes_the_key(room: Room) -> None:
    for number in range(4):
        room.follow(f"task {number}", failing(ApiKeyRefused()))
    await room.clock.advance(30)
    before = len(room.api.reads)
    for name in room.ends:
        room.api.answers[name] = running
    room.poller.succeeded()
    await room.clock.advance(10)
    assert len(room.api.reads) >= before + 4


async def test_an_api_that_is_asked_too_often_makes_all_wait(room: Room) -> None:
    room.follow("a", running)
    room.follow("b", failing(ApiBusy(retry_after_s=50)))
    await room.clock.advance(5)
    room.api.answers["b"] = running
    before = len(room.api.reads)
    await room.clock.advance(40)
    assert len(room.api.reads) <= before + 1


# ------------------------------------------------------------------ what cannot be read


def unreadable(shape: str = "{output: text}") -> Answer:
    return failing(OutputUnreadable(task_id="odd", detail=shape))


async def test_a_finished_task_without_a_readable_output_is_told_after_two_minutes(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.follow("odd", unreadable())
    await room.clock.advance(110)
    assert room.error_of("odd") is None
    await room.clock.advance(60)
    assert isinstance(room.error_of("odd"), OutputUnreadable)
    assert len(room.api.reads) >= 5
    assert caplog.text.count("{output: text}") == 1


async def test_an_output_that_can_be_read_later_is_no_unreadable_one(room: Room) -> None:
    room.follow("odd", unreadable())
    await room.clock.advance(110)
    done = Completed(task_id="odd", job_id="j", images=())
    room.api.answers["odd"] = lambda: done
    await room.clock.advance(60)
    assert room.ends["odd"].result() == done


@pytest.mark.parametrize(
    "other",
    [running, failing(ApiUnavailable()), unreadable("{output: number}")],
    ids=["running", "no answer", "another shape"],
)
async def test_only_answers_that_are_all_the_same_are_believed(room: Room, other: Answer) -> None:
    def answer() -> TaskState:
        return (other if room.clock.monotonic() % 100 < 10 else unreadable())()

    room.follow("odd", answer)
    await room.clock.advance(1000)
    assert room.error_of("odd") is None


# ------------------------------------------------------------------ how often


@pytest.mark.parametrize(
    ("ceiling", "may_run", "follows", "expected"),
    [
        (100, 6, 6, 5),
        (100, 0, 6, 5),
        (100, 400, 6, 100),
        (100, 40, 6, 10),
        (100, 40, 80, 20),
        (100, 0, 200, 50),
        (3, 0, 200, 3),
        (0.5, 6, 6, 0.5),
    ],
)
async def test_the_pace_of_all_reads_follows_what_may_run(
    ceiling: float, may_run: int, follows: int, expected: float
) -> None:
    room = Room(reads_per_second=ceiling, may_run=may_run)
    for number in range(follows):
        room.follow(str(number), running, at_once=True)
    await room.clock.advance(min(follows / expected, 10))
    times = [at for _, at in room.api.reads]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    if gaps:
        assert min(gaps) == pytest.approx(1 / expected)
    assert len(Counter(name for name, _ in room.api.reads)) == len(room.api.reads), "each once"
    await close(room)


async def test_a_task_that_nobody_read_for_long_is_read_at_once(room: Room) -> None:
    room.follow("old", running, at_once=True)
    room.follow("new", running)
    await room.clock.advance(0.5)
    assert [name for name, _ in room.api.reads] == ["old"]


# ------------------------------------------------------------------ the stream


async def test_every_state_that_is_read_is_told_until_the_task_is_done(room: Room) -> None:
    room.follow("a", running)
    await room.clock.advance(10)
    done = Completed(task_id="a", job_id="j", images=())
    room.api.answers["a"] = lambda: done
    await room.clock.advance(60)
    *before, last = room.statuses["a"].found
    assert before
    assert all(isinstance(state, Running) for state in before)
    assert last == done
    assert len(room.statuses["a"].found) == len(room.api.reads), "and nobody reads it again"


async def test_two_jobs_that_the_api_gave_one_task_both_come_to_its_end(room: Room) -> None:
    room.follow("a", running)
    room.follow("b", running, task_id="a")
    await room.clock.advance(10)
    done = Completed(task_id="a", job_id="j", images=())
    room.api.answers["a"] = lambda: done
    await room.clock.advance(60)
    assert [end.result() for end in room.ends.values()] == [done, done]


async def test_a_task_that_is_woken_is_read_at_once_and_no_other(room: Room) -> None:
    room.follow("a", running)
    room.follow("b", running)
    await room.clock.advance(30)
    before = Counter(name for name, _ in room.api.reads)
    room.poller.wake("a")
    await room.clock.advance(0)
    assert Counter(name for name, _ in room.api.reads) - before == Counter(["a"])
    room.poller.wake("nobody knows it")


async def test_whoever_is_woken_keeps_to_the_pace_of_all() -> None:
    room = Room(reads_per_second=0.5)
    for number in range(5):
        room.follow(str(number), running, at_once=True)
    await room.clock.advance(10)
    for _ in range(10):
        for number in range(5):
            room.poller.wake(str(number))
    await room.clock.advance(20)
    times = [at for _, at in room.api.reads]
    assert min(later - earlier for earlier, later in pairwise(times)) == pytest.approx(2)
    await close(room)


async def test_a_task_that_is_woken_while_it_is_read_is_read_once_more(room: Room) -> None:
    def woken_meanwhile() -> TaskState:
        if len(room.api.reads) == 1:
            room.poller.wake("a")
        return running()

    room.follow("a", woken_meanwhile, at_once=True)
    await room.clock.advance(1)
    assert len(room.api.reads) == 1 + 1
