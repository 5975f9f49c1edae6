"""Strokes for the painter: fills, glows, skylines; what every part of an image is made of.

All sizes are measures of the scene. Nothing here knows what an image shows.
"""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import pi, sin
from random import Random

from PIL import Image, ImageDraw

from sandbox.api.painting.canvas import Canvas, Point, scaled
from sandbox.api.painting.view import SIDE, View
from sandbox.api.painting.words import Colour

_STEP = 8
"""How far the points of a skyline are apart."""


def fill(
    canvas: Canvas, outline: Sequence[Point], top: Colour, bottom: Colour, depth: float
) -> None:
    """Fill a polygon; from its highest point to *depth* below, *top* runs into *bottom*."""
    corners = [canvas.at(x, y) for x, y in outline]
    left, upper = (max(0, int(min(place))) for place in zip(*corners, strict=True))
    right = min(canvas.image.width, int(max(x for x, _ in corners)) + 1)
    lower = min(canvas.image.height, int(max(y for _, y in corners)) + 1)
    if left >= right or upper >= lower:
        return
    mask = Image.new("L", (right - left, lower - upper))
    ImageDraw.Draw(mask).polygon([(x - left, y - upper) for x, y in corners], fill=255)
    # whatever else of the scene is seen, its colours stay where they are in the first view
    start = min([y for x, y in outline if 0 <= x <= SIDE] or [y for _, y in outline])
    stops = [(start, top), (start + depth, bottom)]
    canvas.image.paste(canvas.gradient(stops, mask.size, upper), (left, upper), mask)


def glow(canvas: Canvas, centre: Point, radius: float, colour: Colour, strength: float) -> None:
    """Light that fades out at *radius*; *strength* 0.0 to 1.0 is how much of it shows."""
    reach = max(1, round(radius * canvas.scale))
    falloff = scaled(Image.radial_gradient("L"), (reach * 2, reach * 2))
    # radial_gradient is black in the middle and 181 where the circle meets the edge
    levels = [round(strength * max(0.0, 1 - level / 181) ** 2 * 255) for level in range(256)]
    mask = falloff.point(levels)  # pyright: ignore[reportUnknownMemberType]  # numpy is not here
    x, y = canvas.at(*centre)
    canvas.tint(colour, mask, (round(x) - reach, round(y) - reach))


def ridge(
    random: Random, view: View, *, base: float, height: float, waves: float, octaves: int = 5
) -> list[Point]:
    """A skyline of soft land, left to right: *base* is its middle, *height* its greatest swing."""
    phases = [random.uniform(0, 2 * pi) for _ in range(octaves)]
    scale = sum(0.5**octave for octave in range(octaves))
    points: list[Point] = []
    first, last = _reach(view)
    for x in range(first * SIDE, last * SIDE + _STEP, _STEP):
        swing = sum(
            0.5**octave * sin(2 * pi * waves * 1.9**octave * x / SIDE + phase)
            for octave, phase in enumerate(phases)
        )
        points.append((x, base - height * swing / scale))
    return points


def crags(
    random_at: Callable[[float], Random], view: View, *, base: float, height: float
) -> list[Point]:
    """A skyline of sharp peaks, by displacing midpoints: *height* is the greatest rise.

    *random_at* tells what is random at an x.
    """
    first, last = _reach(view)
    middle = _peak(random_at(0), None, None)
    levels = list(middle)
    for column in range(1, last):
        levels += _peak(random_at(column * SIDE), levels[-1], None)[1:]
    for column in range(-1, first - 1, -1):
        levels = [*_peak(random_at(column * SIDE), None, levels[0])[:-1], *levels]
    step = SIDE / (len(middle) - 1)
    return [
        (first * SIDE + index * step, base - height * level) for index, level in enumerate(levels)
    ]


def _reach(view: View) -> tuple[int, int]:
    """From which to which multiple of `SIDE` a view reaches, the first view always included."""
    return min(0, int(view.left // SIDE)), max(1, -int(-view.right // SIDE))


def _peak(random: Random, start: float | None, end: float | None) -> list[float]:
    line = [random.uniform(-0.3, 0.3), random.uniform(0.3, 1.0), random.uniform(-0.3, 0.3)]
    line[0] = line[0] if start is None else start
    line[2] = line[2] if end is None else end
    swing = 0.6
    for _ in range(6):
        finer: list[float] = []
        for left, right in pairwise(line):
            finer += [left, (left + right) / 2 + random.uniform(-swing, swing)]
        line = [*finer, line[-1]]
        swing *= 0.5
    return line


def disc(canvas: Canvas, centre: Point, radius: float, colour: Colour) -> None:
    """A full circle."""
    canvas.oval(centre, radius, radius, colour)


def speckle(canvas: Canvas, centre: Point, radius: float, alpha: int) -> None:
    """A white dot that lets the canvas shine through; *alpha* 0 (all) to 255 (nothing)."""
    canvas.oval(centre, radius, radius, (255, 255, 255, alpha))
