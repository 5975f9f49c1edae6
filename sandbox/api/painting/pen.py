"""Draws a thing in its own measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from sandbox.api.painting.brush import Point
from sandbox.api.painting.words import Colour

BLACK: Colour = (16, 16, 22)


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in shares of a thing's size, from its foot: x to the right, y upwards."""

    canvas: Image.Image
    foot: Point
    size: float
    colour: Colour
    light: Colour
    """Of lamps and windows."""

    def at(self, x: float, y: float) -> Point:
        return self.foot[0] + x * self.size, self.foot[1] - y * self.size

    def polygon(self, corners: Sequence[Point], colour: Colour | None = None) -> None:
        points = [self.at(x, y) for x, y in corners]
        ImageDraw.Draw(self.canvas).polygon(points, fill=colour or self.colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour | None = None
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def oval(
        self, x: float, y: float, wide: float, high: float, colour: Colour | None = None
    ) -> None:
        left, upper = self.at(x - wide, y + high)
        right, lower = self.at(x + wide, y - high)
        ImageDraw.Draw(self.canvas).ellipse((left, upper, right, lower), fill=colour or self.colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        drawn = [self.at(x, y) for x, y in points]
        thick = max(2, round(width * self.size))
        ImageDraw.Draw(self.canvas).line(
            drawn, fill=colour or self.colour, width=thick, joint="curve"
        )
