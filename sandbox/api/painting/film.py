"""Makes a short video of a scene: an H.264 MP4, the same bytes for the same scene.

The camera goes over a painting that is a little larger than the image, boats and birds rock, rain
and snow fall, water and stars glitter. All that comes round within a stretch, so that the next one
begins where the last one ended.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw

from sandbox.api.painting.finish import captioned
from sandbox.api.painting.render import Moving, layer
from sandbox.api.painting.scene import Move, Scene, Take, mix
from sandbox.api.painting.sky import HORIZON, lamp_at
from sandbox.api.painting.view import SIDE, View
from sandbox.api.painting.words import Light, Place, Weather

FRAMES_A_SECOND = 12
FIRST_FRAMES = 36
MORE_FRAMES = 30
"""How many each further stretch has."""

_ROOM = 1.3
"""How much larger than the image the painting is."""
_CLOSEST = 0.76
_BIG_BYTES = 12 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Camera:
    """Its middle, from that of the image, and what it sees, both in shares of the image."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0

    def towards(self, other: "_Camera", share: float) -> "_Camera":
        return _Camera(
            self.x + (other.x - self.x) * share,
            self.y + (other.y - self.y) * share,
            self.width + (other.width - self.width) * share,
        )


def film(scene: Scene, take: Take, *, big: bool = False) -> bytes:
    """The file; with *big* one of over 12 MiB."""
    file = encoded(list(_frames(scene, take)))
    if big:  # a box that players pass over
        file += struct.pack(">I4s", _BIG_BYTES + 8, b"free") + bytes(_BIG_BYTES)
    return file


def encoded(frames: list[Image.Image]) -> bytes:
    """Images of one size, both sides even, as an H.264 MP4."""
    import av  # noqa: PLC0415  # 40 MB that most who paint never need

    file = BytesIO()
    # one thread: several share out the bits as they happen to run
    options = {"preset": "veryfast", "crf": "24", "threads": "1"}
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", FRAMES_A_SECOND, options)  # pyright: ignore[reportUnknownMemberType]  # PyAV leaves some of its types out
        stream.width, stream.height = frames[0].size
        stream.pix_fmt = "yuv420p"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_image(frame)))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]  # as above
        container.mux(stream.encode(None))
    return file.getvalue()


def _frames(scene: Scene, take: Take) -> Iterator[Image.Image]:
    short = 720 if take.large else 480
    view = scene.view
    unit = short / min(view.width, view.height)
    size = round(view.width * unit / 2) * 2, round(view.height * unit / 2) * 2
    wide = replace(
        scene, view=view.zoomed_out(_ROOM), beyond=scene.beyond or take.moves[0].seed, take=None
    )
    painting = _Painting(wide, round(size[0] * _ROOM / 0.9))
    camera = _Camera()
    for number, move in enumerate(take.moves):
        goal = _goal(move)
        frames = MORE_FRAMES if number else FIRST_FRAMES
        for index in range(frames):
            at = index / frames
            share = (1 - cos(2 * pi * at)) / 2 if move.loops else at * at * (3 - 2 * at)
            frame = painting.seen(camera.towards(goal, share), size, move, at)
            _fall(frame, move, at)
            yield captioned(frame, scene.caption)
        camera = camera if move.loops else goal


def _goal(move: Move) -> _Camera:
    random = Random(move.seed)
    far = 1.0 if move.lively else 0.35
    angle = random.uniform(0, 2 * pi)
    return _Camera(0.13 * far * cos(angle), 0.09 * far * sin(angle), 1 - (1 - _CLOSEST) * far)


