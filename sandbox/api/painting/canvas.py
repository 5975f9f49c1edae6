"""A canvas that is drawn on in a scene's measures, whatever part of it is seen and how large.

Nothing here knows what an image shows.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from math import ceil, floor
from random import Random

from PIL import Image, ImageDraw

from sandbox.api.painting.scene import mix
from sandbox.api.painting.view import SIDE, View
from sandbox.api.painting.words import Colour

Point = tuple[float, float]
Ink = Colour | tuple[int, int, int, int] | int
"""A colour, one that lets through what is below (alpha 0 to 255), or a level of a mask."""
Stops = Sequence[tuple[float, Colour]]


class Canvas:
    """What *view* sees, *width* pixels wide. Every measure is the scene's; x and y may be outside.

    *beyond* makes what is random outside of the first view another one.
    """

    def __init__(self, view: View, width: int, *, mode: str = "RGB", beyond: str = "") -> None:
        self.view = view
        self.scale = width / view.width
        """Pixels for each measure of the scene."""
        self._beyond = beyond
        self.image = Image.new(mode, (width, round(view.height * self.scale)))
        self._solid = ImageDraw.Draw(self.image)
        self._glass = ImageDraw.Draw(self.image, "RGBA") if mode == "RGB" else self._solid

    def mask(self) -> "Canvas":
        """A mask of the same view: 0 to 255 are its colours."""
        return Canvas(self.view, self.image.width, mode="L")

    def at(self, x: float, y: float) -> Point:
        """Where a point of the scene is, in pixels."""
        return (x - self.view.left) * self.scale, (y - self.view.top) * self.scale

    def polygon(self, corners: Sequence[Point], ink: Ink) -> None:
        self._draw(ink).polygon([self.at(x, y) for x, y in corners], fill=ink)

    def line(self, points: Sequence[Point], ink: Ink, width: float) -> None:
        drawn = [self.at(x, y) for x, y in points]
        thick = max(1, round(width * self.scale))
        self._draw(ink).line(drawn, fill=ink, width=thick, joint="curve")

    def oval(self, centre: Point, wide: float, high: float, ink: Ink) -> None:
        """An ellipse that reaches *wide* to the left and right, *high* upwards and downwards."""
        x, y = centre
        self._draw(ink).ellipse(
            (*self.at(x - wide, y - high), *self.at(x + wide, y + high)), fill=ink
        )

    def box(self, box: tuple[float, float, float, float], ink: Ink, radius: float = 0) -> None:
        """A rectangle (left, top, right, bottom); *radius* rounds its corners."""
        left, top, right, bottom = box
        corners = (*self.at(left, top), *self.at(right, bottom))
        if corners[2] < corners[0] or corners[3] < corners[1]:
            return
        self._draw(ink).rounded_rectangle(corners, radius=radius * self.scale, fill=ink)

    def tint(self, colour: Colour, mask: Image.Image, corner: tuple[int, int] = (0, 0)) -> None:
        """Cover with *colour* as far as *mask* says, whose upper left pixel is at *corner*."""
        self.image.paste(colour, corner, mask)

    def wash(self, stops: Stops, top: float | None = None) -> None:
        """From *top*, or everywhere: runs downwards through *stops* (y, colour)."""
        start = 0 if top is None else max(0, round(self.at(0, top)[1]))
        size = self.image.width, self.image.height - start
        if size[1] > 0:
            self.image.paste(self.gradient(stops, size, start), (0, start))

    def gradient(self, stops: Stops, size: tuple[int, int], start: int) -> Image.Image:
        """An image of *size* pixels of the rows from *start*, through *stops* (y, colour)."""
        rows = [(self.at(0, y)[1] - start, colour) for y, colour in stops]
        return gradient(size, rows)

    def cells(self, name: str) -> Iterator[tuple[float, float, Random]]:
        """Each square of `SIDE` that is seen: its corner, and what is random in it under *name*.

        A square's randomness is always the same, whatever else is seen.
        """
        view = self.view
        columns = range(floor(view.left / SIDE), ceil(view.right / SIDE))
        rows = range(floor(view.top / SIDE), ceil(view.bottom / SIDE))
        for column, row in product(columns, rows):
            beyond = self._beyond if column or row else ""
            yield column * SIDE, row * SIDE, Random(f"{name} {column} {row} {beyond}")

    def _draw(self, ink: Ink) -> ImageDraw.ImageDraw:
        return self._glass if isinstance(ink, tuple) and len(ink) == 4 else self._solid


def gradient(size: tuple[int, int], stops: Stops) -> Image.Image:
    """An image that runs from top to bottom through *stops* (pixel row, colour)."""
    width, height = size
    steps = min(height, 192)
    column = b"".join(
        bytes(_between(stops, (step + 0.5) * height / steps)) for step in range(steps)
    )
    smooth = scaled(Image.frombytes("RGB", (1, steps), column), (1, height)).tobytes()
    # repeating bytes is many times faster than widening the column with resize
    rows = b"".join(smooth[y * 3 : y * 3 + 3] * width for y in range(height))
    return Image.frombytes("RGB", size, rows)


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The image in another size, smoothed."""
    return image.resize(size, Image.Resampling.BICUBIC)  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed


def _between(stops: Stops, at: float) -> Colour:
    if at <= stops[0][0]:
        return stops[0][1]
    for (start, first), (end, second) in pairwise(stops):
        if at <= end:
            return mix(first, second, (at - start) / (end - start) if end > start else 1.0)
    return stops[-1][1]
