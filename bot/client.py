"""The Discord client: loads the cogs, keeps the commands in step, says hello when it is ready."""

import asyncio
import functools
import logging
from typing import Any, Self, cast

import discord
from discord.ext import commands

from bot.clock import Clock
from bot.command_tree import CommandTree
from bot.connecting import connect
from bot.delivery.job_messages import Connection
from bot.delivery.status_message import StatusMessages
from bot.guild_state import SlimState
from bot.jobs.background import BackgroundTasks
from bot.jobs.run import GatewayStatus
from bot.services.context import RequestContext
from bot.services.downloads import Downloads
from bot.services.export import Export
from bot.services.families import Families
from bot.services.favorites import Favorites
from bot.services.guild_removals import GuildRemovals
from bot.services.history import JobHistory
from bot.services.job_service import JobService
from bot.services.preferences import PreferenceService
from bot.services.recovery import Recovery
from bot.store import Store
from bot.ui import discord_errors
from bot.ui.buttons import Button, Press
from bot.ui.interaction import INVITED_WITH, request_context
from bot.ui.policy import Policies, grant_of
from bot.ui.requests import ended_in_time
from bot.ui.selects import JobSelect
from bot.ui.sight import ChannelSight
from bot.ui.translator import Translator

log = logging.getLogger(__name__)

# We never speak: without this every start would warn that voice is missing.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

COGS = ("cogs.create", "cogs.account", "cogs.components")

LONGEST_BUCKET_S = 30.0
"""For how long discord.py may make a request wait by itself: the shortest that it lets be set."""


class RemixBot(commands.Bot):
    """Everything is opened by the caller and handed in; nothing is opened here."""

    press: Press
    """Does what a button says; set by `cogs.components`."""

    def __init__(
        self,
        *,
        jobs: JobService,
        history: JobHistory,
        preferences: PreferenceService,
        favorites: Favorites,
        downloads: Downloads,
        families: Families,
        export: Export,
        recovery: Recovery,
        store: Store,
        background: BackgroundTasks,
        clock: Clock,
        gateway_status: GatewayStatus,
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
        self.jobs = jobs
        self.history = history
        self.preferences = preferences
        self.favorites = favorites
        self.downloads = downloads
        self.families = families
        self.export = export
        self._recovery = recovery
        self._store = store
        self._statuses = StatusMessages(
            Connection(
                client=self,
                background=background,
                clock=clock,
                certain=store.instance_lock.ensure_held,
                availability=jobs.availability,
            ),
            wants_pings=preferences.wants_pings,
        )
        sight = ChannelSight(self, background=background, clock=clock)
        self.policies = Policies(jobs, history, sight)
        self._clock = clock
        self._named = asyncio.Event()
        """Discord has said in which servers the bot is."""
        self._removals: GuildRemovals | None = None
        self._background = background
        self._gateway_status = gateway_status
        self._greeted = False

    def _get_state(self, **options: Any) -> SlimState[Self]:
        return SlimState(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )

    def context(
        self, interaction: discord.Interaction["RemixBot"], *, private: bool, beside: bool = False
    ) -> RequestContext:
        """What `request_context` says; a job's message comes *beside* the one with the button."""
        announce = functools.partial(self._statuses.open, interaction, beside=beside)
        return request_context(interaction, grant_of(interaction).caller, announce, private=private)

    async def start(self, token: str, *, reconnect: bool = True) -> None:  # noqa: ARG002  # its own
        """Be connected until closed. Raises `bot.connecting.DiscordRefuses`."""
        await connect(self, token)

    async def close(self) -> None:
        """Also end what would use the connection while it is being closed, and fail with that."""
        await self._background.cancel()
        # discord.py says that it is ready a moment after it connected, even if it's closed by then.
        ready = cast("asyncio.Task[None] | None", getattr(self._connection, "_ready_task", None))
        if ready is not None:
            ready.cancel()
        await super().close()

    async def setup_hook(self) -> None:
        """Called with each attempt to log in; one that failed may have come to any point of it."""
        for cog in COGS:
            if cog not in self.extensions:
                await self.load_extension(cog)
        access = self.jobs.access
        for command in self.tree.get_commands():
            command.allowed_contexts = discord.app_commands.AppCommandContext(
                guild=True,
                dm_channel=access.direct_messages or access.user_install,
                private_channel=access.user_install,
            )
            command.allowed_installs = discord.app_commands.AppInstallationType(
                guild=True, user=access.user_install
            )
        self.add_dynamic_items(Button, JobSelect)
        await self.tree.set_translator(Translator())
        await cast("CommandTree", self.tree).keep_in_step()
        # Before the gateway is open: a job that somebody asks for from then on is no old one.
        await self._recovery.load()

    async def on_connect(self) -> None:
        """The gateway is ready. Which servers there are comes afterwards, and takes its time."""
        await self._recovery.run(self._statuses.of)

    async def on_ready(self) -> None:
        self._gateway_status.arrive()
        if self._greeted or self.user is None or self.application_id is None:
            return  # Discord says it after each reconnect
        self._greeted = True
        await self._recovery.run(self._statuses.of)
        servers = "1 server" if len(self.guilds) == 1 else f"{len(self.guilds)} servers"
        log.info("Logged in as %s, in %s.", self.user.name, servers)
        link = discord.utils.oauth_url(self.application_id, permissions=INVITED_WITH)
        log.info("Invite link: %s", link)
        application = self.application
        open_to_all = not self.jobs.access.allowed_guilds
        if application is not None and application.bot_public and open_to_all:
            log.warning(
                "Anyone can invite this bot and spend your credit: turn off Public Bot in the "
                "developer portal (your application > Bot), or name your servers in ALLOWED_GUILDS."
            )
        self._named.set()

    async def watch_servers(self) -> None:
        """See to servers that removed the bot, from the first READY on; ends when cancelled."""
        await self._named.wait()
        self._removals = GuildRemovals(
            store=self._store,
            clock=self._clock,
            application_id=self.application_id or 0,
            present=lambda: {guild.id for guild in self.guilds} if self.is_ready() else None,
            is_member=self._is_member,
        )
        await self._removals.watch()

    async def on_resumed(self) -> None:
        self._gateway_status.arrive()

    async def on_disconnect(self) -> None:
        self._gateway_status.leave()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Not called for one that is only unavailable for a while."""
        if self._removals is not None:
            await self._removals.removed(guild.id)

    async def _is_member(self, guild_id: int) -> bool | None:
        try:
            await self.fetch_guild(guild_id, with_counts=False)
        except discord_errors.FAULTS as fault:
            return False if discord_errors.is_elsewhere(fault) else None
        return True
