"""How much memory the bot takes while it posts large images.

    python -m benchmarks.memory [name of a scene …]

Each scene has a bot of its own at a Discord on loopback, with the sandbox API behind it. Printed
are the resident memory at idle, the most that it came to above that, and what is kept of it when
all is posted, in megabytes.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discord_server.people import Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.world import Channel
from sandbox.api import GenerationServer
from sandbox.api.painting.scene import Scene
from tests.flow.sim import DOT, UNLIMITED

MEGABYTE = 1_000_000
FILE_LIMIT = 20 * 1024 * 1024
ENDED_WITHIN_S = 300.0
SETTLED_S = 3.0
PATIENCE_S = 60.0
"""A machine that does other things as well may answer late: that is not measured here."""
JOB = "55555555-4444-3333-2222-111111111111"


@dataclass(frozen=True)
class Case:
    """So many results at once, with four images of this size each."""

    name: str
    results: int
    image_mb: float
    shown: bool = False
    """By `/show`, instead of made."""


CASES = (
    Case("six-small", 6, 2),
    Case("six-large", 6, 8),
    Case("six-huge", 6, 45),
    Case("forty-large", 40, 8),
    Case("show-150", 150, 6),
)


@dataclass(frozen=True)
class Figures:
    """In megabytes."""

    idle: float
    peak: float
    kept: float


class Watched(BotProcess):
    """A bot whose memory can be asked for from outside."""

    def memory(self, name: str) -> float:
        """``VmRSS`` now or ``VmHWM`` at its most, in megabytes."""
        status = Path(f"/proc/{self._running.pid}/status").read_text()  # type: ignore[attr-defined]
        found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
        assert found is not None
        return int(found[1]) * 1024 / MEGABYTE


def painter(size_bytes: int) -> object:
    """Paints images of this size."""

    def paint(scene: Scene, *, big: bool = False) -> bytes:  # noqa: ARG001  # a Painter
        return DOT + bytes(size_bytes - len(DOT))

    return paint


def has_ended(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons


async def measure(case: Case) -> Figures:
    """Start a bot, let everybody ask at once, and wait until all have their images."""
    size = int(case.image_mb * MEGABYTE)
    api = GenerationServer(painter=painter(size), run_at_once=1000)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        async with api, DiscordServer() as discord:
            discord.world.file_limit_bytes = FILE_LIMIT
            discord.world.answer_within_s = PATIENCE_S
            guild = discord.add_guild("studio")
            channel = guild.add_channel("images")
            people = [guild.add_person(f"person {number}") for number in range(case.results)]
            job = api.add_finished_job(prompt="a quiet sea", job_id=JOB)
            env = {"VTRIX_API_KEY": "benchmark", "VTRIX_API_URL": api.url, **UNLIMITED}
            async with Watched(discord, cwd=Path(folder), env=env) as bot:
                await discord.bot_online()
                await asyncio.sleep(SETTLED_S)
                idle = bot.memory("VmRSS")
                asked = (ask(person, channel, case, job.task_id) for person in people)
                await asyncio.gather(*asked)
                peak = bot.memory("VmHWM")
                await asyncio.sleep(SETTLED_S)
                return Figures(idle, peak, bot.memory("VmRSS"))


async def ask(person: Person, channel: Channel, case: Case, task_id: str) -> None:
    if case.shown:
        handle = await person.slash(channel, "show", job_id=task_id)
    else:
        handle = await person.slash(channel, "imagine", prompt="a sea sandbox:seconds=5")
    await handle.message(has_ended, timeout_s=ENDED_WITHIN_S)


async def main(names: Sequence[str]) -> None:
    print(f"{'megabytes':<16}{'idle':>8}{'at most':>10}{'kept':>8}")
    for case in CASES:
        if not names or case.name in names:
            found = await measure(case)
            above, kept = found.peak - found.idle, found.kept - found.idle
            print(f"{case.name:<16}{found.idle:>8.0f}{above:>+10.0f}{kept:>+8.0f}", flush=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
