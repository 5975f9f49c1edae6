"""The pictures: real, different, near or far from their parents, and always the same."""

from io import BytesIO
from itertools import combinations

import pytest
from PIL import Image, ImageChops, ImageStat

from sandbox.api.album import Album
from sandbox.api.painting.paint import paint
from sandbox.api.painting.scene import (
    Light,
    Place,
    Scene,
    imagine,
    remix_strongly,
    remix_subtly,
)
from tests.sandbox.api_caller import Caller

NEAR = 20.0
"""Mean difference of two pictures' pixels (0 to 255) below which one is like the other."""

PROMPTS = [
    ("forest at dawn", "the same forest at night"),
    ("sea sunset", "sea sunset"),
    ("city night", "city"),
    ("a desert", "with more sand"),
    ("snow", "still snow"),
    ("hills", "greener"),
]


def opened(png: bytes) -> Image.Image:
    return Image.open(BytesIO(png)).convert("RGB")


def distance(first: Image.Image, second: Image.Image) -> float:
    means = ImageStat.Stat(ImageChops.difference(first, second)).mean
    return sum(means) / len(means)


async def fetch(api: Caller, url: str) -> Image.Image:
    status, png = await api.picture(url)
    assert status == 200
    return opened(png)


async def test_a_job_has_four_different_pictures_of_512_pixels(api: Caller) -> None:
    done = await api.imagine_and_finish("a sunset by the sea")
    pictures = [await fetch(api, url) for url in done.picture_urls]
    assert [picture.size for picture in pictures] == [(512, 512)] * 4
    assert all(distance(*pair) > 5 for pair in combinations(pictures, 2))


async def test_over_http_a_subtle_remix_stays_near_and_a_strong_one_departs(api: Caller) -> None:
    parent = await api.imagine_and_finish("a forest at dawn")
    picture = await fetch(api, parent.picture_urls[1])
    job_id = parent.pictures[1]["jobId"]
    subtle = await api.finish(await api.remix(job_id, 1, "the forest at night", mode=1))
    strong = await api.finish(await api.remix(job_id, 1, "the forest at night", mode=0))
    assert 0 < distance(picture, await fetch(api, subtle.picture_urls[0])) < NEAR
    assert distance(picture, await fetch(api, strong.picture_urls[0])) > NEAR


@pytest.mark.parametrize(("prompt", "change"), PROMPTS)
def test_subtle_is_always_nearer_than_strong(prompt: str, change: str) -> None:
    parent = imagine(prompt, roll=0, image_no=1)
    picture = opened(paint(parent))
    subtle = opened(paint(remix_subtly(parent, change, roll=0, image_no=2)))
    strong = opened(paint(remix_strongly(parent, change, roll=0, image_no=2)))
    assert 0 < distance(picture, subtle) < NEAR < distance(picture, strong)


def test_the_same_order_once_more_gives_other_pictures_that_can_be_repeated() -> None:
    first, again = (imagine("a fox", roll=roll, image_no=0) for roll in (0, 1))
    assert first != again
    assert first == imagine("a fox", roll=0, image_no=0)
    assert paint(first) == paint(first)


async def test_asking_the_same_again_gives_other_pictures(api: Caller) -> None:
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


async def test_pictures_can_be_fetched_for_thirty_days(api: Caller) -> None:
    job = api.server.add_finished_job(prompt="a fox")
    url = api.server.picture_urls(job)[0]
    api.clock.advance(30 * 24 * 3600)
    assert (await api.picture(url))[0] == 200
    api.clock.advance(1)
    assert (await api.picture(url))[0] == 404


async def test_a_picture_is_there_only_when_its_job_is_completed(api: Caller) -> None:
    submitted = await api.imagine("a fox")
    url = api.server.picture_urls(api.server.submits[0])[0]
    assert (await api.picture(url))[0] == 404
    await api.finish(submitted)
    assert (await api.picture(url))[0] == 200
    for wrong in ("_4.png", "_x.png", "_00.png", "_0.jpg"):
        assert (await api.picture(url.replace("_0.png", wrong)))[0] == 404


async def test_the_album_paints_once_and_forgets_what_was_not_used_for_long() -> None:
    painted: list[Scene] = []

    def heavy(scene: Scene, *, big: bool = False) -> bytes:
        painted.append(scene)
        return bytes(12 * 1024 * 1024) + bytes(big)

    album = Album(heavy)
    first, second, third = (imagine("a fox", roll=0, image_no=number) for number in range(3))
    for scene in (first, second, first, third, first):
        await album.png(scene, big=False)
    assert painted == [first, second, third]
    await album.png(second, big=False)
    assert painted == [first, second, third, second]
