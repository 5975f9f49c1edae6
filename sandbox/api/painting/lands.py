"""Paints hills, forest, snow, mountains and desert."""

from math import pi, sin

from sandbox.api.painting.brush import fill, speckle
from sandbox.api.painting.canvas import Point
from sandbox.api.painting.scene import mix
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.view import SIDE
from sandbox.api.painting.words import Colour, Light


def paint_hills(land: Terrain) -> None:
    """Six ranges of soft hills in mist."""
    for index, colour in enumerate(land.far_to_near(6, land.palette.ground, 0.0)):
        line = land.soft_line(index * 0.075 - 0.04, 95 - index * 6, 0.9 + index * 0.12)
        land.lay(line, colour, 0.3 - index * 0.04)


# ------------------------------------------------------------------ forest


def paint_forest(land: Terrain) -> None:
    """Conifers in five rows, below far peaks."""
    far, *rows = land.far_to_near(6, (14, 58, 42), 0.5)
    land.lay(land.sharp_line(-0.02, 190), mix(far, land.palette.horizon, 0.35), 0.45)
    for index, colour in enumerate(rows, start=1):
        line = land.soft_line(index * 0.07 - 0.02, 52, 1.1)
        land.lay(line, colour, 0.34 - index * 0.05)
        size = 26 + index**2 * 6.5
        for x, y, random in land.spots(line, round(2600 / size)):
            _conifer(land, (x, y + size * 0.2), size * random.uniform(0.6, 1.25), colour)


def _conifer(land: Terrain, foot: Point, height: float, colour: Colour) -> None:
    x, y = foot
    for tier in range(3):
        top = y - height + tier * height * 0.24
        half, hem = height * (0.13 + tier * 0.075), top + height * 0.44
        land.canvas.polygon([(x, top), (x - half, hem), (x + half, hem)], colour)
    land.canvas.box((x - height * 0.03, y - height * 0.2, x + height * 0.03, y), colour)


# ------------------------------------------------------------------ snow


def paint_snow(land: Terrain) -> None:
    """Two white-capped ranges, snow fields with a few trees, and falling flakes."""
    night = land.scene.light is Light.NIGHT
    snow = mix((236, 243, 252), land.palette.middle, 0.45 if night else 0.12)
    _peaks(land, snow)
    _snow_fields(land, snow)
    for left, top, random in land.canvas.cells(f"flakes {land.scene.seed}"):
        for _ in range(130):
            spot = left + random.uniform(0, SIDE), top + random.uniform(0, SIDE)
            speckle(land.canvas, spot, random.uniform(1.5, 4.5), random.randrange(80, 200))


def paint_mountains(land: Terrain) -> None:
    """Three ranges of bare rock above green slopes."""
    rock = mix((112, 104, 104), land.palette.ground, 0.45)
    haze = mix(land.palette.horizon, land.palette.middle, 0.6)
    for below, rise, hazy in ((-0.02, 430, 0.6), (0.06, 330, 0.35), (0.12, 220, 0.1)):
        land.lay(land.sharp_line(below, rise), mix(rock, haze, hazy), 0.4)
    for index, colour in enumerate(land.far_to_near(3, (58, 96, 54), 0.45)):
        land.lay(land.soft_line(0.13 + index * 0.08, 46, 0.9, octaves=3), colour, 0.1)


def _peaks(land: Terrain, snow: Colour) -> None:
    rock = mix(land.palette.ground, land.palette.middle, 0.4)
    haze = mix(land.palette.horizon, land.palette.middle, 0.65)
    for below, rise, hazy in ((0.02, 300, 0.6), (0.11, 210, 0.25)):
        line = land.sharp_line(below, rise)
        land.lay(line, mix(rock, haze, hazy), 0.5)
        _cap(land, line, land.below_horizon(below) - 60, mix(snow, haze, hazy * 0.5))


def _cap(land: Terrain, line: list[Point], limit: float, snow: Colour) -> None:
    """Snow on everything that rises above *limit*, with a ragged lower edge."""
    edge = [
        (x, y + max(0.0, limit - y) * land.random_at(x).uniform(0.25, 0.6))
        for x, y in reversed(line)
    ]
    fill(land.canvas, [*line, *edge], snow, snow, 1)


def _snow_fields(land: Terrain, snow: Colour) -> None:
    needles = mix(land.palette.ground, (24, 52, 66), 0.5)
    for index in range(3):
        line = land.soft_line(0.13 + index * 0.1, 42, 0.8, octaves=3)
        colour = mix(needles, land.palette.horizon, 0.3 - index * 0.12)
        for x, y, random in land.spots(line, 8 - index * 2):
            size = (60 + index * 50) * random.uniform(0.7, 1.2)
            _conifer(land, (x, y + 8), size, colour)
        shaded = mix(snow, land.palette.zenith, 0.3 - index * 0.1)
        land.lay(line, mix(shaded, land.palette.horizon, 0.12), 0.0)


# ------------------------------------------------------------------ desert


def paint_desert(land: Terrain) -> None:
    """Four dunes before table mountains, shaded away from the light."""
    night = land.scene.light is Light.NIGHT
    sand = mix((214, 132, 66), land.palette.zenith, 0.55 if night else 0.1)
    sunny = mix(mix(sand, land.palette.horizon, 0.35), land.palette.lamp, 0.15)
    shade = mix(mix(sand, land.palette.ground, 0.62), (96, 34, 40), 0.2)
    _mesas(land, mix(mix(land.palette.horizon, shade, 0.45), land.palette.middle, 0.25))
    for index in range(4):
        near = (index + 1) / 4
        line = land.soft_line(0.03 + index * 0.1, 60 + index * 18, 0.75, octaves=2)
        lit = mix(land.palette.horizon, sunny, 0.35 + 0.65 * near)
        land.lay(line, lit, 0.0)
        _lee(land, line, mix(lit, shade, 0.3 + near * 0.4), lit)


def _mesas(land: Terrain, colour: Colour) -> None:
    foot = land.below_horizon(0.06)
    hazy = mix(colour, land.palette.horizon, 0.5)
    for start, random in land.columns():
        for _ in range(3):
            left, width = start + random.uniform(-80, SIDE), random.uniform(120, 300)
            top = land.below_horizon(-random.uniform(0.06, 0.17))
            slope = random.uniform(16, 44)
            corners: list[Point] = [
                (left, foot),
                (left + slope, top),
                (left + width, top),
                (left + width + slope, foot),
            ]
            fill(land.canvas, land.drifted(corners), colour, hazy, 200)


def _lee(land: Terrain, line: list[Point], shade: Colour, lit: Colour) -> None:
    """The side of a dune that lies away from the light: all below the skyline, up to its spine."""
    lamp_left = land.scene.lamp_x < 0.5
    inner = [point for point in line if 0.2 * SIDE < point[0] < 0.8 * SIDE]
    x, y = min(inner, key=lambda point: point[1])
    away = 1 if lamp_left else -1
    spine: list[Point] = [
        (x + away * (70 * sin(2.2 * pi * step / 12) - 190 * step / 12), y + 34 * step)
        for step in range(13)
    ]
    edge = line[-1][0] if lamp_left else line[0][0]
    skyline = [point for point in line if (point[0] > x) is lamp_left]
    if not lamp_left:
        skyline.reverse()
    outline = [(x, y), *skyline, (edge, spine[-1][1]), *reversed(spine)]
    fill(land.canvas, outline, shade, mix(shade, lit, 0.55), 330)