class _Painting:
    """What a camera goes over: the land, what rocks on it, and where it glitters."""

    def __init__(self, wide: Scene, width: int) -> None:
        moving = [Moving.FIGURES, Moving.WEATHER]
        self._land = layer(wide, width, moving)
        self._figures = layer(wide, width, [Moving.WEATHER]) if wide.style is None else self._land
        changed = ImageChops.difference(self._land, self._figures).convert("L")
        self._mask = changed.point([255 * (level > 2) for level in range(256)])  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed
        self._rocks = self._mask.getbbox() is not None
        self._sparks = _sparks(wide)
        self._wide = wide

    def seen(self, camera: _Camera, size: tuple[int, int], move: Move, at: float) -> Image.Image:
        """What the camera sees, *at* 0.0 to 1.0 of a stretch."""
        view = self._view(camera)
        frame = self._part(self._land, view, size)
        if self._rocks:
            swing = 14 if move.lively else 5
            x, y = swing * sin(2 * pi * at), swing * 0.7 * sin(4 * pi * at)
            moved = replace(view, left=view.left - x, top=view.top - y)
            mask = self._part(self._mask, moved, size)
            frame.paste(self._part(self._figures, moved, size), (0, 0), mask)
        self._glitter(frame, view, at)
        return frame

    def _view(self, camera: _Camera) -> View:
        whole = self._wide.view
        width, height = whole.width / _ROOM, whole.height / _ROOM
        middle_x = whole.left + whole.width / 2 + camera.x * width
        middle_y = whole.top + whole.height / 2 + camera.y * height
        width, height = width * camera.width, height * camera.width
        return View(middle_x - width / 2, middle_y - height / 2, width, height)

    def _part(self, image: Image.Image, view: View, size: tuple[int, int]) -> Image.Image:
        whole = self._wide.view
        unit = image.width / whole.width
        left, top = (view.left - whole.left) * unit, (view.top - whole.top) * unit
        corners = (left, top, left + view.width * unit, top + view.height * unit)
        return image.resize(size, Image.Resampling.BILINEAR, box=corners)  # pyright: ignore[reportUnknownMemberType]  # as above

    def _glitter(self, frame: Image.Image, view: View, at: float) -> None:
        draw = ImageDraw.Draw(frame, "RGBA")
        unit = frame.width / view.width
        for x, y, wide, high, phase in self._sparks:
            level = sin(pi * (2 * at + phase)) ** 2
            left, top = (x - wide - view.left) * unit, (y - high - view.top) * unit
            box = (left, top, left + 2 * wide * unit + 1, top + 2 * high * unit + 1)
            draw.ellipse(box, fill=(*self._wide.palette.lamp, round(190 * level)))


def _sparks(scene: Scene) -> list[tuple[float, float, float, float, float]]:
    """x, y, half the width and the height, and its time, of each spot that glitters."""
    random = Random(f"sparks {scene.seed}")
    sparks: list[tuple[float, float, float, float, float]] = []
    if scene.place is Place.SEA or scene.by_water:
        lamp_x, top = lamp_at(scene)[0], (HORIZON + 0.2 * scene.by_water) * SIDE
        for _ in range(60):
            near = random.random()
            x = random.gauss(lamp_x, 20 + near * 90)
            y = top + near * (SIDE - top)
            sparks.append((x, y, 4 + 16 * near, 1 + near, random.random()))
    if scene.place is Place.SPACE or (scene.light is Light.NIGHT and scene.weather is None):
        for _ in range(60):
            x, y = random.uniform(0, SIDE), random.uniform(0, 0.55) * SIDE
            size = random.uniform(1, 2.6)
            sparks.append((x, y, size, size, random.random()))
    return sparks


def _fall(frame: Image.Image, move: Move, at: float) -> None:
    """Rain or snow before the camera, lightning, or mist."""
    random = Random(f"fall {move.seed}")
    width, height = frame.size
    unit, much = height / 480, 1.4 if move.lively else 1.0
    draw = ImageDraw.Draw(frame, "RGBA")
    if move.weather in {Weather.RAIN, Weather.STORM}:
        for _ in range(round(150 * much)):
            x, y, turns = random.random(), random.random(), random.randrange(4, 7)
            left, top, length = (
                x * width,
                (y + turns * at) % 1.0 * height,
                random.uniform(10, 24) * unit,
            )
            ink = (222, 230, 240, random.randrange(60, 130))
            end = (left + length * 0.25, top + length)
            draw.line((left, top, *end), fill=ink, width=max(1, round(1.5 * unit)))
    if move.weather is Weather.SNOW:
        for _ in range(round(120 * much)):
            x, y, turns = random.random(), random.random(), random.randrange(1, 3)
            size, phase = random.uniform(1, 3) * unit, random.random()
            left = (x + 0.02 * sin(2 * pi * (at + phase))) * width
            top = (y + turns * at) % 1.0 * height
            ink = (255, 255, 255, random.randrange(120, 230))
            draw.ellipse((left - size, top - size, left + size, top + size), fill=ink)
    if move.weather is Weather.STORM and 0.5 <= at < 0.62:
        pale = Image.new("RGB", frame.size, mix((214, 224, 255), (255, 255, 255), 0.4))
        frame.paste(Image.blend(frame, pale, 0.45 * sin(pi * (at - 0.5) / 0.12)))
    if move.weather is Weather.FOG:
        level = round(46 + 26 * sin(2 * pi * at))
        draw.rectangle((0, 0, width, height), fill=(226, 230, 232, level))
