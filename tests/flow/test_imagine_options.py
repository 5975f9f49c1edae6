"""What the options of /imagine put before and behind a prompt."""

from typing import Any

import pytest

from tests.flow.sim import DOT, Sim, fields, images, shown, text

URL = "https://a.example/fox.png"


async def offered(sim: Sim, typed: str) -> list[str]:
    choices = await sim.ann.autocomplete(sim.channel, "imagine", "aspect", typed)
    return [one["value"] for one in choices]


async def test_an_aspect_ratio_is_chosen_or_typed(sim: Sim) -> None:
    assert await offered(sim, "") == ["1:1", "3:2", "2:3", "16:9", "9:16", "4:5", "21:9"]
    assert await offered(sim, "2:") == ["2:3"]
    assert await offered(sim, "7:5") == ["7:5"]
    assert len(await offered(sim, "wide")) == 7
    await sim.imagine(sim.ann, "a fox", aspect="7:5")
    refused = await sim.ann.slash(sim.channel, "imagine", prompt="a fox", aspect="wide")
    assert "`--ar` takes two whole numbers like `16:9`, not `wide`." in text(shown(refused))
    twice = await sim.ann.slash(sim.channel, "imagine", prompt="a fox --aspect 1:1", aspect="2:3")
    assert "`--ar` is there more than once." in text(shown(twice))
    assert [one.prompt for one in sim.api.submits] == ["a fox --ar 7:5"]


async def test_images_are_put_in_front_of_the_prompt(sim: Sim) -> None:
    file = ("fox.png", DOT)
    result = await sim.imagine(sim.ann, "a fox", image=file, image_url=f"<{URL}>", aspect="2:3")
    [sent] = [one.prompt for one in sim.api.submits]
    first, *rest = sent.split(" ")
    assert first.startswith("https://cdn.")
    assert first.endswith("/fox.png")
    assert rest == [URL, "a", "fox", "--ar", "2:3"]
    assert len(images(result)) == 4
    form = await sim.ann.slash(sim.channel, "imagine", image_url=URL, style_from=URL)
    assert fields(form) == {"prompt-1": f"{URL} --sref {URL}"}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"image": ("fox.txt", b"a fox")}, "That file isn't an image."),
        ({"image_url": "a.example/fox.png"}, "That isn't an image's address."),
        ({"image_url": "https://a.example/{1,2}.png"}, "That isn't an image's address."),
        ({"style_from": "a fox"}, "I can't find a job ID in that."),
    ],
)
async def test_what_is_no_image_is_refused(sim: Sim, options: dict[str, Any], said: str) -> None:
    refused = await sim.ann.slash(sim.channel, "imagine", prompt="a fox", **options)
    assert said in text(shown(refused))
    assert sim.api.submit_calls == 0


async def test_a_style_comes_from_an_address_or_from_a_job_that_one_may_see(sim: Sim) -> None:
    result = await sim.imagine(sim.ann, "a fox")
    hidden = await sim.imagine(sim.ann, "a secret", private=True)
    job, secret = await sim.job(1), await sim.job(2)
    assert images(hidden)
    link = f"https://discord.com/channels/{sim.guild.id}/{sim.channel.id}/{result.id}"
    for style, image_no, address in (
        (URL, 0, URL),
        (job.provider_job_id, 2, job.images[2].url),
        (link, 1, job.images[1].url),
        (f"{job.provider_job_id}_3.png", 0, job.images[3].url),
    ):
        await sim.imagine(sim.ben, "a hare", style_from=style, style_image=image_no)
        assert sim.api.submits[-1].prompt == f"a hare --sref {address}"
    calls = sim.api.submit_calls
    refused = await sim.ben.slash(
        sim.channel, "imagine", prompt="a hare", style_from=secret.provider_job_id
    )
    assert "I can't find that job, or you don't have access to it." in text(shown(refused))
    assert sim.api.submit_calls == calls
