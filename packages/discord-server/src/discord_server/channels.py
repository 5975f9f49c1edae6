"""What the bot does in a channel with its own token: post, read, edit, delete."""

from datetime import timedelta

from aiohttp import web

from discord_server import payloads, rules
from discord_server.answers import answer, nothing
from discord_server.limits import Limits
from discord_server.nonces import Nonces
from discord_server.places import channel_in, check_awake, message_in
from discord_server.posting import Body, read_body, write
from discord_server.rules import Refused
from discord_server.things import (
    ATTACH_FILES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    SEND_MESSAGES_IN_THREADS,
    Channel,
    JsonObject,
    Message,
)
from discord_server.world import World

OLD = timedelta(hours=1)
"""From this age on a message is not meant to be edited often."""


class Channels:
    """The routes of a channel and of single messages in it."""

    def __init__(self, world: World, limits: Limits) -> None:
        self._world = world
        self._limits = limits
        self._nonces = Nonces(world)

    def routes(self, base: str) -> list[web.RouteDef]:
        messages = f"{base}/channels/{{channel}}/messages"
        return [
            web.get(f"{base}/channels/{{channel}}", self.channel),
            web.post(messages, self.send),
            web.get(f"{messages}/{{message}}", self.read),
            web.patch(f"{messages}/{{message}}", self.edit),
            web.delete(f"{messages}/{{message}}", self.delete),
        ]

    async def channel(self, request: web.Request) -> web.Response:
        return answer(payloads.channel(channel_in(request, self._world), self._world))

    async def send(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world)
        channel = channel_in(request, self._world)
        send = SEND_MESSAGES if channel.parent is None else SEND_MESSAGES_IN_THREADS
        channel_in(request, self._world, *((send, ATTACH_FILES) if body.uploads else (send,)))
        self._wake(channel)
        self._check_recipient(channel)
        earlier = self._nonces.earlier(channel, body.payload)
        message = earlier or self._post(channel, body)
        nonce = {"nonce": body.payload["nonce"]} if "nonce" in body.payload else {}
        return answer(payloads.message(message, self._world) | nonce)

    @staticmethod
    def _wake(channel: Channel) -> None:
        """A new message brings a thread back from the archive, unless it is locked."""
        if channel.locked:
            raise Refused(403, 160005, "Thread is locked")
        channel.archived = False

    def _post(self, channel: Channel, body: Body) -> Message:
        replied_to = self._replied_to(channel, body.payload.get("message_reference"))
        message = Message(
            id=self._world.new_id(),
            channel=channel,
            author=self._world.bot,
            reference=replied_to.id if replied_to else None,
        )
        author = replied_to.author.id if replied_to else None
        write(self._world, message, body, replied_to=author)
        self._nonces.remember(message, body.payload)
        return message

    def _check_recipient(self, channel: Channel) -> None:
        """Whether a person takes direct messages of the bot; in a guild there is nobody to ask."""
        if channel.recipient is None:
            return
        if not (channel.recipient.installed or self._world.shares_guild(channel.recipient)):
            problem = "Cannot send messages to this user due to having no mutual guilds"
            raise Refused(403, 50278, problem)
        if not channel.recipient.takes_direct_messages:
            raise Refused(403, 50007, "Cannot send messages to this user")

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
        channel_in(request, self._world, READ_MESSAGE_HISTORY)
        return answer(payloads.message(message_in(request, self._world), self._world))

    async def edit(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world)
        channel_in(request, self._world, *((ATTACH_FILES,) if body.uploads else ()))
        message = message_in(request, self._world)
        check_awake(message.channel)
        if message.author is not self._world.bot:
            raise Refused(403, 50005, "Cannot edit a message authored by another user")
        if self._world.clock.now() - payloads.created_at(message.id) > OLD:
            self._limits.admit_old_edit(message.channel.id)
        write(self._world, message, body)
        return answer(payloads.message(message, self._world))

    async def delete(self, request: web.Request) -> web.Response:
        channel_in(request, self._world)
        message = message_in(request, self._world)
        if message.author is not self._world.bot:
            raise Refused(403, 50013, "Missing Permissions")
        self._world.remove_message(message)
        return nothing()
