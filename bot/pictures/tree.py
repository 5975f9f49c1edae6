"""Draws the family tree of a result: what it was made from, and what was made from that.

It lies on a dark card of its own, so that it looks the same wherever Discord shows it. Pillow is
loaded when the first one is drawn.
"""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.pictures.opening import read_small

if TYPE_CHECKING:
    from PIL import Image, ImageDraw, ImageFont

    Thumbnail = Image.Image

WIDTH = 2400
"""In pixels, of a tree with so many columns that squares are smaller, as far as they may be."""
SIDE_MIN, SIDE_MAX = 64, 144
"""Of the square that an image is shown in."""
ABREAST = 6
"""Of the children without children, so many side by side: the others come below them."""
GAP = 20
LABEL_HEIGHT = 26
EDGE_HEIGHT = 28
MARGIN = 24
FRAME = 5

CARD = (43, 45, 49)
LINE = (148, 155, 164)
TEXT = (242, 243, 245)
EMPTY = (78, 80, 88)
MARKED = (250, 166, 26)

Place = tuple[float, int]
"""A column, and a row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeNode:
    """One result."""

    parent: int | None
    """The place of what it was made from among all nodes, from 0: an earlier one. Nothing for the
    first one alone."""
    label: str
    """How it was made."""
    thumbnail: "Thumbnail | None" = None
    """As `read_thumbnail` has it; without one there is a gray square."""
    marked: bool = False


def read_thumbnail(content: bytes) -> "Thumbnail":
    """The middle of the image in *content*, as large as a tree shows one at the most.

    Raises `Rejected` for what can't be read.
    """
    from PIL import ImageOps  # noqa: PLC0415  # Pillow is loaded late

    return ImageOps.fit(read_small(content, 2 * SIDE_MAX), (SIDE_MAX, SIDE_MAX))


def draw_tree(nodes: Sequence[TreeNode]) -> bytes:
    """A PNG of these nodes, at least one: each with its number, from 1, below what it was made
    from.
    """
    from PIL import Image, ImageDraw, ImageFont, ImageOps  # noqa: PLC0415  # as above

    places = arrange([node.parent for node in nodes])
    columns = 1 + max(column for column, _ in places)
    rows = 1 + max(row for _, row in places)
    side = int(min(max(WIDTH / columns - GAP, SIDE_MIN), SIDE_MAX))
    step_x, step_y = side + GAP, side + LABEL_HEIGHT + EDGE_HEIGHT
    size = round(columns * step_x) - GAP + 2 * MARGIN, rows * step_y - EDGE_HEIGHT + 2 * MARGIN
    picture = Image.new("RGB", size, CARD)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(13 if side > 100 else 10)
    corners = [
        (MARGIN + round(column * step_x), MARGIN + LABEL_HEIGHT + row * step_y)
        for column, row in places
    ]
    for node, corner in zip(nodes, corners, strict=True):
        if node.parent is not None:
            _draw_edge(draw, corners[node.parent], corner, side)
    for number, (node, (x, y)) in enumerate(zip(nodes, corners, strict=True), 1):
        right, bottom = x + side - 1, y + side - 1
        if node.marked:
            draw.rectangle((x - FRAME, y - FRAME, right + FRAME, bottom + FRAME), fill=MARKED)
        draw.rectangle((x, y, right, bottom), fill=EMPTY)
        if node.thumbnail is not None:
            picture.paste(ImageOps.fit(node.thumbnail, (side, side)), (x, y))
        badge = max(side // 4, 22)
        draw.rectangle((x, y, x + badge, y + badge), fill=MARKED if node.marked else CARD)
        draw.text(
            (x + badge // 2, y + badge // 2),
            str(number),
            fill=CARD if node.marked else TEXT,
            font=ImageFont.load_default(badge * 0.6),
            anchor="mm",
        )
        label = _fitted(node.label, draw, font, side + GAP - 4)
        above = y - FRAME - (LABEL_HEIGHT - FRAME) // 2
        draw.text((x + side // 2, above), label, fill=TEXT, font=font, anchor="mm")
    encoded = io.BytesIO()
    picture.save(encoded, "PNG")
    return encoded.getvalue()


def arrange(parents: Sequence[int | None]) -> list[Place]:
    """Where each node stands: one with children above their middle, no two in the same place."""
    children: defaultdict[int | None, list[int]] = defaultdict(list)
    rows: dict[int | None, int] = {None: -1}
    for node, parent in enumerate(parents):
        children[parent].append(node)
        rows[node] = rows[parent] + 1
    places: dict[int, Place] = {}
    next_column = 0
    for node in _downwards(children):
        if node in places:
            continue
        leaves = [child for child in children[node] if not children[child]]
        for count, leaf in enumerate(leaves):
            places[leaf] = next_column + count % ABREAST, rows[leaf] + count // ABREAST
        next_column += min(len(leaves), ABREAST)
        if not children[node]:  # the only node there is
            places[node] = 0, rows[node]
    for node in reversed(range(len(parents))):
        if node not in places:
            columns = [places[child][0] for child in children[node]]
            places[node] = (min(columns) + max(columns)) / 2, rows[node]
    return [places[node] for node in range(len(parents))]


def _downwards(children: Mapping[int | None, Sequence[int]]) -> list[int]:
    """All nodes, each followed by what is below it."""
    ordered: list[int] = []
    waiting = [*reversed(children[None])]
    while waiting:
        node = waiting.pop()
        ordered.append(node)
        waiting += reversed(children[node])
    return ordered


def _draw_edge(
    draw: "ImageDraw.ImageDraw", above: tuple[int, int], below: tuple[int, int], side: int
) -> None:
    """From one square to the label over another one, beside all squares in between."""
    half, turn = side // 2, above[1] + side + EDGE_HEIGHT // 2
    start, end = (above[0] + half, above[1] + side), (below[0] + half, below[1] - LABEL_HEIGHT)
    corners = [start, (start[0], turn)]
    if end[1] > turn + side:
        aside, last_turn = below[0] - GAP // 2, end[1] - EDGE_HEIGHT // 2
        corners += [(aside, turn), (aside, last_turn), (end[0], last_turn)]
    else:
        corners.append((end[0], turn))
    draw.line([*corners, end], fill=LINE, width=2)


def _fitted(
    text: str,
    draw: "ImageDraw.ImageDraw",
    font: "ImageFont.FreeTypeFont | ImageFont.ImageFont",
    width: int,
) -> str:
    """*text*, cut where it would be wider than *width* pixels."""
    fitted, end = text, ""
    while fitted and draw.textlength(fitted + end, font=font) > width:
        fitted, end = fitted[:-1].rstrip(), "…"
    return fitted + end
