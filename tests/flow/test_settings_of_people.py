"""What people choose for all their jobs: shown, changed, sent behind prompts, and forgotten."""

import json
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from tests.flow.sim import Sim, begun, buttons, details, fields, images, shown, text

CHOSEN = {
    "Image": {"aspect": "16:9", "stylize": "250", "version": "7"},
    "Style": {"raw": True, "personal": "abc123"},
}
SENT = "--ar 16:9 --v 7 --s 250 --p abc123 --raw"


def filled(form: InteractionResult, **values: Any) -> dict[str, Any]:
    """The fields of a form with these values; selects have a list."""
    typed = fields(form) | values
    return {name: [one] if name in ("version", "locale") else one for name, one in typed.items()}


async def choose(sim: Sim, who: MemberActor, part: str, **values: Any) -> str:
    """What the page says, or the answer, after these were filled in."""
    page = shown(await who.slash(sim.channel, "settings"))
    form = await who.click(page, label=part)
    answer = await who.submit_modal(form, filled(form, **values))
    return text(answer.response) if answer.response and answer.response.content else text(page)


async def choose_all(sim: Sim, who: MemberActor) -> None:
    for part, values in CHOSEN.items():
        await choose(sim, who, part, **values)


async def test_settings_are_shown_on_one_page_and_changed_by_forms_that_outlive_a_restart(
    sim: Sim,
) -> None:
    first = await sim.ann.slash(sim.channel, "settings")
    assert first.ephemeral
    assert "**Aspect ratio** Not set" in text(shown(first))
    assert "Language" not in text(shown(first)), "there is one"
    assert list(buttons(shown(first))) == ["Image", "Style", "Replies"]
    form = await sim.ann.click(shown(first), label="Image")
    assert set(fields(form)) == {"aspect", "version", "stylize", "chaos", "weird"}
    await sim.restart()
    await sim.ann.submit_modal(form, filled(form, aspect=" 16:9 ", version="niji 6"))
    for said in ("**Aspect ratio** 16:9", "**Version** niji 6", "**Stylize** Not set"):
        assert said in text(shown(first))
    assert fields(await sim.ann.click(shown(first), label="Image"))["version"] == "niji 6"
    await sim.ann.click(shown(first), label="Reset")
    assert "**Aspect ratio** Not set" in text(shown(first))
    assert "Reset" not in buttons(shown(first))
    assert "16:9" not in text(shown(await sim.ben.slash(sim.channel, "settings")))


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        ("Image", {"aspect": "wide"}, "`--ar` takes two whole numbers like `16:9`, not `wide`."),
        ("Image", {"stylize": "5000", "chaos": "-1"}, "`--c` takes a number from 0 to 100"),
        ("Image", {"weird": "1 --turbo"}, "`--w` takes a number from 0 to 3000"),
        ("Style", {"style": "https://a.example/{1,2}"}, "`--sref` takes an image's address"),
        ("Style", {"reference": "fox"}, "`--oref` takes an image's address"),
        ("Style", {"personal": "a --q 4"}, "`--p` takes an image's address, or a code"),
    ],
)
async def test_what_cannot_stand_behind_every_prompt_is_refused(
    sim: Sim, part: str, values: dict[str, str], said: str
) -> None:
    answer = await choose(sim, sim.ann, part, **values)
    assert "I haven't changed your settings:" in answer
    assert said in answer
    assert "not set" in text(shown(await sim.ann.slash(sim.channel, "settings"))).lower()


async def test_what_is_chosen_is_sent_shown_and_repeated_as_it_was(sim: Sim) -> None:
    await choose_all(sim, sim.ann)
    running = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --ar 1:1"))
    own = SENT.removeprefix("--ar 16:9 ")
    assert f"-# From settings: {own}" in text(running)
    await sim.finish()
    assert f"-# From settings: {own}" in text(running)
    assert "> a fox --ar 1:1\n" in text(running)
    assert f"**From settings** {own}" in text(await details(sim.ben, running))
    await choose(sim, sim.ann, "Image", stylize="")
    await sim.ben.click(running, label="Reroll")
    await sim.restart()
    await sim.finish()
    form = await sim.ben.click(running, label="✏️ 1")
    assert fields(form)["prompt-1"] == "a fox --ar 1:1", "what somebody else has chosen is theirs"
    await sim.ben.submit_modal(form, fields(form))
    await sim.finish()
    sent = f"a fox --ar 1:1 {own}"
    assert [one.prompt for one in sim.api.submits] == [sent, sent, "a fox --ar 1:1"]


