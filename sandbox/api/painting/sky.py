"""Paints the sky of a scene: its colours, the sun or the moon, stars, clouds."""

from random import Random

from sandbox.api.painting.brush import disc, glow, speckle
from sandbox.api.painting.canvas import Canvas, Point
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.view import SIDE
from sandbox.api.painting.words import Light, Place, Weather

HORIZON = 0.62
"""Where the land begins, as a share of the first view's height."""

_LAMP_RADIUS = {Light.DAWN: 62, Light.DAY: 46, Light.SUNSET: 84, Light.NIGHT: 54}


def paint_sky(canvas: Canvas, scene: Scene) -> None:
    """The whole sky; below the horizon it is only haze."""
    colours = scene.palette
    if scene.place is Place.SPACE:
        canvas.wash([(0, colours.zenith), (SIDE, colours.middle)])
        _stars(canvas, scene, SIDE, deep=True)
        return
    canvas.wash(
        [
            (0, colours.zenith),
            (0.36 * SIDE, colours.middle),
            (HORIZON * SIDE, colours.horizon),
        ]
    )
    if scene.weather is Weather.STORM:
        _storm_clouds(canvas, scene)
    elif scene.light is Light.NIGHT:
        _stars(canvas, scene, HORIZON * SIDE)
        _moon(canvas, scene)
    else:
        _sun(canvas, scene)
        _clouds(canvas, scene)


def lamp_at(scene: Scene) -> Point:
    """Where the sun or the moon stands."""
    return scene.lamp_x * SIDE, scene.lamp_y * HORIZON * SIDE


def _sun(canvas: Canvas, scene: Scene) -> None:
    centre, lamp = lamp_at(scene), scene.palette.lamp
    glow(canvas, centre, 560, mix(scene.palette.horizon, lamp, 0.4), 0.8)
    glow(canvas, centre, 240, lamp, 0.9)
    disc(canvas, centre, _LAMP_RADIUS[scene.light], lamp)


def _moon(canvas: Canvas, scene: Scene) -> None:
    centre, lamp = lamp_at(scene), scene.palette.lamp
    radius = _LAMP_RADIUS[scene.light]
    glow(canvas, centre, 560, mix(scene.palette.horizon, lamp, 0.4), 0.5)
    glow(canvas, centre, 220, lamp, 0.55)
    disc(canvas, centre, radius, lamp)
    random = Random(f"moon {scene.seed}")
    shade = mix(lamp, scene.palette.middle, 0.15)
    for dx, dy, size in (
        (-0.35, -0.2, 0.24),
        (0.3, 0.1, 0.18),
        (-0.1, 0.45, 0.15),
        (0.2, -0.5, 0.1),
    ):
        x = centre[0] + (dx + random.uniform(-0.1, 0.1)) * radius
        y = centre[1] + (dy + random.uniform(-0.1, 0.1)) * radius
        disc(canvas, (x, y), size * radius, shade)


def _stars(canvas: Canvas, scene: Scene, depth: float, *, deep: bool = False) -> None:
    """Thick above and thin down to *depth*; where it is *deep*, everywhere."""
    for left, top, random in canvas.cells(f"stars {scene.seed}"):
        if top > 0 and not deep:
            continue
        for _ in range(420 if scene.detailed else 190):
            x = left + random.uniform(0, SIDE)
            height = random.uniform(0, 0.95)
            y = height**1.5 * depth if top == 0 else top + height / 0.95 * SIDE
            size = random.choice((1.0, 1.0, 1.4, 2.0, 2.8))
            speckle(canvas, (x, y), size, random.randrange(70, 240))


def _storm_clouds(canvas: Canvas, scene: Scene) -> None:
    """A dark ceiling of heavy heaps."""
    view = canvas.view
    for row in range(4):
        colour = mix(scene.palette.zenith, scene.palette.middle, 0.15 + row * 0.2)
        base = (0.34 - row * 0.085) * SIDE
        for left, top, random in canvas.cells(f"storm {scene.seed} {row}"):
            for _ in range(16 if top == 0 else 0):
                x, radius = left + random.uniform(-40, SIDE + 40), random.uniform(60, 130)
                canvas.oval((x, base + random.uniform(-30, 20)), radius, radius * 0.6, colour)
        canvas.box((view.left, view.top - 1, view.right, base - 30), colour)


def _clouds(canvas: Canvas, scene: Scene) -> None:
    """Long flat bands, lit by the sun."""
    mask = canvas.mask()
    for left, top, random in canvas.cells(f"clouds {scene.seed}"):
        for _ in range(random.randrange(3, 6) if top <= 0 else 0):
            x = left + random.uniform(-100, SIDE)
            y = top + random.uniform(0.09, 0.48 if top == 0 else 0.95) * SIDE
            length = random.uniform(220, 520)
            for band in range(4):
                start = x + random.uniform(0, 0.3) * length * band / 2
                width = length * (1 - band * 0.18)
                lower = y - band * 14
                mask.box((start, lower, start + width, lower + 20), 78, radius=10)
    tint = mix(scene.palette.horizon, scene.palette.lamp, 0.6)
    canvas.tint(tint, mask.image)
