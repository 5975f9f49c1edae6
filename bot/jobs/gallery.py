"""Fetches a finished job's pictures and fits them into one Discord message."""

import asyncio
import logging
import re
from collections.abc import Sequence

from bot.api import Download, PictureDownloads
from bot.errors import PictureTooLarge, PictureUnavailable
from bot.jobs.screen import Exhibit, PictureFile
from bot.model import Picture

MESSAGE_LIMIT_BYTES = 24 * 1024 * 1024
"""Discord takes about 25 MiB in one request; the rest is left to the text around the pictures."""
PICTURES_MAX = 10
"""A media gallery holds ten items."""

log = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


async def hang(
    pictures: Sequence[Picture], downloads: PictureDownloads, *, file_limit_bytes: int
) -> tuple[Exhibit, ...]:
    """Fetch *pictures* (the first ten) at the same time; never raises for a single one.

    A picture over *file_limit_bytes*, one that would bring the message over 24 MiB and one that
    cannot be fetched come without a file, with the reason.
    """
    shown = pictures[:PICTURES_MAX]
    fetched = await asyncio.gather(
        *(_fetch(picture, downloads, file_limit_bytes) for picture in shown)
    )
    exhibits: list[Exhibit] = []
    room = MESSAGE_LIMIT_BYTES
    for picture, result in zip(shown, fetched, strict=True):
        if not isinstance(result, Download):
            exhibits.append(Exhibit(picture=picture, problem=result))
        elif len(result.content) > room:
            exhibits.append(Exhibit(picture=picture, problem=PictureTooLarge(limit_bytes=room)))
        else:
            room -= len(result.content)
            file = PictureFile(name=file_name(picture, result.extension), content=result.content)
            exhibits.append(Exhibit(picture=picture, file=file))
    return tuple(exhibits)


def without_files(exhibits: Sequence[Exhibit]) -> tuple[Exhibit, ...]:
    """The same, shown by their links: for where Discord takes no files of that size."""
    too_large = PictureTooLarge(limit_bytes=0)
    return tuple(
        Exhibit(picture=exhibit.picture, problem=exhibit.problem or too_large)
        for exhibit in exhibits
    )


async def _fetch(
    picture: Picture, downloads: PictureDownloads, limit_bytes: int
) -> Download | PictureTooLarge | PictureUnavailable:
    try:
        return await downloads.fetch(picture.url, limit_bytes=limit_bytes)
    except (PictureTooLarge, PictureUnavailable) as error:
        log.warning("Picture %d of %s: %s", picture.image_no, picture.job_id, error)
        return error


def file_name(picture: Picture, extension: str) -> str:
    """The name under which a picture is uploaded; `/remix` reads the job id back out of it."""
    return f"{_UNSAFE.sub('-', picture.job_id)}_{picture.image_no}.{extension}"
