"""**Download**: all images of a job in one ZIP, for one person alone."""

import io
from typing import Any
from zipfile import ZIP_STORED, ZipFile

from simcord.results import ResponseMessage

from tests.flow.sim import DOT, Sim, images, shown, text
from tests.flow.test_who_sees import UNKNOWN

EXPLICIT = 20009


async def download(who: Any, message: Any) -> ResponseMessage:
    details = shown(await who.click(message, label="More"))
    answer = shown(await who.click(details, label="Download"))
    assert answer.ephemeral
    return answer


async def packed(message: ResponseMessage) -> dict[str, bytes]:
    """The files in its ZIP, by name."""
    [file] = message.attachments
    assert file.filename.endswith(".zip")
    with ZipFile(io.BytesIO(await file.read())) as archive:
        assert {one.compress_type for one in archive.infolist()} == {ZIP_STORED}
        return {name: archive.read(name) for name in archive.namelist()}


async def test_all_images_come_in_one_file_under_their_names(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    answer = await download(sim.ben, message)
    assert "4 images, in one ZIP file." in text(answer)
    assert await packed(answer) == dict.fromkeys(images(message), DOT)
    assert sim.api.submit_calls == 1, "nothing is paid"


async def test_more_images_than_a_message_takes_come_in_one_file(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "foxes sandbox:images=13")
    assert len(await packed(await download(sim.ann, message))) == 13


async def test_what_does_not_fit_comes_as_a_link(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox sandbox:big")
    answer = await download(sim.ann, message)
    assert "1 image, in one ZIP file." in text(answer)
    assert list((await packed(answer)).values()) == [DOT + bytes(12 * 1024 * 1024)]
    for number in (2, 3, 4):
        assert f"Image {number} is too large to post here: [open it](http" in text(answer)


async def test_what_is_gone_comes_as_links_alone(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox sandbox:gone")
    answer = await download(sim.ann, message)
    assert answer.attachments == []
    assert "I couldn't put the images into a file:" in text(answer)
    assert text(answer).count("couldn't be downloaded: [open it](http") == 4


async def test_where_discord_refuses_the_file_there_are_links(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    details = shown(await sim.ann.click(message, label="More"))
    sim.env.inject_error("PATCH", "/webhooks/*", status=400, code=EXPLICIT)
    answer = shown(await sim.ann.click(details, label="Download"))
    assert answer.attachments == []
    assert text(answer).count("was rejected by Discord as part of a file: [open it](http") == 4


async def test_there_is_nothing_to_download_of_a_job_that_is_not_known_or_has_no_images(
    sim: Sim,
) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    details = shown(await sim.ann.click(message, label="More"))
    failed = shown(await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:fail"))
    await sim.finish()
    sim.put_button(message, f"remix:download:{(await sim.job(2)).interaction_id}")
    refused = shown(await sim.ann.click(message, label="put there"))
    assert refused.ephemeral
    assert "That job has no images, or none yet." in text(refused)
    assert "Retry" in str(failed.components)
    sim.forget_everything()
    assert UNKNOWN in text(shown(await sim.ann.click(details, label="Download")))
