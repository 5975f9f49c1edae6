"""Paints what is in front of everything: rain, lightning, fog, falling snow."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from sandbox.api.painting.brush import glow, speckle
from sandbox.api.painting.canvas import Canvas, Point
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.sky import HORIZON
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.view import SIDE
from sandbox.api.painting.words import Colour, Weather


def paint_weather(canvas: Canvas, scene: Scene) -> None:
    """The weather of *scene*, if it has any."""
    if scene.weather is not None:
        _WEATHERS[scene.weather](canvas, scene)


def _storm(canvas: Canvas, scene: Scene) -> None:
    random = Random(f"air {scene.seed}")
    bolt: list[Point] = [(random.choice((0.18, 0.8)) * SIDE, min(0.0, canvas.view.top))]
    while bolt[-1][1] < HORIZON * SIDE:
        last_x, last_y = bolt[-1]
        bolt.append((last_x + random.uniform(-46, 46), last_y + random.uniform(36, 84)))
    glow(canvas, bolt[len(bolt) // 2], 420, (214, 224, 255), 0.55)
    canvas.line(bolt, (232, 238, 255), 8)
    fork = bolt[len(bolt) // 2]
    canvas.line(
        [fork, (fork[0] + 70, fork[1] + 60), (fork[0] + 92, fork[1] + 150)], (220, 228, 255), 5
    )
    _rain(canvas, scene)


def _rain(canvas: Canvas, scene: Scene) -> None:
    colour = mix(scene.palette.horizon, (255, 255, 255), 0.4)
    for left, top, random in canvas.cells(f"rain {scene.seed}"):
        for _ in range(420):
            x, y = left + random.uniform(-60, SIDE), top + random.uniform(-60, SIDE)
            length = random.uniform(26, 60)
            alpha = random.randrange(70, 150)
            canvas.line([(x, y), (x + length * 0.3, y + length)], (*colour, alpha), 4)


def _fog(canvas: Canvas, scene: Scene) -> None:
    """Thick at the horizon, thinner above and in front."""
    level = round(Random(f"air {scene.seed}").uniform(150, 175))
    stops = [(0.0, 40), (HORIZON - 0.08, level), (HORIZON + 0.12, level), (1.0, 90)]
    _veil(canvas, mix(scene.palette.horizon, (236, 238, 238), 0.5), stops)


def settle_snow(land: Terrain) -> None:
    """White on the ground, where it snows."""
    if land.scene.weather is Weather.SNOW:
        white = mix((244, 248, 252), land.palette.middle, 0.2)
        _veil(land.canvas, white, [(0.0, 0), (HORIZON, 0), (HORIZON + 0.06, 120), (1.0, 150)])


def _veil(canvas: Canvas, colour: Colour, stops: Sequence[tuple[float, int]]) -> None:
    """*colour* that runs from top to bottom through *stops*: height, and 0 to 255."""
    levels = [(at * SIDE, (level, level, level)) for at, level in stops]
    canvas.tint(colour, canvas.gradient(levels, canvas.image.size, 0).convert("L"))


def _snow(canvas: Canvas, scene: Scene) -> None:
    for left, top, random in canvas.cells(f"snow {scene.seed}"):
        for _ in range(320):
            spot = left + random.uniform(0, SIDE), top + random.uniform(0, SIDE)
            speckle(canvas, spot, random.uniform(2.5, 7), random.randrange(120, 235))


_WEATHERS: Mapping[Weather, Callable[[Canvas, Scene], None]] = {
    Weather.STORM: _storm,
    Weather.RAIN: _rain,
    Weather.FOG: _fog,
    Weather.SNOW: _snow,
}
