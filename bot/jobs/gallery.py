"""Fetches a finished job's pictures and fits them into one Discord message.

No more is ever held in memory than can be posted: what will not fit is not read, and of all
messages together only so many are under way.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from bot.api import Download, PictureDownloads
from bot.errors import PictureTooLarge, PictureUnavailable
from bot.jobs.memory import Held, MemoryBudget
from bot.jobs.screen import Exhibit, PictureFile
from bot.model import Picture

MESSAGE_LIMIT_BYTES = 24 * 1024 * 1024
"""Discord takes about 25 MiB in one request; the rest is left to the text around the pictures."""
ALL_MESSAGES_BYTES = 4 * MESSAGE_LIMIT_BYTES
"""Pictures of all messages together. Those of a usual message take a third of its limit."""
PICTURES_MAX = 10
"""A media gallery holds ten items."""
IN_ORDER_S = 2.0
"""So long a picture waits for those before it to say how large they are: they have the first claim
to what there is."""

log = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


class Gallery:
    """Fetches pictures by *downloads*, for all messages of the bot."""

    def __init__(self, downloads: PictureDownloads) -> None:
        self._downloads = downloads
        self._memory = MemoryBudget(ALL_MESSAGES_BYTES)

    @asynccontextmanager
    async def hung(
        self, pictures: Sequence[Picture], *, file_limit_bytes: int
    ) -> AsyncGenerator[tuple[Exhibit, ...]]:
        """*pictures* (the first ten), fetched at the same time; to be posted inside the block.

        Never raises for a single one. A picture over *file_limit_bytes*, one that would bring the
        message over 24 MiB and one that cannot be fetched come without a file, with the reason.
        """
        pictures = pictures[:PICTURES_MAX]
        most = min(MESSAGE_LIMIT_BYTES, len(pictures) * file_limit_bytes)
        async with self._memory.hold(most) as held:
            message = _Message(held, len(pictures))
            fetching = (
                self._exhibit(picture, _Share(message, number), file_limit_bytes)
                for number, picture in enumerate(pictures)
            )
            yield tuple(await asyncio.gather(*fetching))

    async def _exhibit(self, picture: Picture, share: "_Share", limit_bytes: int) -> Exhibit:
        try:
            download = await self._downloads.fetch(picture.url, limit_bytes=limit_bytes, room=share)
        except (PictureTooLarge, PictureUnavailable) as error:
            share.end(0)
            log.warning("Picture %d of %s: %s", picture.image_no, picture.job_id, error)
            return Exhibit(picture=picture, problem=error)
        share.end(len(download.content))
        return Exhibit(picture=picture, file=_file(picture, download))


class _Message:
    """What the *count* pictures of one message hold together."""

    def __init__(self, held: Held, count: int) -> None:
        self._held = held
        self._taken = [0] * count
        self._settled = [False] * count
        """No more than what is taken is going to be."""
        self._have_spoken = [asyncio.Event() for _ in range(count)]

    async def turn_of(self, number: int) -> None:
        """Wait until the pictures before this one have said how much they take, but not long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(IN_ORDER_S):
                for earlier in self._have_spoken[:number]:
                    await earlier.wait()

    def take(self, number: int, size_bytes: int) -> None:
        """This picture takes so much in all. Raises `PictureTooLarge` where that does not fit."""
        left = self._held.size_bytes - sum(self._taken) + self._taken[number]
        if size_bytes > left:
            raise PictureTooLarge(limit_bytes=max(left, 0))
        self._taken[number] = size_bytes

    def settle(self, number: int, *, is_settled: bool) -> None:
        """This picture has said how much it takes. What nobody takes is free for others."""
        self._settled[number] = is_settled
        self._have_spoken[number].set()
        if all(self._settled):
            self._held.shrink(sum(self._taken))


class _Share:
    """The `bot.api.Room` of one picture of a message."""

    def __init__(self, message: _Message, number: int) -> None:
        self._message = message
        self._number = number
        self._expected = 0

    async def expect(self, size_bytes: int | None) -> None:
        await self._message.turn_of(self._number)
        self._expected = size_bytes or 0
        self._message.take(self._number, self._expected)
        self._message.settle(self._number, is_settled=size_bytes is not None)

    def keep(self, size_bytes: int) -> None:
        if size_bytes > self._expected:
            self._message.take(self._number, size_bytes)

    def end(self, size_bytes: int) -> None:
        """Nothing more comes; so much is held."""
        self._message.take(self._number, size_bytes)
        self._message.settle(self._number, is_settled=True)


def without_files(exhibits: Sequence[Exhibit]) -> tuple[Exhibit, ...]:
    """The same, shown by their links: for where Discord takes no files of that size."""
    too_large = PictureTooLarge(limit_bytes=0)
    return tuple(
        Exhibit(picture=exhibit.picture, problem=exhibit.problem or too_large)
        for exhibit in exhibits
    )


def _file(picture: Picture, download: Download) -> PictureFile:
    return PictureFile(name=file_name(picture, download.extension), content=download.content)


def file_name(picture: Picture, extension: str) -> str:
    """The name under which a picture is uploaded; `/remix` reads the job id back out of it."""
    return f"{_UNSAFE.sub('-', picture.job_id)}_{picture.image_no}.{extension}"
