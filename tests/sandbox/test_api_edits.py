"""What one sees of each sister model: looked at in the images themselves."""

from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageStat

from sandbox.api.painting.canvas import scaled
from sandbox.api.painting.edits import (
    Area,
    inpaint,
    pan,
    upscale,
    vary_strongly,
    vary_subtly,
    zoom_out,
)
from sandbox.api.painting.render import picture
from sandbox.api.painting.scene import Scene, imagine
from sandbox.api.painting.view import SIDE, Direction
from sandbox.api.painting.words import Place, Subject
from tests.sandbox.test_api_images import distance, likeness

PROMPTS = [
    *("a boat on the sea at sunset", "pine forest at dawn", "a castle in the desert at noon"),
    *("city at night", "a rocket in space"),
]


def first(prompt: str) -> Scene:
    return imagine(prompt, roll=0, image_no=1)


def sharpness(image: Image.Image) -> float:
    return ImageStat.Stat(image.convert("L").filter(ImageFilter.FIND_EDGES)).mean[0]


def box(left: float, top: float, right: float, bottom: float) -> Area:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


@pytest.mark.parametrize("prompt", PROMPTS)
def test_an_upscale_is_twice_as_large_and_sharper_and_a_creative_one_has_more_in_it(
    prompt: str,
) -> None:
    scene = first(prompt)
    small = picture(scene)
    standard, creative = (picture(upscale(scene, creative=one)) for one in (False, True))
    assert (small.size, standard.size, creative.size) == ((512, 512), (1024, 1024), (1024, 1024))
    assert distance(scaled(standard, (512, 512)), small) < 2
    assert distance(scaled(creative, (512, 512)), small) < 6
    assert sharpness(standard) > 1.01 * sharpness(scaled(small, (1024, 1024)))
    assert sharpness(creative) > 1.05 * sharpness(standard)


@pytest.mark.parametrize(
    ("prompt", "scale"), [*zip(PROMPTS, (1.5, 2.0, 1.1, 1.3, 2.0), strict=True)]
)
def test_a_zoom_shows_the_same_in_the_middle_and_more_around_it(prompt: str, scale: float) -> None:
    scene = first(prompt)
    image = picture(scene)
    zooms = [
        picture(zoom_out(scene, None, scale=scale, roll=0, image_no=number)) for number in range(4)
    ]
    side = round(512 / scale)
    edge = (512 - side) // 2
    for zoomed in zooms:
        middle = zoomed.crop((edge, edge, edge + side, edge + side))
        assert zoomed.size == (512, 512)
        assert distance(middle, scaled(image, (side, side))) < 5
        assert distance(zoomed, image) > 5
    assert all(distance(*pair) > 0.1 for pair in combinations(zooms, 2))


@pytest.mark.parametrize("prompt", PROMPTS[:2])
@pytest.mark.parametrize(
    ("direction", "corner"),
    [
        (Direction.DOWN, (0, 0)),
        (Direction.RIGHT, (0, 0)),
        (Direction.UP, (0, 256)),
        (Direction.LEFT, (256, 0)),
    ],
)
def test_a_pan_shows_the_same_and_more_in_its_direction(
    prompt: str, direction: Direction, corner: tuple[int, int]
) -> None:
    scene = first(prompt)
    panned = picture(pan(scene, None, direction=direction, scale=1.5, roll=0, image_no=0))
    sideways = direction in {Direction.LEFT, Direction.RIGHT}
    assert panned.size == ((768, 512) if sideways else (512, 768))
    x, y = corner
    assert distance(panned.crop((x, y, x + 512, y + 512)), picture(scene)) < 3


@pytest.mark.parametrize("prompt", PROMPTS[:3])
def test_a_strong_variation_departs_and_a_subtle_one_stays_near(prompt: str) -> None:
    scene = first(prompt)
    image = picture(scene)
    subtle = [picture(vary_subtly(scene, None, roll=0, image_no=number)) for number in (0, 1)]
    strong = [picture(vary_strongly(scene, None, roll=0, image_no=number)) for number in (0, 1)]
    assert min(likeness(image, one) for one in subtle) > max(likeness(image, one) for one in strong)
    assert min(distance(image, one) for one in (*subtle, *strong)) > 1
    assert distance(*subtle) > 1
    assert distance(*strong) > 1


