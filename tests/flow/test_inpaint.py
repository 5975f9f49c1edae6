"""A part of an image is changed: chosen in a form, shown on a preview, asked about, then made."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from simcord.results import InteractionResult, ResponseMessage

from sandbox.api.painting.scene import Scene
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
