"""Paints what stands, floats and flies: one function for each subject.

Each draws into a box of its own measures: *foot* is the middle of its lower edge, *size* about its
height in measures of the scene.
"""

from collections.abc import Callable, Collection, Mapping
from math import cos, pi, sin
from random import Random

from sandbox.api.painting.animals import (
    paint_cat,
    paint_deer,
    paint_dog,
    paint_elephant,
    paint_fox,
    paint_horse,
    paint_person,
)
from sandbox.api.painting.brush import disc, glow
from sandbox.api.painting.canvas import Point
from sandbox.api.painting.pen import BLACK, Pen
from sandbox.api.painting.scene import Scene, mix
from sandbox.api.painting.terrain import Terrain
from sandbox.api.painting.view import SIDE
from sandbox.api.painting.words import FLOATING, FLYING, Colour, Figure, Light, Place, Subject

_SHADED = {Light.DAY: 0.05, Light.DAWN: 0.2, Light.SUNSET: 0.28, Light.NIGHT: 0.42}
"""How far the hour darkens a thing."""


def paint_figures(land: Terrain, kinds: Collection[Subject]) -> None:
    """Everything of these *kinds* that the scene names."""
    number = sum(figure.count for figure in land.scene.figures)
    slot = 0
    for figure in land.scene.figures:
        for _ in range(figure.count):
            if figure.subject in kinds:
                foot, size = _place(land, figure.subject, slot, number)
                _paint_one(land, figure, foot, size)
            slot += 1
    for guest in land.scene.guests:
        if guest.figure.subject in kinds:
            _paint_one(land, guest.figure, (guest.x, guest.y), guest.size)


def _place(land: Terrain, subject: Subject, slot: int, number: int) -> tuple[Point, float]:
    """Foot and size depend on number and seed alone: a subtle remix puts another thing there."""
    random = Random(f"figure {land.scene.seed} {slot}")
    spread = (slot + 0.5) / number if number > 1 else random.choice((0.36, 0.62))
    x = (0.1 + 0.8 * spread + random.uniform(-0.04, 0.04)) * SIDE
    scale = random.uniform(0.9, 1.1) / (1 + 0.22 * (number - 1))
    if subject in FLYING:
        return (x, (0.36 + random.uniform(-0.08, 0.08)) * SIDE), 260 * scale
    near = random.uniform(0.1, 0.17)
    if land.scene.by_water and subject in FLOATING:
        near += 0.1
    ((_, y),) = land.drifted([(x, land.below_horizon(near))])
    return (x, y), 330 * scale


def _paint_one(land: Terrain, figure: Figure, foot: Point, size: float) -> None:
    subject = figure.subject
    at_sea = land.scene.place is Place.SEA and foot[1] > land.horizon
    if at_sea and subject not in FLOATING | FLYING:
        _islet(land, foot, size)
    natural, paint = _FIGURES[subject]
    colour = _shaded(land.scene, figure.colour or natural)
    paint(Pen(land.canvas, foot, size, colour, land.palette.lamp))


def _shaded(scene: Scene, colour: Colour) -> Colour:
    return mix(colour, mix(scene.palette.ground, BLACK, 0.3), _SHADED[scene.light])


def _islet(land: Terrain, foot: Point, size: float) -> None:
    """Rock to stand on, in the middle of the sea."""
    pen = Pen(
        land.canvas, foot, size, mix(land.palette.ground, (70, 66, 60), 0.5), land.palette.lamp
    )
    pen.polygon(
        [(-0.75, -0.2), (-0.5, -0.02), (-0.2, 0.03), (0.25, 0.02), (0.55, -0.05), (0.8, -0.2)]
    )


# ------------------------------------------------------------------ at sea


def _boat(pen: Pen) -> None:
    cloth = mix(pen.light, (255, 255, 255), 0.3)
    pen.polygon([(0.02, 1.0), (0.02, 0.24), (0.46, 0.24)], cloth)
    pen.polygon([(-0.03, 0.86), (-0.03, 0.24), (-0.32, 0.24)], mix(cloth, pen.colour, 0.25))
    pen.box(-0.015, 1.02, 0.015, 0.15, BLACK)
    pen.polygon([(-0.48, 0.2), (0.56, 0.2), (0.36, 0.0), (-0.34, 0.0)])


