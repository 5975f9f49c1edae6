"""The image that a remix was made from stands small beside it, where everybody may see that."""

from typing import Any

import pytest
from simcord.builders import ChannelHandle
from simcord.results import ResponseMessage

from bot.jobs.availability import Availability
from bot.limits import Limits
from bot.model import Image, Job
from bot.services.access import AccessPolicy
from bot.services.lookups import JobLookups
from bot.store import lookups
from tests.flow.sim import Sim, ask_to_delete, images, parts, shown, text

BY_TOKEN = "/webhooks/*"
EXPLICIT, INVALID_ASSET, TOO_LARGE, FORM, UNHEARD_OF = 20009, 50046, 40005, 50035, 59999
NAMED = {"description": "Image 2 of the source job"}


async def source_image(sim: Sim, number: int) -> Image | None:
    """What the bot finds that may stand beside the job with this number."""
    job: Job | None = await sim.store.read(lookups.get, number)
    assert job is not None
    rules = AccessPolicy()
    found = JobLookups(
        sim.store,
        access=rules,
        limits=Limits(),
        availability=Availability(sim.clock),
        clock=sim.clock,
    )
    return await found.source_image(job)


def beside(message: ResponseMessage) -> dict[str, Any] | None:
    """What stands beside the text of a message."""
    found = [one["accessory"] for one in parts(message) if one["type"] == 9]
    assert len(found) <= 1
    if not found:
        assert "source.png" not in str(message.components)
        return None
    [thumbnail] = found
    assert thumbnail["media"]["url"].partition("?")[0].endswith("/source.png")
    return {"description": thumbnail["description"]}


async def remix(
    sim: Sim, who: Any, job_id: str = "", where: ChannelHandle | None = None, **options: Any
) -> ResponseMessage:
    """`/remix` of image 2 of the first job, through to its result."""
    named = {"job_id": job_id or sim.api.submits[0].job_id, "image": 1, "prompt": "in winter"}
    result = await who.slash(where or sim.channel, "remix", **named, **options)
    await sim.finish()
    assert len(images(shown(result))) == 4
    return shown(result)


async def show(sim: Sim, who: Any, **options: Any) -> ResponseMessage:
    """`/show` of the newest job."""
    job_id = sim.api.submits[-1].job_id
    return shown(await who.slash(sim.channel, "show", job_id=job_id, **options))


async def elsewhere(sim: Sim, who: Any) -> ChannelHandle:
    """Another channel, with the first job in it."""
    channel = sim.guild.create_text_channel("elsewhere")
    await who.slash(channel, "imagine", prompt="a fox")
    await sim.finish()
    return channel


async def test_a_remix_stands_beside_the_very_image_that_it_was_made_from(sim: Sim) -> None:
    source = await sim.imagine(sim.ann, "a fox")
    assert beside(source) is None
    message = await remix(sim, sim.ben)
    assert beside(message) == NAMED
    parent = await sim.store.read(lookups.get, 1)
    assert parent is not None
    assert await source_image(sim, 2) == parent.images[1]


