"""Paints a scene: the same scene always gives the same bytes.

Everything is drawn at twice the size and reduced, which smooths every edge. Nothing here knows
prompts, jobs or HTTP.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO

from PIL import Image, ImageChops, ImageFilter

from sandbox.api.painting.air import paint_weather, settle_snow
from sandbox.api.painting.canvas import Canvas, scaled
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
from sandbox.api.painting.words import Place

SHORT_SIDE = 512
"""The short side of an image that was not enlarged, in pixels."""

_BIG_SIDE = 2048
_GRID = 16
"""Patches begin and end at multiples of this many pixels, so that a style's marks meet."""
_MARGIN = 24
_SEAM = 9

_LANDS: Mapping[Place, Callable[[Terrain], None]] = {
    Place.HILLS: paint_hills,
    Place.FOREST: paint_forest,
    Place.SEA: paint_sea,
    Place.DESERT: paint_desert,
    Place.SNOW: paint_snow,
    Place.MOUNTAINS: paint_mountains,
    Place.CITY: paint_city,
}


def paint(scene: Scene, *, big: bool = False) -> bytes:
    """The scene as a PNG, whose short side has 512 pixels, or as many times more as it is enlarged;
    with *big* 2048 x 2048 pixels, a file of 12 MiB.
    """
    image = picture(scene)
    file = BytesIO()
    if big:
        # uncompressed, so that the size is known: 2048 x 2048 x 3 bytes
        large = scaled(image, (_BIG_SIDE, _BIG_SIDE))
        large.save(file, "PNG", compress_level=0)
    else:
        image.save(file, "PNG", compress_level=4)
    return file.getvalue()


def picture(scene: Scene) -> Image.Image:
    """The whole image of a scene, with its patches and its caption."""
    image = _painted(scene, scene.view, _width(scene))
    for patch in scene.patches:
        _cover(image, patch, scene)
    return captioned(image, scene.caption)


def _width(scene: Scene) -> int:
    short = min(scene.view.width, scene.view.height)
    return round(SHORT_SIDE * scene.enlarged * scene.view.width / short)


def _painted(scene: Scene, view: View, width: int) -> Image.Image:
    """What *view* sees of a scene without its patches, *width* pixels wide."""
    canvas = Canvas(view, width * 2, beyond=scene.beyond)
    paint_sky(canvas, scene)
    land = Terrain(canvas, scene)
    paint_figures(land, behind=True)
    if scene.place in _LANDS:  # there is none in space
        _LANDS[scene.place](land)
    if scene.by_water:
        paint_shore(land)
    elif scene.place not in {Place.SPACE, Place.SEA}:
        land.lay_foreground()
    settle_snow(land)
    paint_figures(land, behind=False)
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
