"""The ground that every land stands on: a canvas, its scene, and skylines that a remix can move.

Nothing here knows what kind of land it is.
"""

from random import Random

from PIL import Image

from sandbox.api.painting.brush import Point, crags, fill, ridge
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.sky import HORIZON
from sandbox.api.painting.words import Colour

_FOOT = 260
"""How far below its skyline a layer reaches the colour of its foot, in pixels."""


class Terrain:
    """A canvas with a sky, on which land is laid from far to near.

    Heights are given in shares of the canvas below (or above) the horizon, swings in pixels.
    """

    def __init__(self, canvas: Image.Image, scene: Scene) -> None:
        self.canvas = canvas
        self.scene = scene
        self.palette = scene.palette
        self.side = canvas.width
        self.horizon = round(HORIZON * canvas.height)
        self.random = Random(f"land {scene.seed}")
        self._wave = self._drift()

    def below_horizon(self, share: float) -> float:
        """The y of a height: 0.1 is a tenth of the canvas below the horizon."""
        return self.horizon + share * self.side

    def soft_line(self, below: float, swing: float, waves: float, octaves: int = 5) -> list[Point]:
        """A skyline of hills or dunes."""
        base = self.below_horizon(below)
        line = ridge(self.random, self.side, base=base, height=swing, waves=waves, octaves=octaves)
        return self.drifted(line)

    def sharp_line(self, below: float, rise: float) -> list[Point]:
        """A skyline of peaks."""
        line = crags(self.random, self.side, base=self.below_horizon(below), height=rise)
        return self.drifted(line)

    def drifted(self, line: list[Point]) -> list[Point]:
        """The line as a subtle remix has moved it: a few pixels up here, down there."""
        last = len(self._wave) - 1
        return [(x, y + self._wave[min(last, max(0, round(x / 8)))]) for x, y in line]

    def lay(self, line: list[Point], colour: Colour, mist: float) -> None:
        """Fill all below *line*; *mist* 0.0 to 1.0 is how much haze gathers at its foot."""
        outline = [*line, (line[-1][0], float(self.side)), (line[0][0], float(self.side))]
        fill(self.canvas, outline, colour, mix(colour, self.palette.horizon, mist), _FOOT)

    def far_to_near(self, count: int, tint: Colour, share: float) -> list[Colour]:
        """One colour for each layer of land, hazy to dark; *tint* colours the nearest."""
        near = mix(self.palette.ground, tint, share)
        haze = mix(self.palette.horizon, self.palette.middle, 0.55)
        return [mix(haze, near, ((index + 0.6) / (count - 0.4)) ** 0.85) for index in range(count)]

    def spots(self, line: list[Point], count: int) -> list[Point]:
        """Places on a skyline, left to right."""
        return sorted(self.random.choice(line) for _ in range(count))

    def _drift(self) -> list[float]:
        drift = self.scene.drift
        random = Random(f"drift {self.scene.seed} {drift}")
        wave = ridge(random, self.side, base=0, height=24 * drift, waves=1.2, octaves=2)
        return [y for _, y in wave]
