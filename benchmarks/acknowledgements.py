"""How soon a bot answers when 200 people type ``/remix`` within one second.

    python -m benchmarks.acknowledgements [--per-second 200] [--seconds 1] [bot …]

Measured at a Discord-compatible server on loopback, from sending the event to the arrival of the
first answer; past three seconds Discord takes none. A quick private answer that refuses the job is
no success: those are counted as turned away. The bare bot only defers: what it takes is
discord.py's own time on this machine. The last column is how long a processor worked for the bot,
from the first command to the last answer, for each command: with all that follows meanwhile.
"""

import argparse
import asyncio
import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from discord_server.people import DidNotRespond, Person
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from discord_server.world import Channel
from sandbox.api import GenerationServer
from tests.flow.sim import UNLIMITED

PER_SECOND = 200
SECONDS = 1.0
JOB_ID = "7286412345678901234"
"""One that the API may know: a word is refused."""
BOTS = ("bot", "benchmarks.bare_bot")
COLUMNS = ("min", "p50", "p90", "p99", "max", "missed", "turned", "work")


@dataclass(frozen=True)
class Answer:
    """The first answer to one command."""

    after_s: float
    turned_away: bool
    """It was a private message: the command was not taken."""


def settings(api_url: str) -> dict[str, str]:
    """What the real bot needs; no limit is in its way."""
    return {
        "VTRIX_API_KEY": "benchmark",
        "VTRIX_API_URL": api_url,
        "DATABASE_URL": "sqlite+aiosqlite:///bot.db",
        **UNLIMITED,
    }


async def ask(person: Person, channel: Channel, number: int, after_s: float) -> Answer | None:
    """One command, at its moment; its answer, ``None`` if missed."""
    await asyncio.sleep(after_s)
    prompt = f"a quiet sea, number {number}"
    try:
        handle = await person.slash(channel, "remix", job_id=JOB_ID, image=2, prompt=prompt)
    except DidNotRespond:
        return None
    shown = handle.raw.response
    return Answer(handle.acknowledged_after_s, turned_away=shown is not None and shown.ephemeral)


async def measure(
    module: str, per_second: float, seconds: float
) -> tuple[list[Answer | None], float]:
    """All answers of one bot, started for this, and how long a processor worked for them."""
    commands = round(per_second * seconds)
    with tempfile.TemporaryDirectory() as folder:
        async with GenerationServer() as api, DiscordServer() as discord:
            guild = discord.add_guild("studio")
            channel = guild.add_channel("images")
            people = [guild.add_person(f"person {number}") for number in range(commands)]
            env = settings(api.url)
            async with BotProcess(discord, cwd=Path(folder), env=env, module=module) as bot:
                await discord.bot_online()
                before_s = bot.processor_s
                asked = (
                    ask(person, channel, number, number / per_second)
                    for number, person in enumerate(people)
                )
                answers = await asyncio.gather(*asked)
                return answers, bot.processor_s - before_s


def row(module: str, answers: Sequence[Answer | None], worked_s: float) -> str:
    """One line of the table, in milliseconds; percentiles by nearest rank."""
    answered = [answer for answer in answers if answer is not None]
    times = sorted(answer.after_s for answer in answered)
    ranks = (1, *(math.ceil(part * len(times)) for part in (0.5, 0.9, 0.99)), len(times))
    shown = [f"{times[at - 1] * 1000:.0f}" if times else "-" for at in ranks]
    missed = len(answers) - len(answered)
    turned_away = sum(answer.turned_away for answer in answered)
    worked = f"{worked_s * 1000 / len(answers):.2f}"
    return line(module, [*shown, str(missed), str(turned_away), worked])


def line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<22}" + "".join(f"{cell:>8}" for cell in cells)


async def main(modules: Sequence[str], per_second: float, seconds: float) -> None:
    """Measure one bot after the other, so that they do not share the processor."""
    print(
        f"{per_second:g} /remix a second for {seconds:g} s: "
        "milliseconds to the answer, missed, turned away, processor ms for each"
    )
    print(line("", COLUMNS))
    for module in modules:
        print(row(module, *await measure(module, per_second, seconds)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--per-second", type=float, default=PER_SECOND)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("bots", nargs="*", default=BOTS)
    options = parser.parse_args()
    asyncio.run(main(options.bots, options.per_second, options.seconds))