def _lighthouse(pen: Pen) -> None:
    top = pen.at(0, 0.9)
    glow(pen.canvas, top, pen.size * 0.75, pen.light, 0.9)
    beam = pen.canvas.mask()
    far = pen.size * 3.2
    for way in (-1, 1):
        beam.polygon(
            [
                top,
                (top[0] + way * far, top[1] - far * 0.2),
                (top[0] + way * far, top[1] + far * 0.02),
            ],
            96,
        )
    pen.canvas.tint(pen.light, beam.image)
    white = mix((244, 242, 236), pen.colour, 0.12)
    pen.polygon([(-0.16, 0.0), (-0.09, 0.8), (0.09, 0.8), (0.16, 0.0)], white)
    for low, high in ((0.12, 0.28), (0.44, 0.6)):
        left, right = 0.16 - 0.0875 * low, 0.16 - 0.0875 * high
        pen.polygon([(-left, low), (-right, high), (right, high), (left, low)])
    pen.box(-0.12, 0.84, 0.12, 0.79, BLACK)
    pen.box(-0.07, 0.95, 0.07, 0.84, pen.light)
    pen.polygon([(-0.1, 0.95), (0, 1.08), (0.1, 0.95)])


def _whale(pen: Pen) -> None:
    pen.polygon([(-0.8, 0.0), (-0.7, 0.2), (-0.3, 0.34), (0.15, 0.28), (0.5, 0.1), (0.6, 0.0)])
    pen.polygon([(0.5, 0.05), (0.72, 0.42), (0.98, 0.5), (0.84, 0.3), (0.92, 0.1), (0.66, 0.16)])
    spray = mix((255, 255, 255), pen.light, 0.2)
    for lean in (-0.16, -0.05, 0.07, 0.18):
        pen.line([(-0.35, 0.36), (-0.35 + lean, 0.62), (-0.35 + lean * 2, 0.6)], 0.02, spray)


# ------------------------------------------------------------------ built


def _access(pen: Pen) -> None:
    wall = mix((236, 224, 204), pen.colour, 0.2)
    pen.box(-0.34, 0.4, 0.34, 0.0, wall)
    pen.box(0.16, 0.78, 0.25, 0.5, mix(pen.colour, BLACK, 0.3))
    pen.polygon([(-0.42, 0.38), (0, 0.74), (0.42, 0.38)])
    pen.box(-0.07, 0.24, 0.07, 0.0, mix(pen.colour, BLACK, 0.5))
    for x in (-0.22, 0.22):
        pen.box(x - 0.06, 0.28, x + 0.06, 0.14, pen.light)


def _castle(pen: Pen) -> None:
    stone, roof = mix((164, 158, 154), pen.colour, 0.25), pen.colour
    pen.box(-0.5, 0.36, 0.5, 0.0, stone)
    for x, top in ((-0.5, 0.62), (-0.16, 0.86), (0.2, 0.74), (0.5, 0.58)):
        pen.box(x - 0.1, top, x + 0.1, 0.0, mix(stone, BLACK, 0.08))
        pen.polygon([(x - 0.14, top), (x, top + 0.24), (x + 0.14, top)], roof)
        pen.box(x - 0.025, top - 0.08, x + 0.025, top - 0.18, pen.light)
    pen.box(-0.08, 0.2, 0.08, 0.0, BLACK)
    pen.oval(0, 0.2, 0.08, 0.08, BLACK)


def _tower(pen: Pen) -> None:
    for floor in range(4):
        half = 0.26 - floor * 0.05
        base = floor * 0.24
        pen.box(-half * 0.75, base + 0.2, half * 0.75, base, mix((210, 180, 150), pen.colour, 0.3))
        pen.polygon([(-half - 0.08, base + 0.16), (0, base + 0.34), (half + 0.08, base + 0.16)])
        pen.box(-0.03, base + 0.14, 0.03, base + 0.05, pen.light)


def _bridge(pen: Pen) -> None:
    for x in (-0.7, 0.7):
        pen.box(x - 0.05, 0.8, x + 0.05, -0.2)
    cable = [(step / 10 - 0.7, 0.28 + 0.5 * ((step - 7) / 7) ** 2) for step in range(15)]
    for side in (-1, 1):
        pen.line([(side * 0.7, 0.78), (side * 1.5, 0.2)], 0.02)
    pen.line(cable, 0.02)
    for x, y in cable[1:-1]:
        pen.line([(x, y), (x, 0.2)], 0.008)
    pen.box(-1.6, 0.22, 1.6, 0.16)


