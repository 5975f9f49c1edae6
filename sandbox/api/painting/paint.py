"""Paints a scene: the same scene always gives the same bytes.

Everything is drawn at twice the size and reduced, which smooths every edge. Nothing here knows
prompts, jobs or HTTP.
"""

from collections.abc import Callable, Mapping
from io import BytesIO

from sandbox.api.painting.air import paint_weather, settle_snow
from sandbox.api.painting.brush import scaled
from sandbox.api.painting.figures import paint_figures
from sandbox.api.painting.finish import captioned, styled
from sandbox.api.painting.lands import (
    paint_desert,
    paint_forest,
    paint_hills,
    paint_mountains,
    paint_snow,
)
from sandbox.api.painting.scene import Scene
from sandbox.api.painting.shores import paint_city, paint_sea, paint_shore
from sandbox.api.painting.sky import paint_sky
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.words import Place

SIDE = 512
"""Width and height of an image, in pixels."""

_BIG_SIDE = 2048

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
    """The scene as a PNG of 512 x 512 pixels; with *big* 2048 x 2048, a file of 12 MiB."""
    canvas = paint_sky(scene, SIDE * 2)
    land = Terrain(canvas, scene)
    paint_figures(land, behind=True)
    if scene.place in _LANDS:  # there is none in space
        _LANDS[scene.place](land)
    if scene.by_water:
        paint_shore(land)
    settle_snow(land)
    paint_figures(land, behind=False)
    paint_weather(canvas, scene)
    image = captioned(styled(canvas.reduce(2), scene.style), scene.caption)
    file = BytesIO()
    if big:
        # uncompressed, so that the size is known: 2048 x 2048 x 3 bytes
        large = scaled(image, (_BIG_SIDE, _BIG_SIDE))
        large.save(file, "PNG", compress_level=0)
    else:
        image.save(file, "PNG", compress_level=4)
    return file.getvalue()
