"""The state of this Discord, and how to find and change it.

Knows neither HTTP nor the gateway, and refuses nothing.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import TypeVar

from discord_server.clock import Clock
from discord_server.filters import Filters
from discord_server.rules import ANSWER_WITHIN_S
from discord_server.things import (
    DIRECTLY,
    EPOCH,
    INVITED_WITH,
    TEXT,
    THREAD,
    Channel,
    Guild,
    Interaction,
    JsonObject,
    Message,
    StoredFile,
    User,
)

T = TypeVar("T")


class World:
    """Everything on this Discord, and word of every change."""

    def __init__(self, clock: Clock, bot_name: str, token: str) -> None:
        self.clock = clock
        self.token = token
        self.cdn = ""
        """Where files are served, once the server is up."""
        self.bot_public = False
        self.starts_left = 999
        """How often the bot may begin a session today."""
        self.answer_within_s = ANSWER_WITHIN_S
        self.file_limit_bytes = 10 * 1024 * 1024
        self.filters = Filters()
        self._serial = count()
        self.bot = User(self.new_id(), bot_name, bot=True)
        self.application_id = self.new_id()
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.messages: dict[int, Message] = {}
        self.interactions: dict[str, Interaction] = {}
        """By token."""
        self.files: dict[int, StoredFile] = {}
        self.commands: dict[int | None, list[JsonObject]] = {}
        """What the bot synced, by guild; ``None`` for everywhere."""
        self.changed = asyncio.Condition()

    def new_id(self) -> int:
        """A snowflake: says when it was made, and is never given twice."""
        since = int((self.clock.now() - EPOCH) / timedelta(milliseconds=1))
        return (since << 22) | (next(self._serial) & 0x3FFFFF)

    def add_guild(self, name: str, *, with_bot: bool = True) -> Guild:
        guild = Guild(self.new_id(), name, with_bot)
        self.guilds[guild.id] = guild
        return guild

    def add_channel(
        self, guild: Guild, name: str, bot_permissions: int, kind: int = TEXT
    ) -> Channel:
        channel = Channel(self.new_id(), guild.id, name, bot_permissions, kind=kind)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_thread(self, parent: Channel, name: str) -> Channel:
        """A public thread. A bot knows it from interactions."""
        may = parent.bot_permissions
        thread = Channel(self.new_id(), parent.guild_id, name, may, kind=THREAD, parent=parent)
        self.channels[thread.id] = thread
        return thread

    def add_member(self, guild: Guild, name: str) -> User:
        user = User(self.new_id(), name)
        self.users[user.id] = user
        guild.members.append(user)
        return user

    def shares_guild(self, user: User) -> bool:
        """Whether there is a guild with this user and the bot in it."""
        return any(user in guild.members and guild.with_bot for guild in self.guilds.values())

    def direct(self, user: User) -> Channel:
        """The direct messages between the bot and this user."""
        there = (channel for channel in self.channels.values() if channel.recipient is user)
        if (channel := next(there, None)) is None:
            channel = Channel(self.new_id(), None, user.name, INVITED_WITH, recipient=user)
            self.channels[channel.id] = channel
        return channel

    def add_group(self, name: str) -> Channel:
        channel = Channel(self.new_id(), None, name, DIRECTLY, group=True)
        self.channels[channel.id] = channel
        return channel

    def add_file(self, name: str, content: bytes, description: str | None = None) -> StoredFile:
        """Keep a file and serve it under its own URL."""
        file_id = self.new_id()
        url = f"{self.cdn}/attachments/{file_id}/{name}"
        file = StoredFile(file_id, name, content, url, description)
        self.files[file_id] = file
        return file

    def file_at(self, url: str) -> StoredFile | None:
        """The file behind a URL of ours; ``None`` for any other, or when it was removed."""
        return next((file for file in self.files.values() if file.url == url), None)

    def remove_message(self, message: Message) -> None:
        """Delete it and its files."""
        del self.messages[message.id]
        for file in message.files:
            self.files.pop(file.id, None)

    def remove_channel(self, channel: Channel) -> None:
        """Delete it and all its messages."""
        del self.channels[channel.id]
        for guild in self.guilds.values():
            guild.channels = [each for each in guild.channels if each is not channel]
        for message in list(self.messages.values()):
            if message.channel is channel:
                self.remove_message(message)

    async def announce(self) -> None:
        """Wake everybody who waits in `until`."""
        async with self.changed:
            self.changed.notify_all()

    async def until(
        self, found: Callable[[], T | None], *, timeout_s: float, describe: Callable[[], str]
    ) -> T:
        """Wait for *found* to give something.

        Raises:
            AssertionError: it did not within *timeout_s*; *describe* says what was there instead.
        """
        try:
            async with asyncio.timeout(timeout_s), self.changed:
                while (thing := found()) is None:
                    await self.changed.wait()
                return thing
        except TimeoutError:
            raise AssertionError(f"not within {timeout_s:g} s; {describe()}") from None
