"""What the sister models make of a scene: another scene, as small as the one it is made from.

Nothing here knows how a scene is painted.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from sandbox.api.painting.scene import (
    Guest,
    Move,
    Patch,
    Scene,
    Take,
    coloured,
    mix,
    night_sky,
    other_palette,
    remix_strongly,
    remix_subtly,
)
from sandbox.api.painting.view import SIDE, Direction, View
from sandbox.api.painting.words import FLYING, Figure, Light, Place, Subject, Wish, read_wish

Area = tuple[tuple[float, float], ...]
"""The corners of a polygon, in shares of an image's width and height."""

_WIDEST = 6 * SIDE
"""How much of a land can be seen at once; farther out, it is a planet."""
_ROUND = 24 * SIDE
"""How far it is around a land."""
_GUESTS_MAX = 16
_VIDEO_FLAGS = re.compile(r"(?:--|[\u2012-\u2015\u2212])(motion|loop|bs)\b(?:\s+(\w+))?")
_SKYLINE = 0.62 * SIDE
_LOCALS = {
    Place.HILLS: (Subject.TREE, Subject.HOUSE, Subject.WINDMILL, Subject.HORSE),
    Place.FOREST: (Subject.DEER, Subject.TENT, Subject.FOX, Subject.HOUSE),
    Place.SEA: (Subject.BOAT, Subject.WHALE, Subject.BOAT, Subject.LIGHTHOUSE),
    Place.DESERT: (Subject.CACTUS, Subject.TENT, Subject.HORSE, Subject.PERSON),
    Place.SNOW: (Subject.TREE, Subject.HOUSE, Subject.DEER, Subject.PERSON),
    Place.MOUNTAINS: (Subject.CASTLE, Subject.HOUSE, Subject.TOWER, Subject.TENT),
    Place.CITY: (Subject.TREE, Subject.PERSON, Subject.TOWER, Subject.DOG),
    Place.SPACE: (Subject.PLANET, Subject.ROCKET, Subject.PLANET, Subject.ROCKET),
}
"""Who lives where."""
_FLIERS = (Subject.BIRD, Subject.BALLOON, Subject.BIRD, Subject.KITE)


def upscale(parent: Scene, *, creative: bool) -> Scene:
    """The same with twice as many pixels; a *creative* one has more in it."""
    return replace(parent, enlarged=2, detailed=creative)


def vary_subtly(parent: Scene, prompt: str | None, *, roll: int, image_no: int) -> Scene:
    """The same composition, slightly moved and recoloured."""
    varied = remix_subtly(parent, prompt or "", roll=roll, image_no=image_no)
    return varied if prompt else replace(varied, caption=parent.caption)


def vary_strongly(parent: Scene, prompt: str | None, *, roll: int, image_no: int) -> Scene:
    """A new composition of the same things at the same hour, or of what *prompt* says."""
    if prompt:
        return remix_strongly(parent, prompt, roll=roll, image_no=image_no)
    random = Random(f"vary {parent.seed}|{roll}|{image_no}")
    return replace(
        parent,
        palette=other_palette(parent, image_no),
        seed=f"{random.getrandbits(64):x}",
        lamp_x=random.uniform(0.2, 0.4) if parent.lamp_x > 0.5 else random.uniform(0.6, 0.8),
        enlarged=1,
        detailed=False,
        guests=(),
        patches=(),
    )


def zoom_out(parent: Scene, prompt: str | None, *, scale: float, roll: int, image_no: int) -> Scene:
    """The same in the middle of *scale* times as much; what *prompt* names is around it."""
    view = parent.view.zoomed_out(scale)
    if max(view.width, view.height) > _WIDEST:
        return _planet(parent, prompt, roll=roll, image_no=image_no)
    return _widened(parent, view, prompt, f"zoom {scale}|{roll}|{image_no}", image_no)


