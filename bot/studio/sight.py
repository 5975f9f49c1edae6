"""Who may see a job. One function decides, and everything that looks a job up goes through it.

Its author always may. Others may where they see the channel in which it was shown, in the same
server. Private replies and direct messages are their author's alone, and so is what is made from
them. What cannot be told, or not in time, counts as not seen; a job that somebody may not see is to
them one that nobody knows.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.model import Job, Place
from bot.studio.house import Visitor


async def visible(jobs: Sequence[Job], visitor: Visitor) -> list[Job]:
    """Those of *jobs* that *visitor* may see, in the same order. Never raises.

    Discord is asked about all channels at once, for as long as `Visitor.sees` takes at the most.
    """
    verdicts = [(job, _verdict(job, visitor)) for job in jobs]
    doubtful = frozenset(_shown_in(job)[1] for job, verdict in verdicts if verdict is None)
    seen = await visitor.sees(doubtful) if doubtful else frozenset[int]()
    return [
        job
        for job, verdict in verdicts
        if verdict or (verdict is None and _shown_in(job)[1] in seen)
    ]


async def seen_by(visitor: Visitor, job: Job | None) -> Job | None:
    """*job* where *visitor* may see it; ``None`` where there is none, or none for them."""
    return None if job is None else next(iter(await visible([job], visitor)), None)


def stays_private(job: Job | None, place: Place) -> bool:
    """Whether what is made from *job* at *place* is for its author alone."""
    if job is None:
        return False
    guild_id, channel_id = _shown_in(job)
    return job.place.private or (guild_id is None and channel_id != place.channel_id)


def standing(visitor: Visitor, job: Job) -> Visitor:
    """*visitor* as they stand to *job*: who moderates one channel need not moderate another."""
    here = _is_at_hand(job, visitor) or _shown_in(job)[1] in visitor.channel_ids
    return visitor if here else replace(visitor, moderates=False)


def _verdict(job: Job, visitor: Visitor) -> bool | None:
    """Whether *visitor* may see *job*; ``None`` where Discord must be asked about its channel."""
    if job.author_id == visitor.user_id:
        return True
    if job.place.private:
        return False
    if _is_at_hand(job, visitor):
        return True
    guild_id, channel_id = _shown_in(job)
    if guild_id != visitor.guild_id:
        return False
    if channel_id in visitor.channel_ids:
        return visitor.sees_channel
    # direct messages, a group of others, a server without the bot: nobody can be asked
    return False if guild_id is None or visitor.foreign else None


def _is_at_hand(job: Job, visitor: Visitor) -> bool:
    """Whether this person has a message before them that shows *job* to everybody there."""
    message = visitor.at_hand
    if message is None or not message.public or not visitor.sees_channel:
        return False
    shown = {job.message_id, job.posted.message_id if job.posted else None}
    return message.message_id in shown or message.interaction_id == job.interaction_id


def _shown_in(job: Job) -> tuple[int | None, int]:
    """Server and channel in which *job* was shown last: by its result, or by its author."""
    where = job.posted or job.place
    return where.guild_id, where.channel_id
