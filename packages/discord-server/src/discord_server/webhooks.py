"""What a bot reaches with an interaction's token: the callback, its answer, and follow-ups.

The token alone opens them, for fifteen minutes; the bot's own token is not looked at.
"""

from aiohttp import web

from discord_server import interactions, layouts, payloads, rules
from discord_server.answers import answer, nothing
from discord_server.places import check_awake
from discord_server.posting import Body, read_body, write
from discord_server.rules import Refused
from discord_server.things import (
    EPHEMERAL,
    LOADING,
    USE_EXTERNAL_APPS,
    Interaction,
    Message,
)
from discord_server.world import World

MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
"""Types of callbacks."""
ANSWER_TYPES = frozenset({MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL})
CHOICES_MAX = 25


class Webhooks:
    """The routes of interactions."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self, base: str) -> list[web.RouteDef]:
        hook = f"{base}/webhooks/{{application}}/{{token}}"
        return [
            web.post(f"{base}/interactions/{{id}}/{{token}}/callback", self.callback),
            web.post(hook, self.follow_up),
            web.get(f"{hook}/messages/{{message}}", self.read),
            web.patch(f"{hook}/messages/{{message}}", self.edit),
            web.delete(f"{hook}/messages/{{message}}", self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        """The first answer."""
        arrived = self._world.clock.monotonic()
        body = await read_body(request, self._world)
        interaction = self._world.interactions.get(request.match_info["token"])
        if interaction is None or str(interaction.id) != request.match_info["id"]:
            raise Refused(404, 10062, "Unknown interaction")
        rules.check_answer(interaction, arrived, self._world.answer_within_s)
        self._check_channel(interaction)
        self._respond(interaction, body)
        interaction.answered_at = arrived
        interaction.answer_type = body.payload["type"]
        interaction.answered.set()
        return answer(interactions.callback(interaction, self._world))

    def _respond(self, interaction: Interaction, body: Body) -> None:
        kind, data = body.payload.get("type"), body.inside("data")
        if kind not in ANSWER_TYPES or not self._fits(interaction, kind):
            form = rules.Form()
            form.wrong("type", "BASE_TYPE_CHOICES", "Not an answer to this interaction")
            form.done()
        if kind == CHOICES:
            interaction.choices = data.payload["choices"]
            if len(interaction.choices) > CHOICES_MAX:
                form = rules.Form()
                form.wrong("data.choices", "BASE_TYPE_MAX_LENGTH", "Must be 25 or fewer in length.")
                form.done()
        elif kind == MODAL:
            layouts.check_modal(data.payload)
            interaction.modal = data.payload
        elif kind in (DEFERRED_UPDATE, UPDATE):
            interaction.response = interaction.source
            if kind == UPDATE and interaction.source is not None:
                write(self._world, interaction.source, data, prefix="data.")
        else:
            message = self._new_message(interaction, interaction.source)
            if kind == DEFERRED:
                message.flags = self._ephemeral(interaction, data) | LOADING
                self._world.messages[message.id] = message
            else:
                message.flags = self._ephemeral(interaction, data)
                write(self._world, message, data, prefix="data.")
            interaction.response = message

    def _ephemeral(self, interaction: Interaction, body: Body) -> int:
        """The flag, where the bot asks for it, or where others must not see what was brought."""
        guild = self._world.guilds.get(interaction.channel.guild_id or 0)
        silent = guild is not None and not guild.with_bot
        if silent and not interaction.user.permissions & USE_EXTERNAL_APPS:
            return EPHEMERAL
        return int(body.payload.get("flags") or 0) & EPHEMERAL

    @staticmethod
    def _fits(interaction: Interaction, kind: int) -> bool:
        if (kind == CHOICES) != (interaction.type == payloads.AUTOCOMPLETE):
            return False
        if kind in (DEFERRED_UPDATE, UPDATE):
            return interaction.source is not None and interaction.source.author.bot
        return kind != MODAL or interaction.type != payloads.MODAL_SUBMIT

    def _new_message(self, interaction: Interaction, replied_to: Message | None) -> Message:
        return Message(
            id=self._world.new_id(),
            channel=interaction.channel,
            author=self._world.bot,
            interaction=interaction,
            reference=replied_to.id if replied_to else None,
        )

    def _by_token(self, request: web.Request) -> Interaction:
        interaction = self._world.interactions.get(request.match_info["token"])
        known = interaction is not None and interaction.answered_at is not None
        ours = request.match_info["application"] == str(self._world.application_id)
        if interaction is None or not known or not ours:
            raise Refused(404, 10015, "Unknown Webhook")
        rules.check_token(interaction, self._world.clock.monotonic())
        return interaction

    def _check_channel(self, interaction: Interaction) -> None:
        if interaction.channel.id not in self._world.channels:
            raise Refused(404, 10003, "Unknown Channel")

    def _message(self, request: web.Request) -> Message:
        """The message that the path names, if this interaction's token reaches it."""
        interaction, named = self._by_token(request), request.match_info["message"]
        shown = [interaction.response, *interaction.followups]
        for message in (message for message in shown if message is not None):
            first = named == "@original" and message is interaction.response
            if (first or named == str(message.id)) and message.id in self._world.messages:
                return message
        raise Refused(404, 10008, "Unknown Message")

    async def follow_up(self, request: web.Request) -> web.Response:
        """One more message; the first one after a deferred answer takes that one's place."""
        body = await read_body(request, self._world)
        interaction = self._by_token(request)
        self._check_channel(interaction)
        first = interaction.response
        if first is not None and first.loading:
            write(self._world, first, body)
            return answer(payloads.message(first, self._world))
        message = self._new_message(interaction, first)
        message.flags = self._ephemeral(interaction, body)
        write(self._world, message, body)
        interaction.followups.append(message)
        return answer(payloads.message(message, self._world))

    async def read(self, request: web.Request) -> web.Response:
        return answer(payloads.message(self._message(request), self._world))

    async def edit(self, request: web.Request) -> web.Response:
        body = await read_body(request, self._world)
        message = self._message(request)
        check_awake(message.channel)
        write(self._world, message, body)
        return answer(payloads.message(message, self._world))

    async def delete(self, request: web.Request) -> web.Response:
        self._world.remove_message(self._message(request))
        return nothing()
