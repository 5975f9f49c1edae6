"""The images: real, different, near or far from their parents, and always the same."""

from dataclasses import replace
from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

from sandbox.api.album import Album
from sandbox.api.painting.finish import UNDRAWABLE, captioned
from sandbox.api.painting.paint import paint
from sandbox.api.painting.scene import Scene, imagine, remix_strongly, remix_subtly
from sandbox.api.painting.words import Figure, Light, Place, Style, Subject, Weather
from tests.sandbox.api_caller import Caller

PROMPTS = [
    ("a lighthouse in a storm", "a lighthouse at night"),
    ("a boat at sunset", "a boat at noon"),
    ("forest at dawn", "the same forest at night"),
    ("sea sunset", "sea sunset"),
    ("city night", "city"),
    ("a desert", "with more sand"),
    ("snow", "still snow"),
    ("hills", "greener"),
]


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def outlines(image: Image.Image) -> Image.Image:
    """Where things begin and end, whatever their colours."""
    grey = ImageOps.autocontrast(image.convert("L").filter(ImageFilter.GaussianBlur(2)))
    edges = grey.filter(ImageFilter.FIND_EDGES).filter(ImageFilter.MaxFilter(9))
    return edges.point([255 * (level > 30) for level in range(256)]).convert("1")  # pyright: ignore[reportUnknownMemberType]  # Pillow names numpy's types, and numpy is not installed


def likeness(first: Image.Image, second: Image.Image) -> float:
    """How much of two compositions coincides, 0.0 to 1.0."""
    one, other = outlines(first), outlines(second)
    both = ImageStat.Stat(ImageChops.logical_and(one, other).convert("L")).sum[0]
    any_of_them = ImageStat.Stat(ImageChops.logical_or(one, other).convert("L")).sum[0]
    return both / any_of_them


