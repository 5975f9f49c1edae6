"""Opens images of strangers with Pillow, which is loaded when it is first needed.

What takes a moment runs in one thread of its own, one at a time: so a crowd of large files takes
the memory of one, and no lookup of a host waits behind them.
"""

import asyncio
import io
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from bot.errors import Reason, Rejected

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "AVIF")
"""What Pillow may try: no format that starts another program."""
PIXELS_MAX = 4096 * 4096
"""With four bytes each, 64 MiB."""

P = ParamSpec("P")
T = TypeVar("T")

_drawing = ThreadPoolExecutor(1, thread_name_prefix="pictures")


async def in_thread(draw: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What *draw* returns, or raises; the loop goes on meanwhile."""
    work = partial(draw, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_drawing, work)


@contextmanager
def opened(
    content: bytes, problem: Reason, formats: tuple[str, ...] = FORMATS
) -> Generator["Image.Image"]:
    """The image, of which only the head was read: in the block, nothing but reading the rest.

    Raises `Rejected` with this *problem* for what is none of these formats, has more than
    `PIXELS_MAX` pixels, or turns out to be damaged.
    """
    try:
        with _open(content, formats) as image:
            yield image
    except Exception as error:  # Pillow raises whatever its decoders run into
        raise Rejected(problem) from error


def read_small(content: bytes, side: int) -> "Image.Image":
    """The image in *content* in red, green and blue; read no larger than is needed to make it
    *side* pixels wide and high, where its format allows that. Raises `Rejected`.
    """
    with opened(content, Reason.IMAGE_UNREADABLE) as image:
        image.draft("RGB", (side, side))
        image.load()
    return image if image.mode == "RGB" else image.convert("RGB")


def _open(content: bytes, formats: tuple[str, ...]) -> "Image.Image":
    from PIL import Image  # noqa: PLC0415  # Pillow is loaded late

    image = Image.open(io.BytesIO(content), formats=formats)
    if image.width * image.height > PIXELS_MAX:
        raise ValueError(image.size)
    return image


def image_size(content: bytes) -> tuple[int, int]:
    """Width and height in pixels. Raises `Rejected` for what is no image that can be read."""
    with opened(content, Reason.IMAGE_UNREADABLE) as image:
        return image.size
