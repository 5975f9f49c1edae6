"""What a picture shows, as a few numbers: read from a prompt, or derived from another picture.

A scene is small and is kept with its job, so that a remix of a remix of a remix never has to paint
its forebears again. Nothing here knows how a scene is painted.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from random import Random
from typing import TypeVar

Colour = tuple[int, int, int]
_Choice = TypeVar("_Choice", bound=Enum)


class Place(Enum):
    """The land."""

    HILLS = auto()
    FOREST = auto()
    SEA = auto()
    DESERT = auto()
    SNOW = auto()
    CITY = auto()


class Light(Enum):
    """The hour of the day."""

    DAWN = auto()
    DAY = auto()
    SUNSET = auto()
    NIGHT = auto()


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
    """Everything that the painter needs; equal scenes are equal pictures."""

    place: Place
    light: Light
    palette: Palette
    seed: str
    """Where the land rises, and where the small things stand."""
    lamp_x: float
    """0.0 (left) to 1.0 (right)."""
    lamp_y: float
    """0.0 (zenith) to 1.0 (horizon)."""
    drift: float = 0.0
    """How far the land has moved away from its seed: 0.0 (not at all) to 1.0 (just visibly)."""


_PLACES: Mapping[Place, str] = {
    Place.HILLS: "hill hills valley meadow meadows field fields grass garden flowers land",
    Place.FOREST: "forest forests wood woods woodland tree trees pine pines jungle fox deer moss",
    Place.SEA: "sea ocean water wave waves lake beach coast harbour harbor island boat ship river",
    Place.DESERT: "desert dune dunes sand sands canyon sahara cactus camel mars",
    Place.SNOW: "snow snowy winter ice icy arctic alps mountain mountains glacier peak peaks",
    Place.CITY: "city town street skyline tower towers urban neon tokyo paris london castle",
}
_LIGHTS: Mapping[Light, str] = {
    Light.SUNSET: "sunset dusk evening golden autumn fire lava red orange",
    Light.NIGHT: "night midnight moon moonlight moonlit star stars starry dark aurora neon space",
    Light.DAWN: "dawn sunrise morning mist misty fog foggy pastel spring blossom",
    Light.DAY: "day noon midday sunny summer bright blue",
}
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


def imagine(prompt: str, *, roll: int, image_no: int) -> Scene:
    """The scene of picture *image_no* for a prompt; each *roll* gives another one.

    What the prompt does not name is chosen: one land for all pictures of the prompt, another hour
    for each.
    """
    random = Random(f"{prompt}|{roll}|{image_no}")
    start = Random(f"{prompt}|{roll}").randrange(4)
    variant = (start + image_no) % 4
    light = _named(_LIGHTS, prompt) or list(Light)[variant]
    place = _named(_PLACES, prompt) or Random(prompt).choice(list(Place))
    return Scene(
        place=place,
        light=light,
        palette=_palette(light, variant),
        seed=f"{random.getrandbits(64):x}",
        lamp_x=random.choice((random.uniform(0.2, 0.4), random.uniform(0.6, 0.8))),
        lamp_y=_lamp_height(light, random),
    )


def remix_subtly(parent: Scene, prompt: str, *, roll: int, image_no: int) -> Scene:
    """The same land, slightly moved, its light a step nearer to what *prompt* names."""
    random = Random(f"{parent.seed}|{prompt}|{roll}|{image_no}")
    light = _named(_LIGHTS, prompt) or parent.light
    palettes = _other_palettes(light, parent.palette)
    step = 0.22 if light is parent.light else 0.16
    return replace(
        parent,
        palette=_blend(parent.palette, palettes[image_no % len(palettes)], step),
        lamp_x=min(0.85, max(0.15, parent.lamp_x + random.uniform(-0.05, 0.05))),
        lamp_y=min(0.85, max(0.2, parent.lamp_y + random.uniform(-0.05, 0.05))),
        drift=random.uniform(0.4, 1.0),
    )


def remix_strongly(parent: Scene, prompt: str, *, roll: int, image_no: int) -> Scene:
    """A new land under another light; the parent's place stays only where *prompt* names none."""
    random = Random(f"{parent.seed}|{prompt}|{roll}|{image_no}")
    light = _named(_LIGHTS, prompt) or _other_light(parent.light, image_no)
    palettes = _other_palettes(light, parent.palette)
    return Scene(
        place=_named(_PLACES, prompt) or parent.place,
        light=light,
        palette=palettes[image_no % len(palettes)],
        seed=f"{random.getrandbits(64):x}",
        lamp_x=random.uniform(0.2, 0.4) if parent.lamp_x > 0.5 else random.uniform(0.6, 0.8),
        lamp_y=_lamp_height(light, random),
    )


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """The colour between two: the first at *share* 0.0, the second at 1.0."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _named(words: Mapping[_Choice, str], prompt: str) -> _Choice | None:
    """The choice whose word comes first in the prompt."""
    choices = {word: choice for choice, line in words.items() for word in line.split()}
    spoken: Iterable[str] = re.findall(r"[a-z]+", prompt.lower())
    return next((choices[word] for word in spoken if word in choices), None)


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
