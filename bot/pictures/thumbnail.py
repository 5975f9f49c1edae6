"""A small copy of an image, to show which one is meant."""

import io

from bot.errors import Reason
from bot.pictures.opening import opened

SIDE = 256


def draw_thumbnail(content: bytes) -> bytes:
    """A PNG of the image in *content*, at most 256 pixels wide and high.

    Raises `Rejected` for what can't be read.
    """
    with opened(content, Reason.IMAGE_UNREADABLE) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        image.load()
    small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    small.save(file, "PNG")
    return file.getvalue()
