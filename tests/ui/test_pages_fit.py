"""Every page fits Discord, whatever the job holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.actions import IMAGINE, REMIX, MediaKind, Mode
from bot.attachments import ImageFile, ResultImage
from bot.errors import ApiUnavailable, ImageTooLarge, ImageUnavailable
from bot.jobs.status_message import Progress
from bot.model import Destination, Image, Job, JobState, MessageLink, Request, Source
from bot.ui.content import Content
from bot.ui.layouts import (
    ClassicMessage,
    LayoutMessage,
    failure_page,
    plain_failure,
    plain_result,
    progress_page,
    result_page,
)

JOB_ID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"
PARENT = "11111111-2222-3333-4444-555555555555"
ORIGIN = MessageLink(guild_id=1, channel_id=2, message_id=3)


def job(*image_nos: int, prompt: str = "a fox", remix: bool = True) -> Job:
    source = Source(PARENT, 1)
    return Job(
        id=7,
        request=Request(action=REMIX, source=source, prompt=prompt, options={"mode": Mode.SUBTLE})
        if remix
        else Request(action=IMAGINE, prompt=prompt),
        author_id=42,
        interaction_id=1,
        destination=Destination(
            guild_id=1, channel_id=2, private=False, file_limit_bytes=10_000_000
        ),
        origin=ORIGIN if remix else None,
        state=JobState.FINISHED,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        provider_job_id=JOB_ID,
        cost_usd=Decimal("0.08"),
        images=tuple(image(image_no) for image_no in image_nos),
    )


def image(image_no: int, url: str = "https://images.example/p.png") -> Image:
    return Image(job_id=JOB_ID, image_no=image_no, url=url)


def result_images(of: Job) -> list[ResultImage]:
    return [
        ResultImage(
            image=one,
            file=ImageFile(name=f"{one.job_id}_{one.image_no}.png", content=b"\x89PNG"),
        )
        for one in of.images
    ]


def components(page: LayoutMessage) -> Iterator[dict[str, Any]]:
    def walk(nodes: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for node in nodes:
            yield node
            yield from walk([*node.get("components", []), *filter(None, [node.get("accessory")])])

    return walk(page.view.to_components())


def text(page: LayoutMessage) -> str:
    return "\n".join(one["content"] for one in components(page) if one["type"] == 10)


def buttons(page: LayoutMessage) -> dict[str, str]:
    return {one["label"]: one["custom_id"] for one in components(page) if one["type"] == 2}


def assert_fits(page: LayoutMessage) -> None:
    parts = list(components(page))
    ids = [one["custom_id"] for one in parts if "custom_id" in one]
    assert len(parts) <= 40
    assert len(text(page)) <= 4000
    assert len(ids) == len(set(ids))
    assert all(len(one) <= 100 for one in ids)
    assert len(page.files) <= 10
    uploaded = {f"attachment://{file.filename}" for file in page.files}
    shown = {item["media"]["url"] for one in parts for item in one.get("items", ())}
    shown |= {one["file"]["url"] for one in parts if "file" in one}
    shown |= {one["media"]["url"] for one in parts if "media" in one}
    for section in (one for one in parts if one["type"] == 9):
        assert [one["type"] for one in section["components"]] in ([10], [10] * 2, [10] * 3)
        assert section["accessory"]["type"] == 11
        assert 1 <= len(section["accessory"]["description"]) <= 256
    assert shown == uploaded, "every upload is shown and every reference is uploaded"


async def test_progress_says_what_is_made_how_far_it_is_and_where_from() -> None:
    page = progress_page(job(), Progress(submitted=True, fraction=0.4))
    assert_fits(page)
    for piece in ("image 2 · subtle", "> a fox", "40%", "<t:1767225600:R>", ORIGIN.url):
        assert piece in text(page)
    assert buttons(page) == {"Stop": "remix:stop:1"}


async def test_without_a_per_cent_there_is_no_bar() -> None:
    page = progress_page(job(), Progress(submitted=True))
    assert "%" not in text(page)
    assert "Working on it" in text(page)


async def test_a_result_of_four_has_three_rows() -> None:
    done = job(0, 1, 2, 3)
    page = result_page(done, result_images(done), took_s=38.2)
    assert_fits(page)
    assert buttons(page) == {
        **{f"✏️ {n + 1}": f"remix:remix:{JOB_ID}:{n}" for n in range(4)},
        "Reroll": f"remix:again:{PARENT}:1",
        **{f"🔄 {n + 1}": f"remix:onsource:{PARENT}:{n}" for n in (0, 2, 3)},
        **{f"U{n + 1}": f"remix:upscale:{JOB_ID}:{n}" for n in range(4)},
        "More": "remix:details:1",
    }
    for piece in ("<@42>", "Subtle", f"[image 2]({ORIGIN.url})", "38 s", "$0.08"):
        assert piece in text(page)
    assert "missing" not in text(page)


async def test_a_result_of_imagine_has_no_parents_in_the_second_row() -> None:
    done = job(0, 1, 2, 3, remix=False)
    page = result_page(done, result_images(done), took_s=1)
    assert [*buttons(page)][4:] == ["U1", "U2", "U3", "U4", "Reroll", "More"]
    assert buttons(page)["Reroll"] == "remix:again:1"


async def test_a_missing_image_leaves_a_gap_in_the_numbers_and_is_named() -> None:
    done = job(0, 2, 3)
    page = result_page(done, result_images(done), took_s=1)
    assert [*buttons(page)][:3] == ["✏️ 1", "✏️ 3", "✏️ 4"]
    assert "Image 2 is missing" in text(page)
    one = job(1)
    assert "Images 1, 3 and 4 are missing" in text(result_page(one, result_images(one), took_s=1))


async def test_more_than_four_images_are_all_shown_and_only_four_can_be_remixed() -> None:
    done = job(*range(10))
    page = result_page(done, result_images(done), took_s=1)
    assert_fits(page)
    assert len(page.files) == 10
    assert [name for name in buttons(page) if "✏️" in name] == [f"✏️ {n}" for n in (1, 2, 3, 4)]
    assert "missing" not in text(page)


async def test_each_image_is_remixed_under_its_own_job_id() -> None:
    done = replace(job(), images=(image(0), replace(image(1), job_id="other-job")))
    page = result_page(done, result_images(done), took_s=1)
    assert buttons(page)["✏️ 2"] == "remix:remix:other-job:1"


@pytest.mark.parametrize("job_id", ["x" * 57, "a:b", "ä"])
async def test_a_job_id_that_fits_no_button_still_shows_its_images(job_id: str) -> None:
    done = replace(job(), images=(replace(image(0), job_id=job_id),))
    page = result_page(done, result_images(done), took_s=1)
    assert_fits(page)
    assert "✏️ 1" not in buttons(page)


async def test_a_video_is_shown_and_not_remixed() -> None:
    done = replace(job(), images=(replace(image(0), kind=MediaKind.VIDEO),))
    assert "✏️ 1" not in buttons(result_page(done, result_images(done), took_s=1))


async def test_images_without_a_file_are_shown_by_their_link_with_the_reason() -> None:
    done = job(0, 1, 2)
    shown = [
        *result_images(done)[:1],
        ResultImage(image=done.images[1], problem=ImageTooLarge(limit_bytes=1)),
        ResultImage(image=done.images[2], problem=ImageUnavailable()),
    ]
    page = result_page(done, shown, took_s=1)
    assert_fits(page)
    assert "Image 2 is too large to post here: [open it](https://images" in text(page)
    assert "Image 3 couldn't be downloaded: [open it](https://images" in text(page)


async def test_links_too_long_for_a_message_go_along_in_a_file() -> None:
    signed = f"https://images.example/p.png?signature={'x' * 1500}"
    done = replace(job(), images=tuple(image(number, signed) for number in range(4)))
    page = result_page(done, [ResultImage(image=one) for one in done.images], took_s=1)
    assert_fits(page)
    [links] = page.files
    assert links.fp.read().decode().split("\n") == [signed] * 4


@pytest.mark.parametrize("prompt", ["ä*" * 4096, "x" * 8192, "\n".join("line" * 400)])
async def test_a_very_long_prompt_goes_along_whole_in_a_file(prompt: str) -> None:
    done = job(*range(10), prompt=prompt)
    for page in (
        result_page(done, result_images(done), took_s=1),
        failure_page(done, ApiUnavailable(), nothing_charged=True),
    ):
        assert_fits(page)
        assert page.files[0].filename == "prompt.txt"
        assert page.files[0].fp.read().decode() == prompt


SOURCE = ImageFile(name=f"{PARENT}_1.webp", content=b"RIFF....WEBP")


def thumbnails(page: LayoutMessage) -> list[dict[str, Any]]:
    return [one for one in components(page) if one["type"] == 11]


@pytest.mark.parametrize("prompt", ["a fox", "ä*" * 4096, "\n".join("line" * 400)])
@pytest.mark.parametrize("images", [0, 1, 4, 7, 8, 10])
@pytest.mark.parametrize("links", [False, True])
async def test_a_source_stands_beside_the_text_where_there_is_room_for_its_file(
    prompt: str, images: int, links: bool
) -> None:
    signed = f"https://images.example/p.png?signature={'x' * 1500}"
    done = replace(job(prompt=prompt), images=tuple(image(no, signed) for no in range(images)))
    shown = [ResultImage(image=one) for one in done.images] if links else result_images(done)
    page = result_page(done, shown, SOURCE, took_s=1)
    assert_fits(page)
    has_room = images + (prompt != "a fox") + 2 <= 10
    alts = [one["description"] for one in thumbnails(page)]
    assert alts == ["Image 2 of the source job"] * has_room
    assert (page.files[-1].filename == "source.webp") == has_room
    assert text(page) == text(result_page(done, shown, took_s=1)), "the text is the same beside it"
    rows = [one for one in components(page) if one["type"] == 1]
    assert len(rows) <= 3


@pytest.mark.parametrize(
    "content", [Content(source=False), Content(files=False), Content(alone=True)], ids=str
)
async def test_a_refused_source_and_one_in_a_direct_message_stand_beside_nothing(
    content: Content,
) -> None:
    done = job(0)
    page = result_page(done, result_images(done), SOURCE, took_s=1, content=content)
    assert_fits(page)
    assert thumbnails(page) == []


async def test_a_prompt_can_neither_ping_nor_break_the_layout() -> None:
    done = job(0, prompt="@everyone <@1>\n# big\n```\n-# end\n> [x](http://y.example)")
    page = result_page(done, result_images(done), took_s=1)
    assert r"> \@everyone \<@1>" in text(page), (
        "a person reads what was typed, and nobody is called"
    )
    assert "\n# big" not in text(page)
    assert "```" not in text(page)


async def test_a_link_in_a_prompt_can_be_copied_from_the_message() -> None:
    prompt = "https://cdn.example/my_fox_1.png a fox --sref https://s.mj.run/a_B-c_"
    for page in (
        progress_page(job(prompt=prompt), Progress()),
        result_page(job(0, prompt=prompt), [], took_s=1),
    ):
        assert f"> {prompt}" in text(page)


async def test_every_image_has_an_alternative_text_of_discords_length() -> None:
    done = job(0, 2, prompt="long " * 100)
    page = result_page(done, result_images(done), took_s=1)
    items = [item for one in components(page) for item in one.get("items", ())]
    assert [item["description"][:9] for item in items] == ["Image 1: ", "Image 3: "]
    assert all(len(item["description"]) <= 256 for item in items)


async def test_a_failure_says_why_whether_it_cost_something_and_offers_another_try() -> None:
    page = failure_page(job(), ApiUnavailable(), nothing_charged=True)
    assert_fits(page)
    for piece in ("can't reach the API", "Nothing was charged.", "> a fox"):
        assert piece in text(page)
    assert buttons(page) == {
        "Retry": f"remix:again:{PARENT}:1",
        "Edit prompt": f"remix:editfree:{PARENT}:1",
    }
    imagined = failure_page(
        replace(job(remix=False), provider_job_id=None), ApiUnavailable(), nothing_charged=False
    )
    assert "charged" not in text(imagined)
    assert buttons(imagined) == {"Retry": "remix:again:1", "Edit prompt": "remix:edit:1"}


async def test_no_page_holds_anything_but_dynamic_items_or_a_timeout() -> None:
    done = job(0, 1)
    for page in (
        progress_page(done, Progress()),
        result_page(done, result_images(done), took_s=1),
        failure_page(done, ApiUnavailable(), nothing_charged=True),
    ):
        assert page.view.timeout is None
        assert page.view.is_persistent()


def assert_plain_fits(page: ClassicMessage) -> None:
    rows = page.view.to_components()
    assert len(page.content) <= 2000
    assert len(rows) <= 5
    assert all(len(row["components"]) <= 5 for row in rows)
    assert len(page.files) <= 10
    assert page.view.timeout is None
    assert page.view.is_persistent()


@pytest.mark.parametrize("prompt", ["a fox", "ä*" * 4096, "\n".join("line" * 400)])
async def test_a_classic_result_says_and_offers_the_same(prompt: str) -> None:
    done = job(*range(10), prompt=prompt)
    page = plain_result(done, result_images(done), took_s=38.2)
    assert_plain_fits(page)
    for piece in ("Remix of image 2", "<@42>", "Subtle", "38 s", "$0.08"):
        assert piece in page.content
    remix, repeat, about = page.view.to_components()
    assert [one["label"] for one in remix["components"]] == [f"✏️ {n + 1}" for n in range(4)]
    assert repeat["components"][0]["label"] == "Reroll"
    assert [one["label"] for one in about["components"]] == ["U1", "U2", "U3", "U4", "More"]
    images = [one.filename for one in page.files if one.filename.endswith(".png")]
    if prompt == "a fox":
        assert len(images) == 10
    else:
        assert page.files[0].fp.read().decode() == prompt


async def test_a_classic_result_of_links_and_a_classic_failure_fit_too() -> None:
    signed = f"https://images.example/p.png?signature={'x' * 1500}"
    done = replace(
        job(prompt="x" * 8192), images=tuple(image(number, signed) for number in range(10))
    )
    page = plain_result(done, [ResultImage(image=one) for one in done.images], took_s=1)
    assert_plain_fits(page)
    assert [one.filename for one in page.files] == ["prompt.txt", "links.txt"]
    failed = plain_failure(done, ApiUnavailable(), nothing_charged=True)
    assert_plain_fits(failed)
    assert "Nothing was charged." in failed.content
    [row] = failed.view.to_components()
    assert [one["label"] for one in row["components"]] == ["Retry", "Edit prompt", "More"]
