"""Finds pictures of ours in a message, by what the message itself says: no store is asked."""

from collections.abc import Iterable
from typing import Any

import discord

from bot.errors import JobIdInvalid
from bot.inputs import read_upload
from bot.model import Picture
from bot.ui.buttons import PictureButton, Verb
from bot.ui.traces import values


def pictures_in(message: discord.Message) -> list[Picture]:
    """Pictures that can be remixed: those that Remix buttons name, else those that files are.

    Each once, in the order in which people see them. The address of each is empty.
    """
    named = _by_buttons(message.components) or _by_files(message)
    unique = dict.fromkeys(Picture(job_id=job_id, image_no=no, url="") for job_id, no in named)
    return [picture for picture in unique if picture.remixable]


def _by_buttons(components: Iterable[Any]) -> list[tuple[str, int]]:
    pattern = PictureButton.__discord_ui_compiled_template__
    found = (pattern.fullmatch(custom_id or "") for custom_id in values(components, "custom_id"))
    return [
        (match["job"], int(match["image"]))
        for match in found
        if match is not None and match["verb"] == Verb.REMIX
    ]


def _by_files(message: discord.Message) -> list[tuple[str, int]]:
    galleries = values(message.components, "items")
    media = [item.media.url for items in galleries if items for item in items]
    embedded = [embed.image.url or "" for embed in message.embeds]
    names = [attachment.filename for attachment in message.attachments]
    found: list[tuple[str, int]] = []
    for name in (*names, *media, *embedded):
        try:
            found.append(read_upload(name))
        except JobIdInvalid:
            continue
    return found
