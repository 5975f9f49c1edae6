"""Finds what a message shows of ours, by what the message itself says: no store is asked."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any

import discord

from bot.actions import REMIX
from bot.job_ids import MessageId, messages_linked, read_upload, uploads_linked
from bot.model import Image
from bot.services.context import TargetMessage
from bot.ui.custom_ids import Verb, read_all, remixed_by

LINKS_FOLLOWED = 10
"""Messages that a message links to, at the most."""
IMAGES_FOUND_MAX = 20
"""As many as there is room for buttons."""

_OF_ITS_JOB = (Verb.MORE, Verb.STOP, Verb.CHOOSE, Verb.DETAILS)
"""Buttons that a message has about the one job that it shows."""

Content = discord.Message | discord.MessageSnapshot
"""A message, or what was forwarded in one."""


def custom_ids(content: Content) -> list[str]:
    """The ids of its buttons, in their order."""
    return [one for one in values(content.components, "custom_id") if isinstance(one, str)]


def has_mark(message: discord.Message, mark: int) -> bool:
    """Whether one of its components has this id."""
    return mark in set(values(message.components, "id"))


def values(components: Iterable[Any], name: str) -> Iterator[Any]:
    """What components, and those inside of them, have under *name*; ``None`` where nothing."""
    for component in components:
        yield getattr(component, name, None)
        yield from values(getattr(component, "children", ()), name)


def images_in(message: discord.Message) -> list[Image]:
    """Images that can be remixed: those that Remix buttons name, else those that files are.

    In the message itself and in what it forwards. Each once, in the order in which people see them.
    The address of each is empty.
    """
    contents = [message, *message.message_snapshots]
    named = [image for one in contents for image in remixed_by(custom_ids(one))]
    by_files: list[tuple[str, int]] = []
    for one in contents:
        galleries = filter(None, values(one.components, "items"))
        files = [attachment.filename for attachment in one.attachments]
        files += [item.media.url for items in galleries for item in items]
        by_files += filter(None, map(read_upload, files))
        by_files += [image for text in _texts(one) for image in uploads_linked(text)]
    named = named or by_files
    unique = dict.fromkeys(Image(job_id=job_id, image_no=no, url="") for job_id, no in named)
    return [image for image in unique if image.offers(REMIX)][:IMAGES_FOUND_MAX]


def messages_in(message: discord.Message) -> list[MessageId]:
    """Other messages that this one points at: the one that it forwards, and those it links to."""
    found: list[MessageId] = []
    reference = message.reference
    if reference is not None and reference.type is discord.MessageReferenceType.forward:
        found += [MessageId(reference.message_id)] if reference.message_id else []
    linked = (
        messages_linked(text)
        for one in [message, *message.message_snapshots]
        for text in _texts(one)
    )
    found += islice(chain.from_iterable(linked), LINKS_FOLLOWED)
    return list(dict.fromkeys(found))


def target_message(message: discord.Message) -> TargetMessage:
    """A message of the bot, with what its buttons say of the job that it shows."""
    about = next((one for one in read_all(custom_ids(message)) if one.verb in _OF_ITS_JOB), None)
    return TargetMessage(
        message_id=message.id,
        interaction_id=about and about.number,
        public=not message.flags.ephemeral or (about is not None and about.public),
    )


def _texts(content: Content) -> Iterator[str]:
    """All that can be read in it, and where its embeds lead to."""
    yield content.content
    yield from (text for text in values(content.components, "content") if text)
    for embed in content.embeds:
        media = (embed.image.url, embed.thumbnail.url)
        parts = (embed.title, embed.description, embed.url, *media)
        yield from (part for part in parts if part)
