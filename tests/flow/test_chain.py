"""The main job, as a person sees it: command, progress, images, buttons, for ever."""

from tests.flow.sim import REMIX, UPSCALE, Sim, buttons, details, fields, images, shown, text


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
    assert list(buttons(message)) == [*REMIX, *UPSCALE, "Reroll", "More"]


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
        nth = ("1st", "2nd", "3rd")[step]
        assert f"-# {nth} edit in its chain · " in text(message)
        told = await details(sim.ann, message)
        assert f"**Chain** {nth} edit\n" in text(told)


async def test_images_from_a_prompt_alone_are_in_no_chain(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    told = await details(sim.ann, message)
    assert "chain" not in f"{text(message)}{text(told)}".lower()


async def test_the_same_remix_once_more_has_the_same_place_in_its_chain(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    form = await sim.ann.click(message, label="✏️ 1")
    remix = shown(await sim.ann.submit_modal(form, {"prompt-1": "in winter", "mode": "1"}))
    await sim.finish()
    again = shown(await sim.ben.click(remix, label="Reroll"))
    await sim.finish()
    assert "1st edit in its chain" in text(again)


async def test_where_a_chain_began_before_anybody_counted_no_place_is_made_up(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    sim.forget_everything()
    for prompt in ("in winter", "at night"):
        form = await sim.ann.click(message, label="✏️ 1")
        result = await sim.ann.submit_modal(form, {"prompt-1": prompt, "mode": "1"})
        await sim.finish()
        message = shown(result)
        assert len(images(message)) == 4
        assert "chain" not in text(message)