def _windmill(pen: Pen) -> None:
    wall = mix((232, 226, 214), pen.colour, 0.15)
    pen.polygon([(-0.2, 0.0), (-0.12, 0.6), (0.12, 0.6), (0.2, 0.0)], wall)
    pen.polygon([(-0.15, 0.6), (0, 0.76), (0.15, 0.6)])
    pen.box(-0.04, 0.16, 0.04, 0.0, BLACK)
    for quarter in range(4):
        angle = quarter * pi / 2 + 0.5
        x, y = cos(angle), sin(angle)
        tip, side = 0.46, 0.09
        pen.polygon(
            [
                (0.08 * x, 0.62 + 0.08 * y),
                (tip * x, 0.62 + tip * y),
                (tip * x - side * y, 0.62 + tip * y + side * x),
                (0.08 * x - side * y, 0.62 + 0.08 * y + side * x),
            ]
        )
    pen.oval(0, 0.62, 0.03, 0.03, BLACK)


def _tent(pen: Pen) -> None:
    glow(pen.canvas, pen.at(0, 0.15), pen.size * 0.5, pen.light, 0.5)
    pen.polygon([(-0.5, 0.0), (-0.05, 0.5), (0.5, 0.0)])
    pen.polygon([(-0.16, 0.0), (-0.05, 0.42), (0.1, 0.0)], mix(pen.light, pen.colour, 0.3))


# ------------------------------------------------------------------ grown


def _tree(pen: Pen) -> None:
    pen.polygon(
        [(-0.06, 0.0), (-0.03, 0.45), (0.03, 0.45), (0.06, 0.0)], mix((96, 66, 44), BLACK, 0.2)
    )
    for x, y, radius in ((-0.2, 0.55, 0.2), (0.2, 0.56, 0.2), (0, 0.5, 0.2), (0, 0.76, 0.24)):
        pen.oval(x, y, radius, radius, mix(pen.colour, BLACK, 0.12 if x else 0.0))


def _cactus(pen: Pen) -> None:
    pen.line([(0, 0), (0, 0.8)], 0.14)
    pen.oval(0, 0.8, 0.07, 0.07)
    for side, low, high in ((-1, 0.32, 0.62), (1, 0.42, 0.74)):
        pen.line([(0, low), (side * 0.24, low), (side * 0.24, high)], 0.1)
        pen.oval(side * 0.24, high, 0.05, 0.05)


def _flower(pen: Pen) -> None:
    stem = mix((58, 120, 60), BLACK, 0.15)
    pen.line([(0, 0), (0.03, 0.3), (0, 0.6)], 0.03, stem)
    pen.polygon([(0.02, 0.18), (0.22, 0.34), (0.16, 0.2)], stem)
    for petal in range(6):
        angle = petal * pi / 3
        pen.oval(0.13 * cos(angle), 0.68 + 0.13 * sin(angle), 0.1, 0.1)
    pen.oval(0, 0.68, 0.08, 0.08, (240, 196, 60))


# ------------------------------------------------------------------ in the sky


def _bird(pen: Pen) -> None:
    pen.polygon(
        [
            (-0.5, 0.3),
            (-0.2, 0.36),
            (0, 0.2),
            (0.2, 0.36),
            (0.5, 0.3),
            (0.14, 0.22),
            (0, 0.06),
            (-0.14, 0.22),
        ]
    )
    pen.oval(0, 0.16, 0.06, 0.1)


def _dragon(pen: Pen) -> None:
    wing = mix(pen.colour, BLACK, 0.25)
    pen.polygon(
        [(-0.05, 0.3), (-0.5, 0.85), (-0.62, 0.5), (-0.46, 0.56), (-0.34, 0.36), (-0.22, 0.42)],
        wing,
    )
    pen.polygon(
        [(0.05, 0.3), (0.36, 0.92), (0.6, 0.6), (0.44, 0.62), (0.36, 0.4), (0.22, 0.44)], wing
    )
    pen.line(
        [(-0.85, 0.02), (-0.5, 0.16), (-0.2, 0.22), (0.15, 0.28), (0.4, 0.2), (0.62, 0.34)], 0.11
    )
    pen.polygon([(-0.8, 0.02), (-1.0, 0.14), (-0.98, -0.06)])
    pen.polygon([(0.56, 0.42), (0.64, 0.54), (0.68, 0.4), (0.9, 0.34), (0.66, 0.26), (0.56, 0.28)])
    for step in range(3):
        reach = 0.12 + step * 0.06
        colour = ((255, 214, 90), (250, 150, 50), (226, 80, 40))[step]
        pen.polygon([(0.9, 0.33), (0.94 + reach * 2, 0.38), (0.94 + reach * 2.2, 0.24)], colour)


