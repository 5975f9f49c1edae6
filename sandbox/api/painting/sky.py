"""Paints the sky of a scene: its colours, the sun or the moon, stars, clouds."""

from random import Random

from PIL import Image, ImageDraw

from sandbox.api.painting.brush import Point, disc, glow, gradient, speckle
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.words import Light, Place, Weather

HORIZON = 0.62
"""Where the land begins, as a share of the height."""

_LAMP_RADIUS = {Light.DAWN: 62, Light.DAY: 46, Light.SUNSET: 84, Light.NIGHT: 54}


def paint_sky(scene: Scene, side: int) -> Image.Image:
    """A canvas of *side* x *side* pixels with the whole sky; below the horizon it is only haze."""
    colours = scene.palette
    random = Random(f"sky {scene.seed}")
    stops = [
        (0.0, colours.zenith),
        (0.36, colours.middle),
        (HORIZON, colours.horizon),
        (1.0, colours.horizon),
    ]
    if scene.place is Place.SPACE:
        canvas = gradient((side, side), [(0.0, colours.zenith), (1.0, colours.middle)])
        _stars(canvas, random, depth=1.0)
        return canvas
    canvas = gradient((side, side), stops)
    if scene.weather is Weather.STORM:
        _storm_clouds(canvas, scene, random)
    elif scene.light is Light.NIGHT:
        _stars(canvas, random)
        _moon(canvas, scene)
    else:
        _sun(canvas, scene)
        _clouds(canvas, scene, random)
    return canvas


def lamp_at(scene: Scene, side: int) -> Point:
    """Where the sun or the moon stands on a canvas of this size."""
    return scene.lamp_x * side, scene.lamp_y * HORIZON * side


def _sun(canvas: Image.Image, scene: Scene) -> None:
    centre, lamp = lamp_at(scene, canvas.width), scene.palette.lamp
    glow(canvas, centre, 560, mix(scene.palette.horizon, lamp, 0.4), 0.8)
    glow(canvas, centre, 240, lamp, 0.9)
    disc(canvas, centre, _LAMP_RADIUS[scene.light], lamp)


def _moon(canvas: Image.Image, scene: Scene) -> None:
    centre, lamp = lamp_at(scene, canvas.width), scene.palette.lamp
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


def _stars(canvas: Image.Image, random: Random, depth: float = HORIZON) -> None:
    """Stars down to *depth*, a share of the height."""
    for _ in range(190):
        x = random.uniform(0, canvas.width)
        y = random.uniform(0, 0.95) ** 1.5 * depth * canvas.height
        size = random.choice((1.0, 1.0, 1.4, 2.0, 2.8))
        speckle(canvas, (x, y), size, random.randrange(70, 240))


def _storm_clouds(canvas: Image.Image, scene: Scene, random: Random) -> None:
    """A dark ceiling of heavy heaps."""
    draw = ImageDraw.Draw(canvas)
    for row in range(4):
        colour = mix(scene.palette.zenith, scene.palette.middle, 0.15 + row * 0.2)
        base = (0.34 - row * 0.085) * canvas.height
        for _ in range(16):
            x, radius = random.uniform(-40, canvas.width + 40), random.uniform(60, 130)
            y = base + random.uniform(-30, 20)
            draw.ellipse((x - radius, y - radius * 0.6, x + radius, y + radius * 0.6), fill=colour)
        draw.rectangle((0, 0, canvas.width, base - 30), fill=colour)


def _clouds(canvas: Image.Image, scene: Scene, random: Random) -> None:
    """Long flat bands, lit by the sun."""
    mask = Image.new("L", (canvas.width, canvas.height // 2 + 40))
    draw = ImageDraw.Draw(mask)
    for _ in range(random.randrange(3, 6)):
        x, y = random.uniform(-100, canvas.width), random.uniform(0.09, 0.48) * canvas.height
        length = random.uniform(220, 520)
        for band in range(4):
            left = x + random.uniform(0, 0.3) * length * band / 2
            width = length * (1 - band * 0.18)
            top = y - band * 14
            draw.rounded_rectangle((left, top, left + width, top + 20), radius=10, fill=78)
    tint = mix(scene.palette.horizon, scene.palette.lamp, 0.6)
    canvas.paste(tint, (0, 0), mask)
