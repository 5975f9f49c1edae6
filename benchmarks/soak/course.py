"""The course of a soak: the servers, the bot that is killed and started again, the crowd.

What it all meant is told by `benchmarks.soak.ledger`; here things only happen.
"""

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import monotonic

from benchmarks.soak import gauges
from benchmarks.soak.bot import PROFILE
from benchmarks.soak.crowd import SOURCE, Crowd, job_number, usual_duration_s
from benchmarks.soak.ledger import Evidence, Row, Shown, submits_struck, what_is_shown
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.things import Request
from sandbox.api import GenerationServer
from sandbox.api.chaos import Chaos
from tests.flow.sim import UNLIMITED, paint_dot

FAULTS = 0.05
READS_PER_SECOND = 100.0

WARM_UP_JOBS, WARM_UP_S = 100, 5.0
WAVE_JOBS, WAVE_S = 40, 45.0
"""People who ask in the second of a kill, and how long their jobs take."""
ASKED_MAX = 1.5
"""How many commands are given for each job that is wanted in flight."""
REST_S = 15.0
"""What the bot gets to come to rest before its memory is measured."""
SETTLED_WITHIN_S = 150.0
"""After the last job has ended on the API's side."""
QUIET_S = 10.0
"""A bot that sends nothing for so long does not mean to change any message."""

DATABASE = "bot.db"


@dataclass(frozen=True)
class Plan:
    """What is asked of a soak."""

    jobs: int
    kills: int
    seed: int
    profile: Path | None = None


@dataclass
class Memory:
    """Resident memory of one process, with no job waiting and with many."""

    without_kib: int = 0
    with_kib: int = 0
    jobs: int = 0

    @property
    def per_job_kib(self) -> float:
        return (self.with_kib - self.without_kib) / max(self.jobs, 1)


@dataclass
class Findings:
    """All that a soak brings to light."""

    evidence: Evidence
    memory: Memory
    beats: list[gauges.Beat]
    processor: gauges.ProcessorTime
    phases: list[tuple[str, float]]
    """What began when, on the monotonic clock; the last one is the end."""
    reads: int
    """How often a task was asked for, faults included."""
    requests: Sequence[Request]
    """What Discord was asked for."""
    log: list[str]
    exit_code: int


