"""Looks at what people see of a job that an earlier process left open, before that is changed.

The job's own message first; where that says nothing of an end, and is not simply at work, the end
may be in a message of its own. Nothing is assumed while Discord cannot be asked.
"""

import re
from collections.abc import Awaitable
from operator import itemgetter
from typing import TypeVar

import discord

from bot.delivery.job_messages import JobMessages, link_to
from bot.errors import AnswerUnseen
from bot.jobs.status_message import Shown, Told
from bot.model import Image, Job, JobState
from bot.ui import components, discord_errors
from bot.ui.buttons import own_id
from bot.ui.custom_ids import ButtonId, Verb, remixed_by, under_failure
from bot.ui.layouts import final_marker, notice_marker, stopped_marker

T = TypeVar("T")

NOT_FOUND = 404
UNCHARGED_BEFORE = "Nothing was charged."
"""How earlier versions said so: their messages outlive an update. Ours are known by marks."""


async def inspect(messages: JobMessages, message_id: int | None) -> tuple[int | None, Shown | None]:
    """The job's own message, *message_id* where that is known, and what people were told.

    Raises what discord.py raises while Discord is out of order, and `AnswerUnseen` where a job that
    was not sent may have been called off in a message that cannot be read: one that only a token
    reaches, or that is gone.
    """
    job, public = messages.job, messages.job.destination.bot_can_post
    own, unanswered = await _own_message(messages, message_id)
    if own is not None:
        message_id = own.id
        shown = read(own, job)
        stop_id = ButtonId(Verb.STOP, job.interaction_id).custom_id
        if shown is not None or stop_id in components.custom_ids(own):
            return message_id, shown
    # The end may be in a message of its own. A direct one is looked for by itself before another
    # is posted; here only where that would be the first thing to happen, or where the job is sent.
    told = await messages.find_end(messages.channel) if public else None
    if told is None and (not public or job.state is JobState.ACCEPTED):
        direct = await _unless_refused(messages.direct_channel())
        told = None if direct is None else await messages.find_end(direct)
    if job.state is JobState.ACCEPTED and told is None and own is None and not unanswered:
        raise AnswerUnseen
    return message_id, None if told is None else read(told, job)


async def _own_message(
    messages: JobMessages, message_id: int | None
) -> tuple[discord.Message | None, bool]:
    """The answer to the interaction; and whether there is none that could have told anything."""
    job = messages.job
    public, unanswered = job.destination.bot_can_post, False
    if messages.token_lives:
        try:
            own = await messages.answer(message_id)
        except discord.HTTPException as fault:
            if discord_errors.is_transient(fault):
                raise
            unanswered = fault.status == NOT_FOUND
        else:
            if not own.content or _refuses(own, job):
                return own, False
            # Else it is a question, beside which the job came; a refusal would be in its place.
            unanswered = public
    if not public:
        return None, unanswered
    channel = messages.channel
    if message_id is not None:
        return await _unless_refused(channel.fetch_message(message_id)), unanswered
    return await messages.find(channel, lambda found: _answers(found, job)), unanswered


def read(message: discord.Message, job: Job) -> Shown | None:
    """What *message* says of the end of *job*; ``None`` for nothing."""
    posted = link_to(job, message.channel.id, message.id)
    if _refuses(message, job):
        return Shown(said=Told.REFUSED, posted=posted, uncharged=True)
    if components.has_mark(message, stopped_marker(job)):
        return Shown(said=Told.STOPPED, posted=posted)
    buttons = components.custom_ids(message)
    uncharged = components.has_mark(message, notice_marker(job, uncharged=True))
    is_notice = uncharged or components.has_mark(message, notice_marker(job, uncharged=False))
    if not (is_notice or components.has_mark(message, final_marker(job)) or own_id(job) in buttons):
        return None
    failure = under_failure(buttons)
    if is_notice or failure is not None:
        said = [message.content, *components.values(message.components, "content")]
        uncharged |= failure is Verb.EDIT_UNCHARGED
        uncharged |= any(UNCHARGED_BEFORE in words for words in said if words)
        return Shown(said=Told.FAILURE, posted=posted, uncharged=uncharged)
    files = [file.url for file in message.attachments]
    for items in components.values(message.components, "items"):
        files += [item.media.url for item in items or ()]
    images: list[Image] = []
    for job_id, image_no in sorted(remixed_by(buttons), key=itemgetter(1)):
        named = re.compile(rf"_{image_no}\.[a-z]+(\?|\Z)")
        url = next((url for url in files if named.search(url)), None)
        if url is not None:
            images.append(Image(job_id=job_id, image_no=image_no, url=url))
    return Shown(said=Told.IMAGES, posted=posted, images=tuple(images))


def _answers(message: discord.Message, job: Job) -> bool:
    metadata = message.interaction_metadata
    return metadata is not None and metadata.id == job.interaction_id


def _refuses(message: discord.Message, job: Job) -> bool:
    """Whether it says that *job* was not accepted, because nobody knew better.

    No other answer to its interaction is plain text: what shows a job has components.
    """
    return bool(message.content) and not message.components and _answers(message, job)


async def _unless_refused(answer: Awaitable[T]) -> T | None:
    """``None`` where Discord says for good that there is none for us."""
    try:
        return await answer
    except discord.HTTPException as fault:
        if discord_errors.is_transient(fault):
            raise
    return None
