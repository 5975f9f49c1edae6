"""Discord in memory with the real bot in it: one server, one channel, two people.

The channel already holds one finished job, which the bot itself has made.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import simcord
from pydantic import HttpUrl, SecretStr

from bot.assembly import assemble
from bot.settings import Settings
from sandbox import texts
from sandbox.api import GenerationServer
from sandbox.backstage import Backstage
from sandbox.clock import WorldClock
from sandbox.simcord_private import QuickEnv

LONGEST_JOB_S = 15.0
"""How long a job may take at speed 1."""
ANSWER_S = 12.0
"""How long the bot may take over what a person does: longer than Discord waits, for machines that
are slow at that moment."""
LOOKS_EVERY_S = 0.05
"""How often it is seen whether the bot has done its work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """All there is, for as long as `open_world` lasts."""

    env: simcord.Env
    clock: WorldClock
    api: GenerationServer
    backstage: Backstage
    channel: simcord.ChannelHandle
    people: tuple[simcord.MemberActor, simcord.MemberActor]

    def keep_time(self) -> None:
        """Set Discord's clock, which only moves when it is told to."""
        late_s = (self.clock.now() - self.env.now()).total_seconds()
        self.env.backend.clock.advance(max(late_s, 0.0))


@asynccontextmanager
async def open_world(*, speed: float = 1.0) -> AsyncGenerator[World]:
    """Make the world, its first job finished; *speed* 2.0 makes jobs twice as quick."""
    clock = WorldClock(behind_s=LONGEST_JOB_S / speed)
    async with AsyncExitStack() as opened:
        api = await opened.enter_async_context(
            GenerationServer(
                speed=speed, clock=clock.monotonic, now=lambda: clock.now().timestamp()
            )
        )
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="remixbot-sandbox-")))
        assembled = await opened.enter_async_context(
            assemble(_settings(api.url, folder), clock=clock)
        )
        bot = await opened.enter_async_context(assembled.bot)
        env = QuickEnv(bot, settle_timeout=ANSWER_S, looks_every_s=LOOKS_EVERY_S)
        # not `keep_time`: the clock of a new Env may be ahead
        env.backend.clock.advance((clock.now() - env.now()).total_seconds())
        env.backend.edit_bot_profile(texts.BOT)
        opened.push_async_callback(env.shutdown)
        await env.start()
        guild = env.create_guild(texts.SERVER)
        ann, ben = (
            guild.add_member(env.create_user(name.lower(), global_name=name))
            for name in texts.PEOPLE
        )
        world = World(
            env=env,
            clock=clock,
            api=api,
            backstage=Backstage(assembled.background, env),
            channel=guild.create_text_channel(texts.CHANNEL, topic=texts.TOPIC),
            people=(ann, ben),
        )
        await _make_the_first_job(world)
        guide = guild.add_member(env.create_user(texts.GUIDE, bot=True))
        await guide.send(world.channel, texts.WELCOME)
        yield world


def _settings(api_url: str, folder: Path) -> Settings:
    """Every setting at its default, whatever the environment says."""
    return Settings.model_construct(
        vtrix_api_key=SecretStr("sandbox"),
        vtrix_api_url=HttpUrl(api_url),
        database_url=SecretStr(f"sqlite+aiosqlite:///{folder / 'remixbot.db'}"),
    )


async def _make_the_first_job(world: World) -> None:
    _, ben = world.people
    with world.clock.hurried():
        await ben.slash(world.channel, "imagine", prompt=texts.FIRST_PROMPT)
        await world.api.until(lambda: bool(world.api.submits))
        world.clock.skip(world.api.submits[0].ends_at - world.clock.monotonic())
        await world.backstage.finished()
    world.keep_time()
