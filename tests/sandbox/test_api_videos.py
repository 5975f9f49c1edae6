"""The videos: real files that move as they were asked to, and begin where they should."""

from dataclasses import replace
from functools import cache
from io import BytesIO

import av
import pytest
from PIL import Image

from sandbox.api.painting.canvas import scaled
from sandbox.api.painting.edits import animate, extend, pan
from sandbox.api.painting.paint import paint
from sandbox.api.painting.render import picture
from sandbox.api.painting.scene import Scene, imagine
from sandbox.api.painting.view import Direction
from tests.sandbox.api_caller import Caller
from tests.sandbox.test_api_images import distance


def animated(prompt: str, words: str | None = None, *, large: bool = False) -> Scene:
    scene = imagine(prompt, roll=0, image_no=1)
    return animate(scene, words, large=large, roll=0, image_no=0)


@cache
def frames(scene: Scene) -> list[Image.Image]:
    with av.open(BytesIO(paint(scene)), "r") as file:
        return [frame.to_image() for frame in file.decode(video=0)]  # pyright: ignore[reportUnknownMemberType]  # PyAV leaves its types out


async def test_a_video_is_a_short_mp4_that_every_player_knows(api: Caller) -> None:
    source = api.server.add_finished_job(prompt="a boat on the sea at sunset").job_id
    params = {"jobId": source, "imageNo": 2}
    done = await api.finish(await api.submit("midjourney_video_diffusion", params))
    async with api.session.get(done.image_urls[0]) as response:
        assert (response.status, response.content_type) == (200, "video/mp4")
        data = await response.read()
    assert data[4:8] == b"ftyp"
    with av.open(BytesIO(data), "r") as file:
        stream = file.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (stream.width, stream.height) == (480, 480)
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(3.0, abs=0.1)


def test_a_video_begins_with_the_image_and_moves_on_from_it() -> None:
    scene = animated("a boat on the sea at sunset")
    image = scaled(picture(replace(scene, take=None)), (480, 480))
    shown = frames(scene)
    assert distance(shown[0], image) < 5
    assert distance(shown[-1], image) > 3 * distance(shown[0], image)
    assert paint(scene) == paint(scene), "the same scene has the same bytes"


def test_high_motion_goes_farther_than_low_and_a_loop_ends_where_it_began() -> None:
    low, high, loop = (
        frames(animated("a boat on the sea at sunset", f"waves {words}"))
        for words in ("--motion low", "--motion high", "--motion high --loop")
    )
    assert distance(high[0], high[-1]) > 1.5 * distance(low[0], low[-1])
    assert distance(loop[0], loop[-1]) < 0.4 * distance(loop[0], loop[len(loop) // 2])


def test_an_extension_keeps_what_there_was_and_goes_on_from_its_end() -> None:
    scene = animated("a boat on the sea at sunset")
    longer = extend(scene, "--motion high", roll=0, image_no=0)
    before, after = frames(scene), frames(longer)
    assert (len(before), len(after)) == (36, 66)
    assert distance(before[20], after[20]) < 1
    assert distance(before[-1], after[36]) < 0.3 * distance(after[36], after[-1])


def test_a_large_video_has_720_lines_and_a_wide_one_is_wide() -> None:
    assert frames(animated("hills", large=True))[0].size == (720, 720)
    wide = pan(
        imagine("hills", roll=0, image_no=0),
        None,
        direction=Direction.RIGHT,
        scale=1.37,
        roll=0,
        image_no=0,
    )
    assert frames(animate(wide, None, large=False, roll=0, image_no=0))[0].size == (658, 480)


@pytest.mark.parametrize("weather", ["rain", "snow", "a storm", "fog"])
def test_weather_that_is_named_comes_up(weather: str) -> None:
    calm, wild = (frames(animated("hills at noon", words)) for words in (None, weather))
    assert distance(calm[15], wild[15]) > 1


def test_a_big_video_is_over_ten_mebibytes_and_plays_all_the_same() -> None:
    data = paint(animated("hills"), big=True)
    assert len(data) > 10 * 1024 * 1024
    with av.open(BytesIO(data), "r") as file:
        assert len(list(file.decode(video=0))) == 36
