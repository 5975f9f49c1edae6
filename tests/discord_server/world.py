"""What exists on this Discord: guilds, channels, people, messages, interactions, files.

Plain state and how to find it. Knows neither HTTP nor the gateway, and refuses nothing.
"""

import asyncio
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from bot.clock import Clock

JsonObject = dict[str, Any]
"""A decoded JSON object: what is inside is only known after looking."""


def objects(payload: JsonObject, key: str) -> list[JsonObject]:
    """The list of objects under a key; empty where it is absent or null."""
    return payload.get(key) or []


T = TypeVar("T")

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""The moment that Discord's ids count from."""

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
SEND_MESSAGES_IN_THREADS = 1 << 38
INVITED_WITH = (
    VIEW_CHANNEL | SEND_MESSAGES | ATTACH_FILES | READ_MESSAGE_HISTORY | SEND_MESSAGES_IN_THREADS
)
"""What a bot may do that was invited with just what posting pictures needs."""


class MovableClock(Clock):
    """The machine's clock, which can also be put forward."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def advance(self, **by: float) -> None:
        """Put it forward; *by* is what `timedelta` takes (``minutes=15``)."""
        self._ahead += timedelta(**by)

    def now(self) -> datetime:
        return super().now() + self._ahead

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead.total_seconds()


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False


@dataclass(eq=False)
class Channel:
    """A text channel."""

    id: int
    guild_id: int
    name: str
    bot_permissions: int


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    channels: list[Channel] = field(default_factory=list[Channel])
    members: list[User] = field(default_factory=list[User])


@dataclass(eq=False)
class StoredFile:
    """A file on the CDN."""

    id: int
    name: str
    content: bytes
    url: str
    description: str | None = None

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"


@dataclass(eq=False)
class Message:
    id: int
    channel: Channel
    author: User
    flags: int = 0
    content: str = ""
    embeds: list[JsonObject] = field(default_factory=list[JsonObject])
    components: list[JsonObject] = field(default_factory=list[JsonObject])
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    reference: int | None = None
    """The message that this one replies to."""
    interaction: "Interaction | None" = None
    """The interaction that it answers."""
    pinged: set[int] = field(default_factory=set[int])
    """Everybody whom it ever notified."""
    edits: list[datetime] = field(default_factory=list[datetime])

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & EPHEMERAL)

    @property
    def loading(self) -> bool:
        """Shown as "thinking": deferred, and not filled yet."""
        return bool(self.flags & LOADING)

    def visible_to(self, user_id: int) -> bool:
        """Whether this person sees it: an ephemeral one only who made the interaction."""
        asker = self.interaction.user.id if self.interaction else None
        return not self.ephemeral or user_id == asker


@dataclass(eq=False)
class Interaction:
    """One command, click or submitted modal."""

    id: int
    token: str
    type: int
    user: User
    channel: Channel
    data: JsonObject
    source: Message | None = None
    """The message whose component was used, also when a modal came in between."""
    sent_at: float = 0.0
    """The clock's `monotonic` when the bot was told."""
    answered_at: float | None = None
    answer_type: int | None = None
    response: Message | None = None
    """What ``@original`` means."""
    followups: list[Message] = field(default_factory=list[Message])
    modal: JsonObject | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Request:
    """One HTTP request that arrived, and its answer."""

    method: str
    path: str
    at: datetime
    status: int


class World:
    """Everything on this Discord, and word of every change."""

    def __init__(self, clock: Clock, bot_name: str, token: str) -> None:
        self.clock = clock
        self.token = token
        self.cdn = ""
        """Where files are served, once the server is up."""
        self.bot_public = False
        self.file_limit_bytes = 10 * 1024 * 1024
        self._serial = count()
        self.bot = User(self.new_id(), bot_name, bot=True)
        self.application_id = self.new_id()
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

    def add_guild(self, name: str) -> Guild:
        guild = Guild(self.new_id(), name)
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str, bot_permissions: int) -> Channel:
        channel = Channel(self.new_id(), guild.id, name, bot_permissions)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def add_member(self, guild: Guild, name: str) -> User:
        user = User(self.new_id(), name)
        guild.members.append(user)
        return user

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