async def test_the_next_remix_stands_beside_the_last_one(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    await remix(sim, sim.ann)
    again = await remix(sim, sim.ann, sim.api.submits[1].job_id)
    assert beside(again) == NAMED


async def test_it_is_there_after_a_restart_and_where_a_result_is_shown_or_made_again(
    sim: Sim,
) -> None:
    await sim.imagine(sim.ann, "a fox")
    named = {"job_id": sim.api.submits[0].job_id, "image": 1, "prompt": "in winter"}
    message = shown(await sim.ann.slash(sim.channel, "remix", **named))
    await sim.restart()
    await sim.finish()
    assert beside(message) == NAMED
    assert beside(await show(sim, sim.ben)) == NAMED
    assert beside(await show(sim, sim.ben, private=True)) == NAMED
    rerolled = shown(await sim.ben.click(message, label="Reroll"))
    await sim.finish()
    assert beside(rerolled) == NAMED


# ------------------------------------------------------------------ who may not see the source


async def test_an_image_of_another_channel_is_shown_to_nobody_here(sim: Sim) -> None:
    await elsewhere(sim, sim.ann)
    assert beside(await remix(sim, sim.ann)) is None, "Ben may not see that channel"
    assert beside(await show(sim, sim.ann)) is None
    assert beside(await show(sim, sim.ben, private=True)) is None


async def test_your_own_image_stands_beside_what_you_alone_see_wherever_it_is(sim: Sim) -> None:
    await elsewhere(sim, sim.ann)
    await remix(sim, sim.ann)
    assert beside(await show(sim, sim.ann, private=True)) == NAMED
    assert beside(await remix(sim, sim.ann, private=True)) == NAMED


async def test_somebody_elses_image_of_another_channel_stands_beside_nothing(sim: Sim) -> None:
    await elsewhere(sim, sim.ann)
    assert beside(await remix(sim, sim.ben, private=True)) is None, "that is not asked so late"


async def test_a_private_image_stands_beside_its_authors_private_remix_alone(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox", private=True)
    message = await remix(sim, sim.ann)
    assert message.ephemeral
    assert beside(message) == NAMED
    unknown = await sim.ben.slash(sim.channel, "show", job_id=sim.api.submits[-1].job_id)
    assert "I can't find that job" in text(shown(unknown))


# ------------------------------------------------------------------ what is not there any more


async def test_a_forgotten_image_is_not_shown_again(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    assert beside(await remix(sim, sim.ben)) == NAMED
    question = shown(await sim.ann.slash(sim.channel, "forget"))
    await sim.ann.click(question, label="Erase history")
    assert beside(await show(sim, sim.ben)) is None


async def test_an_image_that_is_forgotten_meanwhile_is_not_shown(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    named = {"job_id": sim.api.submits[0].job_id, "image": 1, "prompt": "in winter"}
    message = shown(await sim.ben.slash(sim.channel, "remix", **named))
    question = shown(await sim.ann.slash(sim.channel, "forget"))
    await sim.ann.click(question, label="Erase history")
    await sim.finish()
    assert len(images(message)) == 4
    assert beside(message) is None


async def test_an_image_whose_message_was_deleted_is_not_shown_again(sim: Sim) -> None:
    source = await sim.imagine(sim.ann, "a fox")
    await remix(sim, sim.ben)
    await sim.ann.click(await ask_to_delete(sim.ann, source), label="Delete")
    assert beside(await show(sim, sim.ben)) is None


async def test_without_the_image_the_result_is_all_there(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox sandbox:gone")
    message = await remix(sim, sim.ben)
    assert beside(message) is None


async def test_a_database_that_is_silent_costs_the_image_and_nothing_else(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sim.imagine(sim.ann, "a fox")
    await remix(sim, sim.ben)
    assert await source_image(sim, 2) is not None
    monkeypatch.setattr("bot.services.lookups.STORE_BUDGET_S", 0.0)
    assert await source_image(sim, 2) is None


# ------------------------------------------------------------------ Discord does not take it


@pytest.mark.parametrize("code", [EXPLICIT, INVALID_ASSET, TOO_LARGE, FORM, UNHEARD_OF])
async def test_what_discord_refuses_is_posted_without_it_and_with_all_else(
    sim: Sim, code: int
) -> None:
    await sim.imagine(sim.ann, "a fox")
    named = {"job_id": sim.api.submits[0].job_id, "image": 1}
    prompt = "in winter sandbox:seconds=1"
    message = shown(await sim.ben.slash(sim.channel, "remix", prompt=prompt, **named))
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", BY_TOKEN, status=400, code=code, times=1)
    await sim.finish()
    assert len(images(message)) == 4
    assert "> in winter" in text(message)
    assert beside(message) is None
    assert sim.last.id == message.id, "nothing new was posted"


async def test_showing_again_leaves_it_out_where_discord_refuses_it(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    await remix(sim, sim.ben)
    sim.env.inject_error("PATCH", BY_TOKEN, status=400, code=EXPLICIT, times=1)
    message = await show(sim, sim.ben)
    assert len(images(message)) == 4
    assert beside(message) is None
