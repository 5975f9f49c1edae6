"""What an image shows, as a few values: read from a prompt, or derived from another image.

A scene is small and is kept with its job, so that a remix of a remix of a remix never has to paint
its forebears again. Nothing here knows how a scene is painted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from sandbox.api.painting.view import FIRST_VIEW, View
from sandbox.api.painting.words import (
    Colour,
    Figure,
    Light,
    Place,
    Style,
    Weather,
    Wish,
    read_wish,
)


@dataclass(frozen=True, slots=True)
class Palette:
    """Five colours that carry a scene."""

    zenith: Colour
    middle: Colour
    horizon: Colour
    lamp: Colour
    """The sun or the moon."""
    ground: Colour
    """The nearest land; what lies farther fades into the horizon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that the painter needs; equal scenes are equal images."""

    place: Place
    light: Light
    palette: Palette
    seed: str
    """Where the land rises, and where things stand."""
    lamp_x: float
    """0.0 (left) to 1.0 (right)."""
    lamp_y: float
    """0.0 (zenith) to 1.0 (horizon)."""
    by_water: bool = False
    weather: Weather | None = None
    style: Style | None = None
    figures: tuple[Figure, ...] = ()
    caption: str = ""
    """What the painter has no image of."""
    drift: float = 0.0
    """How far the land has moved away from its seed: 0.0 (not at all) to 1.0 (just visibly)."""
    view: View = FIRST_VIEW
    """What of it is seen."""
    enlarged: int = 1
    """How many times as many pixels it has as usual, in width and height."""
    detailed: bool = False
    """Whether it has more in it than is seen at the usual size."""
    beyond: str = ""
    """What else is random outside of the first view."""
    guests: tuple["Guest", ...] = ()
    """Figures that came later, the first ones first."""
    patches: tuple["Patch", ...] = ()
    """What was painted over it, the oldest first."""
    take: "Take | None" = None
    """How it moves; None for an image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A stretch of a video: the camera goes from where it is to a place of its own."""

    seed: str
    lively: bool
    """Whether it goes far, and everything moves much."""
    loops: bool
    """Whether it ends where it began."""
    weather: Weather | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A video of a scene."""

    large: bool
    """720p, else 480p."""
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Guest:
    """A figure whose place is known: the middle of its foot, and about its height."""

    figure: Figure
    x: float
    y: float
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """An area that shows another scene, in the same view."""

    areas: tuple[tuple[tuple[float, float], ...], ...]
    """Polygons, in measures of the scene."""
    scene: Scene


_PALETTES: Mapping[Light, tuple[str, ...]] = {
    # zenith, middle, horizon, lamp, ground
    Light.DAWN: (
        "7fa8d8 f3c9c9 ffe9c7 fffdf0 3c5068",
        "8a7fc4 f2a9bd ffdccb fff6ea 46325f",
        "4fa3a8 c9e3d0 fdf0c8 fffbe6 22504f",
        "5b6fb8 c9a3d6 fbcfc4 fff4ee 2f2f5c",
    ),
    Light.DAY: (
        "2b7cc7 86c2ec e6f5f3 fffbe0 1d5647",
        "0f7f9c 6fcfd0 e3f6da fffde8 0f4c50",
        "5a8fe0 bcd3f5 fdf0d3 fff3c4 4a6330",
        "3a56a8 98a8e6 f4dcec fff0e0 3a3f73",
    ),
    Light.SUNSET: (
        "2b1b4d b8436b ffb26b ffe3a8 1d1030",
        "0f2a4a c95a63 ffd28a fff1c9 121c33",
        "3a1c32 e0562f ffc15e fff0b8 220f14",
        "2a3f7a a06fb4 ffb7a1 fff0dc 1b1838",
    ),
    Light.NIGHT: (
        "050a24 16265a 4467a0 f4f1de 040812",
        "0d0a2a 35225f 8a5598 ffeede 0a0718",
        "02131d 0b3b4a 35958a eafff4 020e10",
        "0c1230 2c3f7e b08a9c fff3d6 0a0f20",
    ),
}


_STORM = Palette((38, 46, 60), (74, 84, 98), (128, 136, 142), (214, 220, 226), (22, 28, 36))
_GREY = Palette((150, 158, 166), (178, 184, 190), (204, 208, 210), (240, 240, 236), (70, 78, 84))
_OVERCAST: Mapping[Weather, tuple[Palette, float]] = {
    Weather.STORM: (_STORM, 0.72),
    Weather.RAIN: (_STORM, 0.45),
    Weather.FOG: (_GREY, 0.4),
    Weather.SNOW: (_GREY, 0.35),
}
"""What the sky turns to, and how far."""
TINTED = 0.55
"""How far a colour that the prompt names colours everything."""


def imagine(prompt: str, *, roll: int, image_no: int) -> Scene:
    """The scene of image *image_no* for a prompt; each *roll* gives another one.

    What the prompt does not name is chosen: one land for all images of the prompt, another hour
    for each.
    """
    wish = read_wish(prompt)
    random = Random(f"{prompt}|{roll}|{image_no}")
    start = Random(f"{prompt}|{roll}").randrange(4)
    variant = (start + image_no) % 4
    light = wish.light or (Light.NIGHT if wish.home is Place.SPACE else list(Light)[variant])
    lands = [place for place in Place if place is not Place.SPACE]
    return Scene(
        place=wish.home or Random(prompt).choice(lands),
        by_water=wish.by_water,
        light=light,
        weather=wish.weather,
        style=wish.style,
        figures=wish.figures,
        caption=wish.caption,
        palette=_coloured(_palette(light, variant), wish),
        seed=f"{random.getrandbits(64):x}",
        lamp_x=random.choice((random.uniform(0.2, 0.4), random.uniform(0.6, 0.8))),
        lamp_y=_lamp_height(light, random),
    )


