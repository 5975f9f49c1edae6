"""Who may use the bot, in which servers and channels, and which words a prompt may not hold.

Nothing here is counted, and nothing is looked up.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.errors import ChannelNotAllowed, NotYours, Reason, Rejected, WordRefused
from bot.refused_words import RefusedWords

AskVisible = Callable[[frozenset[int]], Awaitable[frozenset[int]]]
"""Which of these channels of their server somebody can see; none if that is unknown."""


async def sees_nothing(_: frozenset[int]) -> frozenset[int]:
    """An `AskVisible` that knows of no channel."""
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetMessage:
    """A message of the bot that somebody does something with, as Discord sent it along."""

    message_id: int
    interaction_id: int | None = None
    """The one in which what it shows was asked for, as its own buttons say."""
    public: bool = True
    """Everybody in the channel sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who uses the bot, and what Discord says of them."""

    user_id: int
    guild_id: int | None = None
    """``None``: in direct messages, or in a group."""
    channel_ids: frozenset[int] = frozenset()
    """Of the channel; in a thread also that of the channel it belongs to."""
    sees_channel: bool = False
    """They can see this channel, as Discord says of this very interaction."""
    message: TargetMessage | None = None
    """What they press a button of, or use a command on."""
    ask_visible: AskVisible = field(default=sees_nothing, repr=False, compare=False)
    """Asks Discord about other channels, for a second at the most; never raises."""
    role_ids: frozenset[int] = frozenset()
    via_user_install: bool = False
    """The bot is not a member there: this person has installed it for themselves."""
    can_manage_messages: bool = False
    """May manage messages there."""
    can_manage_guild: bool = False
    """May manage the server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The rules; each set of ids may be empty, which allows all."""

    allowed_guilds: frozenset[int] = frozenset()
    allowed_roles: frozenset[int] = frozenset()
    allowed_channels: frozenset[int] = frozenset()
    direct_messages: bool = False
    user_install: bool = False
    """People may install the bot for themselves, and so use it anywhere."""
    results_author_only: bool = False
    """Only who asked, and moderators, may press the buttons of a result."""
    refused_words: RefusedWords = field(
        default_factory=lambda: RefusedWords(()), repr=False, compare=False
    )

    def check_access(self, caller: Caller) -> None:
        """Raises `Rejected` or `ChannelNotAllowed`.

        Direct messages have no roles and no channels: if roles are required nobody has one.
        """
        if caller.guild_id is None:
            if not (self.user_install or (self.direct_messages and not caller.via_user_install)):
                raise Rejected(Reason.ONLY_IN_SERVERS)
        else:
            is_listed = not self.allowed_guilds or caller.guild_id in self.allowed_guilds
            if not is_listed or (caller.via_user_install and not self.user_install):
                raise Rejected(Reason.SERVER_NOT_ALLOWED)
        if self.allowed_roles and not self.allowed_roles & caller.role_ids:
            raise Rejected(Reason.ROLE_MISSING)
        if caller.guild_id is None or not self.allowed_channels:
            return
        if not self.allowed_channels & caller.channel_ids:
            raise ChannelNotAllowed(channels=tuple(sorted(self.allowed_channels)))

    def check_result_access(self, caller: Caller, author_id: int | None) -> None:
        """Raises `NotYours` if *caller* may not go on from a result of this author."""
        if self.results_author_only:
            check_job_access(caller, author_id)

    def check_words(self, prompt: str) -> None:
        """Raises `WordRefused` if *prompt* holds one of the refused words."""
        word = self.refused_words.find(prompt)
        if word is not None:
            raise WordRefused(word=word)


def can_change(caller: Caller, author_id: int | None) -> bool:
    """Whether they may stop or delete a job: its author and moderators; ``None``: of nobody."""
    return caller.user_id == author_id or caller.can_manage_messages


def check_job_access(caller: Caller, author_id: int | None) -> None:
    """Raises `NotYours` where they may not stop or delete the job of this author."""
    if not can_change(caller, author_id):
        raise NotYours
