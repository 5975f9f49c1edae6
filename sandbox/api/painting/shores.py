"""Paints the sea, a shore and the city. The measures suit a canvas of 1024 pixels."""

from PIL import ImageDraw

from sandbox.api.painting.brush import Point, fill, gradient
from sandbox.api.painting.scene import mix
from sandbox.api.painting.sky import lamp_at
from sandbox.api.painting.terrain import Terrain
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
    _water(land, round(land.below_horizon(0.2)))


def _water(land: Terrain, top: int) -> None:
    colours = land.palette
    deep = mix(mix(colours.ground, (10, 74, 104), 0.45), colours.zenith, 0.25)
    surface = mix(mix(colours.horizon, colours.middle, 0.4), deep, 0.2)
    stops = [(0.0, surface), (0.35, mix(surface, deep, 0.6)), (1.0, deep)]
    land.canvas.paste(gradient((land.side, land.side - top), stops), (0, top))
    _glints(land, top)
    if land.scene.weather is Weather.STORM:
        _breakers(land, top)


def _breakers(land: Terrain, top: int) -> None:
    """Waves with white crests."""
    foam = mix(land.palette.lamp, (255, 255, 255), 0.5)
    for index in range(4):
        base = (top - land.horizon) / land.side + 0.06 + index * 0.085
        crest = land.soft_line(base, 34 + index * 8, 3.2, octaves=3)
        water = mix(land.palette.ground, (40, 88, 108), 0.55 - index * 0.08)
        land.lay(crest, water, 0.15)
        draw = ImageDraw.Draw(land.canvas)
        draw.line(crest, fill=mix(foam, water, 0.35), width=6 + index * 2, joint="curve")


def _glints(land: Terrain, top: int) -> None:
    """Short strokes of light: two in three on a path below the lamp, the rest anywhere."""
    draw = ImageDraw.Draw(land.canvas, "RGBA")
    random = land.random
    lamp_x = lamp_at(land.scene, land.side)[0]
    for index in range(420):
        near = random.random() ** 1.5
        y = top + 3 + near * (land.side - top)
        half = 8 + near * 46 * random.random()
        on_path = index % 3 > 0
        x = random.gauss(lamp_x, 22 + near * 95) if on_path else random.uniform(0, land.side)
        alpha = round((150 if on_path else 40) * random.uniform(0.4, 1.0))
        box = (x - half, y, x + half, y + 1.5 + near * 3)
        draw.rounded_rectangle(box, radius=2, fill=(*land.palette.lamp, alpha))


def _sail(land: Terrain, hull: Colour, cloth: Colour) -> None:
    draw = ImageDraw.Draw(land.canvas)
    x = land.random.uniform(0.15, 0.85) * land.side
    y = land.horizon + land.random.uniform(60, 190)
    size = land.random.uniform(46, 80)
    boom = y - size * 0.18
    deck, keel = y - size * 0.1, y + size * 0.14
    draw.polygon([(x, y - size * 1.6), (x, boom), (x + size * 0.75, boom)], fill=cloth)
    jib = [(x - 4, y - size * 1.3), (x - 4, boom), (x - size * 0.5, boom)]
    draw.polygon(jib, fill=mix(cloth, hull, 0.25))
    bow, stern = x + size * 0.85, x - size * 0.7
    draw.polygon(
        [(stern, deck), (bow, deck), (bow - size * 0.3, keel), (stern + size * 0.25, keel)],
        fill=hull,
    )


def paint_city(land: Terrain) -> None:
    """Four rows of towers; all but the farthest have windows."""
    window = mix((255, 214, 140), land.palette.lamp, 0.3)
    for index, colour in enumerate(land.far_to_near(4, (24, 26, 48), 0.4)):
        base, rise = land.below_horizon(0.06 + index * 0.085), 330 - index * 52
        left = land.random.uniform(-60, 0)
        while left < land.side:
            right = left + land.random.uniform(52, 92) + index * 20
            height = land.random.triangular(0.15, 1.0, 0.35) * rise
            ((_, top),) = land.drifted([(left, base - height)])
            _tower(land, left, right, top, colour)
            if index:
                _windows(land, left, right, top, mix(colour, window, 0.35 + 0.2 * index))
            left = right + land.random.choice((0, 0, 6, 16))


def _tower(land: Terrain, left: float, right: float, top: float, colour: Colour) -> None:
    roof: list[Point] = []
    middle, shape = (left + right) / 2, land.random.random()
    if shape < 0.2:
        roof = [(middle, top - 46)]
    elif shape < 0.4:
        inner, outer = left + (right - left) * 0.22, right - (right - left) * 0.22
        roof = [(inner, top), (inner, top - 30), (outer, top - 30), (outer, top)]
    elif shape < 0.5:
        mast = (middle - 2, top - 80, middle + 2, top)
        ImageDraw.Draw(land.canvas).rectangle(mast, fill=colour)
    foot = float(land.side)
    outline: list[Point] = [(left, foot), (left, top), *roof, (right, top), (right, foot)]
    fill(land.canvas, outline, colour, mix(colour, land.palette.horizon, 0.22), 420)


def _windows(land: Terrain, left: float, right: float, top: float, colour: Colour) -> None:
    draw = ImageDraw.Draw(land.canvas)
    for row in range(9):
        y = top + 26 + row * 26
        for column in range(int((right - left - 16) // 18)):
            if land.random.random() < _LIT_WINDOWS[land.scene.light]:
                x = left + 12 + column * 18
                draw.rectangle((x, y, x + 8, y + 12), fill=colour)
