"""What there is on this Discord: users, guilds, channels, messages, files, interactions.

Plain nouns. What exists, and how it is found, is in `world`.
"""

import asyncio
import mimetypes
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

JsonObject = dict[str, Any]
"""A decoded JSON object: what is inside is only known after looking."""

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
"""The moment that Discord's ids count from."""

EPHEMERAL = 1 << 6
LOADING = 1 << 7
COMPONENTS_V2 = 1 << 15

VIEW_CHANNEL = 1 << 10
SEND_MESSAGES = 1 << 11
EMBED_LINKS = 1 << 14
ATTACH_FILES = 1 << 15
READ_MESSAGE_HISTORY = 1 << 16
MENTION_EVERYONE = 1 << 17
CONNECT = 1 << 20
USE_EXTERNAL_EMOJIS = 1 << 18
SEND_MESSAGES_IN_THREADS = 1 << 38
INVITED_WITH = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | CONNECT
    | SEND_MESSAGES_IN_THREADS
)
"""What a bot may do that was invited with just what posting images needs."""
TEXT, VOICE, THREAD = 0, 2, 11
"""Kinds of channels of a guild."""
DIRECTLY = EMBED_LINKS | ATTACH_FILES | MENTION_EVERYONE | USE_EXTERNAL_EMOJIS
"""What Discord reports for direct messages, although the bot can also read and send there."""


ALL_PERMISSIONS = (1 << 53) - 1
MANAGE_GUILD = 1 << 5
MANAGE_MESSAGES = 1 << 13
USE_APPLICATION_COMMANDS = 1 << 31
USE_EXTERNAL_APPS = 1 << 50
"""Without it, what people bring along answers them alone."""
MEMBER = (
    VIEW_CHANNEL
    | SEND_MESSAGES
    | EMBED_LINKS
    | ATTACH_FILES
    | READ_MESSAGE_HISTORY
    | SEND_MESSAGES_IN_THREADS
    | USE_APPLICATION_COMMANDS
    | USE_EXTERNAL_APPS
)
"""What people may do who have no role."""
ABROAD = EMBED_LINKS | ATTACH_FILES
"""What Discord lets a bot do, for who brought it along, in a guild in which it is not."""


def objects(payload: JsonObject, key: str) -> list[JsonObject]:
    """The list of objects under a key; empty where it is absent or null."""
    return payload.get(key) or []


@dataclass(eq=False)
class User:
    id: int
    name: str
    bot: bool = False
    takes_direct_messages: bool = True
    """Off, Discord refuses what the bot would send them directly."""
    permissions: int = MEMBER
    """In every guild."""
    installed: bool = False
    """They have the bot on their account, and so in places where it is not."""


@dataclass(eq=False)
class Channel:
    """A channel of a guild, direct messages between the bot and one person, or a group."""

    id: int
    guild_id: int | None
    name: str
    bot_permissions: int
    recipient: User | None = None
    """The other side of direct messages; ``None`` elsewhere."""
    kind: int = TEXT
    """In a guild."""
    parent: "Channel | None" = None
    """Of a thread: the channel that it is in."""
    archived: bool = False
    locked: bool = False
    group: bool = False
    """People's own conversation, in which a bot never is."""
    closed_to: list[User] = field(default_factory=list[User])
    """Members of the guild who do not see it."""


@dataclass(eq=False)
class Guild:
    id: int
    name: str
    with_bot: bool = True
    bot_permissions: int = ALL_PERMISSIONS
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
        if self.channel.recipient is not None and self.channel.recipient.id != user_id:
            return False
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
    choices: list[JsonObject] = field(default_factory=list[JsonObject])
    """What the bot suggests to who is still typing."""
    opened_by: "Interaction | None" = None
    """Of a submit: the interaction that opened its modal."""
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    refused: asyncio.Event = field(default_factory=asyncio.Event)
    """An answer of the bot's came to nothing."""


@dataclass(frozen=True)
class Request:
    """One HTTP request that arrived, and its answer."""

    method: str
    path: str
    at: datetime
    status: int
    """0 where no answer was given."""
    fault: str | None = None
    """The name of what went wrong because a test said so."""
