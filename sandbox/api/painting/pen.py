"""Draws a thing in its own measures."""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.api.painting.canvas import Canvas, Point
from sandbox.api.painting.words import Colour

BLACK: Colour = (16, 16, 22)


@dataclass(frozen=True, slots=True)
class Pen:
    """Draws in shares of a thing's size, from its foot: x to the right, y upwards."""

    canvas: Canvas
    foot: Point
    size: float
    colour: Colour
    light: Colour
    """Of lamps and windows."""

    def at(self, x: float, y: float) -> Point:
        return self.foot[0] + x * self.size, self.foot[1] - y * self.size

    def polygon(self, corners: Sequence[Point], colour: Colour | None = None) -> None:
        self.canvas.polygon([self.at(x, y) for x, y in corners], colour or self.colour)

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Colour | None = None
    ) -> None:
        self.polygon([(left, top), (right, top), (right, bottom), (left, bottom)], colour)

    def oval(
        self, x: float, y: float, wide: float, high: float, colour: Colour | None = None
    ) -> None:
        self.canvas.oval(self.at(x, y), wide * self.size, high * self.size, colour or self.colour)

    def line(self, points: Sequence[Point], width: float, colour: Colour | None = None) -> None:
        drawn = [self.at(x, y) for x, y in points]
        self.canvas.line(drawn, colour or self.colour, width * self.size)
