"""The ground that every land stands on: a canvas, its scene, and skylines that a remix can move.

Nothing here knows what kind of land it is.
"""

from collections.abc import Iterator, Sequence
from math import ceil, floor, pi, sin
from random import Random

from sandbox.api.painting.brush import crags, fill, ridge
from sandbox.api.painting.canvas import Canvas, Point
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.sky import HORIZON
from sandbox.api.painting.view import SIDE, View
from sandbox.api.painting.words import Colour

_FOOT = 260
"""How far below its skyline a layer reaches the colour of its foot."""
_NEAREST = 0.38
"""How far below the horizon, in shares of `SIDE`, the land of a first view ends to have layers."""


class Terrain:
    """A canvas with a sky, on which land is laid from far to near.

    Heights are given in shares of `SIDE` below (or above) the horizon, swings in measures of the
    scene.
    """

    def __init__(self, canvas: Canvas, scene: Scene) -> None:
        self.canvas = canvas
        self.scene = scene
        self.palette = scene.palette
        self.horizon = HORIZON * SIDE
        self.bottom = max(SIDE, canvas.view.bottom) + 8
        """Below everything that is seen."""
        self._columns: dict[int, Random] = {}
        self.random = self.random_at(0)
        self._wave = self._drift()
        self._nearest = scene.palette.ground
        self._phase = Random(f"swell {scene.seed} {scene.beyond}").uniform(0, 2 * pi)

    def random_at(self, x: float) -> Random:
        """What is random at *x*: the same whatever else is seen."""
        column = floor(x / SIDE)
        if column not in self._columns:
            name = f"land {self.scene.seed}" + (f" {column} {self.scene.beyond}" if column else "")
            self._columns[column] = Random(name)
        return self._columns[column]

    def columns(self) -> Iterator[tuple[float, Random]]:
        """Each stretch of `SIDE` that is seen, the first view's among them: its left edge."""
        view = self.canvas.view
        for column in range(min(0, floor(view.left / SIDE)), max(1, ceil(view.right / SIDE))):
            yield column * SIDE, self.random_at(column * SIDE)

    def below_horizon(self, share: float) -> float:
        """The y of a height: 0.1 is a tenth of `SIDE` below the horizon."""
        return self.horizon + share * SIDE

    def soft_line(self, below: float, swing: float, waves: float, octaves: int = 5) -> list[Point]:
        """A skyline of hills or dunes."""
        line = ridge(
            self.random,
            self.canvas.view,
            base=self.below_horizon(below),
            height=swing,
            waves=waves,
            octaves=octaves,
        )
        return self.drifted(line)

    def sharp_line(self, below: float, rise: float) -> list[Point]:
        """A skyline of peaks."""
        base = self.below_horizon(below)
        return self.drifted(crags(self.random_at, self.canvas.view, base=base, height=rise))

    def drifted(self, line: Sequence[Point]) -> list[Point]:
        """The line as a subtle remix has moved it: a little up here, down there.

        Outside of the first view, as what is there has it.
        """
        last = len(self._wave) - 1
        return [
            (x, y + self._wave[min(last, max(0, round(x / 8)))] + self._swell(x)) for x, y in line
        ]

    def _swell(self, x: float) -> float:
        outside = max(-x, x - SIDE, 0.0)
        if not outside or not self.scene.beyond:
            return 0.0
        return 34 * min(1.0, outside / 400) * sin(self._phase + x / 130)

    def lay(self, line: Sequence[Point], colour: Colour, mist: float) -> None:
        """Fill all below *line*; *mist* 0.0 to 1.0 is how much haze gathers at its foot."""
        outline = [*line, (line[-1][0], self.bottom), (line[0][0], self.bottom)]
        fill(self.canvas, outline, colour, mix(colour, self.palette.horizon, mist), _FOOT)
        self._nearest = colour
        if self.scene.detailed:
            self._texture(line, colour)

    def lay_foreground(self) -> None:
        """What lies nearer than anything in a first view, where more is seen below."""
        below = _NEAREST
        while self.below_horizon(below + 0.06) < self.canvas.view.bottom:
            near = (below - _NEAREST) / 0.1
            random = Random(f"foreground {self.scene.seed} {near:.0f}")
            line = ridge(
                random,
                self.canvas.view,
                base=self.below_horizon(below + 0.05),
                height=40 + 8 * near,
                waves=0.7,
                octaves=3,
            )
            colour = mix(self._nearest, self.palette.ground, min(0.8, 0.15 + 0.12 * near))
            outline = [*line, (line[-1][0], self.bottom), (line[0][0], self.bottom)]
            pale = mix(colour, self.palette.horizon, 0.1)
            fill(self.canvas, outline, pale, mix(colour, (0, 0, 0), 0.12), _FOOT)
            below += 0.1 + near * 0.01

    def far_to_near(self, count: int, tint: Colour, share: float) -> list[Colour]:
        """One colour for each layer of land, hazy to dark; *tint* colours the nearest."""
        near = mix(self.palette.ground, tint, share)
        haze = mix(self.palette.horizon, self.palette.middle, 0.55)
        return [mix(haze, near, ((index + 0.6) / (count - 0.4)) ** 0.85) for index in range(count)]

    def spots(self, line: Sequence[Point], count: int) -> list[tuple[float, float, Random]]:
        """*count* places on each `SIDE` of a skyline, left to right, and what is random there."""
        places: list[tuple[float, float, Random]] = []
        for left, random in self.columns():
            there = [point for point in line if left <= point[0] <= left + SIDE]
            chosen = sorted(random.choice(there) for _ in range(count))
            places += [(x, y, random) for x, y in chosen]
        return places

    def _texture(self, line: Sequence[Point], colour: Colour) -> None:
        """Blades, stones and light on them, along a skyline and below it."""
        light, dark = mix(colour, self.palette.lamp, 0.3), mix(colour, (0, 0, 0), 0.3)
        step = 3
        for left, _ in self.columns():
            random = Random(f"texture {self.scene.seed} {left} {line[0][1]:.0f}")
            there = [point for point in line if left <= point[0] < left + SIDE]
            for index in range(SIDE // step):
                x, y = there[min(len(there) - 1, index * step * len(there) // SIDE)]
                x += random.uniform(0, 8)
                y += 90 * random.random() ** 2.2
                near = min(1.0, max(0.2, (y - self.horizon) / SIDE * 4))
                reach = random.uniform(3, 9) * near
                blade = [(x, y + 1), (x + random.uniform(-3, 3), y - reach)]
                ink = (*random.choice((light, dark)), round(40 + 110 * near))
                self.canvas.line(blade, ink, 1.3)

    def _drift(self) -> list[float]:
        drift = self.scene.drift
        random = Random(f"drift {self.scene.seed} {drift}")
        wave = ridge(random, View(), base=0, height=24 * drift, waves=1.2, octaves=2)
        return [y for _, y in wave]