def pan(
    parent: Scene,
    prompt: str | None,
    *,
    direction: Direction,
    scale: float,
    roll: int,
    image_no: int,
) -> Scene:
    """*scale* times as much in that direction; what *prompt* names is there."""
    view = parent.view.panned(direction, scale)
    salt = f"pan {direction.name} {scale}|{roll}|{image_no}"
    widened = _widened(parent, view, prompt, salt, image_no)
    back_x, back_y = (round(edge / _ROUND) * _ROUND for edge in (view.left, view.top))
    near = replace(view, left=view.left - back_x, top=view.top - back_y)
    return replace(widened, view=near)


def inpaint(
    parent: Scene, prompt: str | None, *, areas: Sequence[Area], roll: int, image_no: int
) -> Scene:
    """Something else in the *areas*: what *prompt* names, else whatever may be there."""
    wish, view = read_wish(prompt or ""), parent.view
    random = Random(f"inpaint {parent.seed}|{prompt}|{areas}|{roll}|{image_no}")
    corners = tuple(
        tuple((view.left + x * view.width, view.top + y * view.height) for x, y in area)
        for area in areas
    )
    inner = replace(
        parent,
        place=wish.place or parent.place,
        by_water=wish.by_water or parent.by_water,
        light=wish.light or parent.light,
        weather=wish.weather or parent.weather,
        palette=coloured(parent, wish, image_no),
        seed=parent.seed if wish.place in {None, parent.place} else f"{random.getrandbits(64):x}",
        enlarged=1,
        detailed=False,
        figures=(),
        guests=_guests_in(
            [_around(area) for area in corners], wish, parent.place, random, image_no
        ),
        patches=(),
        caption=wish.caption,
    )
    kept = tuple(one for one in parent.patches if not _is_covered(one, corners))
    patch = Patch(areas=corners, scene=inner)
    return replace(parent, enlarged=1, detailed=False, patches=(*kept, patch))


def animate(parent: Scene, prompt: str | None, *, large: bool, roll: int, image_no: int) -> Scene:
    """A video that begins with the image. ``--motion high`` in *prompt* is lively, ``--loop`` ends
    where it began; weather that it names comes up.
    """
    seed = f"animate {parent.seed}|{prompt}|{large}|{roll}|{image_no}"
    take = Take(large=large, moves=(_move(parent, prompt, seed),))
    caption = read_wish(prompt or "").caption or parent.caption
    return replace(parent, take=take, enlarged=1, caption=caption)


def extend(parent: Scene, prompt: str | None, *, roll: int, image_no: int) -> Scene:
    """The video, and then more of it. Raises `ValueError` for an image."""
    if parent.take is None:
        raise ValueError("an image cannot be extended")
    moves = parent.take.moves
    seed = f"extend {moves[-1].seed}|{prompt}|{roll}|{image_no}"
    take = replace(parent.take, moves=(*moves, _move(parent, prompt, seed)))
    return replace(parent, take=take, caption=read_wish(prompt or "").caption or parent.caption)


def _move(parent: Scene, prompt: str | None, seed: str) -> Move:
    flags = video_flags(prompt or "")
    return Move(
        seed=f"{Random(seed).getrandbits(64):x}",
        lively=flags.get("motion") == "high",
        loops="loop" in flags,
        weather=read_wish(prompt or "").weather or parent.weather,
    )


def video_flags(prompt: str) -> dict[str, str]:
    """``--motion``, ``--loop`` and ``--bs`` of a prompt, with the value behind each."""
    return dict(_VIDEO_FLAGS.findall(prompt.lower()))


def _widened(parent: Scene, view: View, prompt: str | None, salt: str, image_no: int) -> Scene:
    wish, random = read_wish(prompt or ""), Random(f"{parent.seed}|{prompt}|{salt}")
    strips = _strips(parent.view, view)
    chosen = [strips[(image_no + turn) % len(strips)] for turn in range(min(2, len(strips)))]
    guests = _guests_in(chosen, wish, parent.place, random, image_no)
    return replace(
        parent,
        view=view,
        enlarged=1,
        detailed=False,
        beyond=parent.beyond or f"{random.getrandbits(32):x}",
        guests=(*parent.guests, *guests)[-_GUESTS_MAX:],
        caption=wish.caption or parent.caption,
    )


