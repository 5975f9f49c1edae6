"""Strokes for the painter: gradients, glows, ridges. what every part of an image is made of.

All sizes are pixels of the canvas. Nothing here knows what an image shows.
"""

from collections.abc import Sequence
from itertools import pairwise
from math import pi, sin
from random import Random

from PIL import Image, ImageDraw

from sandbox.api.painting.scene import mix
from sandbox.api.painting.words import Colour

Point = tuple[float, float]


def scaled(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The image in another size, smoothed."""
    return image.resize(size, Image.Resampling.BICUBIC)  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed


def gradient(size: tuple[int, int], stops: Sequence[tuple[float, Colour]]) -> Image.Image:
    """An image that runs from top to bottom through *stops* (height 0.0 to 1.0, colour)."""
    width, height = size
    steps = min(height, 192)
    column = b"".join(bytes(_between(stops, step / max(1, steps - 1))) for step in range(steps))
    smooth = Image.frombytes("RGB", (1, steps), column)
    smooth = scaled(smooth, (1, height)).tobytes()
    # repeating bytes is many times faster than widening the column with resize
    rows = b"".join(smooth[y * 3 : y * 3 + 3] * width for y in range(height))
    return Image.frombytes("RGB", size, rows)


def fill(
    canvas: Image.Image, outline: Sequence[Point], top: Colour, bottom: Colour, depth: int
) -> None:
    """Fill a polygon; from its highest point to *depth* below, *top* runs into *bottom*."""
    left = max(0, int(min(x for x, _ in outline)))
    upper = max(0, int(min(y for _, y in outline)))
    right = min(canvas.width, int(max(x for x, _ in outline)) + 1)
    lower = min(canvas.height, int(max(y for _, y in outline)) + 1)
    if left >= right or upper >= lower:
        return
    mask = Image.new("L", (right - left, lower - upper))
    ImageDraw.Draw(mask).polygon([(x - left, y - upper) for x, y in outline], fill=255)
    stops = [(0.0, top), (min(1.0, depth / (lower - upper)), bottom), (1.0, bottom)]
    canvas.paste(gradient(mask.size, stops), (left, upper), mask)


def glow(canvas: Image.Image, centre: Point, radius: int, colour: Colour, strength: float) -> None:
    """Light that fades out at *radius*; *strength* 0.0 to 1.0 is how much of it shows."""
    falloff = scaled(Image.radial_gradient("L"), (radius * 2, radius * 2))
    # radial_gradient is black in the middle and 181 where the circle meets the edge
    levels = [round(strength * max(0.0, 1 - level / 181) ** 2 * 255) for level in range(256)]
    mask = falloff.point(levels)  # pyright: ignore[reportUnknownMemberType]  # numpy is not here
    canvas.paste(colour, (round(centre[0]) - radius, round(centre[1]) - radius), mask)


def ridge(
    random: Random, width: int, *, base: float, height: float, waves: float, octaves: int = 5
) -> list[Point]:
    """A skyline of soft land, left to right: *base* is its middle, *height* its greatest swing."""
    phases = [random.uniform(0, 2 * pi) for _ in range(octaves)]
    scale = sum(0.5**octave for octave in range(octaves))
    points: list[Point] = []
    for x in range(0, width + 8, 8):
        swing = sum(
            0.5**octave * sin(2 * pi * waves * 1.9**octave * x / width + phase)
            for octave, phase in enumerate(phases)
        )
        points.append((x, base - height * swing / scale))
    return points


def crags(
    random: Random, width: int, *, base: float, height: float, rough: float = 0.5
) -> list[Point]:
    """A skyline of sharp peaks, by displacing midpoints: *height* is the greatest rise."""
    line = [random.uniform(-0.3, 0.3), random.uniform(0.3, 1.0), random.uniform(-0.3, 0.3)]
    swing = 0.6
    for _ in range(6):
        finer: list[float] = []
        for left, right in pairwise(line):
            finer += [left, (left + right) / 2 + random.uniform(-swing, swing)]
        line = [*finer, line[-1]]
        swing *= rough
    step = width / (len(line) - 1)
    return [(index * step, base - height * level) for index, level in enumerate(line)]


def _between(stops: Sequence[tuple[float, Colour]], at: float) -> Colour:
    for (start, first), (end, second) in pairwise(stops):
        if at <= end:
            share = (at - start) / (end - start) if end > start else 1.0
            return mix(first, second, share)
    return stops[-1][1]


def disc(canvas: Image.Image, centre: Point, radius: float, colour: Colour) -> None:
    """A full circle."""
    x, y = centre
    ImageDraw.Draw(canvas).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def speckle(canvas: Image.Image, centre: Point, radius: float, alpha: int) -> None:
    """A white dot that lets the canvas shine through; *alpha* 0 (all) to 255 (nothing)."""
    x, y = centre
    box = (x - radius, y - radius, x + radius, y + radius)
    ImageDraw.Draw(canvas, "RGBA").ellipse(box, fill=(255, 255, 255, alpha))
