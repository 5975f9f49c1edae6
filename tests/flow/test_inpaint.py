"""A part of an image is changed: chosen in a form, shown on a preview, asked about, then made."""

from collections.abc import Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from simcord.results import InteractionResult, ResponseMessage

from bot.api import ImageDownloads
from bot.errors import ImageUnavailable
from sandbox.api.painting.scene import Scene
from tests.flow.outages import LockedFile
from tests.flow.sim import Sim, begun, buttons, details, fields, images, shown, text
from tests.flow.test_panel import panel_of

SIZE = (600, 400)
GRAY = (90, 90, 90)
TOP_LEFT, MIDDLE = (50, 30), (300, 180)
"""Pixels in those areas, beside their numbers."""


def paint(scene: Scene, *, big: bool = False) -> bytes:  # noqa: ARG001  # a Painter
    return png(Image.new("RGB", SIZE, GRAY))


def png(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def mask_file(*boxes: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> tuple[str, bytes]:
    """A file as it is attached: white boxes on black."""
    image = Image.new("L", size)
    for box in boxes:
        image.paste(255, box)
    return "mask.png", png(image)


LEFT_HALF = mask_file((0, 0, 300, 400))


@pytest.fixture(autouse=True)
def images_of_some_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Sim, "painter", staticmethod(paint))


async def opened(sim: Sim, *, image: int = 2, **options: Any) -> InteractionResult:
    """The form, from the panel of a new result."""
    parent = await sim.imagine(sim.ann, "a fox", **options)
    panel = await panel_of(sim.ann, parent, image=image)
    return await sim.ann.click(panel, label="Vary (Region) …")


async def submit(
    sim: Sim,
    form: InteractionResult,
    *areas: int,
    prompt: str = "a hat",
    file: tuple[str, bytes] | None = None,
    others: Sequence[str] = (),
) -> ResponseMessage:
    values: dict[str, Any] = {"prompt-1": prompt, "mask": [*map(str, areas), *others]}
    if file is not None:
        values["mask-file"] = file
    return shown(await sim.ann.submit_modal(form, values))


def checked(form: InteractionResult) -> list[str]:
    """The boxes that are checked in a form, by their names."""
    assert form.modal is not None
    boxes = (one["component"].get("options", ()) for one in form.modal["components"])
    return [box["label"] for group in boxes for box in group if box.get("default")]


async def preview(question: ResponseMessage) -> Image.Image:
    [file] = question.attachments
    return Image.open(BytesIO(await file.read()))


def is_tinted(image: Image.Image, pixel: tuple[int, int]) -> bool:
    red, green, _ = image.convert("RGB").crop((*pixel, pixel[0] + 1, pixel[1] + 1)).tobytes()
    return red - green > 60


def sent_points(sim: Sim) -> list[list[int]]:
    mask: Any = sim.api.submits[-1].params["mask"]
    assert all((one["width"], one["height"]) == (750, 500) for one in mask["areas"])
    return [one["points"] for one in mask["areas"]]


async def test_chosen_areas_are_shown_on_the_image_and_then_changed(sim: Sim) -> None:
    form = await opened(sim)
    assert form.modal is not None
    assert form.modal["title"] == "Vary a region of image 2"
    assert fields(form)["prompt-1"] == "a fox"
    assert checked(form) == []
    question = await submit(sim, form, 1, 4)
    assert question.ephemeral
    assert "This changes **top left, left** and keeps the rest." in text(question)
    assert "**4** images" in text(question)
    assert "about **$0.08**" in text(question)
    assert list(buttons(question)) == ["Go ahead", "Edit prompt", "Cancel"]
    [file] = question.attachments
    assert file.description == "Image 2, with what would change marked: top left, left"
    drawn = await preview(question)
    assert drawn.size == SIZE
    assert is_tinted(drawn, TOP_LEFT)
    assert not is_tinted(drawn, MIDDLE)
    assert len(sim.api.submits) == 1, "nothing is paid yet"
    await sim.restart()
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    made, source = sim.api.submits[-1], sim.api.submits[0]
    assert made.model.name == "midjourney_inpaint"
    assert set(made.params) == {"jobId", "imageNo", "mask", "remixPrompt"}
    assert (made.params["jobId"], made.params["imageNo"]) == (source.job_id, 1)
    assert made.params["remixPrompt"] == "a hat"
    assert sent_points(sim) == [[0, 0, 250, 0, 250, 333, 0, 333]]
    assert question.attachments == []
    assert not result.ephemeral
    assert len(images(result)) == 4
    assert "### Variations of a region of image 2\n" in text(result)
    assert "-# Top left, left · from" in text(result)
    assert "**Areas** Top left, left" in text(await details(sim.ann, result))


async def test_a_mask_from_a_file_is_shown_and_sent_as_polygons(sim: Sim) -> None:
    question = await submit(sim, await opened(sim), prompt="", file=LEFT_HALF)
    assert "This changes **a mask of 1 part**" in text(question)
    drawn = await preview(question)
    assert is_tinted(drawn, TOP_LEFT)
    assert not is_tinted(drawn, (550, 200))
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert sent_points(sim) == [[0, 0, 375, 0, 375, 500, 0, 500]]
    assert "remixPrompt" not in sim.api.submits[-1].params
    assert "**Areas** A mask of 1 part" in text(await details(sim.ann, result))


async def test_a_question_can_be_edited_and_canceled(sim: Sim) -> None:
    question = await submit(sim, await opened(sim), 5, 9)
    form = await sim.ann.click(question, label="Edit prompt")
    assert fields(form)["prompt-1"] == "a hat"
    assert checked(form) == ["Middle", "Bottom right"]
    question = await submit(sim, form, 1, prompt="a scarf")
    assert "This changes **top left**" in text(question)
    await sim.ann.click(question, label="Cancel")
    assert "Canceled." in text(question)
    assert question.attachments == []
    assert len(sim.api.submits) == 1


async def test_a_mask_stays_unless_another_one_is_given(sim: Sim) -> None:
    question = await submit(sim, await opened(sim), file=LEFT_HALF)
    form = await sim.ann.click(question, label="Edit prompt")
    assert checked(form) == ["Same as before: a mask of 1 part"]
    assert form.modal is not None
    [kept] = [
        box["value"]
        for one in form.modal["components"]
        for box in one["component"].get("options", ())
        if box.get("default")
    ]
    same = await submit(sim, form, others=[kept], prompt="a scarf")
    assert is_tinted(await preview(same), TOP_LEFT)
    form = await sim.ann.click(question, label="Edit prompt")
    other = await submit(sim, form, others=[kept], file=mask_file((400, 0, 600, 400)))
    assert not is_tinted(await preview(other), TOP_LEFT)
    begun(await sim.ann.click(same, label="Go ahead"))
    await sim.finish()
    assert sent_points(sim) == [[0, 0, 375, 0, 375, 500, 0, 500]]
    assert sim.api.submits[-1].params["remixPrompt"] == "a scarf"
    form = await sim.ann.click(question, label="Edit prompt")
    await sim.ann.click(question, label="Cancel")
    gone = await submit(sim, form, others=[kept])
    assert "I no longer have the mask you used before" in text(gone)
    assert fields(await sim.ann.click(gone, label="Edit prompt"))["prompt-1"] == "a hat"


WRONG = {
    "both": ((1,), LEFT_HALF, "Choose areas or attach a mask, not both."),
    "neither": ((), None, "There's nothing to change: choose at least one area"),
    "everything": (tuple(range(1, 10)), None, "That's the whole image."),
    "another shape": ((), mask_file((0, 0, 9, 9), size=(300, 300)), "Make it 600 by 400 pixels"),
    "all black": ((), mask_file(), "There's nothing to change"),
    "no image": ((), ("mask.png", b"black and white"), "I can't read that mask."),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_is_no_choice_is_said_and_nothing_typed_is_lost(sim: Sim, wrong: str) -> None:
    areas, file, said = WRONG[wrong]
    told = await submit(sim, await opened(sim), *areas, file=file)
    assert told.ephemeral
    assert said in text(told)
    form = await sim.ann.click(told, label="Edit prompt")
    assert fields(form)["prompt-1"] == "a hat"
    assert checked(form) == (["Top left"] if wrong == "both" else [])
    assert "This changes **middle**" in text(await submit(sim, form, 5))
    assert len(sim.api.submits) == 1


async def test_the_same_again_changes_the_same_part(sim: Sim) -> None:
    question = await submit(sim, await opened(sim), 1)
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    first = sent_points(sim)
    question = shown(await sim.ben.click(result, label="Reroll"))
    assert "This changes **top left**" in text(question), "nobody is asked for areas"
    begun(await sim.ben.click(question, label="Go ahead"))
    await sim.finish()
    assert len(sim.api.submits) == 3
    assert sent_points(sim) == first
    form = await sim.ann.click(result, label="🔄 4")
    assert (checked(form), fields(form)["prompt-1"]) == (["Top left"], "a hat")
    begun(await sim.ann.click(await submit(sim, form, 1), label="Go ahead"))
    await sim.finish()
    assert sim.api.submits[-1].params["imageNo"] == 3
    form = await sim.ann.click(await panel_of(sim.ann, result), label="Vary (Region) …")
    assert checked(form) == [], "an image made so is another one"


async def test_what_is_private_stays_private_and_a_stranger_finds_nothing(sim: Sim) -> None:
    question = await submit(sim, await opened(sim, private=True), 1)
    job = await sim.job()
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert result.ephemeral
    public = await sim.imagine(sim.ben, "a hare")
    sim.put_button(public, f"remix:inpaint:{job.provider_job_id}:1")
    told = await sim.ben.click(public, label="put there")
    assert told.modal is None
    assert "I can't find that job, or you don't have access to it" in text(shown(told))


async def test_an_image_that_is_gone_is_said_so(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox sandbox:gone")
    form = await sim.ann.click(await panel_of(sim.ann, parent), label="Vary (Region) …")
    told = await submit(sim, form, 1)
    assert "I can't find that image any more" in text(told)
    assert "Nothing was charged." in text(told)
    assert len(sim.api.submits) == 1


async def test_a_server_of_images_that_is_silent_is_asked_again(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await opened(sim)
    with monkeypatch.context() as away:
        away.setattr(ImageDownloads, "fetch", unavailable)
        told = await submit(sim, form, 1)
    assert "I can't load that image right now" in text(told)
    question = shown(await sim.ann.click(told, label="Retry"))
    assert is_tinted(await preview(question), TOP_LEFT)
    begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert sent_points(sim) == [[0, 0, 250, 0, 250, 167, 0, 167]]


async def unavailable(*_: object, **__: object) -> None:
    raise ImageUnavailable(may_pass=True)


async def test_where_discord_refuses_the_preview_the_question_comes_without(sim: Sim) -> None:
    form = await opened(sim)
    sim.env.inject_error("POST", "/webhooks/*", status=400, code=20009, times=1)
    question = await submit(sim, form, 1)
    assert question.attachments == []
    assert "This changes **top left**" in text(question)
    assert list(buttons(question)) == ["Go ahead", "Edit prompt", "Cancel"]


@pytest.mark.settings(remix_within_days=3.0)
async def test_an_image_that_grew_too_old_meanwhile_is_not_changed(sim: Sim) -> None:
    form = await opened(sim)
    sim.clock.set_ahead(timedelta(days=3, minutes=1))
    told = await submit(sim, form, 1)
    assert "more than 3 days old" in text(told)
    assert [one.filename for one in told.attachments] == ["prompt.txt"]
    assert len(sim.api.submits) == 1


async def test_without_a_database_nothing_is_asked_that_cannot_be_answered(sim: Sim) -> None:
    form = await opened(sim)
    file = LockedFile(f"sqlite+aiosqlite:///{sim.database}")
    file.go_away()
    told = await submit(sim, form, 1)
    file.come_back()
    assert "I can't save to my database right now" in text(told)
    assert "Nothing was charged." in text(told)
    assert [one.filename for one in told.attachments] == ["prompt.txt"]