def distance(first: Image.Image, second: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return sum(means) / len(means)


async def fetch(api: Caller, url: str) -> Image.Image:
    status, png = await api.image(url)
    assert status == 200
    return opened(png)


async def test_a_job_has_four_different_images_of_512_pixels(api: Caller) -> None:
    done = await api.imagine_and_finish("a sunset by the sea")
    images = [await fetch(api, url) for url in done.image_urls]
    assert [image.size for image in images] == [(512, 512)] * 4
    assert all(distance(*pair) > 5 for pair in combinations(images, 2))


async def test_over_http_a_subtle_remix_stays_near_and_a_strong_one_departs(api: Caller) -> None:
    parent = await api.imagine_and_finish("a forest at dawn")
    image = await fetch(api, parent.image_urls[1])
    job_id = parent.images[1]["jobId"]
    subtle = await api.finish(await api.remix(job_id, 1, "the forest at night", mode=1))
    strong = await api.finish(await api.remix(job_id, 1, "the forest at night", mode=0))
    near = likeness(image, await fetch(api, subtle.image_urls[0]))
    assert near > likeness(image, await fetch(api, strong.image_urls[0]))


@pytest.mark.parametrize(("prompt", "change"), PROMPTS)
def test_subtle_keeps_the_composition_and_strong_does_not(prompt: str, change: str) -> None:
    parent = imagine(prompt, roll=0, image_no=1)
    image = opened(paint(parent))
    subtle = opened(paint(remix_subtly(parent, change, roll=0, image_no=2)))
    strong = opened(paint(remix_strongly(parent, change, roll=0, image_no=2)))
    assert distance(image, subtle) > 0
    assert likeness(image, subtle) > 1.3 * likeness(image, strong)


def test_the_same_order_once_more_gives_other_images_that_can_be_repeated() -> None:
    first, again = (imagine("a fox", roll=roll, image_no=0) for roll in (0, 1))
    assert first != again
    assert first == imagine("a fox", roll=0, image_no=0)
    assert paint(first) == paint(first)


async def test_asking_the_same_again_gives_other_images(api: Caller) -> None:
    for _ in range(2):
        await api.imagine("a fox")
    first, again = (job.scenes for job in api.server.submits)
    assert all(first[number] != again[number] for number in range(4))


@pytest.mark.parametrize(
    ("prompt", "place", "light"),
    [
        ("Sunset over the sea", Place.SEA, Light.SUNSET),
        ("a pine forest at midnight", Place.FOREST, Light.NIGHT),
        ("snowy morning", Place.SNOW, Light.DAWN),
        ("desert at noon", Place.DESERT, Light.DAY),
        ("the city at dusk", Place.CITY, Light.SUNSET),
    ],
)
def test_words_decide_what_is_painted(prompt: str, place: Place, light: Light) -> None:
    scenes = [imagine(prompt, roll=0, image_no=number) for number in range(4)]
    assert {(scene.place, scene.light) for scene in scenes} == {(place, light)}


@pytest.mark.parametrize("subject", Subject)
def test_every_subject_is_seen(subject: Subject) -> None:
    land = imagine("hills at noon", roll=0, image_no=0)
    assert land.figures == ()
    peopled = replace(land, figures=(Figure(subject),))
    assert distance(opened(paint(land)), opened(paint(peopled))) > 0.3


@pytest.mark.parametrize(
    "prompt",
    [
        *("hills in a storm", "hills in the rain", "hills in fog", "hills and falling snow"),
        *("oil painting of hills", "hills in pastel", "hills in ink", "neon hills"),
        *("pixel art of hills", "red hills", "blue hills", "hills by a lake"),
    ],
)
def test_weather_style_and_colour_are_seen(prompt: str) -> None:
    seen = imagine(prompt, roll=0, image_no=0)
    plain = replace(seen, weather=None, style=None, by_water=False)
    plain = replace(plain, palette=imagine("hills", roll=0, image_no=0).palette)
    assert seen.caption == ""
    assert distance(opened(paint(seen)), opened(paint(plain))) > 3


def test_a_prompt_is_read_whole() -> None:
    scene = imagine(
        "Ink sketch: two red boats, a lighthouse and a cat on a stormy night --ar 16:9 sandbox:big",
        roll=0,
        image_no=0,
    )
    assert scene.place is Place.SEA
    assert (scene.light, scene.weather, scene.style) == (Light.NIGHT, Weather.STORM, Style.INK)
    assert [(one.subject, one.count) for one in scene.figures] == [
        (Subject.BOAT, 2),
        (Subject.LIGHTHOUSE, 1),
        (Subject.CAT, 1),
    ]
    assert scene.figures[0].colour is not None
    assert scene.caption == ""


def test_what_floats_has_water_in_every_land() -> None:
    for prompt in (
        "a boat in a forest",
        "a horse and a whale",
        "a boat on a lake in the mountains",
    ):
        assert imagine(prompt, roll=0, image_no=0).by_water, prompt
    for prompt in ("a boat", "a rocket and a boat", "a lighthouse and a house"):
        assert not imagine(prompt, roll=0, image_no=0).by_water, prompt


def test_what_the_painter_does_not_know_is_a_caption() -> None:
    scene = imagine("a melancholy cat plays chess", roll=0, image_no=0)
    assert scene.caption == "melancholy plays chess"
    without = replace(scene, caption="")
    difference = ImageChops.difference(opened(paint(scene)), opened(paint(without)))
    _, top, _, _ = difference.getbbox() or (0, 0, 0, 0)
    assert top > 440  # at the lower edge, and nowhere else


def test_a_caption_does_without_the_accents_that_the_font_lacks_and_says_what_it_cannot_write() -> (
    None
):
    image = opened(paint(imagine("hills", roll=0, image_no=0)))

    def written(caption: str) -> bytes:
        return captioned(image.copy(), caption).tobytes()

    assert written("träumt süß") == written("traumt suss")
    assert written("狐が走る") == written(UNDRAWABLE) != image.tobytes()
    assert written("") == image.tobytes()


async def test_each_option_in_braces_is_painted_four_times(api: Caller) -> None:
    await api.imagine_and_finish("a {red, green} fox")
    colours = [scene.figures[0].colour for scene in api.server.submits[0].scenes.values()]
    assert len(colours) == 8
    assert colours[0] != colours[4]
    assert {*colours[:4]} == {colours[0]}
    assert {*colours[4:]} == {colours[4]}


@pytest.mark.parametrize(
    "prompt", ["一只猫", "🐈", "a" * 8000, "word " * 1600, "{" * 8000, "-" * 8000]
)
def test_no_prompt_is_too_strange_to_be_painted(prompt: str) -> None:
    assert opened(paint(imagine(prompt, roll=0, image_no=0))).size == (512, 512)


async def test_images_can_be_fetched_for_thirty_days(api: Caller) -> None:
    job = api.server.add_finished_job(prompt="a fox")
    url = api.server.image_urls(job)[0]
    api.clock.advance(30 * 24 * 3600)
    assert (await api.image(url))[0] == 200
    api.clock.advance(1)
    assert (await api.image(url))[0] == 404


async def test_an_image_is_there_only_when_its_job_is_completed(api: Caller) -> None:
    submitted = await api.imagine("a fox")
    url = api.server.image_urls(api.server.submits[0])[0]
    assert (await api.image(url))[0] == 404
    await api.finish(submitted)
    assert (await api.image(url))[0] == 200
    for wrong in ("_4.png", "_x.png", "_00.png", "_0.jpg"):
        assert (await api.image(url.replace("_0.png", wrong)))[0] == 404


async def test_the_album_paints_once_and_forgets_what_was_not_used_for_long() -> None:
    painted: list[Scene] = []

    def heavy(scene: Scene, *, big: bool = False) -> bytes:
        painted.append(scene)
        return bytes(12 * 1024 * 1024) + bytes(big)

    album = Album(heavy)
    first, second, third = (imagine("a fox", roll=0, image_no=number) for number in range(3))
    for scene in (first, second, first, third, first):
        await album.file(scene, big=False)
    assert painted == [first, second, third]
    await album.file(second, big=False)
    assert painted == [first, second, third, second]
