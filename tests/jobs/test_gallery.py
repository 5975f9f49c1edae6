"""A finished job's pictures are fetched together and fitted into one message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.api import PictureDownloads, open_session
from bot.errors import PictureTooLarge, PictureUnavailable
from bot.inputs import JobId, read_job
from bot.jobs import gallery
from bot.jobs.gallery import file_name, hang
from bot.model import Picture
from sandbox.api import GenerationServer
from tests.flow.sim import DOT, paint_dot

MEGABYTE = 1024 * 1024


def pictures_of(api: GenerationServer, prompt: str) -> list[Picture]:
    job = api.add_finished_job(prompt=prompt)
    return [
        Picture(job_id=job.job_id, image_no=image_no, url=url)
        for image_no, url in api.picture_urls(job).items()
    ]


@pytest.fixture
async def api() -> GenerationServer:
    return GenerationServer(painter=paint_dot)


async def test_every_picture_comes_with_its_bytes_under_a_name_that_leads_back(
    api: GenerationServer,
) -> None:
    async with api, open_session(api.url) as session:
        pictures = pictures_of(api, "x")
        exhibits = await hang(pictures, PictureDownloads(session), file_limit_bytes=MEGABYTE)
    files = [one.file for one in exhibits if one.file]
    assert [file.content for file in files] == [DOT] * 4
    assert [file.name for file in files] == [f"{one.job_id}_{one.image_no}.png" for one in pictures]
    assert read_job(files[2].name) == JobId(pictures[2].job_id)


async def test_a_picture_over_the_limit_comes_without_its_file(api: GenerationServer) -> None:
    async with api, open_session(api.url) as session:
        exhibits = await hang(
            pictures_of(api, "sandbox:big"), PictureDownloads(session), file_limit_bytes=MEGABYTE
        )
    assert [type(one.problem) for one in exhibits] == [PictureTooLarge] * 4
    assert not any(one.file for one in exhibits)


async def test_what_would_bring_the_message_over_its_limit_stays_out(
    api: GenerationServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gallery, "MESSAGE_LIMIT_BYTES", 3 * len(DOT))
    async with api, open_session(api.url) as session:
        exhibits = await hang(
            pictures_of(api, "x"), PictureDownloads(session), file_limit_bytes=MEGABYTE
        )
    assert [one.file is not None for one in exhibits] == [True, True, True, False]
    assert isinstance(exhibits[3].problem, PictureTooLarge)


async def test_one_picture_that_is_gone_does_not_take_the_others_along(
    api: GenerationServer,
) -> None:
    async with api, open_session(api.url) as session:
        pictures = [*pictures_of(api, "x")[:2], *pictures_of(api, "sandbox:gone")[:1]]
        exhibits = await hang(pictures, PictureDownloads(session), file_limit_bytes=MEGABYTE)
    assert [one.file is not None for one in exhibits] == [True, True, False]
    assert isinstance(exhibits[2].problem, PictureUnavailable)


async def test_no_more_than_a_gallery_holds_is_fetched(api: GenerationServer) -> None:
    async with api, open_session(api.url) as session:
        pictures = pictures_of(api, "sandbox:pictures=16")
        exhibits = await hang(pictures, PictureDownloads(session), file_limit_bytes=MEGABYTE)
    assert [one.picture.image_no for one in exhibits] == list(range(10))


@given(st.text(min_size=1, max_size=80))
def test_a_file_name_is_one_that_discord_takes(job_id: str) -> None:
    name = file_name(Picture(job_id=job_id, image_no=3, url="https://x.example"), "png")
    assert name.isascii()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
