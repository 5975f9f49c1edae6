"""What a made-up action does, from its buttons to its result: `test_made_up_row.py` runs it."""

from tests.flow.sim import Sim, begun, buttons, fields, images, shown, text


async def test_a_made_up_action_works_from_its_buttons_to_its_result(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "a fox")
    panel = shown(await sim.ann.click(parent, label="More"))
    assert "Sketch" in text(panel)
    result = await sim.ann.click(panel, label="Sketch (Hard)")
    assert "### Sketching image 1 · hard" in text(shown(result))
    await sim.finish()
    assert sim.api.submits[-1].params["pencil"] == "hard"
    assert len(images(shown(result))) == 2
    assert "missing" not in text(shown(result))
    assert "### Sketch of image 1\n" in text(shown(result))
    form = await sim.ann.click(panel, label="Sketch …")
    assert fields(form) == {"prompt-1": "a fox", "pencil": "soft"}
    again = await sim.ann.submit_modal(form, {"prompt-1": "a {red, green} hare", "pencil": "soft"})
    question = shown(again)
    assert "You'd get **4** images" in text(question)
    drawn = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert sim.api.submits[-1].params["remixPrompt"] == "a {red, green} hare"
    assert "✏️ 1" in buttons(drawn), "the chain goes on from there"
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert listed.count("Sketch of image 1") == 2
