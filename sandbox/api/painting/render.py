"""Paints a scene as an image: the same scene always gives the same pixels.

Everything is drawn at twice the size and reduced, which smooths every edge. Nothing here knows
prompts, jobs or HTTP.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from enum import Enum, auto

from PIL import Image, ImageChops, ImageFilter

from sandbox.api.painting.air import paint_weather, settle_snow
from sandbox.api.painting.canvas import Canvas
from sandbox.api.painting.figures import paint_figures
from sandbox.api.painting.finish import captioned, styled
from sandbox.api.painting.lands import (
    paint_desert,
    paint_forest,
    paint_hills,
    paint_mountains,
    paint_snow,
)
from sandbox.api.painting.scene import Patch, Scene
from sandbox.api.painting.shores import paint_city, paint_sea, paint_shore
from sandbox.api.painting.sky import paint_sky
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.view import View
from sandbox.api.painting.words import FAR, MOVING, Place, Subject, Weather

SHORT_SIDE = 512
"""The short side of an image that was not enlarged, in pixels."""

_GRID = 16
"""Patches begin and end at multiples of this many pixels, so that a style's marks meet."""
_MARGIN = 24
_SEAM = 9


class Moving(Enum):
    """What of a scene moves by itself."""

    FIGURES = auto()
    WEATHER = auto()


_LANDS: Mapping[Place, Callable[[Terrain], None]] = {
    Place.HILLS: paint_hills,
    Place.FOREST: paint_forest,
    Place.SEA: paint_sea,
    Place.DESERT: paint_desert,
    Place.SNOW: paint_snow,
    Place.MOUNTAINS: paint_mountains,
    Place.CITY: paint_city,
}


def picture(scene: Scene) -> Image.Image:
    """The whole image of a scene, with its patches and its caption."""
    short = min(scene.view.width, scene.view.height)
    width = round(SHORT_SIDE * scene.enlarged * scene.view.width / short)
    return captioned(layer(scene, width), scene.caption)


def layer(scene: Scene, width: int, without: Collection[Moving] = ()) -> Image.Image:
    """The image of a scene, *width* pixels wide, with its patches and no caption, and *without*
    some of what moves.
    """
    image = _painted(scene, scene.view, width, without)
    for patch in scene.patches:
        _cover(image, patch, scene)
    return image


def _painted(scene: Scene, view: View, width: int, without: Collection[Moving] = ()) -> Image.Image:
    """What *view* sees of a scene without its patches, *width* pixels wide."""
    canvas = Canvas(view, width * 2, beyond=scene.beyond)
    paint_sky(canvas, scene)
    land = Terrain(canvas, scene)
    kinds = set(Subject) - (MOVING if Moving.FIGURES in without else set())
    paint_figures(land, kinds & FAR)
    if scene.place in _LANDS:  # there is none in space
        _LANDS[scene.place](land)
    if scene.by_water:
        paint_shore(land)
    elif scene.place not in {Place.SPACE, Place.SEA}:
        land.lay_foreground()
    settle_snow(land)
    paint_figures(land, kinds - FAR)
    if Moving.WEATHER not in without or scene.weather is Weather.FOG:
        paint_weather(canvas, scene)
    return styled(canvas.image.reduce(2), scene.style)


def _cover(image: Image.Image, patch: Patch, scene: Scene) -> None:
    """Paint a patch over its areas, fading in at their edges; nothing else changes."""
    areas = Canvas(scene.view, image.width, mode="L")
    for area in patch.areas:
        areas.polygon(area, 255)
    hard = areas.image
    soft = hard.filter(ImageFilter.MinFilter(_SEAM)).filter(ImageFilter.BoxBlur(_SEAM // 2))
    mask = ImageChops.darker(soft, hard)
    found = mask.getbbox()
    if found is None:
        return
    left, upper = (max(0, (edge - _MARGIN) // _GRID * _GRID) for edge in found[:2])
    right, lower = (-(-(edge + _MARGIN) // _GRID) * _GRID for edge in found[2:])
    right, lower = min(image.width, right), min(image.height, lower)
    width, height = image.size
    part = scene.view.part(left / width, upper / height, right / width, lower / height)
    inner = replace(patch.scene, detailed=scene.detailed)
    painted = captioned(_painted(inner, part, right - left), inner.caption)
    image.paste(painted, (left, upper), mask.crop((left, upper, right, lower)))
