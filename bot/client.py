"""The Discord client: loads the cogs, keeps the commands in step, says hello when it is ready."""

import asyncio
import functools
import hashlib
import json
import logging
from dataclasses import replace
from typing import cast

import discord
from discord.ext import commands

from bot import notices
from bot.clock import Clock
from bot.connecting import connect
from bot.errors import StoreUnavailable
from bot.jobs.crew import Crew
from bot.model import Job
from bot.store import Store
from bot.studio import Announce, Archive, Studio, Visitor
from bot.ui.answers import tell
from bot.ui.controls import CONTROLS
from bot.ui.places import INVITED_WITH, read_visitor
from bot.ui.requests import ended_in_time
from bot.ui.screen import Screens
from bot.ui.sight import ChannelSight

log = logging.getLogger(__name__)

# We never speak: without this every start would warn that voice is missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

COGS = (
    "cogs.remix",
    "cogs.imagine",
    "cogs.jobs",
    "cogs.show",
    "cogs.usage",
    "cogs.forget",
    "cogs.help",
    "cogs.menu",
    "cogs.buttons",
    "cogs.deeds",
)

LONGEST_BUCKET_S = 30.0
"""For how long discord.py may make a request wait by itself: the shortest that it lets be set."""
COMMANDS_FACT = "commands of application {}"
"""Under this name the store remembers what Discord was told last."""


class CommandTree(discord.app_commands.CommandTree["RemixBot"]):
    """The slash commands. What a command raises is told to the person, never swallowed."""

    async def on_error(
        self,
        interaction: discord.Interaction["RemixBot"],
        error: discord.app_commands.AppCommandError,
        /,
    ) -> None:
        await tell(interaction, error.__cause__ or error)

    def digest(self) -> str:
        """Changes whenever a command does."""
        payload = [command.to_dict(self) for command in self.get_commands()]
        return hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()


class RemixBot(commands.Bot):
    """Everything is opened by the caller and handed in; nothing is opened here."""

    def __init__(
        self,
        *,
        studio: Studio,
        archive: Archive,
        store: Store,
        crew: Crew,
        clock: Clock,
        discord_timeout_s: float,
    ) -> None:
        intents = discord.Intents.none()
        intents.guilds = True  # not privileged: names no member and reads no message
        super().__init__(
            command_prefix=(),
            help_command=None,
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=CommandTree,
            http_trace=ended_in_time(discord_timeout_s),
            max_ratelimit_timeout=LONGEST_BUCKET_S,
        )
        self.studio = studio
        self.archive = archive
        self._store = store
        self._screens = Screens(self, crew=crew, clock=clock, certain=store.sole_use.certain)
        self._sight = ChannelSight(self, crew=crew, clock=clock)
        self._greeted = False
        self._left_open: list[Job] = []
        self._resumed = False
        self._resuming = asyncio.Lock()

    def admit(self, interaction: discord.Interaction["RemixBot"]) -> Visitor:
        """Who uses the bot. Raises the `bot.errors.UserError` that fits where they may not."""
        visitor = read_visitor(interaction)
        self.studio.house.admit(visitor)
        return replace(visitor, sees=self._sight.of(visitor))

    def announce(self, interaction: discord.Interaction["RemixBot"]) -> Announce:
        """How an accepted job answers *interaction*."""
        return functools.partial(self._screens.open, interaction)

    async def start(self, token: str, *, reconnect: bool = True) -> None:  # noqa: ARG002  # its own
        """Be connected until closed. Raises `bot.connecting.DiscordRefuses`."""
        await connect(self, token)

    async def setup_hook(self) -> None:
        """Called with each attempt to log in; one that failed may have come to any point of it."""
        for cog in COGS:
            if cog not in self.extensions:
                await self.load_extension(cog)
        self._open_commands()
        self.add_dynamic_items(*CONTROLS)
        await self._sync_commands()
        # Before the gateway is open: a job that somebody asks for from then on is no old one.
        self._left_open = await self.studio.left_open()

    def _open_commands(self) -> None:
        """Say where Discord offers the commands, and whom it lets install them."""
        house = self.studio.house
        for command in self.tree.get_commands():
            command.allowed_contexts = discord.app_commands.AppCommandContext(
                guild=True,
                dm_channel=house.direct_messages or house.user_install,
                private_channel=house.user_install,
            )
            command.allowed_installs = discord.app_commands.AppInstallationType(
                guild=True, user=house.user_install
            )

    async def _sync_commands(self) -> None:
        """Tell Discord our commands where they changed: it limits how often it may be told."""
        fact = COMMANDS_FACT.format(self.application_id)
        digest = cast("CommandTree", self.tree).digest()
        if await self._store.remembered(fact) == digest:
            return
        await self.tree.sync()
        await self._store.remember(fact, digest)
        log.info("Told Discord the commands")

    async def on_connect(self) -> None:
        """The gateway is ready. Which servers there are is told afterwards, and takes its time."""
        await self._resume()

    async def _resume(self) -> None:
        """Go on with what an earlier process left open, once."""
        async with self._resuming:
            if not self._resumed:
                self._resumed = True
                await self.studio.resume(self._left_open, self._screens.of)
                self._left_open = []

    async def on_ready(self) -> None:
        if self._greeted or self.user is None or self.application_id is None:
            return  # Discord says it after each reconnect
        self._greeted = True
        await self._resume()
        log.info(notices.logged_in(self.user.name, len(self.guilds)))
        log.info(
            notices.invite(discord.utils.oauth_url(self.application_id, permissions=INVITED_WITH))
        )
        application = self.application
        open_to_all = not self.studio.house.allowed_guilds
        if application is not None and application.bot_public and open_to_all:
            log.warning(notices.OPEN_TO_ALL)
        await self._forget_servers_left(self.application_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._forget_server(guild.id)

    async def _forget_servers_left(self, application_id: int) -> None:
        """Servers that removed the bot while it was off."""
        present = {guild.id for guild in self.guilds}
        try:
            left = await self.archive.servers_left(application_id, present)
        except StoreUnavailable as error:
            log.warning("Servers that were left are looked for at the next start: %s", error)
            return
        for guild_id in left:
            await self._forget_server(guild_id)

    async def _forget_server(self, guild_id: int) -> None:
        try:
            await self.archive.forget_server(guild_id)
        except StoreUnavailable as error:
            log.error("Server %d is forgotten at the next start: %s", guild_id, error)
        else:
            log.info("Server %d has removed the bot: its jobs are erased", guild_id)
