"""People who use the bot: they type commands, press buttons, submit forms, and read.

The one way in which tests act. A person can only do what Discord's client offers, and only sees
what Discord shows.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping

from discord_server import interactions, layouts, payloads
from discord_server.clock import HANGS_S
from discord_server.gateway import Gateway
from discord_server.handles import Handle, Until
from discord_server.moderation import Moderator
from discord_server.options import STRING, CannotSend, Value, command_data
from discord_server.rules import ANSWER_WITHIN_S
from discord_server.seen import Button, Filled, SeenMessage, chosen
from discord_server.things import (
    INVITED_WITH,
    TEXT,
    Channel,
    Guild,
    Interaction,
    JsonObject,
    Message,
    User,
)
from discord_server.world import World

REACTION_S = 0.05
"""Nobody clicks faster; discord.py registers a view only after it has read Discord's answer."""


class DidNotRespond(AssertionError):
    """ "The application did not respond": no answer within three seconds."""


class Person:
    """Somebody in a guild."""

    def __init__(self, world: World, gateway: Gateway, user: User) -> None:
        self._world = world
        self._gateway = gateway
        self.user = user

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    # ------------------------------------------------------------------ acting

    def close_direct_messages(self) -> None:
        """Take none from now on; what came stays."""
        self.user.takes_direct_messages = False

    async def slash(self, channel: Channel, command: str, /, **options: Value) -> Handle:
        """Run a slash command; returns when the bot has answered.

        A choice may be given by its name or its value, a file as its name and content.

        Raises:
            CannotSend: the command is not there, or its options do not take these values.
            DidNotRespond: no answer in time.
        """
        synced = self._find_command(channel, command, payloads.SLASH_COMMAND)
        data = command_data(self._world, synced, options)
        return await self._interact(payloads.COMMAND, channel, data)

    async def types(self, channel: Channel, command: str, option: str, typed: str) -> list[str]:
        """Type a part of an option; the names of what the bot suggests.

        Raises:
            DidNotRespond: nothing was suggested in time.
        """
        synced = self._find_command(channel, command, payloads.SLASH_COMMAND)
        focused = {"name": option, "type": STRING, "value": typed, "focused": True}
        data = {"id": synced["id"], "name": command, "type": 1, "options": [focused]}
        handle = await self._interact(payloads.AUTOCOMPLETE, channel, data)
        return [choice["name"] for choice in handle.raw.choices]

    async def use(self, message: SeenMessage, command: str) -> Handle:
        """Choose a command in the menu of a message; returns when the bot has answered.

        Raises:
            CannotSend: the command is not there.
            DidNotRespond: no answer in time.
        """
        channel = message.raw.channel
        synced = self._find_command(channel, command, payloads.MESSAGE_COMMAND)
        told = payloads.message(message.raw, self._world)
        data: JsonObject = {
            "id": synced["id"],
            "name": synced["name"],
            "type": payloads.MESSAGE_COMMAND,
            "target_id": str(message.id),
            "resolved": {"messages": {str(message.id): told}},
        }
        return await self._interact(payloads.COMMAND, channel, data)

    def _find_command(self, channel: Channel, name: str, kind: int) -> JsonObject:
        known = self.commands(channel)
        for each in known:
            if each["name"] == name and each.get("type", payloads.SLASH_COMMAND) == kind:
                return each
        raise CannotSend(f"no {name} here, only {[each['name'] for each in known]}")

    def commands(self, channel: Channel) -> list[JsonObject]:
        """The commands that the client lists in this channel."""
        commands, guild_id = self._world.commands, channel.guild_id
        here = payloads.context(channel)
        installed = {payloads.USER_INSTALL} if self.user.installed else set[int]()
        if not channel.group if guild_id is None else self._world.guilds[guild_id].with_bot:
            installed.add(payloads.GUILD_INSTALL)
        everywhere = [
            each
            for each in commands.get(None, [])
            if here in (each.get("contexts") or [here])
            and installed & set(each.get("integration_types") or [payloads.GUILD_INSTALL])
        ]
        return everywhere if guild_id is None else [*everywhere, *commands.get(guild_id, [])]

    def group(self, name: str) -> Channel:
        """A conversation of this person with friends."""
        return self._world.add_group(name)

    @property
    def direct(self) -> Channel:
        """Where this person and the bot write to each other directly."""
        return self._world.direct(self.user)

    async def click(
        self, message: SeenMessage, label: str | None = None, *, custom_id: str | None = None
    ) -> Handle:
        """Press a button, found by its label or its custom id.

        Raises:
            CannotSend: this person does not see such a button, or it is disabled.
            DidNotRespond: no answer in time.
        """
        await asyncio.sleep(REACTION_S)
        button = self._button(message, label, custom_id)
        data: JsonObject = {
            "custom_id": button.custom_id,
            "component_type": 2,
            "id": button.component_id,
        }
        channel = message.raw.channel
        return await self._interact(payloads.COMPONENT, channel, data, message.raw)

    def _button(self, message: SeenMessage, label: str | None, custom_id: str | None) -> Button:
        if message.deleted or not message.raw.visible_to(self.id):
            raise CannotSend(f"{self.user.name} does not see message {message.id}")
        for button in message.all_buttons:
            named = button.label == label if custom_id is None else button.custom_id == custom_id
            if named and not button.disabled:
                return button
        raise CannotSend(f"no button {custom_id or label!r} to press on {message!r}")

    async def choose(
        self, message: SeenMessage, *choices: str, custom_id: str | None = None
    ) -> Handle:
        """Choose in a menu, the first one unless *custom_id* says which; by labels or values.

        Raises:
            CannotSend: this person sees no such menu, or it does not offer that.
            DidNotRespond: no answer in time.
        """
        await asyncio.sleep(REACTION_S)
        if message.deleted or not message.raw.visible_to(self.id):
            raise CannotSend(f"{self.user.name} does not see message {message.id}")
        for select in message.selects:
            if custom_id in {None, select.custom_id}:
                break
        else:
            raise CannotSend(f"no menu {custom_id or ''} to choose from on {message!r}")
        values = chosen(select.options, choices, select.custom_id)
        low, high = layouts.counts(select.raw)
        if not low <= len(values) <= high:
            raise CannotSend(f"{select.custom_id} takes {low} to {high} choices")
        data: JsonObject = {
            "custom_id": select.custom_id,
            "component_type": layouts.STRING_SELECT,
            "id": select.raw["id"],
            "values": values,
        }
        channel = message.raw.channel
        return await self._interact(payloads.COMPONENT, channel, data, message.raw)

    async def submit(self, opened: Handle, values: Mapping[str, Filled] | None = None) -> Handle:
        """Submit the modal that an interaction opened.

        *values* go by label or custom id; what is not named stays as the bot prefilled it. Files
        are names with contents.

        Raises:
            CannotSend: no modal is open, or a field does not take its value.
            DidNotRespond: no answer in time.
        """
        modal = opened.modal
        if modal is None:
            raise CannotSend("that opened no modal")
        await asyncio.sleep(REACTION_S)
        data = modal.submitted(values or {})
        channel = opened.raw.channel
        return await self._interact(
            payloads.MODAL_SUBMIT, channel, data, modal.source, opened_by=opened.raw
        )

    async def _interact(
        self,
        kind: int,
        channel: Channel,
        data: JsonObject,
        source: Message | None = None,
        opened_by: Interaction | None = None,
    ) -> Handle:
        if not self._gateway.reaches(channel.guild_id):
            raise DidNotRespond("no bot is connected")
        world = self._world
        interaction = Interaction(
            id=world.new_id(),
            token=secrets.token_urlsafe(48),
            type=kind,
            user=self.user,
            channel=channel,
            data=data,
            source=source,
            opened_by=opened_by,
            sent_at=world.clock.monotonic(),
        )
        world.interactions[interaction.token] = interaction
        event = interactions.event(interaction, world)
        for _ in range(self._gateway.copies):
            await self._gateway.dispatch(channel.guild_id, "INTERACTION_CREATE", event)
        await world.announce()
        try:
            await self._answered(interaction)
        except TimeoutError:
            what = data.get("name") or data["custom_id"]
            raise DidNotRespond(f"{what}: no answer within {world.answer_within_s:g} s") from None
        return Handle(world, interaction)

    async def _answered(self, interaction: Interaction) -> None:
        """Wait for the answer; not long once there was one in vain, or no bot is there."""
        waits = [
            asyncio.create_task(event.wait())
            for event in (interaction.answered, interaction.refused)
        ]
        try:
            async with asyncio.timeout(self._world.answer_within_s):
                while not any(wait.done() for wait in waits) and self._gateway.connected:
                    await asyncio.wait(
                        waits, timeout=ANSWER_WITHIN_S, return_when=asyncio.FIRST_COMPLETED
                    )
            async with asyncio.timeout(ANSWER_WITHIN_S):  # one may be on its way
                await interaction.answered.wait()
        finally:
            for wait in waits:
                wait.cancel()

    # ------------------------------------------------------------------ reading

    def direct_messages(self) -> list[SeenMessage]:
        """What the bot wrote to this person directly, oldest first."""
        return [each for each in self._everything() if each.raw.channel.recipient is self.user]

    async def sees_directly(self, until: Until, timeout_s: float = HANGS_S) -> SeenMessage:
        """The first direct message for which *until* holds."""
        return await self._first(self.direct_messages, until, timeout_s)

    def messages(self, channel: Channel) -> list[SeenMessage]:
        """All messages that this person sees in a channel, oldest first."""
        return [each for each in self._everything() if each.raw.channel is channel]

    async def sees(self, channel: Channel, until: Until, timeout_s: float = HANGS_S) -> SeenMessage:
        """The first message in the channel, visible to this person, for which *until* holds."""
        return await self._first(lambda: self.messages(channel), until, timeout_s)

    def _everything(self) -> list[SeenMessage]:
        there = sorted(self._world.messages.values(), key=lambda message: message.id)
        return [SeenMessage(self._world, each) for each in there if each.visible_to(self.id)]

    async def _first(
        self, seen: Callable[[], list[SeenMessage]], until: Until, timeout_s: float
    ) -> SeenMessage:
        return await self._world.until(
            lambda: next((each for each in seen() if until(each)), None),
            timeout_s=timeout_s,
            describe=lambda: f"{self.user.name} sees {seen()}",
        )


