"""Reads the mask of an inpaint: which areas of an image are painted anew."""

from typing import TypeGuard

from sandbox.api.checks import is_array, is_http_url, is_number, is_object
from sandbox.api.painting.edits import Area

_SIDE_LEAST, _SIDE_MOST = 500, 4096
_NUMBERS_LEAST = 6
_MIDDLE: Area = ((0.3, 0.3), (0.7, 0.3), (0.7, 0.7), (0.3, 0.7))
"""What a mask by address covers: the sandbox asks no address for anything."""


def is_mask(value: object) -> bool:
    """``{"areas": [{"width", "height", "points"}, …]}``, or ``{"url"}`` of a mask as an image."""
    if not is_object(value):
        return False
    if "areas" not in value:
        return is_http_url(value.get("url"))
    areas = value["areas"]
    return is_array(areas) and bool(areas) and all(map(_is_area, areas))


def areas_of(mask: object) -> tuple[Area, ...]:
    """The polygons of a good mask, in shares of the image's width and height."""
    if not is_object(mask) or not is_array(areas := mask.get("areas")):
        return (_MIDDLE,)
    return tuple(_polygon(area) for area in areas if _is_area(area))


def _is_area(value: object) -> TypeGuard[dict[str, object]]:
    if not is_object(value):
        return False
    sides = value.get("width"), value.get("height")
    if not all(is_number(side) and _SIDE_LEAST <= side <= _SIDE_MOST for side in sides):
        return False
    points = value.get("points")
    if not is_array(points) or len(points) < _NUMBERS_LEAST or len(points) % 2:
        return False
    return all(is_number(number) and number >= 0 for number in points)


def _polygon(area: dict[str, object]) -> Area:
    width, height = area["width"], area["height"]
    points = area["points"]
    if not (is_number(width) and is_number(height) and is_array(points)):
        raise TypeError(area)
    numbers = [float(number) for number in points if is_number(number)]
    return tuple(
        (min(1.0, x / width), min(1.0, y / height))
        for x, y in zip(numbers[::2], numbers[1::2], strict=True)
    )
