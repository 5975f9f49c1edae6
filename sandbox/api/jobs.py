"""Jobs and their lives. A job's state is a function of the clock; nothing runs in the background.

Nothing here knows HTTP or the wire's words.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from heapq import heapreplace
from math import ceil
from random import Random
from uuid import uuid4

from sandbox.api.models import Model, Order
from sandbox.api.multiples import price_factor, prompt_of, prompts_of
from sandbox.api.painting.scene import Scene
from sandbox.api.script import Script, Word, read_script
from sandbox.api.table import DIFFUSION

RUN_AT_ONCE = 6
"""Jobs of one account that run at the same time; the others wait in the order they came."""

EDITABLE_S = 3 * 24 * 3600.0
"""How long after it was made something else can be made of a job."""

STORED_S = 30 * 24 * 3600.0
"""How long after it was made a job's images can be fetched."""

_DURATION_S = (5.0, 15.0)
_SLOW_S = 120.0
_IMAGES_MAX = 16
_XID = "0123456789abcdefghijklmnopqrstuv"


class Stage(Enum):
    """How far a job has come."""

    QUEUED = auto()
    RUNNING = auto()
    COMPLETED = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How images came to be, which a reroll does once more."""

    order: Order
    """What was asked for first."""
    parent: Scene | None
    """The image that it was made from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything about one job, decided when it was accepted."""

    task_id: str
    """What the platform calls it: 20 characters."""
    job_id: str
    """What the provider calls it, a UUID; the task id where a script asks for no job id."""
    model: Model
    params: Mapping[str, object]
    recipe: Recipe
    prompt: str
    """Its own, else the one of its source, which is empty where nothing there has one."""
    script: Script
    account: str | None = field(repr=False)
    """The API key it came with; None if it never was submitted, and everybody may read it."""
    created_at: float
    """Unix seconds."""
    starts_at: float
    """On the server's clock, in seconds, like `ends_at`."""
    ends_at: float
    scenes: Mapping[int, Scene]
    """What its images show, by image number; gaps where moderation took one."""
    made: int
    """How many images it made and charges, those that moderation took included."""
    quantity: int
    """How many times its prompt was carried out."""
    times_price: float
    """How many times as much as usual each of them costs."""
    failure: str | None = None
    """Why it will fail."""

    def stage(self, at: float) -> Stage:
        """Its stage at a moment of the server's clock."""
        if at < self.starts_at:
            return Stage.QUEUED
        if at < self.ends_at:
            return Stage.RUNNING
        return Stage.FAILED if self.failure else Stage.COMPLETED

    def fraction(self, at: float) -> float:
        """How much of it is done, 0.0 to 1.0."""
        if at >= self.ends_at:
            return 1.0
        return max(0.0, (at - self.starts_at) / (self.ends_at - self.starts_at))


