"""All images of a job in one ZIP. Knows neither the store nor Discord.

They are not compressed, because images hardly can be. The ZIP is a file without a name, so memory
holds no more of it than the images that are being put in.
"""

import asyncio
import logging
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from bot.attachments import MESSAGE_FILES_MAX, MESSAGE_LIMIT_BYTES, ImageFile, ResultImage
from bot.errors import ImageTooLarge
from bot.jobs.result_lookup import ResultLookup
from bot.model import Image

OVERHEAD_BYTES = 512
"""More than a ZIP says of one file, and at its end: names are short."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    file: BufferedIOBase | None
    """``None`` where nothing could be put in."""
    left_out: tuple[ResultImage, ...]
    """With the reasons."""


@asynccontextmanager
async def archived(
    results: ResultLookup, images: Sequence[Image], *, limit_bytes: int, made_at: datetime
) -> AsyncGenerator[Archive]:
    """A ZIP with those of *images* that fit into *limit_bytes*, in their order, and into a message.

    It can be read inside the block, and is gone afterwards.
    """
    left_bytes = min(limit_bytes, MESSAGE_LIMIT_BYTES) - OVERHEAD_BYTES
    left_out: list[ResultImage] = []
    with tempfile.TemporaryFile() as file:
        with ZipFile(file, "w", ZIP_STORED) as packed:
            for start in range(0, len(images), MESSAGE_FILES_MAX):
                some = images[start : start + MESSAGE_FILES_MAX]
                async with results.loaded(some, max(left_bytes, 1), None) as (loaded, _):
                    fitting: list[ImageFile] = []
                    for one in loaded:
                        size = len(one.file.content) + OVERHEAD_BYTES if one.file else 0
                        if one.file is None:
                            left_out.append(one)
                        elif size > left_bytes:
                            problem = ImageTooLarge(limit_bytes=max(left_bytes, 0))
                            left_out.append(ResultImage(image=one.image, problem=problem))
                        else:
                            fitting.append(one.file)
                            left_bytes -= size
                    await asyncio.to_thread(_pack, packed, fitting, made_at)
        file.seek(0)
        is_empty = len(left_out) == len(images)
        yield Archive(file=None if is_empty else file, left_out=tuple(left_out))


def _pack(packed: ZipFile, files: Sequence[ImageFile], made_at: datetime) -> None:
    for one in files:
        packed.writestr(ZipInfo(one.name, made_at.timetuple()[:6]), one.content)