def _balloon(pen: Pen) -> None:
    pen.line([(-0.16, 0.32), (-0.06, 0.12)], 0.012, BLACK)
    pen.line([(0.16, 0.32), (0.06, 0.12)], 0.012, BLACK)
    pen.polygon([(-0.34, 0.62), (-0.1, 0.24), (0.1, 0.24), (0.34, 0.62)])
    pen.oval(0, 0.68, 0.36, 0.36)
    pen.oval(0, 0.68, 0.2, 0.36, mix(pen.colour, (255, 255, 255), 0.45))
    pen.oval(0, 0.68, 0.08, 0.36)
    pen.box(-0.08, 0.13, 0.08, 0.0, (122, 84, 52))


def _kite(pen: Pen) -> None:
    pen.line([(0, 0.4), (-0.1, 0.0), (0.06, -0.4), (-0.08, -0.9)], 0.012, BLACK)
    pen.polygon([(0, 1.0), (0.28, 0.68), (0, 0.2), (-0.28, 0.68)])
    pen.polygon([(0, 1.0), (0.28, 0.68), (0, 0.68)], mix(pen.colour, (255, 255, 255), 0.4))
    pen.polygon([(0, 0.2), (-0.28, 0.68), (0, 0.68)], mix(pen.colour, (255, 255, 255), 0.25))
    for low in (0.0, -0.3, -0.6):
        pen.polygon(
            [(-0.1, low + 0.06), (-0.1, low - 0.06), (0.06, low + 0.05), (0.06, low - 0.07)]
        )


def _rocket(pen: Pen) -> None:
    pen.polygon([(-0.12, 0.1), (0, -0.34), (0.12, 0.1)], (250, 170, 60))
    pen.polygon([(-0.06, 0.1), (0, -0.18), (0.06, 0.1)], (255, 236, 150))
    for side in (-1, 1):
        pen.polygon([(side * 0.12, 0.4), (side * 0.3, 0.06), (side * 0.12, 0.12)])
    pen.box(-0.14, 0.72, 0.14, 0.08, (236, 236, 238))
    pen.polygon([(-0.14, 0.72), (0, 1.0), (0.14, 0.72)])
    pen.oval(0, 0.54, 0.07, 0.07, (96, 160, 210))


def _planet(pen: Pen) -> None:
    x, y = pen.at(0, 0.4)
    glow(pen.canvas, (x, y), pen.size * 0.8, pen.colour, 0.5)
    disc(pen.canvas, (x, y), pen.size * 0.4, pen.colour)
    pale = mix(pen.colour, (255, 255, 255), 0.3)
    for height, half in ((0.56, 0.36), (0.42, 0.4), (0.26, 0.37)):
        pen.box(-half, height + 0.025, half, height - 0.025, pale)
    ring = [(0.72 * cos(step * pi / 24), 0.4 + 0.16 * sin(step * pi / 24)) for step in range(49)]
    behind = mix(pale, pen.colour, 0.4)
    pen.line(ring[26:47], 0.035, pale)
    for part in (ring[:6], ring[18:27], ring[46:]):
        pen.line(part, 0.035, behind)


_FIGURES: Mapping[Subject, tuple[Colour, Callable[[Pen], None]]] = {
    Subject.BOAT: ((120, 62, 44), _boat),
    Subject.LIGHTHOUSE: ((196, 44, 40), _lighthouse),
    Subject.WHALE: ((96, 126, 160), _whale),
    Subject.HOUSE: ((168, 70, 56), _access),
    Subject.CASTLE: ((82, 92, 138), _castle),
    Subject.TOWER: ((156, 52, 48), _tower),
    Subject.BRIDGE: ((176, 66, 48), _bridge),
    Subject.WINDMILL: ((150, 74, 52), _windmill),
    Subject.TENT: ((226, 136, 52), _tent),
    Subject.TREE: ((62, 126, 64), _tree),
    Subject.CACTUS: ((60, 122, 70), _cactus),
    Subject.FLOWER: ((222, 76, 104), _flower),
    Subject.PERSON: ((70, 90, 140), paint_person),
    Subject.CAT: ((78, 72, 76), paint_cat),
    Subject.DOG: ((150, 106, 66), paint_dog),
    Subject.FOX: ((220, 108, 42), paint_fox),
    Subject.DEER: ((150, 102, 62), paint_deer),
    Subject.HORSE: ((122, 78, 50), paint_horse),
    Subject.ELEPHANT: ((134, 134, 142), paint_elephant),
    Subject.BIRD: ((44, 48, 58), _bird),
    Subject.DRAGON: ((86, 128, 74), _dragon),
    Subject.BALLOON: ((214, 70, 60), _balloon),
    Subject.KITE: ((224, 72, 92), _kite),
    Subject.ROCKET: ((208, 58, 52), _rocket),
    Subject.PLANET: ((206, 152, 96), _planet),
}
