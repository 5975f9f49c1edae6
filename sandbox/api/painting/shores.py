"""Paints the sea, a shore and the city."""

from random import Random

from sandbox.api.painting.brush import fill
from sandbox.api.painting.canvas import Point
from sandbox.api.painting.scene import mix
from sandbox.api.painting.sky import lamp_at
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.view import SIDE
from sandbox.api.painting.words import Colour, Light, Weather

_LIT_WINDOWS = {Light.DAY: 0.12, Light.DAWN: 0.2, Light.SUNSET: 0.34, Light.NIGHT: 0.46}
"""The share of windows with a light behind them."""


def paint_sea(land: Terrain) -> None:
    """Islands, water with the light's path on it, and one sail if nothing else is there."""
    colours = land.palette
    haze = mix(colours.horizon, colours.middle, 0.6)
    land.lay(land.soft_line(0.0, 60, 0.7), mix(haze, colours.ground, 0.2), 0.3)
    land.lay(land.soft_line(0.012, 46, 1.2), mix(haze, colours.ground, 0.5), 0.3)
    _water(land, land.horizon)
    if not land.scene.figures:
        _sail(land, mix(colours.ground, (10, 20, 30), 0.3), colours.lamp)


def paint_shore(land: Terrain) -> None:
    """Water in front of whatever land is there."""
    _water(land, land.below_horizon(0.2))


def _water(land: Terrain, top: float) -> None:
    colours = land.palette
    deep = mix(mix(colours.ground, (10, 74, 104), 0.45), colours.zenith, 0.25)
    surface = mix(mix(colours.horizon, colours.middle, 0.4), deep, 0.2)
    half_deep = mix(surface, deep, 0.6)
    land.canvas.wash([(top, surface), (top + (SIDE - top) * 0.35, half_deep), (SIDE, deep)], top)
    if land.scene.detailed:
        _ripples(land, top, mix(surface, land.palette.lamp, 0.35))
    _glints(land, top)
    if land.scene.weather is Weather.STORM:
        _breakers(land, top)


def _breakers(land: Terrain, top: float) -> None:
    """Waves with white crests."""
    foam = mix(land.palette.lamp, (255, 255, 255), 0.5)
    for index in range(4):
        base = (top - land.horizon) / SIDE + 0.06 + index * 0.085
        crest = land.soft_line(base, 34 + index * 8, 3.2, octaves=3)
        water = mix(land.palette.ground, (40, 88, 108), 0.55 - index * 0.08)
        land.lay(crest, water, 0.15)
        land.canvas.line(crest, mix(foam, water, 0.35), 6 + index * 2)


def _ripples(land: Terrain, top: float, colour: Colour) -> None:
    """Fine lines on the water, closer to each other the farther they are."""
    for left, upper, random in land.canvas.cells(f"ripples {land.scene.seed}"):
        for _ in range(700 if upper >= 0 else 0):
            far = random.random() ** 1.6
            y = top + 4 + far * (SIDE - top) if upper == 0 else upper + random.uniform(0, SIDE)
            x, half = left + random.uniform(0, SIDE), 6 + 26 * far * random.random()
            bent = (x, y + 1 + 2 * far)
            ink = (*colour, random.randrange(50, 130))
            land.canvas.line([(x - half, y), bent, (x + half, y)], ink, 1.2)


def _glints(land: Terrain, top: float) -> None:
    """Short strokes of light: two in three on a path below the lamp, the rest anywhere."""
    lamp_x = lamp_at(land.scene)[0]
    reach = SIDE - top
    for left, upper, random in land.canvas.cells(f"glints {land.scene.seed}"):
        for index in range(420 if upper >= 0 else 0):
            far = random.random()
            near = far**1.5 if upper == 0 else (upper + far * SIDE - top) / reach
            half = 8 + min(near, 2.5) * 46 * random.random()
            on_path = index % 3 > 0
            x = random.gauss(lamp_x, 22 + near * 95) if on_path else left + random.uniform(0, SIDE)
            alpha = round((150 if on_path else 40) * random.uniform(0.4, 1.0))
            y = top + 3 + near * reach
            if left <= x < left + SIDE:
                box = (x - half, y, x + half, y + 1.5 + min(near, 2.5) * 3)
                land.canvas.box(box, (*land.palette.lamp, alpha), radius=2)


def _sail(land: Terrain, hull: Colour, cloth: Colour) -> None:
    canvas = land.canvas
    x = land.random.uniform(0.15, 0.85) * SIDE
    y = land.horizon + land.random.uniform(60, 190)
    size = land.random.uniform(46, 80)
    boom = y - size * 0.18
    deck, keel = y - size * 0.1, y + size * 0.14
    canvas.polygon([(x, y - size * 1.6), (x, boom), (x + size * 0.75, boom)], cloth)
    jib = [(x - 4, y - size * 1.3), (x - 4, boom), (x - size * 0.5, boom)]
    canvas.polygon(jib, mix(cloth, hull, 0.25))
    bow, stern = x + size * 0.85, x - size * 0.7
    canvas.polygon(
        [(stern, deck), (bow, deck), (bow - size * 0.3, keel), (stern + size * 0.25, keel)], hull
    )


def paint_city(land: Terrain) -> None:
    """Four rows of towers; all but the farthest have windows."""
    window = mix((255, 214, 140), land.palette.lamp, 0.3)
    for index, colour in enumerate(land.far_to_near(4, (24, 26, 48), 0.4)):
        base, rise = land.below_horizon(0.06 + index * 0.085), 330 - index * 52
        for start, random in land.columns():
            left = start + random.uniform(-60, 0)
            while left < start + SIDE:
                right = left + random.uniform(52, 92) + index * 20
                height = random.triangular(0.15, 1.0, 0.35) * rise
                ((_, top),) = land.drifted([(left, base - height)])
                _tower(land, random, (left, top, right), colour)
                if index:
                    lit = mix(colour, window, 0.35 + 0.2 * index)
                    _windows(land, random, (left, top, right), lit)
                left = right + random.choice((0, 0, 6, 16))


def _tower(
    land: Terrain, random: Random, walls: tuple[float, float, float], colour: Colour
) -> None:
    left, top, right = walls
    roof: list[Point] = []
    middle, shape = (left + right) / 2, random.random()
    if shape < 0.2:
        roof = [(middle, top - 46)]
    elif shape < 0.4:
        inner, outer = left + (right - left) * 0.22, right - (right - left) * 0.22
        roof = [(inner, top), (inner, top - 30), (outer, top - 30), (outer, top)]
    elif shape < 0.5:
        land.canvas.box((middle - 2, top - 80, middle + 2, top), colour)
    foot = land.bottom
    outline: list[Point] = [(left, foot), (left, top), *roof, (right, top), (right, foot)]
    fill(land.canvas, outline, colour, mix(colour, land.palette.horizon, 0.22), 420)


def _windows(
    land: Terrain, random: Random, walls: tuple[float, float, float], colour: Colour
) -> None:
    left, top, right = walls
    for row in range(9):
        y = top + 26 + row * 26
        for column in range(int((right - left - 16) // 18)):
            if random.random() < _LIT_WINDOWS[land.scene.light]:
                x = left + 12 + column * 18
                land.canvas.box((x, y, x + 8, y + 12), colour)
