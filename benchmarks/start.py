"""How soon a bot is there after its start, and what it takes: alone, and in 5,000 servers.

    python -m benchmarks.start [--servers N]

Measured at a Discord on loopback, beside a bare discord.py bot. Each bot starts several times; the
fastest start counts, because whatever else the machine does only adds to it. A start is one after
the first, which also makes the tables and tells Discord the commands. A server has 22 KB: as many
channels as a lively one.
"""

import argparse
import asyncio
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from benchmarks.acknowledgements import BOTS, settings
from discord_server.process import BotProcess
from discord_server.server import DiscordServer
from sandbox.api import GenerationServer

STARTS = 5
SERVERS = 5_000
CHANNELS = 55
"""So many make the 22 KB of a server's GUILD_CREATE."""
LOOKS_EVERY_S = 0.5
STARTED_WITHIN_S = 120.0
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Start:
    """One start, up to when the bot has nothing more to do."""

    first_s: float
    """From the process's beginning to IDENTIFY, when it starts for the first time."""
    identify_s: float
    """The same afterwards."""
    processor_s: float
    memory_mb: float


class Watched(BotProcess):
    """A bot whose use of the machine can be asked for from outside."""

    @property
    def _proc(self) -> Path:
        return Path("/proc", str(self._running.pid))

    def memory_mb(self) -> float:
        return int((self._proc / "statm").read_text().split()[1]) * PAGE / 1_000_000

    async def until_idle(self) -> None:
        before = -1.0
        while (now := self.processor_s) > before:
            before = now
            await asyncio.sleep(LOOKS_EVERY_S)


async def measure(module: str, servers: int) -> Start:
    """One start of this bot, which is in so many servers, after its first."""
    loop = asyncio.get_running_loop()
    with tempfile.TemporaryDirectory() as folder:
        async with GenerationServer() as api, DiscordServer() as discord:
            env = settings(api.url)
            began = loop.time()
            async with Watched(discord, cwd=Path(folder), env=env, module=module) as bot:
                await discord.bot_identified(times=1, timeout_s=STARTED_WITHIN_S)
                first_s = loop.time() - began
                await discord.bot_online(STARTED_WITHIN_S)
            await discord.bot_offline(STARTED_WITHIN_S)
            for number in range(servers):
                guild = discord.add_guild(f"server {number}")
                for place in range(CHANNELS):
                    guild.add_channel(f"channel {place}")
            began = loop.time()
            async with Watched(discord, cwd=Path(folder), env=env, module=module) as bot:
                await discord.bot_identified(times=2, timeout_s=STARTED_WITHIN_S)
                identify_s = loop.time() - began
                await discord.bot_online(STARTED_WITHIN_S)
                await bot.until_idle()
                return Start(first_s, identify_s, bot.processor_s, bot.memory_mb())


async def main(servers: int) -> None:
    print(f"{'':<24}{'first':>12}{'IDENTIFY':>12}{'processor':>12}{'memory':>12}")
    for count, starts in ((1, STARTS), (servers, 1)):
        for module in BOTS:
            made = [await measure(module, count) for _ in range(starts)]
            print(
                f"{module:<18}{count:>6,}"
                f"{min(start.first_s for start in made):>10.2f} s"
                f"{min(start.identify_s for start in made):>10.2f} s"
                f"{min(start.processor_s for start in made):>10.2f} s"
                f"{min(start.memory_mb for start in made):>9.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--servers", type=int, default=SERVERS)
    asyncio.run(main(parser.parse_args().servers))
