"""What is marked is what is repainted: areas by number, masks from files, and how they look."""

import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from hashlib import shake_128
from io import BytesIO
from itertools import chain, combinations

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageOps

from bot.errors import MaskShapeWrong, Reason, Rejected
from bot.pictures.areas import (
    AREAS,
    POINTS_MAX,
    POLYGONS_MAX,
    TEXT_MAX,
    Mask,
    Size,
    canvas,
    choose_areas,
    parse_mask,
    to_mask,
)
from bot.pictures.mask_files import FILE_MAX_BYTES, RUNS_MAX, read_mask
from bot.pictures.opening import image_size, in_thread
from bot.pictures.outlines import Polygon, twice_the_area
from bot.pictures.preview import SIDE, draw_preview

OFF_MAX = 4
"""How many pixels an edge may be away from where it was, of a mask that is 600 wide."""
SUBSETS = [*chain.from_iterable(combinations(AREAS, count) for count in range(1, 9))]


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def refusal(content: bytes, size: Size) -> Reason:
    with pytest.raises(Rejected) as refused:
        read_mask(content, size)
    return refused.value.reason


def white(*boxes: tuple[int, int, int, int], size: Size = (600, 600)) -> Image.Image:
    image = Image.new("L", size)
    for box in boxes:
        image.paste(255, box)
    return image


def painted(mask: Mask) -> Image.Image:
    """What a server makes of it that fills polygons: drawn larger, since Pillow adds a border."""
    scale = 2
    image = Image.new("L", (mask.width * scale, mask.height * scale))
    for polygon in mask.polygons:
        points = [(x * scale, y * scale) for x, y in polygon]
        ImageDraw.Draw(image).polygon(points, fill=255)
    return image.reduce(scale).convert("1", dither=Image.Dither.NONE).convert("L")


def resized(image: Image.Image, size: Size) -> Image.Image:
    return image.resize(size, Image.Resampling.NEAREST)  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed


def amount(image: Image.Image) -> int:
    return image.histogram()[255]


def holds(polygon: Polygon, x: float, y: float) -> bool:
    around = zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    crossed = [
        ax + (y - ay) * (bx - ax) / (by - ay) < x
        for (ax, ay), (bx, by) in around
        if (ay > y) != (by > y)
    ]
    return sum(crossed) % 2 == 1


# ------------------------------------------------------------------ areas by number


def test_areas_become_polygons_that_hold_just_them() -> None:
    for chosen in SUBSETS:
        mask = choose_areas(chosen, (900, 600))
        assert sum(map(twice_the_area, mask.polygons)) == 2 * len(chosen) * 300 * 200
        for number in AREAS:
            row, column = divmod(number - 1, 3)
            found = [holds(one, column * 300 + 150, row * 200 + 100) for one in mask.polygons]
            assert sum(found) == (number in chosen)


def test_areas_side_by_side_are_one_polygon_clockwise_from_the_top_left() -> None:
    points = [300, 0, 600, 0, 600, 600, 0, 600, 0, 300, 300, 300]
    area = {"width": 900, "height": 900, "points": points}
    assert to_mask(choose_areas([5, 4, 2, 2], (900, 900)).text) == {"areas": [area]}
    assert len(choose_areas([1, 5, 9], (900, 900)).polygons) == 3
    assert len(choose_areas([2, 3, 4, 6, 7, 8, 9], (900, 900)).polygons) == 1
    assert len(choose_areas([1, 2, 3, 4, 6, 7, 8, 9], (900, 900)).polygons) == 2


def test_none_or_all_of_the_areas_is_refused() -> None:
    for chosen, reason in (((), Reason.MASK_EMPTY), (AREAS, Reason.MASK_EVERYTHING)):
        with pytest.raises(Rejected) as refused:
            choose_areas(chosen, (900, 900))
        assert refused.value.reason is reason
    with pytest.raises(ValueError, match="10"):
        choose_areas([1, 10], (900, 900))


@pytest.mark.parametrize(
    ("size", "fits"),
    [
        ((1024, 1024), (1024, 1024)),
        ((500, 4096), (500, 4096)),
        ((256, 512), (500, 1000)),
        ((8192, 4096), (4096, 2048)),
        ((250, 2048), (500, 4096)),
        ((10, 10), (500, 500)),
    ],
)
def test_a_mask_is_as_large_as_the_image_as_far_as_the_api_takes_that(
    size: Size, fits: Size
) -> None:
    assert canvas(size) == fits


def test_an_image_of_a_shape_that_no_mask_may_have_is_refused() -> None:
    with pytest.raises(Rejected) as refused:
        choose_areas([1], (300, 4096))
    assert refused.value.reason is Reason.IMAGE_TOO_NARROW


