"""The messages of a channel, as a bot lists them."""

from aiohttp import web

from discord_server import payloads, rules
from discord_server.answers import answer
from discord_server.places import channel_in
from discord_server.things import READ_MESSAGE_HISTORY, Channel, Message
from discord_server.world import World

PAGE, LONGEST_PAGE = 50, 100
ANCHORS = ("around", "before", "after")


class History:
    """The route that lists the messages of a channel."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, base: str) -> list[web.RouteDef]:
        return [web.get(f"{base}/channels/{{channel}}/messages", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """One page, newest first; empty for a bot that may not read what was said before."""
        channel = channel_in(request, self._world)
        limit, anchors = _asked(request)
        if not channel.bot_permissions & READ_MESSAGE_HISTORY:
            return answer([])
        found = _around(self._said(channel), limit, anchors)
        return answer([payloads.message(each, self._world) for each in reversed(found)])

    def _said(self, channel: Channel) -> list[Message]:
        """Oldest first; private answers are in no history."""
        there = (each for each in self._world.messages.values() if each.channel is channel)
        return sorted((each for each in there if not each.ephemeral), key=lambda each: each.id)


def _asked(request: web.Request) -> tuple[int, dict[str, int]]:
    """The ``limit``, and which anchor was named; at most one may be."""
    form = rules.Form()
    limit = request.query.get("limit", str(PAGE))
    if not (limit.isdecimal() and 1 <= int(limit) <= LONGEST_PAGE):
        form.wrong("limit", "NUMBER_TYPE_RANGE", f"Must be between 1 and {LONGEST_PAGE}")
    anchors = {name: request.query[name] for name in ANCHORS if name in request.query}
    for name, named in anchors.items():
        if not named.isdecimal():
            form.wrong(name, "NUMBER_TYPE_COERCE", f"Value {named!r} is not snowflake.")
    if len(anchors) > 1:
        form.wrong(next(iter(anchors)), "MUTUALLY_EXCLUSIVE", "Only one of them at a time")
    form.done()
    return int(limit), {name: int(named) for name, named in anchors.items()}


def _around(said: list[Message], limit: int, anchors: dict[str, int]) -> list[Message]:
    """Those nearest to the anchor on its side; without one the newest."""
    match anchors:
        case {"after": anchor}:
            return [each for each in said if each.id > anchor][:limit]
        case {"before": anchor}:
            return [each for each in said if each.id < anchor][-limit:]
        case {"around": anchor}:
            half = limit // 2
            older = [each for each in said if each.id < anchor][-half:] if half else []
            rest = [each for each in said if each.id >= anchor][: limit - half]
            return older + rest
        case _:
            return said[-limit:]