@dataclass
class Soak:
    """The servers and the bot's processes, one after the other."""

    plan: Plan
    folder: Path
    api: GenerationServer
    chaos: Chaos
    discord: DiscordServer
    crowd: Crowd
    rng: Random
    bots: list[BotProcess] = field(default_factory=list[BotProcess])
    kills: list[float] = field(default_factory=list[float])
    memory: Memory = field(default_factory=Memory)
    phases: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])

    def begin(self, phase: str) -> None:
        self.phases.append((phase, monotonic()))
        print(f"  {phase} ...", flush=True)

    # ------------------------------------------------------------------ the bot

    async def start_bot(self, stack: AsyncExitStack) -> None:
        env = {
            "VTRIX_API_KEY": "soak",
            "VTRIX_API_URL": self.api.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{DATABASE}",
            **UNLIMITED,
            "MAX_READS_PER_SECOND": str(READS_PER_SECOND),
        }
        if self.plan.profile is not None:
            env[PROFILE] = str(self.plan.profile)
        bot = BotProcess(self.discord, cwd=self.folder, env=env, module="benchmarks.soak.bot")
        self.bots.append(await stack.enter_async_context(bot))
        await self.discord.bot_online()

    async def kill_bot(self, stack: AsyncExitStack) -> None:
        """SIGKILL at some moment of a second in which people ask, then a new process."""
        wave = asyncio.create_task(self.crowd.ask_for_many([WAVE_S] * WAVE_JOBS))
        await asyncio.sleep(self.rng.uniform(0.3, 0.9))
        self.kills.append(monotonic())
        await self.bots[-1].kill()
        await self.discord.bot_offline()
        await self.start_bot(stack)
        await wave

    # ------------------------------------------------------------------ what is known meanwhile

    @property
    def waiting(self) -> int:
        """Jobs that run on the API's side and that the bot knows of."""
        now = monotonic()
        running = sum(job.ends_at > now for job in self.api.submits)
        unknown = sum(one.fault.carried_out for one in submits_struck(self.chaos.struck))
        return running - unknown

    async def until_done(self, share: float) -> None:
        """Wait until so many of the jobs asked for so far have ended on the API's side."""
        ends = sorted(job.ends_at for job in self.api.submits)
        await asyncio.sleep(ends[int(share * (len(ends) - 1))] - monotonic())

    async def settle(self) -> None:
        """Wait until nothing is open and the bot is quiet, but not for ever."""
        deadline = max(job.ends_at for job in self.api.submits) + SETTLED_WITHIN_S
        requests, quiet_since = 0, monotonic()
        while monotonic() < deadline:
            await asyncio.sleep(1.0)
            if len(self.discord.requests) > requests:
                requests, quiet_since = len(self.discord.requests), monotonic()
            quiet = monotonic() - quiet_since > QUIET_S or not self.in_progress()
            if quiet and all(row.ended for row in self.rows()):
                return

    def in_progress(self) -> bool:
        messages = self.discord.world.messages.values()
        shown = (what_is_shown(one) for one in messages if one.interaction is not None)
        return Shown.PROGRESS in shown

    def rows(self) -> list[Row]:
        asked = "SELECT prompt, state, ended_at FROM jobs WHERE state != 'draft'"
        with closing(sqlite3.connect(self.folder / DATABASE)) as database:
            return [
                Row(job_number(prompt) or 0, state, _unix(ended))
                for prompt, state, ended in database.execute(asked)
            ]

    # ------------------------------------------------------------------ the course

    async def run(self, stack: AsyncExitStack) -> int:
        """From the first start to the last stop; the last process's exit code."""
        self.begin("warm-up")
        await self.start_bot(stack)
        await self.crowd.ask_for_many([WARM_UP_S] * WARM_UP_JOBS)
        await self.settle()
        self.memory.without_kib = await gauges.resident_kib(self.folder)
        self.begin("asking")
        await self.fill()
        self.begin("waiting")
        await asyncio.sleep(REST_S)
        self.memory.with_kib = await gauges.resident_kib(self.folder)
        self.memory.jobs = self.waiting
        for number in range(self.plan.kills):
            await self.until_done(number / self.plan.kills)
            self.begin(f"kill {number + 1}")
            await self.kill_bot(stack)
        self.begin("until settled")
        await self.settle()
        self.begin("stopping")
        return await self.bots[-1].stop()

    async def fill(self) -> None:
        """Ask until as many jobs are in flight as wanted: some submits fail."""
        left = int(self.plan.jobs * ASKED_MAX)
        while left > 0 and (missing := self.plan.jobs - self.waiting) > 0:
            durations_s = [usual_duration_s(self.rng) for _ in range(min(missing, left))]
            left -= len(durations_s)
            await self.crowd.ask_for_many(durations_s)
            await asyncio.sleep(1.0)  # the last submits are still on their way


def _unix(moment: str | None) -> float | None:
    """A moment as SQLite keeps it, in UTC."""
    if moment is None:
        return None
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


@asynccontextmanager
async def _opened(plan: Plan) -> AsyncGenerator[Soak]:
    with tempfile.TemporaryDirectory() as folder:
        chaos = Chaos(FAULTS, Random(f"faults {plan.seed}"))  # noqa: S311  # can be repeated
        api = GenerationServer(painter=paint_dot, run_at_once=plan.jobs * 2, chaos=chaos)
        api.add_finished_job(prompt="where the remixes start", job_id=SOURCE)
        rng = Random(f"people {plan.seed}")  # noqa: S311  # as above
        async with api, DiscordServer() as discord:
            crowd = Crowd(discord, rng)
            yield Soak(plan, Path(folder), api, chaos, discord, crowd, rng)


async def soak(plan: Plan) -> Findings:
    """Run it; all that can be known afterwards."""
    async with _opened(plan) as course:
        async with AsyncExitStack() as stack:
            exit_code = await course.run(stack)
        ended_at = monotonic()
        evidence = Evidence(
            commands=course.crowd.commands,
            submits=course.api.submits,
            struck=course.chaos.struck,
            messages=list(course.discord.world.messages.values()),
            rows=course.rows(),
            kills=course.kills,
        )
        reads_struck = [one for one in course.chaos.struck if "/task/" in one.path]
        return Findings(
            evidence=evidence,
            memory=course.memory,
            beats=gauges.beats(course.folder),
            processor=gauges.processor_time(course.folder),
            phases=[*course.phases, ("end", ended_at)],
            reads=course.api.reads.total() + sum(not one.fault.carried_out for one in reads_struck),
            requests=course.discord.requests,
            log=[line for bot in course.bots for line in bot.lines],
            exit_code=exit_code,
        )
