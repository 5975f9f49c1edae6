"""Makes the file of a scene: the same scene always gives the same bytes."""

from io import BytesIO

from sandbox.api.painting.canvas import scaled
from sandbox.api.painting.film import film
from sandbox.api.painting.render import picture
from sandbox.api.painting.scene import Scene

_BIG_SIDE = 2048


def paint(scene: Scene, *, big: bool = False) -> bytes:
    """The scene as a PNG, whose short side has 512 pixels, or as many times more as it is enlarged;
    with *big* 2048 x 2048 pixels, a file of 12 MiB. One that moves as an MP4.
    """
    if scene.take is not None:
        return film(scene, scene.take, big=big)
    image = picture(scene)
    file = BytesIO()
    if big:
        # uncompressed, so that the size is known: 2048 x 2048 x 3 bytes
        large = scaled(image, (_BIG_SIDE, _BIG_SIDE))
        large.save(file, "PNG", compress_level=0)
    else:
        image.save(file, "PNG", compress_level=4)
    return file.getvalue()
