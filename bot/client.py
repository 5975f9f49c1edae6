"""The Discord client: loads the cogs, keeps the commands in step, says hello when it is ready."""

import asyncio
import functools
import logging
from dataclasses import replace
from typing import cast

import discord
from discord.ext import commands

from bot import notices
from bot.clock import Clock
from bot.command_tree import CommandTree
from bot.connecting import connect
from bot.jobs.crew import Crew
from bot.jobs.presence import Presence
from bot.model import Job
from bot.store import Store
from bot.studio import Announce, Archive, Departures, Studio, Visitor
from bot.ui import faults
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
        presence: Presence,
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
        self._clock = clock
        self._named = asyncio.Event()
        """Discord has said in which servers the bot is."""
        self._departures: Departures | None = None
        self._crew = crew
        self._presence = presence
        self._greeted = False
        self._left_open: list[Job] | None = None
        self._resumed = False
        self._resuming = asyncio.Lock()

    def admit(self, interaction: discord.Interaction["RemixBot"]) -> Visitor:
        """Who uses the bot. Raises the `bot.errors.UserError` that fits where they may not."""
        visitor = read_visitor(interaction)
        self.studio.house.admit(visitor)
        return replace(visitor, sees=self._sight.of(visitor))

    def announce(
        self, interaction: discord.Interaction["RemixBot"], *, beside: bool = False
    ) -> Announce:
        """How an accepted job answers *interaction*; *beside* the message with the button."""
        return functools.partial(self._screens.open, interaction, beside=beside)

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
        await cast("CommandTree", self.tree).keep_in_step()
        for event, listener in (
            ("on_ready", self._arrive),
            ("on_resumed", self._arrive),
            ("on_disconnect", self._leave),
        ):
            self.add_listener(listener, event)
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

    async def on_connect(self) -> None:
        """The gateway is ready. Which servers there are is told afterwards, and takes its time."""
        await self._resume()

    async def _resume(self) -> None:
        """Go on with what an earlier process left open, once."""
        async with self._resuming:
            if self._resumed:
                return
            self._resumed = True
            if self._left_open is None:
                later = self.studio.resume_later(self._screens.of)
                self._crew.spawn(later, name="going on with what was left open")
            else:
                await self.studio.resume(self._left_open, self._screens.of)
                self._left_open = []

    async def _arrive(self) -> None:
        self._presence.arrive()

    async def _leave(self) -> None:
        self._presence.leave()

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
        self._named.set()

    async def watch_servers(self) -> None:
        """See to servers that were left, from the first READY on, until cancelled."""
        await self._named.wait()
        self._departures = Departures(
            store=self._store,
            clock=self._clock,
            application_id=self.application_id or 0,
            present=self._guild_ids,
            is_member=self._is_member,
        )
        await self._departures.watch()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Not called for one that is only unavailable for a while."""
        if self._departures is not None:
            await self._departures.removed(guild.id)

    def _guild_ids(self) -> set[int] | None:
        return {guild.id for guild in self.guilds} if self.is_ready() else None

    async def _is_member(self, guild_id: int) -> bool | None:
        try:
            await self.fetch_guild(guild_id, with_counts=False)
        except faults.FAULTS as fault:
            return False if faults.is_elsewhere(fault) else None
        return True
