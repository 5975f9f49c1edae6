"""All that can be made from a result: under it, from the panel behind **More**, and by forms."""

import re
from typing import Any

import pytest
from simcord.results import ResponseMessage

from bot.actions import ACTIONS, SourceKind
from tests.flow.sim import REMIX, UPSCALE, Sim, begun, buttons, fields, images, parts, shown, text

PRESETS = {
    "Upscale (Standard)": ("midjourney_upscale", {"type": 0}, 1),
    "Upscale (Creative)": ("midjourney_upscale", {"type": 1}, 1),
    "Vary (Subtle)": ("midjourney_variation", {"type": 0}, 4),
    "Vary (Strong)": ("midjourney_variation", {"type": 1}, 4),
    "Zoom Out 1.5x": ("midjourney_outpaint", {"scale": 1.5}, 4),
    "Zoom Out 2x": ("midjourney_outpaint", {"scale": 2.0}, 4),
    "⬅️": ("midjourney_pan", {"direction": 3, "scale": 1.5}, 4),
    "⬆️": ("midjourney_pan", {"direction": 2, "scale": 1.5}, 4),
    "⬇️": ("midjourney_pan", {"direction": 0, "scale": 1.5}, 4),
    "➡️": ("midjourney_pan", {"direction": 1, "scale": 1.5}, 4),
}
"""Every button that starts something at once: what the API gets, and how many images come."""


async def panel_of(who: Any, result: ResponseMessage, *, image: int = 1) -> ResponseMessage:
    """The panel behind **More**, with this image chosen."""
    panel = shown(await who.click(result, label="More"))
    if image != 1:
        await who.click(panel, label=str(image))
    return panel


async def submit(sim: Sim, form: Any, **typed: str) -> ResponseMessage:
    result = await sim.ann.submit_modal(form, {**fields(form), **typed})
    await sim.finish()
    return shown(result)


def test_every_preset_is_in_the_list() -> None:
    presets = [one for action in ACTIONS.values() for one in action.presets]
    assert len(presets) == len(PRESETS)


@pytest.mark.parametrize("label", PRESETS)
async def test_a_button_of_the_panel_starts_at_once_for_all_to_see(sim: Sim, label: str) -> None:
    model, options, count = PRESETS[label]
    parent = await sim.imagine(sim.ann, "a fox")
    panel = await panel_of(sim.ann, parent, image=3)
    result = await sim.ann.click(panel, label=label)
    await sim.finish()
    made, source = sim.api.submits[-1], sim.api.submits[0]
    assert made.model.name == model
    assert made.params == {"jobId": source.job_id, "imageNo": 2, **options}
    message = shown(result)
    assert not message.ephemeral
    assert len(images(message)) == count
    assert "image 3" in text(message)
    assert panel.ephemeral
    assert label in buttons(panel), "the panel is there for the next one"


