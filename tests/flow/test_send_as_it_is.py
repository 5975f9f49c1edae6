"""What may be wrong in a prompt is asked about before it is paid, and sent as it is if wanted."""

import pytest

from tests.flow.sim import Sim, begun, buttons, fields, images, shown, text

WRONG = "a fox --aspct 16:9 --s 5000"


async def test_what_may_be_wrong_is_asked_about_and_sent_as_it_is(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=WRONG))
    assert question.ephemeral
    for said in (
        "- I don't know the parameter `--aspct`. Did you mean `--aspect`?",
        "- `--s` takes a number from 0 to 1000, not `5000`.",
        "Nothing has been charged so far. Send it as it is?",
    ):
        assert said in text(question)
    assert "costs extra" not in text(question)
    assert list(buttons(question)) == ["Send as it is", "Edit prompt", "Cancel"]
    assert fields(await sim.ann.click(question, label="Edit prompt")) == {"prompt-1": WRONG}
    await sim.restart()
    running = begun(await sim.ann.click(question, label="Send as it is"))
    await sim.finish()
    assert len(images(running)) == 4
    assert [job.prompt for job in sim.api.submits] == [WRONG]
    again = shown(await sim.ann.click(running, label="Reroll"))
    await sim.finish()
    assert len(images(again)) == 4, "who repeats it knows what became of it"


async def test_one_question_asks_about_the_cost_and_what_may_be_wrong(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{WRONG} --turbo"))
    for said in ("Did you mean `--aspect`?", "`--turbo` costs double", "about **$0.16**"):
        assert said in text(question)
    assert "Canceled." in text(shown(await sim.ann.click(question, label="Cancel")))
    assert sim.api.submit_calls == 0


@pytest.mark.settings(max_running=1, max_waiting_per_user=1)
async def test_who_has_agreed_is_not_asked_again_for_the_same_request(sim: Sim) -> None:
    long = "a fox sandbox:seconds=12"
    for _ in range(2):
        await sim.ann.slash(sim.channel, "imagine", prompt=long)
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{WRONG} --turbo"))
    refused = shown(await sim.ann.click(question, label="Send as it is"))
    assert "limit of 1 job waiting" in text(refused)
    await sim.clock.advance(60)
    begun(await sim.ann.click(refused, label="Retry"))
    await sim.finish()
    assert sim.api.submits[-1].prompt == f"{WRONG} --turbo"


async def test_what_a_phone_makes_of_dashes_is_put_right_and_shown(sim: Sim) -> None:
    result = await sim.imagine(sim.ann, "a sign “OPEN” —ar 16:9")
    right = 'a sign "OPEN" --ar 16:9'
    assert f"> {right}" in text(result)
    assert [job.prompt for job in sim.api.submits] == [right]


async def test_an_address_that_leads_to_no_image_is_asked_about(sim: Sim) -> None:
    there = await sim.imagine(sim.ann, "a fox")
    assert images(there)
    job = await sim.job(1)
    missing = job.images[0].url.replace("_0.png", "_7.png")
    for prompt, is_asked in (
        (f"{missing} a fox", True),
        (f"a fox --sref {missing}", True),
        (f"{job.images[0].url} a fox", False),
        (f"a fox at {missing}", False),
        ("https://a.example/x.png a fox", False),
    ):
        answer = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
        said = "The address at `127.0.0.1` doesn't lead to an image."
        assert (said in text(answer)) is is_asked, prompt
        await sim.finish()
