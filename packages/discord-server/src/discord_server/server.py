"""Opens and closes the server.

async with DiscordServer() as discord:
    guild = discord.add_guild("studio")
    channel, ann = guild.add_channel("images"), guild.add_person("ann")
    async with BotProcess(discord, cwd=tmp_path, env=...):
        await discord.bot_online()
        handle = await ann.slash(channel, "remix", job_id="...", image=2)
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from discord_server import interactions
from discord_server.clock import HANGS_S, Clock
from discord_server.contract import Contract, described
from discord_server.faults import Faults
from discord_server.gateway import Gateway
from discord_server.handles import Handle
from discord_server.limits import Limits
from discord_server.people import Community
from discord_server.rest import Rest
from discord_server.rules import REQUEST_MAX_BYTES
from discord_server.things import ALL_PERMISSIONS, Request
from discord_server.world import World

TOKEN = "MTA.socket-server.token"


class DiscordServer:
    """A Discord on loopback, with one application and its bot.

    *token* is the only one that opens it; *clock* says what is too late.
    """

    def __init__(
        self, *, token: str = TOKEN, bot_name: str = "remixbot", clock: Clock | None = None
    ) -> None:
        self.world = World(clock or Clock(), bot_name, token)
        self.gateway = Gateway(self.world)
        self._rest = Rest(self.world, Contract(described()))
        app = web.Application(
            middlewares=[self._rest.middleware], client_max_size=2 * REQUEST_MAX_BYTES
        )
        app.add_routes([*self._rest.routes(), web.get("/gateway", self.gateway.connect)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.world.cdn = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._rest.end()
        await self.gateway.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """Its root: scheme, host and port."""
        return self.world.cdn

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def bot_public(self) -> bool:
        """Whether anybody may invite the bot, as the application page says."""
        return self.world.bot_public

    @bot_public.setter
    def bot_public(self, public: bool) -> None:
        self.world.bot_public = public

    @property
    def requests(self) -> list[Request]:
        """Every HTTP request so far, in the order of their answers."""
        return self._rest.requests

    @property
    def unknown_routes(self) -> list[str]:
        """What the bot sent that Discord does not know, as sentences; an honest bot sends nothing.

        Methods and paths that do not exist here, and bodies that Discord's own description of its
        API does not allow, where that description is there.
        """
        return self.strays()

    def strays(self, *, taken_only: bool = False) -> list[str]:
        """As `unknown_routes`; *taken_only* leaves out the bodies that were refused."""
        return [*self._rest.unknown_routes, *self._rest.contract.violations(taken_only=taken_only)]

    @property
    def faults(self) -> Faults:
        """What goes wrong between the bot and Discord, for tests to plan."""
        return self._rest.faults

    @property
    def limits(self) -> Limits:
        """How often the bot may ask, for tests to change."""
        return self._rest.limits

    async def deliver_again(self, handle: Handle) -> None:
        """Tell the bot of one more time of what somebody did once, as Discord happens to."""
        event = interactions.event(handle.raw, self.world)
        guild_id = handle.raw.channel.guild_id
        await self.gateway.dispatch(guild_id, "INTERACTION_CREATE", event)

    def add_guild(
        self, name: str, *, with_bot: bool = True, bot_permissions: int = ALL_PERMISSIONS
    ) -> Community:
        """A guild; *bot_permissions* is what the bot may do in it, unless a channel says else."""
        guild = self.world.add_guild(name, with_bot=with_bot)
        guild.bot_permissions = bot_permissions
        return Community(self.world, self.gateway, guild)

    async def bot_online(self, timeout_s: float = HANGS_S) -> None:
        """Wait until the bot is connected and has synced commands at some time."""

        await self.bot_connected(timeout_s)

        def found() -> bool | None:
            return any(self.world.commands.values()) or None

        def describe() -> str:
            asked = [f"{each.method} {each.path} {each.status}" for each in self.requests]
            return f"no commands, requests: {asked}"

        await self.world.until(found, timeout_s=timeout_s, describe=describe)

    async def bot_connected(self, timeout_s: float = HANGS_S) -> None:
        """Wait until a bot is on the gateway."""
        await self.world.until(
            lambda: bool(self.gateway.connected) or None,
            timeout_s=timeout_s,
            describe=lambda: f"no session, requests: {self.requests}",
        )

    async def bot_resumed(self, *, times: int, timeout_s: float = HANGS_S) -> None:
        """Wait until sessions were resumed so often, ever."""
        await self._gateway_has(lambda gateway: gateway.resumed >= times, timeout_s)

    async def bot_identified(self, *, times: int, timeout_s: float = HANGS_S) -> None:
        """Wait until so many sessions have begun, ever."""
        await self._gateway_has(lambda gateway: gateway.identified >= times, timeout_s)

    async def _gateway_has(self, holds: Callable[[Gateway], bool], timeout_s: float) -> None:
        gateway = self.gateway
        await self.world.until(
            lambda: holds(gateway) or None,
            timeout_s=timeout_s,
            describe=lambda: f"identified {gateway.identified}, resumed {gateway.resumed}",
        )

    async def bot_offline(self, timeout_s: float = HANGS_S) -> None:
        """Wait until no bot is connected, as after a kill."""
        await self.world.until(
            lambda: None if self.gateway.connected else True,
            timeout_s=timeout_s,
            describe=lambda: f"{len(self.gateway.connected)} sessions",
        )