async def test_the_buttons_under_a_result_upscale_its_images(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    result = shown(await sim.ann.click(parent, label="U2"))
    await sim.finish()
    assert sim.api.submits[-1].params == {
        "jobId": sim.api.submits[0].job_id,
        "imageNo": 1,
        "type": 0,
    }
    assert "### Upscale of image 2\n" in text(result)
    assert "missing" not in text(result), "one image is all there is"
    assert list(buttons(result)) == ["✏️ 1", "Reroll", "More"], "it's upscaled only once"
    panel = await panel_of(sim.ann, result)
    assert not [one for one in buttons(panel) if "Upscale" in one]
    form = await sim.ann.click(result, label="✏️ 1")
    assert fields(form)["prompt-1"] == "a fox", "which is what the upscaled image was made with"


async def test_the_panel_tells_prices_and_which_image_is_chosen(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    panel = await panel_of(sim.ann, parent)
    assert "### Image 1 of 4" in text(panel)
    line = r"Upscale, Vary, Zoom, Pan and Vary \(Region\): \$0\.08 · Animate: from \$0\.16"
    assert re.search(line, text(panel))
    await sim.ann.click(panel, label="4")
    assert "### Image 4 of 4" in text(panel)
    [thumbnail] = [one["accessory"] for one in parts(panel) if one["type"] == 9]
    assert "thumbnail_3.png" in thumbnail["media"]["url"]


@pytest.mark.parametrize(
    ("label", "typed", "params"),
    [
        ("Vary …", {"prompt-1": "a hare", "type": "0"}, {"type": 0, "remixPrompt": "a hare"}),
        ("Vary …", {"prompt-1": " "}, {"type": 1}),
        ("Zoom …", {"scale": "1.25"}, {"scale": 1.25, "remixPrompt": "a fox"}),
        ("Zoom …", {"scale": "1,25", "prompt-1": ""}, {"scale": 1.25}),
        ("Pan …", {"direction": "2", "scale": "3"}, {"direction": 2, "scale": 3.0}),
    ],
)
async def test_what_needs_words_or_numbers_opens_a_form(
    sim: Sim, label: str, typed: dict[str, str], params: dict[str, Any]
) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    form = await sim.ann.click(await panel_of(sim.ann, parent), label=label)
    assert fields(form)["prompt-1"] == "a fox"
    result = await submit(sim, form, **typed)
    assert not result.ephemeral
    got = sim.api.submits[-1].params
    assert {**got, **params} == got
    assert got.get("remixPrompt") == params.get("remixPrompt", got.get("remixPrompt"))
    assert ("remixPrompt" in got) is (typed.get("prompt-1", "a fox").strip() != "")


async def test_a_number_out_of_range_is_said_and_what_was_typed_is_kept(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    form = await sim.ann.click(await panel_of(sim.ann, parent), label="Zoom …")
    told = await submit(sim, form, **{"scale": "7", "prompt-1": "a hare"})
    assert "The scale is a number from 1.1 to 2." in text(told)
    assert told.attachments[0].filename == "prompt.txt"
    assert len(sim.api.submits) == 1


async def test_a_private_result_is_gone_on_from_in_private(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox", private=True)
    panel = await panel_of(sim.ann, parent)
    result = shown(await sim.ann.click(panel, label="Zoom Out 2x"))
    await sim.finish()
    assert result.ephemeral
    assert len(images(result)) == 4


async def test_what_only_the_api_knows_can_be_rerolled(sim: Sim) -> None:
    job = sim.api.add_finished_job(prompt="the sea")
    found = shown(await sim.ann.slash(sim.channel, "show", job_id=job.task_id))
    await sim.env.settle()
    assert list(buttons(found)) == [*REMIX, *UPSCALE, "Reroll"]
    result = shown(await sim.ann.click(found, label="Reroll"))
    await sim.finish()
    assert sim.api.submits[-1].model.name == "midjourney_reroll"
    assert sim.api.submits[-1].params == {"jobId": job.job_id}
    assert len(images(result)) == 4
    again = shown(await sim.ann.click(result, label="Reroll"))
    await sim.finish()
    assert sim.api.submits[-1].params == {"jobId": job.job_id}, "the same once more"
    assert len(images(again)) == 4


async def test_only_what_the_api_lists_is_offered(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox sandbox:actions")
    known = await sim.job()
    assert all(one.available for one in known.images)
    panel = await panel_of(sim.ann, parent)
    offered = [one for one in ACTIONS.values() if known.images[0].offers(one)]
    assert {one.source for one in offered} == {SourceKind.IMAGE}
    assert "Pan …" in buttons(panel)


async def test_an_old_button_for_what_cannot_be_is_told_so(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    result = shown(await sim.ann.click(parent, label="U1"))
    await sim.finish()
    sim.put_button(result, f"remix:upscale:{sim.api.submits[-1].job_id}:0")
    told = shown(await sim.ann.click(result, label="put there"))
    assert "The API can't do that with this one" in text(told)
    assert len(sim.api.submits) == 2


async def test_what_the_api_does_not_know_is_switched_off_for_a_day(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    panel = await panel_of(sim.ann, parent)
    form = await sim.ann.click(panel, label="Vary …")
    told = await submit(sim, form, **{"prompt-1": "x sandbox:nomodel"})
    assert "The API doesn't offer this" in text(told)
    assert "Nothing was charged" in text(told)
    again = await panel_of(sim.ann, parent)
    assert not [one for one in buttons(again) if "Vary" in one and "Region" not in one]
    assert "Zoom Out 2x" in buttons(again)
    refused = shown(await sim.ann.click(panel, label="Vary (Subtle)"))
    assert "The API doesn't offer this right now" in text(refused)
    assert len(sim.api.submits) == 1
    await sim.clock.advance(24 * 3600)
    assert "Vary (Subtle)" in buttons(await panel_of(sim.ann, parent))


async def animated(sim: Sim, parent: ResponseMessage, **typed: str) -> ResponseMessage:
    """Videos of the first image, through the form and the question."""
    form = await sim.ann.click(await panel_of(sim.ann, parent), label="Animate …")
    question = await submit(sim, form, **typed)
    result = await sim.ann.click(question, label="Go ahead")
    await sim.finish()
    return begun(result)


async def test_an_image_is_animated_once_its_price_was_agreed_to(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    form = await sim.ann.click(await panel_of(sim.ann, parent), label="Animate …")
    assert fields(form)["prompt-1"] == "", "a video's prompt says how things move"
    typed = {"prompt-1": "it runs", "motion": "high", "loop": "1", "bs": "2", "videoType": "1"}
    question = await submit(sim, form, **typed)
    assert "You'd get **2** videos" in text(question)
    assert "about **$1.04** in total, as much as 13 jobs with images" in text(question)
    assert len(sim.api.submits) == 1, "nothing is paid yet"
    message = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    made = sim.api.submits[-1]
    assert made.params == {
        "jobId": sim.api.submits[0].job_id,
        "imageNo": 0,
        "prompt": "it runs --bs 2 --motion high --loop",
        "videoType": 1,
    }
    assert images(message) == [f"{made.job_id}_{number}.mp4" for number in range(2)]
    assert "### Animation of image 1\n" in text(message)
    assert "2 videos · 720p · High motion · Loop" in text(message)
    assert "missing" not in text(message)
    assert list(buttons(message))[:2] == ["Extend 1", "Extend 2"]
    assert not [one for one in buttons(message) if "✏️" in one or one.startswith("U")]
    assert "Animation of image 1 · 2 videos" in text(
        shown(await sim.ann.slash(sim.channel, "jobs"))
    )


async def test_a_video_is_extended_four_times_at_the_most(sim: Sim) -> None:
    message = await animated(sim, await sim.imagine(sim.ann, "a fox"), bs="1")
    for _ in range(4):
        form = await sim.ann.click(message, label="Extend 1")
        question = await submit(sim, form)
        message = begun(await sim.ann.click(question, label="Go ahead"))
        await sim.finish()
    assert len(images(message)) == 4
    assert sim.api.submits[-1].params["videoNo"] == 0
    told = shown(await sim.ann.click(message, label="Extend 1"))
    assert "extended four times" in text(told)


async def test_a_batch_that_is_typed_is_paid_as_typed(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    form = await sim.ann.click(await panel_of(sim.ann, parent), label="Animate …")
    question = await submit(sim, form, **{"prompt-1": "it runs —bs 4", "bs": "1"})
    assert "about **$0.64** in total" in text(question)


async def test_what_has_no_prompt_is_retried_and_not_edited(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox sandbox:next:fail")
    failed = shown(await sim.ann.click(parent, label="U1"))
    await sim.finish()
    assert list(buttons(failed)) == ["Retry"]
    again = shown(await sim.ann.click(failed, label="Retry"))
    await sim.finish()
    assert [one.model.name for one in sim.api.submits[1:]] == ["midjourney_upscale"] * 2
    assert list(buttons(again)) == ["Retry"]


@pytest.mark.settings(max_jobs_per_day_per_user=1)
async def test_what_has_no_prompt_and_is_over_a_limit_can_only_be_retried(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    refused = shown(await sim.ann.click(parent, label="U1"))
    assert list(buttons(refused)) == ["Retry"]


@pytest.mark.settings(remix_within_days=3)
async def test_starting_over_from_an_image_that_is_too_old_has_its_prompt(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    await sim.clock.advance(4 * 24 * 3600)
    form = await sim.ann.click(parent, label="U1")
    assert fields(form)["prompt-1"] == "a fox"
