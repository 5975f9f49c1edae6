"""**Family tree**: what a result was made from and what was made from it, as one person sees it."""

import io
from typing import Any

import pytest
from PIL import Image
from simcord.results import ResponseMessage

from tests.flow.sim import Sim, images, parts, shown, text
from tests.flow.test_strangers import SECRET, closed_channel
from tests.flow.test_who_sees import UNKNOWN, Closed


@pytest.fixture
def closed(sim: Sim) -> Closed:
    return Closed(sim, *closed_channel(sim))


async def family(who: Any, message: Any) -> ResponseMessage:
    panel = shown(await who.click(message, label="More"))
    tree = shown(await who.click(panel, label="Family tree"))
    assert tree.ephemeral
    return tree


async def remix(sim: Sim, who: Any, message: Any, prompt: str, number: int = 1) -> ResponseMessage:
    form = await who.click(message, label=f"✏️ {number}")
    result = await who.submit_modal(form, {"prompt-1": prompt, "mode": "0"})
    await sim.finish()
    return shown(result)


def alt(tree: ResponseMessage) -> str:
    [item] = [item for one in parts(tree) for item in one.get("items", ())]
    return item["description"]


def options(tree: ResponseMessage) -> dict[str, tuple[str, str]]:
    """What can be chosen: label to value and description."""
    [select] = [one for one in parts(tree) if one["type"] == 3]
    return {one["label"]: (one["value"], one.get("description")) for one in select["options"]}


async def test_a_tree_shows_what_a_result_came_from_and_what_came_of_it(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a fox")
    child = await remix(sim, sim.ben, first, "in *winter*", 2)
    await remix(sim, sim.ann, first, "in spring", 4)
    await remix(sim, sim.ann, child, "at night")
    await sim.imagine(sim.ann, "a stranger")
    tree = await family(sim.ann, child)
    assert "4 results, each below what it was made from. You're at **2**." in text(tree)
    assert alt(tree) == (
        "Family tree, number 2 is marked. 1: Imagine; 2: Remix of image 2 of 1; "
        "3: Remix of image 1 of 2; 4: Remix of image 4 of 1."
    )
    assert [(label, words) for label, (_, words) in options(tree).items()] == [
        ("1 · Imagine", "a fox"),
        ("2 · Remix of image 2", "in *winter*"),
        ("3 · Remix of image 1", "at night"),
        ("4 · Remix of image 4", "in spring"),
    ]
    [file] = tree.attachments
    with Image.open(io.BytesIO(await file.read())) as drawn:
        assert drawn.format == "PNG"
        assert drawn.width < drawn.height


async def test_each_member_is_one_choice_away_even_after_a_restart(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a fox")
    child = await remix(sim, sim.ann, first, "in winter")
    tree = await family(sim.ben, child)
    await sim.restart()
    for label, prompt in (("1 · Imagine", "> a fox"), ("2 · Remix of image 1", "> in winter")):
        details = shown(await sim.ben.select(tree, [options(tree)[label][0]]))
        assert details.ephemeral
        assert prompt in text(details)


async def test_what_was_made_of_nothing_and_made_nothing_stands_alone(sim: Sim) -> None:
    tree = await family(sim.ann, await sim.imagine(sim.ann, "a fox"))
    assert "This one stands alone" in text(tree)
    assert images(tree) == []


async def test_images_that_are_gone_are_gray_in_it(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a fox sandbox:gone")
    await remix(sim, sim.ann, first, "in winter sandbox:gone")
    [file] = (await family(sim.ann, first)).attachments
    with Image.open(io.BytesIO(await file.read())) as drawn:
        assert drawn.convert("RGB").getpixel((drawn.width // 2, 120)) == (78, 80, 88)


async def test_what_somebody_may_not_see_is_not_there_nor_anything_behind_it(
    sim: Sim, closed: Closed
) -> None:
    first = await sim.imagine(sim.ann, "a fox")
    link = first.message.jump_url
    hidden = await sim.ann.slash(closed.channel, "remix", job_id=link, image=0, prompt=SECRET)
    await sim.finish()
    hidden_link = shown(hidden).message.jump_url
    last = await sim.ann.slash(
        sim.channel, "remix", job_id=hidden_link, image=1, prompt="what is behind it"
    )
    await sim.finish()
    private = await sim.ann.slash(
        sim.channel, "remix", job_id=link, image=2, prompt="alone", private=True
    )
    await sim.finish()
    assert len(options(await family(sim.ann, first))) == 4
    assert len(options(await family(closed.dan, first))) == 3
    for result in (first, shown(last)):
        tree = await family(sim.ben, result)
        assert "This one stands alone" in text(tree)
        assert SECRET not in str(tree.components)
    assert len(options(await family(sim.ann, shown(private)))) == 4
    closed.close_to_dan()
    assert "This one stands alone" in text(await family(closed.dan, first))


async def test_where_discord_refuses_the_words_or_the_picture_it_comes_without(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a fox")
    await remix(sim, sim.ann, first, "in winter")
    panel = shown(await sim.ann.click(first, label="More"))
    for code, less in ((200000, "a fox"), (20009, "family-tree.png")):
        sim.env.inject_error("PATCH", "/webhooks/*", status=400, code=code)
        tree = shown(await sim.ann.click(panel, label="Family tree"))
        assert less not in str(tree.components)
        assert len(options(tree)) == 2


async def test_buttons_about_a_hidden_job_find_none(sim: Sim, closed: Closed) -> None:
    await closed.result()
    open_to_all = await sim.imagine(sim.ann, "a fox")
    number = (await sim.job()).interaction_id
    for verb in ("family", "download", "favorite", "about", "details"):
        custom_id = f"remix:{verb}:{number}"
        sim.put_button(open_to_all, custom_id)
        answer = shown(await sim.ben.click(open_to_all, custom_id=custom_id))
        assert answer.ephemeral
        assert UNKNOWN in text(answer), verb
        assert answer.attachments == []