# ------------------------------------------------------------------ as text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "900x900 areas ",
        "900x900 areas 0",
        "900x900 areas 1,2,3,4,5,6,7,8,9",
        "499x900 areas 1",
        "900x4097 areas 1",
        "900x900 points 0,0 9,9",
        "900x900 points 0,0 901,0 0,9",
        "900x900 points 0,0 9,0 0,-9",
        "900x900 points 0,0 9,0 0,9;",
        "900x900 points " + " ".join(["1,1"] * (POINTS_MAX + 1)),
        "900x900 points " + ";".join(["0,0 9,0 0,9"] * (POLYGONS_MAX + 1)),
        "900x900 points 0,0 9,0 0,9\n",
        "900x900 points " + "1,1 " * 100_000,
        "900x900 points 0,0 9,0 0,٩",
    ],
)
def test_text_that_is_no_mask_of_ours_is_none(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # it carries nothing
        to_mask(text)


def test_the_largest_mask_can_be_kept_as_text() -> None:
    polygon = tuple((4000 + n % 2, 4000) for n in range(POINTS_MAX))
    mask = Mask(width=4096, height=4096, polygons=(polygon,) * POLYGONS_MAX)
    assert len(mask.text) <= TEXT_MAX
    assert parse_mask(mask.text) == mask


# ------------------------------------------------------------------ from files

SHAPES = st.lists(
    st.tuples(
        st.sampled_from(["ellipse", "rectangle"]),
        st.integers(0, 560),
        st.integers(0, 360),
        st.integers(40, 500),
        st.integers(40, 300),
        st.sampled_from([255, 255, 0]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=50)
@given(SHAPES)
def test_the_polygons_of_a_mask_cover_what_is_white_and_nothing_else(
    shapes: list[tuple[str, int, int, int, int, int]],
) -> None:
    image = Image.new("L", (600, 400))
    draw = ImageDraw.Draw(image)
    for shape, x, y, width, height, fill in shapes:
        getattr(draw, shape)((x, y, x + width, y + height), fill=fill)
    try:
        mask = read_mask(png(image), image.size)
    except Rejected:
        reject()
    assert parse_mask(mask.text) == mask == read_mask(png(image), image.size)
    assert len(mask.polygons) <= POLYGONS_MAX
    for polygon in mask.polygons:
        assert 3 <= len(polygon) <= POINTS_MAX
        assert twice_the_area(polygon) > 0
        assert all(0 <= x <= mask.width and 0 <= y <= mask.height for x, y in polygon)
    found = ImageOps.expand(resized(painted(mask), image.size), OFF_MAX)
    asked = ImageOps.expand(image, OFF_MAX)
    grown = asked.filter(ImageFilter.MaxFilter(2 * OFF_MAX + 1))
    assert amount(ImageChops.subtract(found, grown)) == 0
    shrunk = asked.filter(ImageFilter.MinFilter(2 * OFF_MAX + 1))
    assert amount(ImageChops.subtract(shrunk, found)) == 0
    edges = amount(ImageChops.subtract(grown, shrunk))
    assert abs(amount(found) - amount(asked)) <= max(0.03 * amount(asked), 0.1 * edges)


WRITTEN: dict[str, Callable[[Image.Image], Image.Image]] = {
    "bits": lambda image: image.convert("1"),
    "palette": lambda image: image.convert("P"),
    "color": lambda image: image.convert("RGB"),
    "white on nothing": lambda image: Image.merge("RGBA", (image, image, image, image)),
    "cut out": lambda image: Image.merge("LA", (Image.new("L", image.size, 255), image)),
    "16 bits": lambda image: Image.frombytes(
        "I;16", image.size, bytes(chain.from_iterable((one, one) for one in image.tobytes()))
    ),
    "soft": lambda image: image.filter(ImageFilter.GaussianBlur(2)),
    "another shape": lambda image: resized(image, (606, 600)),
    "small": lambda image: resized(image, (150, 150)),
}


@pytest.mark.parametrize("written", WRITTEN)
def test_however_black_and_white_is_written_it_means_the_same(written: str) -> None:
    box = (100, 200, 400, 500)
    mask = read_mask(png(WRITTEN[written](white(box))), (600, 600))
    off = amount(ImageChops.difference(painted(mask), white(box)))
    assert off <= 0.03 * amount(white(box))


def test_a_hole_stays_as_it_is_and_dust_is_left_out() -> None:
    image = white((100, 100, 500, 500), (5, 5, 8, 8))
    image.paste(0, (200, 200, 400, 400))
    image.paste(0, (150, 150, 152, 152))
    mask = read_mask(png(image), (1200, 1200))
    assert (mask.width, mask.height, len(mask.polygons)) == (1200, 1200, 2)
    assert sum(map(twice_the_area, mask.polygons)) == 2 * (800**2 - 400**2)


def checkered(cell: int) -> Image.Image:
    cells = 4096 // cell
    rows = [bytes([0, 255] * (cells // 2)), bytes([255, 0] * (cells // 2))]
    small = Image.frombytes("L", (cells, cells), b"".join(rows) * (cells // 2))
    return resized(small, (4096, 4096))


def perforated() -> Image.Image:
    image = white((1, 1, 599, 599))
    for x, y in ((x, y) for x in range(20, 580, 40) for y in range(20, 580, 40)):
        image.paste(0, (x, y, x + 20, y + 20))
    return image


def noisy() -> Image.Image:
    return Image.frombytes("L", (600, 600), shake_128().digest(600 * 600))


def speckled() -> Image.Image:
    return noisy().convert("1", dither=Image.Dither.NONE)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (lambda: b"", Reason.MASK_UNREADABLE),
        (lambda: png(white())[:60], Reason.MASK_UNREADABLE),
        (lambda: png(speckled())[:9000], Reason.MASK_UNREADABLE),
        (lambda: b"GIF89a" + png(white()), Reason.MASK_UNREADABLE),
        (lambda: png(white()).ljust(FILE_MAX_BYTES + 1), Reason.MASK_UNREADABLE),
        (lambda: png(Image.new("1", (4097, 4096), 1)), Reason.MASK_UNREADABLE),
        (lambda: png(white()).replace(struct.pack(">II", 600, 600), b"\x7f\xff\xff\xff" * 2),
         Reason.MASK_UNREADABLE),
        (lambda: png(noisy()), Reason.MASK_NOT_BLACK_AND_WHITE),
        (lambda: png(Image.new("RGB", (600, 600), (255, 0, 0))), Reason.MASK_NOT_BLACK_AND_WHITE),
        (lambda: png(white()), Reason.MASK_EMPTY),
        (lambda: png(white((5, 5, 8, 8))), Reason.MASK_EMPTY),
        (lambda: png(Image.new("RGBA", (600, 600), (255, 255, 255, 0))), Reason.MASK_EMPTY),
        (lambda: png(white((0, 0, 600, 599), (0, 0, 590, 600))), Reason.MASK_EVERYTHING),
        (lambda: png(speckled()), Reason.MASK_TOO_COMPLICATED),
        (lambda: png(perforated()), Reason.MASK_TOO_COMPLICATED),
        (lambda: png(white(*((0, y, 300, y + 9) for y in range(0, 600, 20)))),
         Reason.MASK_TOO_COMPLICATED),
        *((lambda cell=cell: png(checkered(cell)), Reason.MASK_TOO_COMPLICATED)
          for cell in (1, 2, 8, 32, 256)),
    ],
)  # fmt: skip
def test_a_file_that_is_no_mask_is_refused(content: Callable[[], bytes], reason: Reason) -> None:
    assert refusal(content(), (600, 600)) is reason


def test_a_mask_of_another_shape_is_refused_with_the_size_of_the_image() -> None:
    with pytest.raises(MaskShapeWrong) as refused:
        read_mask(png(white((0, 0, 9, 9), size=(600, 630))), (1024, 1024))
    assert (refused.value.width, refused.value.height) == (1024, 1024)


def test_an_outline_of_more_points_than_are_sent_is_refused_unless_fewer_are_near_enough() -> None:
    coarse, fine = white((0, 0, 600, 300)), white((0, 0, 600, 300))
    for x in range(0, 600, 10):
        fine.paste(255, (x, 300, x + 5, 304))
        coarse.paste(255, (x, 300, x + 5, 330))
    assert RUNS_MAX > 600 * 4
    assert len(read_mask(png(fine), (600, 600)).polygons[0]) <= POINTS_MAX
    assert refusal(png(coarse), (600, 600)) is Reason.MASK_TOO_COMPLICATED


# ------------------------------------------------------------------ previews


def test_a_preview_tints_what_is_chosen_and_leaves_the_rest() -> None:
    image = Image.new("RGB", (1200, 2400), (90, 90, 90))
    content = draw_preview(png(image), choose_areas([1], image.size))
    preview = Image.open(BytesIO(content))
    assert preview.size == (SIDE // 2, SIDE)
    near, far = preview.getpixel((30, 30)), preview.getpixel((400, 900))
    assert isinstance(near, tuple)
    assert near[0] > 120
    assert near[1] < 70
    assert isinstance(far, tuple)
    assert all(abs(level - 90) < 4 for level in far)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_whatever_the_api_sends_a_preview_is_small_enough_to_post(kind: str) -> None:
    noise = Image.merge("RGB", [Image.effect_noise((1500, 1500), 200)] * 3)
    file = BytesIO()
    noise.save(file, kind)
    assert image_size(file.getvalue()) == noise.size
    assert len(draw_preview(file.getvalue(), choose_areas([4, 5], noise.size))) < 1024 * 1024


def test_what_is_no_image_has_no_preview() -> None:
    for content in (b"", b"\0\0\0\x20ftypisom", png(white())[:70]):
        with pytest.raises(Rejected) as refused:
            draw_preview(content, choose_areas([1], (900, 900)))
        assert refused.value.reason is Reason.IMAGE_UNREADABLE


# ------------------------------------------------------------------ where that happens


async def test_images_are_drawn_beside_the_loop() -> None:
    assert await in_thread(threading.get_ident) != threading.get_ident()
    with pytest.raises(Rejected):
        await in_thread(image_size, b"")


def test_pillow_is_not_loaded_before_it_is_needed() -> None:
    code = "import sys, bot.assembly, cogs.account, cogs.create; print('PIL' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603  # our own words
    assert run.stdout == "False\n"
