"""Who the bot is, who others are, and where it writes to them directly."""

from aiohttp import web

from discord_server import payloads, rules
from discord_server.answers import answer
from discord_server.posting import read_body
from discord_server.rules import Refused
from discord_server.things import Guild, JsonObject, User
from discord_server.world import World


class Accounts:
    """The routes of users and of the application."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, base: str) -> list[web.RouteDef]:
        return [
            web.get(f"{base}/users/@me", self.me),
            web.post(f"{base}/users/@me/channels", self.open_direct),
            web.get(f"{base}/users/@me/guilds", self.guilds),
            web.get(f"{base}/users/{{user}}", self.user),
            web.get(f"{base}/guilds/{{guild}}", self.guild),
            web.get(f"{base}/guilds/{{guild}}/members/{{user}}", self.member),
            web.get(f"{base}/oauth2/applications/@me", self.application),
            web.get(f"{base}/gateway/bot", self.gateway),
        ]

    async def me(self, _: web.Request) -> web.Response:
        return answer(payloads.user(self._world.bot))

    async def user(self, request: web.Request) -> web.Response:
        who = self._named(request.match_info["user"])
        if who is None:
            raise Refused(404, 10013, "Unknown User")
        return answer(payloads.user(who))

    async def guilds(self, _: web.Request) -> web.Response:
        """Those in which the bot is, in short."""
        inside = [guild for guild in self._world.guilds.values() if guild.with_bot]
        return answer([{"id": str(one.id), "name": one.name, "features": []} for one in inside])

    async def guild(self, request: web.Request) -> web.Response:
        return answer(payloads.guild(self._guild_in(request), self._world))

    async def member(self, request: web.Request) -> web.Response:
        guild, who = self._guild_in(request), self._named(request.match_info["user"])
        if who is None or (who is not self._world.bot and who not in guild.members):
            raise Refused(404, 10007, "Unknown Member")
        return answer(payloads.member(who))

    def _guild_in(self, request: web.Request) -> Guild:
        guild = self._world.guilds.get(int(request.match_info["guild"]))
        if guild is None or not guild.with_bot:
            raise Refused(404, 10004, "Unknown Guild")
        return guild

    def _named(self, user_id: object) -> User | None:
        return self._world.users.get(int(str(user_id))) if str(user_id).isdecimal() else None

    async def application(self, _: web.Request) -> web.Response:
        return answer(payloads.application(self._world))

    async def gateway(self, request: web.Request) -> web.Response:
        limit: JsonObject = {
            "total": 1000,
            "remaining": self._world.starts_left,
            "reset_after": 0 if self._world.starts_left else 100,
            "max_concurrency": 1,
        }
        url = f"ws://{request.host}/gateway"
        return answer({"url": url, "shards": 1, "session_start_limit": limit})

    async def open_direct(self, request: web.Request) -> web.Response:
        """The direct messages with one person: the same channel however often it is opened.

        Whether that person takes any is told only by sending some.
        """
        named = (await read_body(request, self._world)).payload.get("recipient_id")
        if named is None:
            form = rules.Form()
            form.wrong("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
            form.done()
        who = self._named(named)
        if who is None:
            raise Refused(400, 50033, "Invalid Recipient(s)")
        if who.bot:
            raise Refused(403, 50007, "Cannot send messages to this user")
        return answer(payloads.channel(self._world.direct(who), self._world))
