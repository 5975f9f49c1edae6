"""The commands that the bot registers."""

from aiohttp import web

from discord_server import rules
from discord_server.answers import answer
from discord_server.posting import read_list
from discord_server.rules import Refused
from discord_server.things import JsonObject
from discord_server.world import World


class Commands:
    """The routes of commands, everywhere and in one guild."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, base: str) -> list[web.RouteDef]:
        application = f"{base}/applications/{{application}}"
        everywhere, in_guild = f"{application}/commands", f"{application}/guilds/{{guild}}/commands"
        return [
            web.get(everywhere, self.registered),
            web.put(everywhere, self.sync),
            web.get(in_guild, self.registered),
            web.put(in_guild, self.sync),
        ]

    def _scope(self, request: web.Request) -> int | None:
        if request.match_info["application"] != str(self._world.application_id):
            raise Refused(404, 10002, "Unknown Application")
        guild = request.match_info.get("guild")
        if guild is not None and int(guild) not in self._world.guilds:
            raise Refused(403, 50001, "Missing Access")
        return None if guild is None else int(guild)

    async def registered(self, request: web.Request) -> web.Response:
        commands = self._world.commands.get(self._scope(request), [])
        whole = request.query.get("with_localizations") == "true"
        return answer(commands if whole else [_without_translations(one) for one in commands])

    async def sync(self, request: web.Request) -> web.Response:
        """Replace all commands; one that was there before keeps its id."""
        scope, wanted = self._scope(request), await read_list(request)
        rules.check_commands(wanted)
        before = {each["name"]: each["id"] for each in self._world.commands.get(scope, [])}
        self._world.commands[scope] = [
            {
                "description": "",  # commands in menus have none, and say so
                **command,
                "id": before.get(command["name"]) or str(self._world.new_id()),
                "application_id": str(self._world.application_id),
                "version": str(self._world.new_id()),
                **({} if scope is None else {"guild_id": str(scope)}),
            }
            for command in wanted
        ]
        return answer(self._world.commands[scope])


def _without_translations(part: JsonObject) -> JsonObject:
    """A command, an option or a choice, as Discord tells it to whom it does not ask for more."""
    told = {name: value for name, value in part.items() if not name.endswith("_localizations")}
    for name in ("options", "choices"):
        if name in told:
            told[name] = [_without_translations(one) for one in told[name]]
    return told
