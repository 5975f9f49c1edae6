"""What of an image is repainted: polygons, as the API takes them and as a job's options keep them.

    mask = choose_areas([1, 2, 5], size)          # or read_mask() of `bot.pictures.mask_files`
    options = {"mask": mask.text}                 # one line, at most `TEXT_MAX` characters
    params["mask"] = to_mask(options["mask"])     # what the API gets
    preview = draw_preview(content, parse_mask(options["mask"]))   # `bot.pictures.preview`

*size* is the width and height of the image in pixels, as `image_size` of `bot.pictures.opening`
tells it. Nothing here knows Pillow.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from bot.errors import MaskShapeWrong, Reason, Rejected
from bot.pictures.outlines import Polygon, Run, trace

Size = tuple[int, int]

SIDE_MIN, SIDE_MAX = 500, 4096
"""What the API takes as the width and the height of a mask."""
POLYGONS_MAX = 10
"""Ours: the API names no limit."""
POINTS_MAX = 100
"""Of one polygon. Ours as well."""
AREAS = range(1, 10)
"""Thirds of the image, from the top left, row by row: 5 is the middle."""
TEXT_MAX = 12_000
ASPECT_TOLERANCE = 0.02
"""How far the shape of a mask may be from that of its image."""

_PAIR = r"[0-9]{1,4},[0-9]{1,4}"
_POLYGON = rf"{_PAIR}(?: {_PAIR}){{2,{POINTS_MAX - 1}}}"
_TEXT = re.compile(
    r"(?P<width>[0-9]{3,4})x(?P<height>[0-9]{3,4}) "
    r"(?:areas (?P<areas>[1-9](?:,[1-9]){0,7})"
    rf"|points (?P<points>{_POLYGON}(?:;{_POLYGON}){{0,{POLYGONS_MAX - 1}}}))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mask:
    """Polygons without holes, clockwise, each from its top left corner on."""

    width: int
    height: int
    polygons: tuple[Polygon, ...]
    areas: tuple[int, ...] = ()
    """Which of `AREAS` they are, if they were chosen as such."""

    @property
    def text(self) -> str:
        """For `parse_mask`."""
        size = f"{self.width}x{self.height}"
        if self.areas:
            return f"{size} areas {','.join(map(str, self.areas))}"
        polygons = (" ".join(f"{x},{y}" for x, y in points) for points in self.polygons)
        return f"{size} points {';'.join(polygons)}"


def canvas(size: Size) -> Size:
    """The width and height that a mask for an image of this size has: its own as far as the API
    takes them, else the nearest of about the same shape.

    Raises `Rejected` for an image that is more than eight times as long as it is wide.
    """
    width, height = size
    if min(size) < 1 or max(size) / min(size) > SIDE_MAX / SIDE_MIN:
        raise Rejected(Reason.IMAGE_TOO_NARROW)
    scale = max(SIDE_MIN / min(size), 1.0) if max(size) <= SIDE_MAX else SIDE_MAX / max(size)
    return (
        min(max(round(width * scale), SIDE_MIN), SIDE_MAX),
        min(max(round(height * scale), SIDE_MIN), SIDE_MAX),
    )


def choose_areas(numbers: Iterable[int], size: Size) -> Mask:
    """These of `AREAS`, in any order; those side by side become one polygon.

    Raises `Rejected` if that is none or all of them, or the image is too narrow, and `ValueError`
    for a number that is none of them.
    """
    chosen = tuple(sorted(set(numbers)))
    if not set(chosen) <= set(AREAS):
        raise ValueError(chosen)
    if not chosen:
        raise Rejected(Reason.MASK_EMPTY)
    if len(chosen) == len(AREAS):
        raise Rejected(Reason.MASK_EVERYTHING)
    width, height = canvas(size)
    cells = [divmod(number - 1, 3) for number in chosen]
    runs = [(row, column, column + 1) for row, column in cells]
    outlines = trace(_joined(runs), most=POLYGONS_MAX)
    polygons = tuple(scaled(outline, (3, 3), (width, height)) for outline in outlines)
    return Mask(width=width, height=height, polygons=polygons, areas=chosen)


def _joined(runs: Iterable[Run]) -> list[Run]:
    joined: list[Run] = []
    for y, x, end in runs:
        if joined and joined[-1][0] == y and joined[-1][2] == x:
            joined[-1] = (y, joined[-1][1], end)
        else:
            joined.append((y, x, end))
    return joined


def scaled(polygon: Polygon, old: Size, new: Size) -> Polygon:
    """The same on a grid of another size."""
    return tuple((round(x * new[0] / old[0]), round(y * new[1] / old[1])) for x, y in polygon)


def fitted(mask: Mask, size: Size) -> Mask:
    """The same part of an image of this *size*.

    Raises `Rejected` for an image that is too narrow, and `MaskShapeWrong`.
    """
    if mask.areas:
        return choose_areas(mask.areas, size)
    old, new = (mask.width, mask.height), canvas(size)
    check_shape(old, new)
    polygons = tuple(scaled(polygon, old, new) for polygon in mask.polygons)
    return Mask(width=new[0], height=new[1], polygons=polygons)


def check_shape(mask: Size, image: Size) -> None:
    """Raises `MaskShapeWrong` if their sides are not in about the same proportion."""
    if abs(mask[0] / mask[1] * image[1] / image[0] - 1) > ASPECT_TOLERANCE:
        raise MaskShapeWrong(width=image[0], height=image[1])


def parse_mask(text: str) -> Mask:
    """What `Mask.text` said. Raises `ValueError` for anything else."""
    found = _TEXT.fullmatch(text) if len(text) <= TEXT_MAX else None
    if found is None:
        raise ValueError
    size = int(found["width"]), int(found["height"])
    if not all(SIDE_MIN <= side <= SIDE_MAX for side in size):
        raise ValueError
    if found["areas"]:
        return choose_areas(map(int, found["areas"].split(",")), size)
    polygons = tuple(
        tuple((int(x), int(y)) for x, y in re.findall(r"(\d+),(\d+)", points))
        for points in found["points"].split(";")
    )
    if any(x > size[0] or y > size[1] for points in polygons for x, y in points):
        raise ValueError
    return Mask(width=size[0], height=size[1], polygons=polygons)


def to_mask(text: str) -> dict[str, object]:
    """The parameter ``mask`` for what `Mask.text` said. Raises `ValueError` for anything else."""
    mask = parse_mask(text)
    size = {"width": mask.width, "height": mask.height}
    return {"areas": [{**size, "points": [*chain(*points)]} for points in mask.polygons]}
