"""Paints people and animals: one function for each."""

from sandbox.api.painting.canvas import Point
from sandbox.api.painting.pen import BLACK, Pen
from sandbox.api.painting.scene import mix


def paint_person(pen: Pen) -> None:
    pen.oval(0, 0.62, 0.075, 0.075, (222, 180, 150))
    pen.polygon([(-0.1, 0.54), (0.1, 0.54), (0.16, 0.12), (-0.16, 0.12)])
    for x in (-0.06, 0.06):
        pen.line([(x, 0.14), (x, 0.0)], 0.05, BLACK)
    pen.line([(-0.09, 0.5), (-0.22, 0.26)], 0.04)
    pen.line([(0.09, 0.5), (0.22, 0.3)], 0.04)


def _quadruped(
    pen: Pen,
    *,
    legs: float,
    deep: float,
    long: float,
    neck: float,
    head: float,
    foot_wide: float = 0.07,
) -> Point:
    """A body on four legs, walking to the right; where its head is."""
    shoulder, back = legs + deep / 2, legs + deep
    for x in (-long * 0.8, -long * 0.5, long * 0.5, long * 0.8):
        shade = mix(pen.colour, BLACK, 0.25 if abs(x) < long * 0.6 else 0.1)
        pen.line([(x, shoulder), (x, 0.0)], foot_wide, shade)
    pen.oval(0, shoulder, long, deep / 2)
    crown = long + neck * 0.5, back + neck
    pen.line([(long * 0.75, shoulder + deep * 0.1), crown], deep * 0.5)
    pen.oval(*crown, head * 1.25, head)
    return crown


def paint_cat(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.2, deep=0.2, long=0.32, neck=0.1, head=0.13, foot_wide=0.06)
    for side in (-0.08, 0.08):
        pen.polygon(
            [(x + side - 0.05, y + 0.08), (x + side, y + 0.24), (x + side + 0.05, y + 0.08)]
        )
    pen.line([(-0.3, 0.32), (-0.5, 0.42), (-0.46, 0.7), (-0.38, 0.74)], 0.045)
    for side in (-0.03, 0.08):
        pen.oval(x + side, y + 0.02, 0.018, 0.026, (236, 226, 120))


def paint_dog(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.26, deep=0.22, long=0.36, neck=0.14, head=0.11)
    pen.oval(x + 0.15, y - 0.03, 0.09, 0.05)
    pen.oval(x - 0.08, y - 0.02, 0.045, 0.11, mix(pen.colour, BLACK, 0.3))
    pen.line([(-0.34, 0.42), (-0.5, 0.58), (-0.52, 0.68)], 0.05)
    pen.oval(x + 0.03, y + 0.03, 0.018, 0.018, BLACK)


def paint_fox(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.2, deep=0.2, long=0.34, neck=0.1, head=0.1, foot_wide=0.05)
    pen.polygon([(x + 0.04, y + 0.08), (x + 0.28, y - 0.06), (x + 0.02, y - 0.09)])
    for side in (-0.07, 0.05):
        pen.polygon(
            [(x + side - 0.05, y + 0.06), (x + side, y + 0.24), (x + side + 0.05, y + 0.06)]
        )
    pen.polygon([(-0.3, 0.36), (-0.56, 0.5), (-0.86, 0.36), (-0.56, 0.22)])
    pen.polygon([(-0.7, 0.44), (-0.86, 0.36), (-0.7, 0.29)], (246, 240, 232))
    pen.oval(x + 0.05, y + 0.02, 0.018, 0.018, BLACK)


def paint_deer(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.4, deep=0.22, long=0.34, neck=0.26, head=0.08, foot_wide=0.04)
    pen.oval(x + 0.12, y - 0.03, 0.07, 0.04)
    horn = mix(pen.colour, (230, 214, 180), 0.4)
    for side in (-1, 1):
        tip = x + side * 0.2, y + 0.38
        pen.line([(x - 0.02, y + 0.06), (x + side * 0.12, y + 0.2), tip], 0.025, horn)
        pen.line([(x + side * 0.12, y + 0.2), (x + side * 0.02, y + 0.36)], 0.022, horn)
    pen.oval(-0.36, 0.56, 0.05, 0.07, (240, 236, 228))


def paint_horse(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.38, deep=0.26, long=0.4, neck=0.26, head=0.09, foot_wide=0.06)
    pen.oval(x + 0.12, y - 0.06, 0.1, 0.06)
    mane = mix(pen.colour, BLACK, 0.6)
    pen.line([(x - 0.06, y + 0.1), (0.36, 0.74), (0.28, 0.6)], 0.06, mane)
    pen.line([(-0.38, 0.56), (-0.52, 0.4), (-0.5, 0.16)], 0.06, mane)
    pen.polygon([(x - 0.05, y + 0.06), (x - 0.02, y + 0.18), (x + 0.03, y + 0.06)])


def paint_elephant(pen: Pen) -> None:
    x, y = _quadruped(pen, legs=0.3, deep=0.44, long=0.46, neck=-0.1, head=0.2, foot_wide=0.16)
    pen.oval(x - 0.14, y, 0.15, 0.2, mix(pen.colour, BLACK, 0.2))
    pen.line([(x + 0.16, y), (x + 0.28, y - 0.24), (x + 0.24, y - 0.5), (x + 0.34, y - 0.54)], 0.08)
    pen.polygon([(x + 0.12, y - 0.1), (x + 0.4, y - 0.14), (x + 0.14, y - 0.18)], (244, 238, 222))
