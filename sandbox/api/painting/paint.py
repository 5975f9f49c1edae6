"""Paints a scene: the same scene always gives the same bytes.

Everything is drawn at twice the size and reduced, which smooths every edge. Nothing here knows
prompts, jobs or HTTP.
"""

from collections.abc import Callable, Mapping
from io import BytesIO

from sandbox.api.painting.brush import scaled
from sandbox.api.painting.lands import paint_desert, paint_forest, paint_hills, paint_snow
from sandbox.api.painting.scene import Place, Scene
from sandbox.api.painting.shores import paint_city, paint_sea
from sandbox.api.painting.sky import paint_sky
from sandbox.api.painting.terrain import Terrain

SIDE = 512
"""Width and height of a picture, in pixels."""

_BIG_SIDE = 2048

_LANDS: Mapping[Place, Callable[[Terrain], None]] = {
    Place.HILLS: paint_hills,
    Place.FOREST: paint_forest,
    Place.SEA: paint_sea,
    Place.DESERT: paint_desert,
    Place.SNOW: paint_snow,
    Place.CITY: paint_city,
}


def paint(scene: Scene, *, big: bool = False) -> bytes:
    """The scene as a PNG of 512 x 512 pixels; with *big* 2048 x 2048, a file of 12 MiB."""
    canvas = paint_sky(scene, SIDE * 2)
    _LANDS[scene.place](Terrain(canvas, scene))
    picture = canvas.reduce(2)
    file = BytesIO()
    if big:
        # uncompressed, so that the size is known: 2048 x 2048 x 3 bytes
        large = scaled(picture, (_BIG_SIDE, _BIG_SIDE))
        large.save(file, "PNG", compress_level=0)
    else:
        picture.save(file, "PNG", compress_level=4)
    return file.getvalue()
