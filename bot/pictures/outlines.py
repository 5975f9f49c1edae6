"""Polygons around what is filled in a grid: pure geometry.

A grid is its runs, from the top and in each row from the left: the row, the column where a run
begins, and the one after its end. Cells that touch at a corner alone are apart. y grows downward.
"""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[int, int]
Polygon = tuple[Point, ...]
Run = tuple[int, int, int]

_Edge = tuple[int, int, int]
"""The corner where it begins, and its direction; what is filled lies on its right."""
_RIGHT, _DOWN, _LEFT, _UP = range(4)


class TooComplicated(ValueError):
    """More polygons, or more points, than are allowed."""


def trace(runs: Sequence[Run], *, most: int, least: int = 1) -> list[Polygon]:
    """Clockwise outlines of each part that is connected, from its top left corner on.

    A part with a hole is cut in two through the middle of the hole, until there is none. Parts and
    holes of fewer than *least* cells are left out. Takes time about linear in the runs.

    Raises `TooComplicated` if there are more than *most* outlines.
    """
    outlines: list[Polygon] = []
    waiting, cuts = [runs], 0
    while waiting:
        for part in _connected(waiting.pop(), least):
            outline, *holes = _loops(part)
            hole = next((one for one in holes if -twice_the_area(one) >= 2 * least), None)
            if hole is None:
                outlines.append(outline)
            else:
                columns = [x for x, _ in hole]
                middle = (min(columns) + max(columns)) // 2
                waiting.append([(y, x, min(end, middle)) for y, x, end in part if x < middle])
                waiting.append([(y, max(x, middle), end) for y, x, end in part if end > middle])
                cuts += 1
            if max(len(outlines) + len(waiting), cuts) > most:
                raise TooComplicated
    return sorted(outlines, key=lambda one: (one[0][1], one[0][0]))


def twice_the_area(polygon: Polygon) -> int:
    """Positive for a clockwise one."""
    around = pairwise((*polygon, polygon[0]))
    return sum(x * next_y - next_x * y for (x, y), (next_x, next_y) in around)


def _connected(runs: Sequence[Run], least: int) -> list[list[Run]]:
    """The parts of these runs that do not touch, without those of fewer than *least* cells."""
    part_of = list(range(len(runs)))

    def root(index: int) -> int:
        while part_of[index] != index:
            part_of[index] = part_of[part_of[index]]
            index = part_of[index]
        return index

    above = 0
    for index, (y, x, end) in enumerate(runs):
        while runs[above][0] < y - 1 or (runs[above][0] == y - 1 and runs[above][2] <= x):
            above += 1
        touching = above
        while runs[touching][0] == y - 1 and runs[touching][1] < end:
            part_of[root(touching)] = root(index)
            touching += 1
    parts: defaultdict[int, list[Run]] = defaultdict(list)
    for index, run in enumerate(runs):
        parts[root(index)].append(run)
    return [one for one in parts.values() if sum(end - x for _, x, end in one) >= least]


def _loops(part: Sequence[Run]) -> list[Polygon]:
    """The outline of a connected part, clockwise, then those of its holes, the other way round."""
    rows: defaultdict[int, set[int]] = defaultdict(set)
    edges: dict[_Edge, Point] = {}
    """And where each ends."""
    for y, x, end in part:
        rows[y] |= {x, end}
        edges[end, y, _DOWN] = (end, y + 1)
        edges[x, y + 1, _UP] = (x, y)
    tops: list[_Edge] = []
    for y in sorted({line for row in rows for line in (row, row + 1)}):
        above, below = rows.get(y - 1, set[int]()), rows.get(y, set[int]())
        is_above = is_below = False
        for x, next_x in pairwise(sorted(above | below)):
            is_above ^= x in above
            is_below ^= x in below
            if is_below and not is_above:
                edges[x, y, _RIGHT] = (next_x, y)
                tops.append((x, y, _RIGHT))
            elif is_above and not is_below:
                edges[next_x, y, _LEFT] = (x, y)
    loops: list[Polygon] = []
    seen: set[_Edge] = set()
    for top in tops:
        if top in seen:
            continue
        corners: list[Point] = []
        edge, before = top, _UP
        while edge not in seen:
            seen.add(edge)
            if edge[2] != before:
                corners.append(edge[:2])
            (x, y), before = edges[edge], edge[2]
            # at a corner where two cells touch, to the right: so they stay apart
            turns: list[_Edge] = [(x, y, (before + turn) % 4) for turn in (1, 0, 3)]
            edge = next(one for one in turns if one in edges)
        loops.append(tuple(corners))
    return loops


def simplify(polygon: Polygon, *, tolerance: float, most: int, limit: float) -> Polygon:
    """Some of its points, 3 or more, so that none is farther than *tolerance* from the result.

    Douglas and Peucker's way, the farthest point first: as soon as *most* points are taken, it ends
    if the others are within *limit*. Takes at most *most* times as long as it has points.

    Raises `TooComplicated` where that is not enough.
    """
    ring = (*polygon, polygon[0])
    opposite = max(range(len(polygon)), key=lambda index: _squared(ring[index], ring[0]))
    chosen = {0, opposite}
    gaps = [_farthest(ring, 0, opposite), _farthest(ring, opposite, len(polygon))]
    heapq.heapify(gaps)
    while gaps:
        squared, index, begin, end = heapq.heappop(gaps)
        if index == begin or (-squared <= tolerance**2 and len(chosen) > 3):
            break
        if len(chosen) == most:
            if -squared > limit**2:
                raise TooComplicated
            break
        chosen.add(index)
        for gap in ((begin, index), (index, end)):
            if gap[1] - gap[0] > 1:
                heapq.heappush(gaps, _farthest(ring, *gap))
    return tuple(ring[index] for index in sorted(chosen))


def _farthest(ring: Polygon, begin: int, end: int) -> tuple[float, int, int, int]:
    """Of the points between two: the negative square of its distance from the line between them,
    its index, and those two. A pair of neighbors has none: then the distance is 0.
    """
    (x, y), (end_x, end_y) = ring[begin], ring[end]
    across, down = end_x - x, end_y - y
    length = across**2 + down**2
    most, farthest = 0.0, begin
    for index in range(begin + 1, end):
        to_x, to_y = ring[index][0] - x, ring[index][1] - y
        along = (to_x * across + to_y * down) / length if length else 0.0
        along = min(max(along, 0.0), 1.0)
        squared = (to_x - along * across) ** 2 + (to_y - along * down) ** 2
        if squared > most:
            most, farthest = squared, index
    return -most, farthest, begin, end


def _squared(one: Point, other: Point) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
