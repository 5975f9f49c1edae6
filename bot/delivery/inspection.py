"""Looks at what people see of a job that an earlier process left open, before that is changed.

The job's own message first; where that says nothing of an end, and is not simply at work, the end
may be in a message of its own. Nothing is assumed while Discord cannot be asked.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from operator import itemgetter
from typing import TypeVar

import discord
import stamina

from bot import sentences, texts
from bot.clock import Clock
from bot.delivery.job_messages import JobMessages, token_lives
from bot.errors import AnswerUnseen, DeliveryFailed, StoreUnavailable
from bot.jobs.status_message import MessageRef, Shown, Told
from bot.model import Image, Job, JobState
from bot.ui import components, discord_errors
from bot.ui.buttons import own_id, stop_id
from bot.ui.custom_ids import is_under_failure, remixed_by
from bot.ui.layouts import final_marker, notice_marker, stopped_marker

T = TypeVar("T")

ATTEMPTS = 5
NOT_FOUND = 404
REFUSAL_BEFORE = "I cannot write anything down at the moment, so I did not accept this."
"""How older versions said that nothing was accepted: their messages outlive an update."""
PATIENCE_S = 60.0
"""How long Discord is asked in a row while it is out of order."""


class Look:
    """At the messages of *job*; *message_id* is its own one, where it is known."""

    def __init__(
        self,
        client: discord.Client,
        job: Job,
        message_id: int | None,
        *,
        clock: Clock,
        certain: Callable[[], Awaitable[None]],
    ) -> None:
        self._messages = JobMessages(client, job, certain=certain)
        self._job = job
        self._clock = clock
        self.message_id = message_id
        self._unanswered = False
        """Discord says that there is no answer which could have told people anything."""

    async def take(self) -> Shown | None:
        """What people were told.

        Raises `DeliveryFailed` where Discord is out of order, and `AnswerUnseen` where a job that
        was not sent may have been called off in a message that cannot be read: one that only a
        token reaches, or that is gone.
        """
        try:
            async for attempt in stamina.retry_context(
                on=discord_errors.is_transient, attempts=ATTEMPTS, timeout=PATIENCE_S
            ):
                with attempt:
                    return await self._once()
        except discord_errors.FAULTS as fault:
            raise DeliveryFailed(detail=discord_errors.detail(fault), may_pass=True) from None
        raise AssertionError("stamina either returns or raises")

    async def _once(self) -> Shown | None:
        own = await self._own()
        if own is not None:
            self.message_id = own.id
            shown = read(own, self._job)
            if shown is not None or stop_id(self._job) in components.custom_ids(own):
                return shown
        told = await self._elsewhere()
        is_known = told is not None or own is not None or self._unanswered
        if self._job.state is JobState.ACCEPTED and not is_known:
            raise AnswerUnseen
        return told

    async def _own(self) -> discord.Message | None:
        if token_lives(self._job, self._clock):
            try:
                own = await self._messages.answer_by_token(self.message_id)
            except discord.HTTPException as fault:
                if discord_errors.is_transient(fault):
                    raise
                self._unanswered = fault.status == NOT_FOUND
            else:
                if not own.content or _refuses(own):
                    return own
                # Else it is a question, beside which the job came; a refusal would be in its place.
                self._unanswered = self._job.destination.bot_can_post
        if self._job.destination.bot_can_post:
            return await _unless_refused(lambda: self._messages.answer_in_channel(self.message_id))
        return None

    async def _elsewhere(self) -> Shown | None:
        """What ended it in a message of its own: in the channel, or a direct one.

        A direct one is looked for by itself before another is posted; here only where that would
        be the first thing to happen, or where the job would be sent.
        """
        found = None
        if self._job.destination.bot_can_post:
            found = await self._messages.find_final_message(self._messages.channel)
        if found is None and (
            not self._job.destination.bot_can_post or self._job.state is JobState.ACCEPTED
        ):
            direct = await _unless_refused(self._messages.direct_channel)
            found = None if direct is None else await self._messages.find_final_message(direct)
        return None if found is None else read(found, self._job)


def read(message: discord.Message, job: Job) -> Shown | None:
    """What *message* says of the end of *job*; ``None`` for nothing."""
    posted = MessageRef(channel_id=message.channel.id, message_id=message.id)
    if _refuses(message):
        return Shown(said=Told.REFUSED, posted=posted, uncharged=True)
    if components.has_mark(message, stopped_marker(job)):
        return Shown(said=Told.STOPPED, posted=posted)
    buttons = components.custom_ids(message)
    is_notice = components.has_mark(message, notice_marker(job))
    if not (is_notice or components.has_mark(message, final_marker(job)) or own_id(job) in buttons):
        return None
    if is_notice or any(is_under_failure(button) for button in buttons):
        uncharged = any(texts.NOTHING_CHARGED in words for words in _words(message))
        return Shown(said=Told.FAILURE, posted=posted, uncharged=uncharged)
    return Shown(said=Told.IMAGES, posted=posted, images=_images(message, buttons))


def _refuses(message: discord.Message) -> bool:
    """Whether it says that nothing was accepted, because nobody knew better."""
    said = (sentences.describe(StoreUnavailable()), REFUSAL_BEFORE)
    return any(sentence in message.content for sentence in said)


def _words(message: discord.Message) -> Iterator[str]:
    yield message.content
    for words in components.values(message.components, "content"):
        if isinstance(words, str):
            yield words


def _images(message: discord.Message, buttons: list[str]) -> tuple[Image, ...]:
    """Those that have a button and a file, with the file's address."""
    files = [file.url for file in message.attachments]
    for items in components.values(message.components, "items"):
        files += [item.media.url for item in items or ()]
    images: list[Image] = []
    for job_id, image_no in sorted(remixed_by(buttons), key=itemgetter(1)):
        named = re.compile(rf"_{image_no}\.[a-z]+(\?|\Z)")
        url = next((url for url in files if named.search(url)), None)
        if url is not None:
            images.append(Image(job_id=job_id, image_no=image_no, url=url))
    return tuple(images)


async def _unless_refused(ask: Callable[[], Awaitable[T]]) -> T | None:
    """The answer; ``None`` where Discord says for good that there is none for us."""
    try:
        return await ask()
    except discord.HTTPException as fault:
        if discord_errors.is_transient(fault):
            raise
    return None
