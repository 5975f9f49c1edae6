"""The REST side: signing in, commands, channel messages and files.

What is done with an interaction's token is in `webhooks`. Every request is recorded; a route that
is not here is answered with 404 and recorded as unknown.
"""

from collections.abc import Awaitable, Callable

from aiohttp import web

from tests.discord_server import payloads, rules
from tests.discord_server.answers import answer, nothing
from tests.discord_server.posting import read_body, write
from tests.discord_server.rules import Refused
from tests.discord_server.webhooks import Webhooks
from tests.discord_server.world import (
    ATTACH_FILES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Channel,
    JsonObject,
    Message,
    Request,
    World,
)

BASE = "/api/v10"
BY_THEIR_OWN_TOKEN = (f"{BASE}/webhooks/", f"{BASE}/interactions/")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """All routes below `BASE`, and the files."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.requests: list[Request] = []
        self.unknown_routes: list[str] = []

    def routes(self) -> list[web.RouteDef]:
        commands = f"{BASE}/applications/{{application}}/commands"
        guild_commands = f"{BASE}/applications/{{application}}/guilds/{{guild}}/commands"
        messages = f"{BASE}/channels/{{channel}}/messages"
        return [
            web.get(f"{BASE}/users/@me", self.me),
            web.get(f"{BASE}/oauth2/applications/@me", self.application),
            web.get(f"{BASE}/gateway/bot", self.gateway),
            web.get(commands, self.commands),
            web.put(commands, self.sync),
            web.get(guild_commands, self.commands),
            web.put(guild_commands, self.sync),
            web.get(f"{BASE}/channels/{{channel}}", self.channel),
            web.post(messages, self.send),
            web.get(f"{messages}/{{message}}", self.read),
            web.patch(f"{messages}/{{message}}", self.edit),
            web.delete(f"{messages}/{{message}}", self.delete),
            *Webhooks(self._world).routes(BASE),
            web.get("/attachments/{file}/{name}", self.file),
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request: who may, what was asked, and word of it to all who wait."""
        at = self._world.clock.now()
        try:
            self._authorise(request)
            response = await handler(request)
        except Refused as refused:
            response = answer(refused.body, refused.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            self.unknown_routes.append(f"{request.method} {request.path}")
            response = answer({"message": "404: Not Found", "code": 0}, 404)
        self.requests.append(Request(request.method, request.path, at, response.status))
        await self._world.announce()
        return response

    def _authorise(self, request: web.Request) -> None:
        if not request.path.startswith(BASE) or request.path.startswith(BY_THEIR_OWN_TOKEN):
            return
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise Refused(401, 0, "401: Unauthorized")

    async def me(self, _: web.Request) -> web.Response:
        return answer(payloads.user(self._world.bot))

    async def application(self, _: web.Request) -> web.Response:
        return answer(payloads.application(self._world))

    async def gateway(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        url = f"ws://{request.host}/gateway"
        return answer({"url": url, "shards": 1, "session_start_limit": limit})

    # ------------------------------------------------------------------ commands

    def _scope(self, request: web.Request) -> int | None:
        if request.match_info["application"] != str(self._world.application_id):
            raise Refused(404, 10002, "Unknown Application")
        guild = request.match_info.get("guild")
        if guild is not None and int(guild) not in self._world.guilds:
            raise Refused(403, 50001, "Missing Access")
        return None if guild is None else int(guild)

    async def commands(self, request: web.Request) -> web.Response:
        return answer(self._world.commands.get(self._scope(request), []))

    async def sync(self, request: web.Request) -> web.Response:
        """Replace all commands; one that was there before keeps its id."""
        scope, wanted = self._scope(request), await request.json()
        rules.check_commands(wanted)
        before = {each["name"]: each["id"] for each in self._world.commands.get(scope, [])}
        self._world.commands[scope] = [
            {
                **command,
                "id": before.get(command["name"]) or str(self._world.new_id()),
                "application_id": str(self._world.application_id),
                "version": str(self._world.new_id()),
                **({} if scope is None else {"guild_id": str(scope)}),
            }
            for command in wanted
        ]
        return answer(self._world.commands[scope])

    # ------------------------------------------------------------------ channel messages

    def _channel(self, request: web.Request, *needed: int) -> Channel:
        """The channel in the path, if the bot sees it and may do all that is needed."""
        channel = self._world.channels.get(int(request.match_info["channel"]))
        if channel is None:
            raise Refused(404, 10003, "Unknown Channel")
        if not channel.bot_permissions & VIEW_CHANNEL:
            raise Refused(403, 50001, "Missing Access")
        if any(not channel.bot_permissions & permission for permission in needed):
            raise Refused(403, 50013, "Missing Permissions")
        return channel

    def _message(self, request: web.Request) -> Message:
        """The message in the path; an ephemeral one is none to these routes."""
        message = self._world.messages.get(int(request.match_info["message"]))
        here = message is not None and str(message.channel.id) == request.match_info["channel"]
        if message is None or not here or message.ephemeral:
            raise Refused(404, 10008, "Unknown Message")
        return message

    async def channel(self, request: web.Request) -> web.Response:
        return answer(payloads.channel(self._channel(request), self._world))

    async def send(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world)
        needed = (SEND_MESSAGES, ATTACH_FILES) if body.uploads else (SEND_MESSAGES,)
        channel = self._channel(request, *needed)
        replied_to = self._replied_to(channel, body.payload.get("message_reference"))
        message = Message(
            id=self._world.new_id(),
            channel=channel,
            author=self._world.bot,
            reference=replied_to.id if replied_to else None,
        )
        author = replied_to.author.id if replied_to else None
        write(self._world, message, body, replied_to=author)
        return answer(payloads.message(message, self._world))

    def _replied_to(self, channel: Channel, reference: JsonObject | None) -> Message | None:
        """The message that a new one replies to; an ephemeral one is unknown here too."""
        if reference is None:
            return None
        if not channel.bot_permissions & READ_MESSAGE_HISTORY:
            raise Refused(403, 160002, "Cannot reply without permission to read message history")
        message = self._world.messages.get(int(reference["message_id"]))
        if message is not None and message.channel is channel and not message.ephemeral:
            return message
        if reference.get("fail_if_not_exists", True):
            form = rules.Form()
            form.wrong("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
            form.done()
        return None

    async def read(self, request: web.Request) -> web.Response:
        self._channel(request, READ_MESSAGE_HISTORY)
        return answer(payloads.message(self._message(request), self._world))

    async def edit(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world)
        self._channel(request, *((ATTACH_FILES,) if body.uploads else ()))
        message = self._message(request)
        if message.author is not self._world.bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        write(self._world, message, body)
        return answer(payloads.message(message, self._world))

    async def delete(self, request: web.Request) -> web.Response:
        self._channel(request)
        message = self._message(request)
        if message.author is not self._world.bot:
            raise Refused(403, 50013, "Missing Permissions")
        self._world.remove_message(message)
        return nothing()

    # ------------------------------------------------------------------ files

    async def file(self, request: web.Request) -> web.Response:
        file = self._world.files.get(int(request.match_info["file"]))
        if file is None or file.name != request.match_info["name"]:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.content_type)
