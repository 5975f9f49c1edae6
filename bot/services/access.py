"""Who may use the bot, in which servers and channels, which words they may use, and what they see.

One function decides who may see a job, and everything that looks one up goes through it. Its author
always may. Others may if they see the channel in which it was shown, in the same server. Private
replies and direct messages are their author's alone, and so is what is made from them. What cannot
be told, or not in time, counts as not seen; a job that somebody may not see is to them one that
nobody knows.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.errors import ChannelNotAllowed, NotYours, Reason, Rejected, WordRefused
from bot.model import Destination, Job
from bot.refused_words import RefusedWords
from bot.services.context import Caller


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


async def visible(jobs: Sequence[Job], caller: Caller) -> list[Job]:
    """Those of *jobs* that *caller* may see, in the same order. Never raises.

    Discord is asked about all channels at once, within the time of `Caller.ask_visible`.
    """
    verdicts = [(job, _verdict(job, caller)) for job in jobs]
    doubtful = frozenset(_shown_in(job)[1] for job, verdict in verdicts if verdict is None)
    seen = frozenset[int]()
    if doubtful and caller.ask_visible is not None:
        seen = await caller.ask_visible(doubtful)
    return [
        job
        for job, verdict in verdicts
        if verdict or (verdict is None and _shown_in(job)[1] in seen)
    ]


async def seen_by(caller: Caller, job: Job | None) -> Job | None:
    """*job* if *caller* may see it; ``None`` if there is none, or none for them."""
    return None if job is None else next(iter(await visible([job], caller)), None)


async def is_seen_at(job: Job, destination: Destination, viewer_id: int) -> bool:
    """Whether everybody may see *job* who sees what is posted at *destination*: in private that is
    *viewer_id* alone.

    Discord is not asked, so it has to be posted in this very channel, unless it is their own.
    """
    whoever = Caller(
        user_id=viewer_id if destination.private else 0,  # nobody's id
        guild_id=destination.guild_id,
        channel_ids=frozenset({destination.channel_id}),
        sees_channel=True,
    )
    return job.posted is not None and await seen_by(whoever, job) is not None


def stays_private(job: Job | None, destination: Destination) -> bool:
    """Whether what is made from *job* at *destination* is for its author alone."""
    if job is None:
        return False
    guild_id, channel_id = _shown_in(job)
    return job.destination.private or (guild_id is None and channel_id != destination.channel_id)


def standing(caller: Caller, job: Job) -> Caller:
    """*caller* as they stand to *job*: who moderates one channel need not moderate another."""
    here = _is_at_hand(job, caller) or _shown_in(job)[1] in caller.channel_ids
    return caller if here else replace(caller, can_manage_messages=False)


def _verdict(job: Job, caller: Caller) -> bool | None:
    """Whether *caller* may see *job*; ``None`` if Discord must be asked about its channel."""
    if job.author_id == caller.user_id:
        return True
    if job.destination.private:
        return False
    if _is_at_hand(job, caller):
        return True
    guild_id, channel_id = _shown_in(job)
    if guild_id != caller.guild_id:
        return False
    if channel_id in caller.channel_ids:
        return caller.sees_channel
    # direct messages, a group of others, a server without the bot: nobody can be asked
    return False if guild_id is None or caller.via_user_install else None


def _is_at_hand(job: Job, caller: Caller) -> bool:
    """Whether this person has a message before them that shows *job* to everybody there."""
    message = caller.message
    if message is None or not message.public or not caller.sees_channel:
        return False
    shown = {job.message_id, job.posted.message_id if job.posted else None}
    return message.message_id in shown or message.interaction_id == job.interaction_id


def _shown_in(job: Job) -> tuple[int | None, int]:
    """Server and channel in which *job* was shown last: by its result, or by its author."""
    where = job.posted or job.destination
    return where.guild_id, where.channel_id