def _strips(old: View, new: View) -> list[View]:
    """What of *new* was not in *old*: at the sides in full height, then above and below."""
    strips = [
        View(new.left, new.top, old.left - new.left, new.height),
        View(old.right, new.top, new.right - old.right, new.height),
        View(old.left, new.top, old.width, old.top - new.top),
        View(old.left, old.bottom, old.width, new.bottom - old.bottom),
    ]
    return [strip for strip in strips if strip.width > 0 and strip.height > 0]


def _guests_in(
    places: Sequence[View], wish: Wish, land: Place, random: Random, image_no: int
) -> tuple[Guest, ...]:
    """What *wish* names, or one that may be there, in each place or in turn."""
    guests: list[Guest] = []
    for number, place in enumerate(places):
        in_the_sky = place.bottom < _SKYLINE + 0.1 * SIDE
        locals_ = _FLIERS if in_the_sky else _LOCALS[wish.place or land]
        unnamed = Figure(locals_[(image_no + number) % len(locals_)])
        named = wish.figures[number % len(wish.figures)] if wish.figures else unnamed
        guests += [
            _guest(named, place, (turn + 0.5) / named.count, random) for turn in range(named.count)
        ]
    return tuple(guests)


def _guest(figure: Figure, place: View, along: float, random: Random) -> Guest:
    size = min(place.height * 0.6, place.width * 0.8 / figure.count, 420) * random.uniform(0.8, 1.1)
    margin = min(size * 0.6, place.width * 0.45)
    x = place.left + margin + (place.width - 2 * margin) * (along + random.uniform(-0.2, 0.2))
    low, high = place.top + size, place.bottom - size * 0.15
    if figure.subject in FLYING:
        level = random.uniform(0.25, 0.45) * SIDE
    else:
        level = _SKYLINE + random.uniform(0.1, 0.24) * SIDE
    return Guest(replace(figure, count=1), x, min(max(level, low), high), size)


def _planet(parent: Scene, prompt: str | None, *, roll: int, image_no: int) -> Scene:
    """What is seen from so far away that the land is a ball."""
    random = Random(f"planet {parent.seed}|{prompt}|{roll}|{image_no}")
    colour = mix(mix(parent.palette.middle, parent.palette.ground, 0.3), (255, 255, 255), 0.15)
    ball = Guest(Figure(Subject.PLANET, colour), SIDE / 2, SIDE * 0.66, SIDE * 0.4)
    wish = read_wish(prompt or "")
    others = _guests_in([View().part(0, 0, 0.25, 0.4)], wish, Place.SPACE, random, image_no)
    return Scene(
        place=Place.SPACE,
        light=Light.NIGHT,
        palette=night_sky(image_no),
        seed=f"{random.getrandbits(64):x}",
        lamp_x=parent.lamp_x,
        lamp_y=parent.lamp_y,
        style=parent.style,
        guests=(ball, *others),
        caption=wish.caption or parent.caption,
    )


def _around(area: Area) -> View:
    left, top = (min(place) for place in zip(*area, strict=True))
    right, bottom = (max(place) for place in zip(*area, strict=True))
    return View(left, top, right - left, bottom - top)


def _is_covered(patch: Patch, areas: Sequence[Area]) -> bool:
    """Whether nothing of a patch is seen any more, below rectangles."""
    boxes = [_around(area) for area in areas if len(area) == 4 and len({x for x, _ in area}) == 2]
    return all(
        any(box.left <= x <= box.right and box.top <= y <= box.bottom for box in boxes)
        for area in patch.areas
        for x, y in area
    )
