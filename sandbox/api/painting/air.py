"""Paints what is in front of everything: rain, lightning, fog, falling snow."""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from PIL import Image, ImageDraw

from sandbox.api.painting.brush import Point, glow, gradient, speckle
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.sky import HORIZON
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.words import Weather


def paint_weather(canvas: Image.Image, scene: Scene) -> None:
    """The weather of *scene*, if it has any."""
    if scene.weather is not None:
        _WEATHERS[scene.weather](canvas, scene, Random(f"air {scene.seed}"))


def _storm(canvas: Image.Image, scene: Scene, random: Random) -> None:
    side = canvas.width
    x = random.choice((0.18, 0.8)) * side
    bolt: list[Point] = [(x, 0.0)]
    while bolt[-1][1] < HORIZON * side:
        last_x, last_y = bolt[-1]
        bolt.append((last_x + random.uniform(-46, 46), last_y + random.uniform(36, 84)))
    glow(canvas, bolt[len(bolt) // 2], 420, (214, 224, 255), 0.55)
    draw = ImageDraw.Draw(canvas)
    draw.line(bolt, fill=(232, 238, 255), width=8, joint="curve")
    fork = bolt[len(bolt) // 2]
    draw.line(
        [fork, (fork[0] + 70, fork[1] + 60), (fork[0] + 92, fork[1] + 150)],
        fill=(220, 228, 255),
        width=5,
    )
    _rain(canvas, scene, random)


def _rain(canvas: Image.Image, scene: Scene, random: Random) -> None:
    colour = mix(scene.palette.horizon, (255, 255, 255), 0.4)
    draw = ImageDraw.Draw(canvas, "RGBA")
    for _ in range(420):
        x, y = random.uniform(-60, canvas.width), random.uniform(-60, canvas.height)
        length = random.uniform(26, 60)
        alpha = random.randrange(70, 150)
        draw.line((x, y, x + length * 0.3, y + length), fill=(*colour, alpha), width=4)


def _fog(canvas: Image.Image, scene: Scene, random: Random) -> None:
    """Thick at the horizon, thinner above and in front."""
    side = canvas.width
    level = round(random.uniform(150, 175))
    mask = _veil(side, [(0.0, 40), (HORIZON - 0.08, level), (HORIZON + 0.12, level), (1.0, 90)])
    canvas.paste(mix(scene.palette.horizon, (236, 238, 238), 0.5), (0, 0), mask)


def settle_snow(land: Terrain) -> None:
    """White on the ground, where it snows."""
    if land.scene.weather is Weather.SNOW:
        white = mix((244, 248, 252), land.palette.middle, 0.2)
        ground = [(0.0, 0), (HORIZON, 0), (HORIZON + 0.06, 120), (1.0, 150)]
        land.canvas.paste(white, (0, 0), _veil(land.side, ground))


def _veil(side: int, stops: Sequence[tuple[float, int]]) -> Image.Image:
    """A mask that runs from top to bottom through *stops*: height, and 0 to 255."""
    return gradient((side, side), [(at, (level, level, level)) for at, level in stops]).convert("L")


def _snow(canvas: Image.Image, _scene: Scene, random: Random) -> None:
    for _ in range(320):
        spot = random.uniform(0, canvas.width), random.uniform(0, canvas.height)
        speckle(canvas, spot, random.uniform(2.5, 7), random.randrange(120, 235))


_WEATHERS: Mapping[Weather, Callable[[Image.Image, Scene, Random], None]] = {
    Weather.STORM: _storm,
    Weather.RAIN: _rain,
    Weather.FOG: _fog,
    Weather.SNOW: _snow,
}
