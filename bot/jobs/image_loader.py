"""Fetches a finished job's images and fits them into one Discord message.

No more is ever held in memory than can be posted: what will not fit is not read, and of all
messages together only so many are under way.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from bot import attachments
from bot.api import ImageDownloads
from bot.attachments import ImageFile, ResultImage
from bot.errors import ImageTooLarge, ImageUnavailable
from bot.jobs.memory_budget import Held, MemoryBudget
from bot.model import Image

ALL_MESSAGES_BYTES = 4 * attachments.MESSAGE_LIMIT_BYTES
"""Images of all messages together. Those of a usual message take a third of its limit."""
IN_ORDER_S = 2.0
"""So long an image waits for those before it to say how large they are: they have the first claim
to what there is."""

log = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


class ImageLoader:
    """Fetches images by *downloads*, for all messages of the bot."""

    def __init__(self, downloads: ImageDownloads) -> None:
        self._downloads = downloads
        self._memory = MemoryBudget(ALL_MESSAGES_BYTES)

    @asynccontextmanager
    async def loaded(
        self, images: Sequence[Image], *, file_limit_bytes: int
    ) -> AsyncGenerator[tuple[ResultImage, ...]]:
        """*images* (the first ten), fetched at the same time; to be posted inside the block.

        Never raises for a single one. An image over *file_limit_bytes*, one that would bring the
        message over 24 MiB and one that cannot be fetched come without a file, with the reason.
        """
        images = images[: attachments.FILES_MAX]
        most = min(attachments.MESSAGE_LIMIT_BYTES, len(images) * file_limit_bytes)
        async with self._memory.hold(most) as held:
            message = _Message(held, len(images))
            fetching = (
                self._load(image, _Share(message, number), file_limit_bytes)
                for number, image in enumerate(images)
            )
            yield tuple(await asyncio.gather(*fetching))

    async def _load(self, image: Image, share: "_Share", limit_bytes: int) -> ResultImage:
        try:
            download = await self._downloads.fetch(image.url, limit_bytes=limit_bytes, room=share)
        except (ImageTooLarge, ImageUnavailable) as error:
            share.end(0)
            log.warning(
                "Failed to download image %d of provider job %s: %s",
                image.image_no,
                image.job_id,
                error,
            )
            return ResultImage(image=image, problem=error)
        share.end(len(download.content))
        name = file_name(image, download.extension)
        return ResultImage(image=image, file=ImageFile(name=name, content=download.content))


class _Message:
    """What the *count* images of one message hold together."""

    def __init__(self, held: Held, count: int) -> None:
        self._held = held
        self._taken = [0] * count
        self._settled = [False] * count
        """No more than what is taken is going to be."""
        self._have_spoken = [asyncio.Event() for _ in range(count)]

    async def turn_of(self, number: int) -> None:
        """Wait until the images before this one have said how much they take, but not long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(IN_ORDER_S):
                for earlier in self._have_spoken[:number]:
                    await earlier.wait()

    def take(self, number: int, size_bytes: int) -> None:
        """This image takes so much in all. Raises `ImageTooLarge` where that does not fit."""
        left = self._held.size_bytes - sum(self._taken) + self._taken[number]
        if size_bytes > left:
            raise ImageTooLarge(limit_bytes=max(left, 0))
        self._taken[number] = size_bytes

    def settle(self, number: int, *, is_settled: bool) -> None:
        """This image has said how much it takes. What nobody takes is free for others."""
        self._settled[number] = is_settled
        self._have_spoken[number].set()
        if all(self._settled):
            self._held.shrink(sum(self._taken))


class _Share:
    """The `bot.api.Room` of one image of a message."""

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


def file_name(image: Image, extension: str) -> str:
    """The name under which an image is uploaded; `/remix` reads the job id back out of it."""
    return f"{_UNSAFE.sub('-', image.job_id)}_{image.image_no}.{extension}"
