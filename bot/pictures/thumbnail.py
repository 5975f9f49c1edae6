"""A small copy of an image, to show which one is meant."""

import io

from bot.pictures.opening import read_small

SIDE = 256


def draw_thumbnail(content: bytes) -> bytes:
    """A PNG of the image in *content*, at most 256 pixels wide and high.

    Raises `Rejected` for what can't be read.
    """
    small = read_small(content, 2 * SIDE)
    small.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    small.save(file, "PNG")
    return file.getvalue()
