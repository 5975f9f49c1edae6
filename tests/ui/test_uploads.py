"""Files are let go when their request is over, whoever else still holds the message."""

import io

import pytest

from bot.attachments import ImageFile, ResultImage
from bot.model import Image
from bot.texts import ENGLISH
from bot.ui.attachments import upload
from bot.ui.layouts import found_page

CONTENT = bytes(range(256)) * 100


def test_a_file_is_read_as_often_as_discord_py_likes() -> None:
    file = upload("a.png", CONTENT, description="a fox")
    for _ in range(2):
        file.reset(seek=1)
        file.fp.close()
        assert file.fp.read() == CONTENT
    assert (file.filename, file.description) == ("a.png", "a fox")


def test_asking_for_its_size_copies_nothing() -> None:
    file = upload("a.png", CONTENT)
    assert isinstance(file.fp, io.BytesIO)
    with file.fp.getbuffer() as view:  # as aiohttp does
        assert (len(view), view.obj is CONTENT) == (len(CONTENT), True)


def test_what_is_let_go_holds_nothing() -> None:
    image = Image(job_id="j", image_no=0, url="https://x.example/a.png")
    result_image = ResultImage(image=image, file=ImageFile(name="j_0.png", content=CONTENT))
    page = found_page(ENGLISH, [image], [result_image])
    [file] = page.files
    page.close()
    with pytest.raises(ValueError, match="closed"):
        file.fp.read()
    page.close()
