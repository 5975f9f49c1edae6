"""Images that the API no longer remixes say so before anything is spent."""

from datetime import timedelta
from typing import Any

import pytest

from tests.flow.sim import Sim, fields, images, shown, text

DAYS = 3


pytestmark = pytest.mark.settings(remix_within_days=DAYS)


def note(opened: Any) -> str:
    """What a form says above its fields."""
    assert opened.modal is not None
    return "".join(one.get("content", "") for one in opened.modal["components"])


async def grow_old(sim: Sim) -> None:
    sim.clock.set_ahead(timedelta(days=DAYS, minutes=1))


async def test_a_remix_button_of_an_old_image_offers_a_fresh_start(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    await grow_old(sim)
    form = await sim.ben.click(message, label="✏️ 2")
    assert form.modal is not None
    assert form.modal["title"] == "Imagine"
    assert "more than **3 days** old" in note(form)
    assert fields(form) == {"prompt-1": "a red fox"}
    result = await sim.ben.submit_modal(form, {"prompt-1": "a red fox in winter"})
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert sim.api.submits[-1].model.name == "midjourney_diffusion"


async def test_a_command_gives_back_what_was_typed(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    job = await sim.job()
    await grow_old(sim)
    for typed, expected in (({"prompt": "in winter"}, "in winter"), ({}, "a red fox")):
        form = await sim.ann.slash(
            sim.channel,
            "remix",
            job_id=job.provider_job_id,
            image=0,
            callback="https://hooks.example/",
            **typed,
        )
        assert "more than **3 days** old" in note(form)
        assert fields(form) == {"prompt-1": expected, "callback": "https://hooks.example/"}
    assert len(sim.api.submits) == 1


async def test_again_and_parent_look_at_the_age_of_their_source(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a red fox")
    form = await sim.ann.click(first, label="✏️ 1")
    result = await sim.ann.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    await sim.finish()
    await grow_old(sim)
    for label in ("Reroll", "🔄 2"):
        offered = await sim.ann.click(shown(result), label=label)
        assert "more than **3 days** old" in note(offered)
        assert fields(offered)["prompt-1"] == "in winter"
    assert len(sim.api.submits) == 2


async def test_again_of_an_old_imagine_needs_no_image(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    await grow_old(sim)
    await sim.ann.click(message, label="Reroll")
    await sim.finish()
    assert [one.params["text"] for one in sim.api.submits] == ["a red fox", "a red fox"]


async def test_a_form_that_was_open_too_long_gives_the_prompt_back(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    form = await sim.ann.click(message, label="✏️ 1")
    await grow_old(sim)
    result = await sim.ann.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    assert result.ephemeral
    assert "more than 3 days old" in text(shown(result))
    assert "Here's what you wrote" in text(shown(result))
    assert len(sim.api.submits) == 1


async def test_younger_images_are_remixed(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    sim.clock.set_ahead(timedelta(days=DAYS, minutes=-5))
    form = await sim.ann.click(message, label="✏️ 1")
    await sim.ann.submit_modal(form, {"prompt-1": "in winter", "mode": "0"})
    assert sim.api.submits[-1].model.name == "midjourney_remix"
    await sim.finish()


@pytest.mark.settings(remix_within_days=0)
async def test_zero_days_is_no_limit(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    sim.clock.set_ahead(timedelta(days=300))
    form = await sim.ann.click(message, label="✏️ 1")
    assert form.modal is not None
    assert form.modal["title"] == "Remix image 1"
