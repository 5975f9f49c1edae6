"""Fetches a finished job's images and fits them into one Discord message.

No more is ever held in memory than can be posted: what will not fit is not read, and of all
messages together only so many are under way.
"""

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import repeat

from bot import attachments
from bot.api import ImageDownloads
from bot.attachments import ImageFile, LoadedImages, ResultImage
from bot.errors import ImageTooLarge, ImageUnavailable
from bot.model import Image

ALL_MESSAGES_BYTES = 4 * attachments.MESSAGE_LIMIT_BYTES
"""Images of all messages together. Those of a usual message take a third of its limit."""
IN_ORDER_S = 2.0
"""So long an image waits for those before it to say how large they are: they have the first claim
to what there is."""
SOURCE_WAIT_S = 1.0
"""So long a source is waited for once the images that were made from it are there."""

log = logging.getLogger(__name__)

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


@dataclass(slots=True, eq=False)
class Held:
    """Some bytes of *budget*, until they are given back."""

    budget: "MemoryBudget"
    size_bytes: int

    def shrink(self, size_bytes: int) -> None:
        """Give back all over *size_bytes*; does nothing where there is no more than that."""
        over = self.size_bytes - size_bytes
        if over > 0:
            self.size_bytes = size_bytes
            self.budget.give_back(over)


class MemoryBudget:
    """How much memory images may take together: first come, first served."""

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = self._free_bytes = limit_bytes
        self._line = asyncio.Lock()
        """Held by the first of those who wait."""
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def hold(self, size_bytes: int) -> AsyncGenerator[Held]:
        """*size_bytes*, or all there is where that is less, for as long as the block runs."""
        held = Held(self, min(size_bytes, self._limit_bytes))
        async with self._line:
            while held.size_bytes > self._free_bytes:
                self._freed.clear()
                await self._freed.wait()
            self._free_bytes -= held.size_bytes
        try:
            yield held
        finally:
            held.shrink(0)

    def give_back(self, size_bytes: int) -> None:
        self._free_bytes += size_bytes
        self._freed.set()


class ImageLoader:
    """Fetches images by *downloads*, for all messages of the bot."""

    def __init__(self, downloads: ImageDownloads) -> None:
        self._downloads = downloads
        self._memory = MemoryBudget(ALL_MESSAGES_BYTES)

    @asynccontextmanager
    async def loaded(
        self, images: Sequence[Image], *, file_limit_bytes: int, source: Image | None = None
    ) -> AsyncGenerator[LoadedImages]:
        """*images* (the first ten), fetched at the same time; to be posted inside the block.

        Never raises for a single one. An image over *file_limit_bytes*, one that would bring the
        message over 24 MiB and one that cannot be fetched come without a file, with the reason.
        *source* comes last, and not at all if anything is wrong with it.
        """
        wanted = [*images[: attachments.MESSAGE_FILES_MAX], *([source] if source else [])]
        most = min(attachments.MESSAGE_LIMIT_BYTES, len(wanted) * file_limit_bytes)
        async with self._memory.hold(most) as held:
            shares: list[_Share] = []
            for _ in wanted:
                shares.append(_Share(held, shares))
            loads = map(self._load, wanted, shares, repeat(file_limit_bytes))
            fetching = [asyncio.ensure_future(load) for load in loads]
            beside = fetching.pop() if source else None
            try:
                result_images = tuple(await asyncio.gather(*fetching))
                file = None
                if beside is not None:
                    done, _ = await asyncio.wait({beside}, timeout=SOURCE_WAIT_S)
                    file = beside.result().file if done else None
            finally:
                if beside is not None and beside.cancel():
                    shares[-1].end(0)
            yield result_images, file

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


class _Share:
    """The `bot.api.Room` of one image: its share of what *shares*, one message's, hold together.

    It is the last of them so far; those before it have the first claim.
    """

    def __init__(self, held: Held, shares: list["_Share"]) -> None:
        self._held = held
        self._shares = shares
        self._before = tuple(shares)
        self._expected = self.taken = 0
        self.settled = False
        """No more than what is taken is going to be."""
        self.has_spoken = asyncio.Event()

    async def expect(self, size_bytes: int | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(IN_ORDER_S):
                for earlier in self._before:
                    await earlier.has_spoken.wait()
        self._expected = size_bytes or 0
        self._take(self._expected, settled=size_bytes is not None)

    def keep(self, size_bytes: int) -> None:
        if size_bytes > self._expected:
            self._take(size_bytes, settled=self.settled)

    def end(self, size_bytes: int) -> None:
        """Nothing more comes; so much is held."""
        self._take(size_bytes, settled=True)

    def _take(self, size_bytes: int, *, settled: bool) -> None:
        """Take so much in all, and free what nobody takes. Raises `ImageTooLarge`."""
        left = self._held.size_bytes - sum(one.taken for one in self._shares) + self.taken
        if size_bytes > left:
            raise ImageTooLarge(limit_bytes=max(left, 0))
        self.taken, self.settled = size_bytes, settled
        self.has_spoken.set()
        if all(one.settled for one in self._shares):
            self._held.shrink(sum(one.taken for one in self._shares))


def file_name(image: Image, extension: str) -> str:
    """The name under which an image is uploaded; `/remix` reads the job id back out of it."""
    return f"{plain_name(image.job_id)}_{image.image_no}.{extension}"


def plain_name(job_id: str) -> str:
    """An id of the provider's as a part of a file's name."""
    return _UNSAFE.sub("-", job_id)