async def test_what_is_chosen_counts_in_the_bill_and_in_the_length(sim: Sim) -> None:
    await choose(sim, sim.ann, "Style", quality="4")
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox"))
    assert "`--q` costs **4** times as much" in text(question)
    await choose(sim, sim.ann, "Style", quality="open")
    begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert [one.prompt for one in sim.api.submits] == ["a fox --q 4"], "as it was asked about"
    await choose(sim, sim.ann, "Image", aspect="16:9")
    long = ("prompt.txt", b"a fox " + b"x" * 8180)
    refused = shown(await sim.ann.slash(sim.channel, "imagine", prompt_file=long))
    said = "Your prompt is 8,196 characters long, with 10 from your settings."
    assert said in text(refused)
    assert list(buttons(refused)) == ["Retry", "Edit prompt"]


async def test_an_image_becomes_the_style_of_all_prompts(sim: Sim) -> None:
    result = await sim.imagine(sim.ann, "a fox")
    job = await sim.job(1)
    page = await sim.ben.click(await details(sim.ben, result), label="🎨 2")
    assert page.ephemeral
    assert "**Style reference** http" in text(shown(page))
    await sim.imagine(sim.ben, "a hare")
    assert sim.api.submits[-1].prompt == f"a hare --sref {job.images[1].url}"
    hidden = await sim.imagine(sim.ann, "a secret", private=True)
    sim.put_button(result, buttons(await details(sim.ann, hidden))["🎨 1"])
    refused = shown(await sim.ben.click(result, label="put there"))
    assert "I can't find that job, or you don't have access to it." in text(refused)


async def test_private_by_default_holds_unless_a_command_says_otherwise(sim: Sim) -> None:
    await choose(sim, sim.ann, "Replies", private=True)
    for options, is_private in (({}, True), ({"private": False}, False), ({"private": True}, True)):
        answer = await sim.ann.slash(sim.channel, "imagine", prompt="a fox", **options)
        assert answer.ephemeral is is_private
        await sim.finish()
    other = await sim.ben.slash(sim.channel, "imagine", prompt="a fox")
    assert not other.ephemeral
    await sim.finish()
    done = await sim.job(4)
    posted = await sim.ann.slash(sim.channel, "show", job_id=done.provider_job_id)
    assert posted.ephemeral
    assert len(images(shown(posted))) == 4


async def test_who_wants_no_pings_gets_none(sim: Sim) -> None:
    long = "a fox sandbox:seconds=16"
    await choose(sim, sim.ann, "Replies", pings=False)
    for who in (sim.ann, sim.ben):
        await who.slash(sim.channel, "imagine", prompt=long)
        await sim.clock.advance(60)
    pings = [json.dumps(one) for one in sim.requests("/messages") if "are ready" in json.dumps(one)]
    assert [f"<@{sim.ben.id}>" in one for one in pings] == [True]


async def test_my_data_is_a_file_for_me_alone(sim: Sim) -> None:
    await choose(sim, sim.ann, "Image", aspect="16:9")
    for who, prompt in ((sim.ann, "a fox"), (sim.ben, "a hare")):
        await sim.imagine(who, prompt)
    answer = await sim.ann.slash(sim.channel, "mydata")
    assert answer.ephemeral
    assert "your settings, your usage and 1 job." in text(shown(answer))
    [file] = shown(answer).attachments
    data = json.loads(await file.read())
    assert data["preferences"]["aspect"] == "16:9"
    assert [(one["prompt"], one["parameters"]) for one in data["jobs"]] == [("a fox", "--ar 16:9")]


async def test_forgetting_forgets_what_was_chosen_at_once(sim: Sim) -> None:
    await choose_all(sim, sim.ann)
    question = shown(await sim.ann.slash(sim.channel, "forget"))
    assert "This erases your settings" in text(question)
    await sim.ann.click(question, label="Erase history")
    assert "16:9" not in text(shown(await sim.ann.slash(sim.channel, "settings")))
    nothing = shown(await sim.ann.slash(sim.channel, "forget"))
    assert "nothing to erase" in text(nothing)
