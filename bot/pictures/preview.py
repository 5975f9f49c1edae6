"""Draws what of an image is to be repainted, for whoever is about to pay for it."""

import io
from typing import TYPE_CHECKING

from bot.pictures.areas import AREAS, Mask, Size, scaled
from bot.pictures.opening import read_small

if TYPE_CHECKING:
    from PIL import ImageDraw

SIDE = 1024
_QUALITY = 80
"""At which even noise of `SIDE` squared stays below 1 MiB."""
_TINT = (255, 0, 110)
_LIGHT, _DARK = (255, 255, 255), (0, 0, 0)


def draw_preview(content: bytes, mask: Mask) -> bytes:
    """A JPEG of the image, at most `SIDE` wide and high and below 1 MiB, with what *mask* has of it
    tinted and outlined; with the numbers of all nine areas if some were chosen by number.

    Raises `Rejected` for what is no image that can be read.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415  # Pillow is loaded late

    image = read_small(content, SIDE)
    image.thumbnail((SIDE, SIDE))
    size = (mask.width, mask.height)
    polygons = [scaled(polygon, size, image.size) for polygon in mask.polygons]
    marked = Image.new("L", image.size)
    marker = ImageDraw.Draw(marked)
    for polygon in polygons:
        marker.polygon(polygon, fill=255)
    tinted = Image.blend(image, Image.new("RGB", image.size, _TINT), 0.4)
    image.paste(tinted, mask=marked)
    draw = ImageDraw.Draw(image)
    if mask.areas:
        _number(draw, image.size)
    for color, line in ((_DARK, 6), (_LIGHT, 3)):
        for polygon in polygons:
            draw.line((*polygon, *polygon[:2]), fill=color, width=line, joint="curve")
    drawn = io.BytesIO()
    image.save(drawn, "JPEG", quality=_QUALITY)
    return drawn.getvalue()


def _number(draw: "ImageDraw.ImageDraw", size: Size) -> None:
    """Thin lines between the nine areas, and a number in the middle of each."""
    from PIL import ImageFont  # noqa: PLC0415  # Pillow is loaded late

    (width, height), font = size, ImageFont.load_default(max(min(size) / 16, 12))
    for third in (1, 2):
        x, y = width * third / 3, height * third / 3
        draw.line(((x, 0), (x, height)), fill=_LIGHT)
        draw.line(((0, y), (width, y)), fill=_LIGHT)
    for number in AREAS:
        row, column = divmod(number - 1, 3)
        draw.text(
            (width * (2 * column + 1) / 6, height * (2 * row + 1) / 6),
            str(number),
            fill=_LIGHT,
            font=font,
            anchor="mm",
            stroke_width=2,
            stroke_fill=_DARK,
        )
