"""Reads a mask from a file: black and white, and what is white is repainted.

The API also takes the address of such a file. Ours would be one of Discord's, which anybody can
open and which ends after a day; so it gets polygons, and the file is forgotten.
"""

import re
from typing import TYPE_CHECKING

from bot.errors import Reason, Rejected
from bot.pictures.areas import POINTS_MAX, POLYGONS_MAX, Mask, Size, canvas, check_shape, scaled
from bot.pictures.opening import opened
from bot.pictures.outlines import Polygon, Run, TooComplicated, simplify, trace

if TYPE_CHECKING:
    from PIL import Image

FILE_MAX_BYTES = 4 * 1024 * 1024
SIDE_READ = 1024
"""Of a larger mask, this many pixels are looked at along its longer side."""
GRAY_MAX = 0.1
"""How much of a mask may be neither black nor white: soft edges are."""
BLURRED_MAX = 0.2
"""How much may be neither once it is made smaller: a pattern is, an edge is not."""
SMALLEST_PART = 0.0001
"""Of the image; what is smaller is taken for dust."""
RUNS_MAX = 6_000
"""Of white pixels, row by row: so many take half a second."""
TOLERANCE = 1.5
"""How far an outline may be from the edge of what is white, in pixels of `SIDE_READ`."""
TOLERANCE_MAX = 0.01
"""How far it may be where `POINTS_MAX` points do not suffice, as a part of the longer side."""


def read_mask(content: bytes, size: Size) -> Mask:
    """What a PNG file marks in white on an image of this *size*; takes up to a second.

    Raises `Rejected` for what is no PNG or too large, not black and white, all black or all white,
    or too complicated, and `MaskShapeWrong`.
    """
    width, height = canvas(size)
    if len(content) > FILE_MAX_BYTES:
        raise Rejected(Reason.MASK_UNREADABLE)
    with opened(content, Reason.MASK_UNREADABLE, ("PNG",)) as image:
        image.load()
    check_shape(image.size, size)
    bitmap = _black_and_white(image)
    polygons = _polygons(bitmap)
    whole = tuple(scaled(polygon, bitmap.size, (width, height)) for polygon in polygons)
    return Mask(width=width, height=height, polygons=whole)


def _black_and_white(image: "Image.Image") -> "Image.Image":
    """Zeros and 255s, at most `SIDE_READ` wide and high; what is transparent counts as black."""
    from PIL import Image, ImageChops  # noqa: PLC0415  # Pillow is loaded late

    if image.mode == "I;16":
        image = Image.frombytes("L", image.size, image.tobytes()[1::2])
    if image.mode == "P" and image.has_transparency_data:
        image = image.convert("RGBA")
    gray = image.convert("L")
    if "A" in image.getbands():
        gray = ImageChops.multiply(gray, image.getchannel("A"))
    if _gray_part(gray) > GRAY_MAX:
        raise Rejected(Reason.MASK_NOT_BLACK_AND_WHITE)
    gray.thumbnail((SIDE_READ, SIDE_READ), Image.Resampling.BOX)
    if _gray_part(gray) > BLURRED_MAX:
        raise Rejected(Reason.MASK_TOO_COMPLICATED)
    return gray.convert("1", dither=Image.Dither.NONE).convert("L")


def _gray_part(image: "Image.Image") -> float:
    return sum(image.histogram()[32:224]) / (image.width * image.height)


def _polygons(bitmap: "Image.Image") -> list[Polygon]:
    shades = bitmap.histogram()
    least = max(round((shades[0] + shades[255]) * SMALLEST_PART), 1)
    if shades[0] < least:
        raise Rejected(Reason.MASK_EVERYTHING)
    limit = max(bitmap.size) * TOLERANCE_MAX
    try:
        polygons = [
            simplify(outline, tolerance=TOLERANCE, most=POINTS_MAX, limit=limit)
            for outline in trace(_runs(bitmap), most=POLYGONS_MAX, least=least)
        ]
    except TooComplicated:
        raise Rejected(Reason.MASK_TOO_COMPLICATED) from None
    if not polygons:
        raise Rejected(Reason.MASK_EMPTY)
    return polygons


def _runs(bitmap: "Image.Image") -> list[Run]:
    """What is white. Raises `TooComplicated` beyond `RUNS_MAX`."""
    width, height = bitmap.size
    pixels = bitmap.tobytes()
    runs: list[Run] = []
    for y in range(height):
        row = pixels[y * width : (y + 1) * width]
        runs += [(y, found.start(), found.end()) for found in re.finditer(b"\xff+", row)]
        if len(runs) > RUNS_MAX:
            raise TooComplicated
    return runs
