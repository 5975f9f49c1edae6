"""What thousands of jobs under way, or in line, ask of the bot at its start and afterwards.

    python -m benchmarks.inflight [--jobs 10000] [running] [waiting] [lag]

``running``: so many jobs are at the API when the bot starts. ``waiting``: so many wait for their
turn then. ``lag``: 40, 200 and 500 jobs run at once; how long after its end is each seen? The bot
is ``python -m bot``, at a Discord on loopback; times count from the start of its process.
"""

import argparse
import asyncio
import sqlite3
import sys
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from time import monotonic

from benchmarks.inflight.tasks import TaskServer
from benchmarks.soak import gauges
from bot.clock import Clock
from bot.store import open_store
from discord_server.people import Person
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.things import Message
from discord_server.world import Channel
from tests.flow.sim import UNLIMITED

CHANNELS = 40
PEOPLE = 500
DATABASE = "bot.db"
SCENES = ("running", "waiting", "lag")
LAG_JOBS = (40, 200, 500)
QUIET_S = 30.0
"""After a start, in which the loop is watched."""
PATIENCE_S = 400.0


@dataclass(frozen=True)
class Stage:
    """The servers, and the folder of the bot with its jobs."""

    api: TaskServer
    discord: DiscordServer
    folder: Path
    channel: Channel
    person: Person

    def bot(self, *, running: int) -> BotProcess:
        env = {
            "VTRIX_API_KEY": "benchmark",
            "VTRIX_API_URL": self.api.url,
            "DATABASE_URL": f"sqlite+aiosqlite:///{DATABASE}",
            "LOG_LEVEL": "WARNING",
            **UNLIMITED,
            "MAX_RUNNING": str(running),
        }
        return BotProcess(self.discord, cwd=self.folder, env=env, module="benchmarks.soak.bot")


@asynccontextmanager
async def staged(jobs: int, state: str) -> AsyncGenerator[Stage]:
    """*jobs* in the bot's database and in the channels, all in this state."""
    left_behind = jobs if state == "running" else 0
    with tempfile.TemporaryDirectory() as folder:
        async with TaskServer(left_behind) as api, DiscordServer() as discord:
            discord.world.answer_within_s = PATIENCE_S
            guild = discord.add_guild("studio")
            channels = [guild.add_channel(f"images {number}") for number in range(CHANNELS)]
            person = guild.add_person("ann")
            rows = [_row(discord, number, state, channels) for number in range(jobs)]
            await _write(Path(folder), rows)
            yield Stage(api, discord, Path(folder), channels[0], person)


def _row(
    discord: DiscordServer, number: int, state: str, channels: list[Channel]
) -> dict[str, object]:
    world, channel = discord.world, channels[number % CHANNELS]
    message = Message(world.new_id(), channel, world.bot)
    world.messages[message.id] = message
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S.%f}"
    return {
        "interaction_id": world.new_id(),
        "action": "imagine",
        "state": state,
        "prompt": f"a quiet harbour at dawn, number {number}",
        "author_id": 1000 + number % PEOPLE,
        "guild_id": channel.guild_id,
        "channel_id": channel.id,
        "private": 0,
        "file_limit_bytes": 20 * 1024 * 1024,
        "message_id": message.id,
        "task_id": f"task-{number}" if state == "running" else None,
        "created_at": now,
        "submitted_at": now if state == "running" else None,
        "reserved_usd": "0.08",
    }


async def _write(folder: Path, rows: list[dict[str, object]]) -> None:
    async with open_store(f"sqlite+aiosqlite:///{folder / DATABASE}", clock=Clock()):
        pass  # makes the tables
    if rows:
        names = ", ".join(rows[0])
        marks = ", ".join(f":{name}" for name in rows[0])
        insert = f"INSERT INTO jobs ({names}) VALUES ({marks})"  # noqa: S608  # our own names
        with closing(sqlite3.connect(folder / DATABASE)) as database:
            database.executemany(insert, rows)
            database.commit()


def tell(name: str, value: str) -> None:
    print(f"  {name:<44}{value:>12}", flush=True)


def tell_loop(stage: Stage, since: float) -> None:
    beats = [beat for beat in gauges.beats(stage.folder) if beat.due >= since]
    for name, part in (("p99", 0.99), ("max", 1.0)):
        tell(f"event-loop delay, {name}", f"{gauges.late_ms(beats, part):.0f} ms")


def tell_processor(stage: Stage) -> None:
    """How much of these delays is the machine's: others may have had its processors."""
    time = gauges.processor_time(stage.folder)
    tell("processor time used", f"{time.used_s:.1f} s")
    tell("waited for a processor that others had", f"{time.waited_s:.1f} s")


async def serving(stage: Stage) -> None:
    """Wait until somebody is answered."""
    await stage.discord.bot_online(PATIENCE_S)
    await stage.person.slash(stage.channel, "jobs")


async def running(jobs: int) -> None:
    print(f"{jobs:,} jobs at the API when the bot starts")
    idle_kib = await _idle_kib()
    async with staged(jobs, "running") as stage:
        started = monotonic()
        async with stage.bot(running=0), asyncio.timeout(PATIENCE_S):
            await stage.discord.bot_connected(PATIENCE_S)
            tell("to the gateway's READY", f"{monotonic() - started:.1f} s")
            await serving(stage)
            tell("to serving", f"{monotonic() - started:.1f} s")
            await stage.api.until_read(1)
            tell("to the first read", f"{stage.api.first_reads[0] - started:.1f} s")
            await stage.api.until_read(int(jobs * 0.99))
            tell("until 99 % are read once", f"{monotonic() - started:.1f} s")
            tell_loop(stage, started)
            settled = monotonic()
            await asyncio.sleep(QUIET_S)
            print(f"  then, for {QUIET_S:.0f} s:")
            tell_loop(stage, settled)
            kib = await gauges.resident_kib(stage.folder)
            tell("memory per job", f"{(kib - idle_kib) / jobs:.1f} KiB")
            tell_processor(stage)


async def _idle_kib() -> int:
    async with staged(0, "running") as stage, stage.bot(running=0):
        await serving(stage)
        return await gauges.resident_kib(stage.folder)


async def waiting(jobs: int) -> None:
    print(f"{jobs:,} jobs in line when the bot starts")
    async with staged(jobs, "accepted") as stage:
        started = monotonic()
        async with stage.bot(running=6), asyncio.timeout(PATIENCE_S):
            await serving(stage)
            tell("to serving", f"{monotonic() - started:.1f} s")
            await asyncio.sleep(QUIET_S)
            tell_loop(stage, started)
            tell_processor(stage)


async def lag(_: int) -> None:
    print("jobs at once, and seconds from done to seen")
    for jobs in LAG_JOBS:
        async with staged(jobs, "accepted") as stage:
            async with stage.bot(running=jobs), asyncio.timeout(PATIENCE_S):
                await stage.api.until_seen(jobs)
            lags = sorted(stage.api.lags_s)
            shown = f"{fmean(lags):.2f} mean, {lags[int(0.95 * (len(lags) - 1))]:.2f} p95"
            print(f"  {jobs:<6}{shown:>24}, {stage.api.reads / jobs:5.1f} reads each", flush=True)


async def main(scenes: list[str], jobs: int) -> None:
    for name, scene in zip(SCENES, (running, waiting, lag), strict=True):
        if not scenes or name in scenes:
            await scene(jobs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks.inflight", description=__doc__)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("scenes", nargs="*", metavar="|".join(SCENES))
    options = parser.parse_args(sys.argv[1:])
    asyncio.run(main(options.scenes, options.jobs))