class Community:
    """A guild that tests fill with channels and people.

    A bot learns of its channels when it connects; later ones it knows from interactions.
    """

    def __init__(self, world: World, gateway: Gateway, guild: Guild) -> None:
        self._world = world
        self._gateway = gateway
        self.guild = guild

    @property
    def id(self) -> int:
        return self.guild.id

    @property
    def moderator(self) -> Moderator:
        return Moderator(self._world, self._gateway)

    def add_channel(
        self, name: str, bot_permissions: int = INVITED_WITH, kind: int = TEXT
    ) -> Channel:
        return self._world.add_channel(self.guild, name, bot_permissions, kind)

    def add_thread(self, parent: Channel, name: str) -> Channel:
        return self._world.add_thread(parent, name)

    def add_person(self, name: str, *, may: int = 0, installed: bool = False) -> Person:
        """Somebody who may do what members may and *may* besides.

        *installed*: they have the bot on their account.
        """
        user = self._world.add_member(self.guild, name)
        user.permissions |= may
        user.installed = installed
        return Person(self._world, self._gateway, user)

    async def remove_bot(self) -> None:
        """Take the bot out of the guild; its messages stay."""
        self.guild.with_bot = False
        await self._gateway.dispatch(self.guild.id, "GUILD_DELETE", {"id": str(self.guild.id)})

    async def becomes_unavailable(self) -> None:
        """Discord has trouble of its own with this guild; the bot is in it all the same."""
        gone = {"id": str(self.guild.id), "unavailable": True}
        await self._gateway.dispatch(self.guild.id, "GUILD_DELETE", gone)

    def remove_person(self, person: Person) -> None:
        """They leave; what they got directly stays theirs."""
        self.guild.members.remove(person.user)
