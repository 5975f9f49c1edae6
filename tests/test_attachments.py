"""Which images go as files, and which as links."""

import pytest

from bot.attachments import MESSAGE_FILES_MAX, ImageFile, ResultImage, plan_attachments
from bot.model import Image


def images(count: int, *, without: tuple[int, ...] = ()) -> list[ResultImage]:
    """So many, some *without* a file."""
    file = ImageFile(name="j_0.png", content=b"x")
    return [
        ResultImage(
            image=Image(job_id="j", image_no=number, url="https://x.example"),
            file=None if number in without else file,
        )
        for number in range(count)
    ]


@pytest.mark.parametrize(
    ("shown", "other_files", "links"),
    [
        (images(4), 0, []),
        (images(4, without=(1,)), 0, [1]),
        (images(10), 0, []),
        (images(10), 1, [8, 9]),
        (images(10, without=(0,)), 0, [0, 9]),
        (images(10, without=(9,)), 0, [9]),
        (images(12), 0, [9, 10, 11]),
    ],
)
def test_there_is_room_for_every_file_and_for_a_list_of_the_links(
    shown: list[ResultImage], other_files: int, links: list[int]
) -> None:
    with_files, with_links = plan_attachments(shown, other_files=other_files)
    assert [one.image.image_no for one in with_links] == links
    assert len(with_files) + len(with_links) == len(shown)
    assert len(with_files) + other_files + bool(links) <= MESSAGE_FILES_MAX


def test_where_discord_takes_no_files_all_are_links() -> None:
    shown = images(4, without=(2,))
    with_files, with_links = plan_attachments(shown, as_files=False)
    assert not with_files
    assert [one.image.image_no for one in with_links] == [0, 1, 2, 3]
