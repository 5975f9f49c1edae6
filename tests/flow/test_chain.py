"""The main job, as a person sees it: command, progress, images, buttons, for ever."""

from tests.flow.sim import REMIX, Sim, buttons, fields, images, shown, text


async def test_imagine_shows_progress_then_four_images_with_buttons(sim: Sim) -> None:
    result = await sim.ann.slash(
        sim.channel, "imagine", prompt="a fox at sunset sandbox:seconds=10"
    )
    message = shown(result)
    assert "Creating images" in text(message)
    assert "> a fox at sunset" in text(message)
    await sim.clock.advance(5)
    assert "%" in text(shown(result))
    await sim.finish()
    message = shown(result)
    assert "### Imagine\n" in text(message)
    assert f"<@{sim.ann.id}>" in text(message)
    assert "$0.08" in text(message)
    job = sim.api.submits[0]
    assert images(message) == [f"{job.job_id}_{number}.png" for number in range(4)]
    assert list(buttons(message)) == [*REMIX, "Reroll", "More"]


async def test_a_chain_of_three_goes_on_from_the_buttons(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox at sunset")
    for step in range(3):
        form = await sim.ann.click(message.message, label=f"✏️ {step + 1}")
        filled = fields(form)
        assert filled["prompt-1"] == ("a fox at sunset" if step == 0 else f"step {step - 1}")
        assert filled["mode"] == ("0" if step == 0 else "1")
        result = await sim.ann.submit_modal(
            form, {**filled, "prompt-1": f"step {step}", "mode": "1"}
        )
        await sim.finish()
        parent, message = message, shown(result)
        assert message.id != parent.id
        assert len(images(message)) == 4
        remix = sim.api.submits[-1]
        assert remix.params["imageNo"] == step
        assert remix.prompt == f"step {step}"
        assert f"/{parent.id}" in text(message), "it links to the message it came from"