@pytest.mark.parametrize("prompt", [*PROMPTS, "melancholy ink sketch of hills", "pixel art sea"])
@pytest.mark.parametrize(
    ("area", "wish"),
    [
        (box(0, 0, 1 / 3, 1 / 3), "a red balloon"),
        (box(1 / 3, 2 / 3, 1, 1), None),
        (((0.5, 0.4), (0.9, 0.9), (0.1, 0.9)), "at night"),
    ],
)
def test_an_inpaint_changes_its_area_and_not_one_pixel_outside(
    prompt: str, area: Area, wish: str | None
) -> None:
    scene = first(prompt)
    before = picture(scene)
    after = picture(inpaint(scene, wish, areas=[area], roll=0, image_no=0))
    mask = Image.new("L", before.size)
    ImageDraw.Draw(mask).polygon([(x * 512, y * 512) for x, y in area], fill=255)
    grown = mask.filter(ImageFilter.MaxFilter(3))
    difference = ImageChops.difference(before, after)
    outside = Image.composite(Image.new("RGB", before.size), difference, grown)
    assert outside.getbbox() is None
    assert ImageStat.Stat(difference.convert("L"), mask).mean[0] > 1


def test_inpainting_again_keeps_what_was_inpainted_elsewhere_and_forgets_what_is_covered() -> None:
    scene = first("hills at noon")
    left, right = box(0, 0, 0.5, 1), box(0.5, 0, 1, 1)
    once = inpaint(scene, "a castle", areas=[left], roll=0, image_no=0)
    twice = inpaint(once, "a cat", areas=[right], roll=0, image_no=0)
    half = (0, 0, 256, 512)
    assert picture(once).crop(half).tobytes() == picture(twice).crop(half).tobytes()
    again = twice
    for number in range(50):
        again = inpaint(again, f"a dog {number}", areas=[right], roll=0, image_no=0)
    assert len(again.patches) == 2


@pytest.mark.parametrize("subject", ["a castle", "two birds"])
def test_what_a_prompt_names_is_in_the_new_part_of_a_zoom_or_a_pan(subject: str) -> None:
    scene = first("hills at noon")
    zoomed = zoom_out(scene, subject, scale=1.5, roll=0, image_no=0)
    panned = pan(scene, subject, direction=Direction.LEFT, scale=1.5, roll=0, image_no=0)
    wanted = Subject.CASTLE if "castle" in subject else Subject.BIRD
    for widened in (zoomed, panned):
        assert {guest.figure.subject for guest in widened.guests} == {wanted}
        assert not any(0 < guest.x < SIDE and 0 < guest.y < SIDE for guest in widened.guests)


def test_a_chain_of_any_length_stays_small_and_can_be_painted() -> None:
    zoomed = panned = first("a boat on the sea at sunset")
    places: set[Place] = set()
    for _ in range(40):
        zoomed = zoom_out(zoomed, None, scale=2.0, roll=0, image_no=0)
        panned = pan(panned, None, direction=Direction.RIGHT, scale=3.0, roll=0, image_no=0)
        places.add(zoomed.place)
    assert places == {Place.SEA, Place.SPACE}
    assert picture(zoomed).size == (512, 512)
    assert picture(panned).size == (1536, 512)
    assert max(len(zoomed.guests), len(panned.guests)) <= 16


def test_every_edit_can_be_made_of_every_other() -> None:
    whole = [box(0.2, 0.2, 0.8, 0.8)]
    scene = first("an ink sketch of a melancholy lake in the mountains")
    scene = inpaint(scene, "a red kite", areas=whole, roll=0, image_no=0)
    scene = pan(scene, None, direction=Direction.UP, scale=1.5, roll=0, image_no=0)
    scene = vary_subtly(scene, "snow", roll=0, image_no=1)
    scene = zoom_out(scene, "a castle", scale=2.0, roll=0, image_no=2)
    scene = inpaint(scene, None, areas=whole, roll=0, image_no=3)
    scene = upscale(scene, creative=True)
    assert picture(scene).size == (1024, 1536)
    assert picture(vary_strongly(scene, None, roll=0, image_no=0)).size == (512, 768)