def remix_subtly(parent: Scene, prompt: str, *, roll: int, image_no: int) -> Scene:
    """The same composition: land and places stay, slightly moved; what *prompt* names changes."""
    wish = read_wish(prompt)
    random = Random(f"{parent.seed}|{prompt}|{roll}|{image_no}")
    light = wish.light or parent.light
    palettes = _other_palettes(light, parent.palette)
    is_new_sky = light is not parent.light or bool(wish.weather or wish.tint)
    palette = _coloured(palettes[image_no % len(palettes)], wish)
    return replace(
        parent,
        light=light,
        weather=wish.weather or parent.weather,
        style=wish.style or parent.style,
        figures=wish.figures or parent.figures,
        caption=wish.caption,
        palette=_blend(parent.palette, palette, 0.55 if is_new_sky else 0.22),
        lamp_x=min(0.85, max(0.15, parent.lamp_x + random.uniform(-0.05, 0.05))),
        lamp_y=min(0.85, max(0.2, parent.lamp_y + random.uniform(-0.05, 0.05))),
        drift=random.uniform(0.4, 1.0),
        enlarged=1,
        detailed=False,
        patches=tuple(
            replace(one, scene=remix_subtly(one.scene, prompt, roll=roll, image_no=image_no))
            for one in parent.patches
        ),
    )


def remix_strongly(parent: Scene, prompt: str, *, roll: int, image_no: int) -> Scene:
    """A new composition under another light; of the parent stays only what *prompt* leaves open."""
    wish = read_wish(prompt)
    random = Random(f"{parent.seed}|{prompt}|{roll}|{image_no}")
    light = wish.light or (
        Light.NIGHT if wish.home is Place.SPACE else _other_light(parent.light, image_no)
    )
    palettes = _other_palettes(light, parent.palette)
    return Scene(
        place=wish.home or parent.place,
        by_water=wish.by_water if wish.home else parent.by_water,
        light=light,
        weather=wish.weather,
        style=wish.style or parent.style,
        figures=wish.figures or parent.figures,
        caption=wish.caption,
        palette=_coloured(palettes[image_no % len(palettes)], wish),
        seed=f"{random.getrandbits(64):x}",
        lamp_x=random.uniform(0.2, 0.4) if parent.lamp_x > 0.5 else random.uniform(0.6, 0.8),
        lamp_y=_lamp_height(light, random),
        view=parent.view,
    )


def other_palette(parent: Scene, image_no: int) -> Palette:
    """Colours of the same hour, half-way to another sky."""
    others = _other_palettes(parent.light, parent.palette)
    return _blend(parent.palette, others[image_no % len(others)], 0.5)


def coloured(parent: Scene, wish: Wish, image_no: int) -> Palette:
    """The colours that *wish* asks for, else those of *parent*."""
    if wish.light in {None, parent.light}:
        return _coloured(parent.palette, wish)
    return _coloured(_palette(wish.light or parent.light, image_no % 4), wish)


def night_sky(image_no: int) -> Palette:
    """Colours of a night."""
    return _palette(Light.NIGHT, image_no % 4)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour between two: the first at *share* 0.0, the second at 1.0."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _coloured(palette: Palette, wish: Wish) -> Palette:
    """*palette* under the weather and in the colour that *wish* names."""
    if wish.weather is not None:
        overcast, share = _OVERCAST[wish.weather]
        palette = _blend(palette, overcast, share)
    if wish.tint is not None:
        dark, pale = mix(wish.tint, (0, 0, 0), 0.55), mix(wish.tint, (255, 255, 255), 0.35)
        palette = _blend(palette, Palette(wish.tint, wish.tint, pale, pale, dark), TINTED)
    return palette


def _other_light(light: Light, image_no: int) -> Light:
    others = [other for other in Light if other is not light]
    return others[image_no % len(others)]


def _other_palettes(light: Light, palette: Palette) -> list[Palette]:
    every = [_palette(light, variant) for variant in range(len(_PALETTES[light]))]
    return [other for other in every if other != palette]


def _lamp_height(light: Light, random: Random) -> float:
    low, high = (0.62, 0.82) if light in {Light.SUNSET, Light.DAWN} else (0.25, 0.5)
    return random.uniform(low, high)


def _palette(light: Light, variant: int) -> Palette:
    row = _PALETTES[light][variant]
    zenith, middle, horizon, lamp, ground = map(_colour, row.split())
    return Palette(zenith, middle, horizon, lamp, ground)


def _colour(hexadecimal: str) -> Colour:
    red, green, blue = bytes.fromhex(hexadecimal)
    return red, green, blue


def _blend(first: Palette, second: Palette, share: float) -> Palette:
    return Palette(
        zenith=mix(first.zenith, second.zenith, share),
        middle=mix(first.middle, second.middle, share),
        horizon=mix(first.horizon, second.horizon, share),
        lamp=mix(first.lamp, second.lamp, share),
        ground=mix(first.ground, second.ground, share),
    )