class JobBook:
    """All jobs of a server, by task id and by job id."""

    def __init__(
        self,
        *,
        clock: Callable[[], float],
        now: Callable[[], float],
        speed: float,
        run_at_once: int = RUN_AT_ONCE,
    ) -> None:
        self._clock = clock
        self._now = now
        self._speed = speed
        self._run_at_once = run_at_once
        self._by_task: dict[str, Job] = {}
        self._by_job: dict[str, Job] = {}
        self._accepted = 0
        self._rolls = Counter[tuple[object, ...]]()
        self._slots: dict[str, list[float]] = {}

    def script_of(self, order: Order, source: Job | None) -> Script:
        """The words for an order: of its prompt, else those that its source's has for the next."""
        if order.prompt is not None or source is None:
            return read_script(order.prompt or "")
        return read_script(source.prompt, for_next=True)

    def accept(self, order: Order, account: str, source: Job | None) -> Job:
        """Take an order; *source* is what `source_of` gave for it. Its whole life is now fixed."""
        script = self.script_of(order, source)
        failure = self._failure(order, script, source)
        prompt = order.prompt or (source.prompt if source else "")
        starts_at, ends_at = self._schedule(account, self._duration_s(prompt, script))
        return self._keep(
            self._made(
                order,
                source,
                script=script,
                failure=failure,
                account=account,
                starts_at=starts_at,
                ends_at=ends_at,
            )
        )

    def add_finished(self, prompt: str, job_id: str | None, task_id: str | None) -> Job:
        """A job that is completed from the start and counts for no account."""
        order = Order(model=DIFFUSION, params={"text": prompt}, prompt=prompt)
        at = self._clock()
        job = self._made(
            order,
            None,
            script=read_script(prompt),
            failure=None,
            account=None,
            starts_at=at,
            ends_at=at,
        )
        return self._keep(
            replace(job, task_id=task_id or job.task_id, job_id=job_id or str(uuid4()))
        )

    def _made(
        self,
        order: Order,
        source: Job | None,
        *,
        script: Script,
        failure: str | None,
        account: str | None,
        starts_at: float,
        ends_at: float,
    ) -> Job:
        parent = _parent(order, source)
        recipe = Recipe(order=order, parent=parent)
        if order.model.derive is None and source is not None:
            recipe = source.recipe
        each = order.model.count(order)
        made = 0 if failure else _image_count(order, each, script)
        task_id = _new_task_id()
        return Job(
            task_id=task_id,
            job_id=task_id if Word.NOJOBID in script else str(uuid4()),
            model=order.model,
            params=order.params,
            recipe=recipe,
            prompt=order.prompt or (source.prompt if source else ""),
            script=script,
            account=account,
            created_at=self._now(),
            starts_at=starts_at,
            ends_at=ends_at,
            scenes={} if failure else self._scenes(recipe, script, made, each),
            made=made,
            quantity=max(prompts_of(order.prompt or ""), ceil(made / each)),
            times_price=order.model.times_price(order, parent)
            * price_factor((recipe.order if order.model.derive is None else order).prompt or ""),
            failure=failure,
        )

    def task(self, task_id: str, account: str) -> Job | None:
        """The job that an account may read under this task id."""
        job = self._by_task.get(task_id)
        return job if job and job.account in {None, account} else None

    def source_of(self, order: Order) -> Job | None:
        """The completed job that an order names, of any age and account."""
        return self._completed(order.source.job_id) if order.source else None

    def stored(self, job_id: str) -> Job | None:
        """The job whose images or videos can be fetched."""
        job = self._completed(job_id)
        is_there = job and Word.GONE not in job.script and self._age_s(job) <= STORED_S
        return job if is_there else None

    def _keep(self, job: Job) -> Job:
        if job.task_id in self._by_task or job.job_id in self._by_job:
            raise ValueError(f"job {job.job_id} or task {job.task_id} exists already")
        self._by_task[job.task_id] = job
        self._by_job[job.job_id] = job
        return job

    def _completed(self, job_id: str) -> Job | None:
        job = self._by_job.get(job_id)
        return job if job and job.stage(self._clock()) is Stage.COMPLETED else None

    def _age_s(self, job: Job) -> float:
        return self._now() - job.created_at

    def _failure(self, order: Order, script: Script, source: Job | None) -> str | None:
        if order.source and source is None:
            return "generation failed: job not found"
        if source and self._age_s(source) > EDITABLE_S:
            return "generation failed: job is too old to be edited"
        return "generation failed" if Word.FAIL in script else None

    def _duration_s(self, prompt: str, script: Script) -> float:
        self._accepted += 1
        exact_s = script.number(Word.SECONDS)
        if exact_s is not None:
            return exact_s
        usual_s = Random(f"{prompt}|{self._accepted}").uniform(*_DURATION_S)
        return (_SLOW_S if Word.SLOW in script else usual_s) / self._speed

    def _schedule(self, account: str, duration_s: float) -> tuple[float, float]:
        """When the job starts and ends: at once, or when the first of the running ones ends."""
        free_at = self._slots.setdefault(account, [float("-inf")] * self._run_at_once)
        starts_at = max(self._clock(), free_at[0])
        heapreplace(free_at, starts_at + duration_s)
        return starts_at, starts_at + duration_s

    def _scenes(self, recipe: Recipe, script: Script, made: int, each: int) -> dict[int, Scene]:
        """The images; the same order once more (another roll) gives other ones."""
        order = recipe.order
        derive = order.model.derive
        if derive is None:  # a reroll of what nobody knows
            return {}
        missing = {int(number) for number in script.numbers(Word.MISSING)}
        key = order.model.name, order.source, order.prompt
        roll = self._rolls[key]
        self._rolls[key] += 1
        return {
            number: derive(order, recipe.parent, _prompt_of(order, number // each), roll, number)
            for number in range(made)
            if number not in missing
        }


def _parent(order: Order, source: Job | None) -> Scene | None:
    if source is None or order.source is None or order.source.image_no is None:
        return None
    return source.scenes[order.source.image_no]


def _image_count(order: Order, each: int, script: Script) -> int:
    """What the model makes for each permutation, unless the script says how many."""
    asked = script.number(Word.IMAGES)
    made = each * prompts_of(order.prompt or "") if asked is None else int(asked)
    return min(made, _IMAGES_MAX)


def _prompt_of(order: Order, number: int) -> str | None:
    return None if order.prompt is None else prompt_of(order.prompt, number)


def _new_task_id() -> str:
    return "".join(secrets.choice(_XID) for _ in range(19)) + secrets.choice("0g")
