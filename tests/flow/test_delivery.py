"""A result that was paid for finds its way: the reply, the channel, a new message, a direct one."""

from datetime import timedelta
from typing import Any

import discord
import pytest

from bot.model import JobState
from tests.flow.sim import Sim, buttons, fields, images, rewrite, shown, text


async def direct_message(sim: Sim) -> discord.Message:
    message = sim.ann.user.dm_channel.last_message
    assert message is not None
    return message


def posted_anew(sim: Sim) -> dict[str, Any]:
    """What the bot sent to post its last new message."""
    return [sent for sent in sim.requests("/channels/") if "nonce" in sent][-1]


def parts_of(message: discord.Message) -> str:
    return str([component.to_dict() for component in message.components])


async def test_an_edit_that_discord_refuses_becomes_a_new_message_that_mentions_who_asked(
    sim: Sim,
) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.inject_error("PATCH", "*", status=403, code=50013, times=None)
    await sim.finish()
    message = sim.last
    assert "✏️ 1" in parts_of(message)
    sent = posted_anew(sim)
    assert sent["allowed_mentions"]["users"] == [sim.ann.id]
    assert sent["nonce"] == "remixbot-1"
    assert (await sim.job()).state is JobState.DELIVERED
    again = await sim.ben.click(message, label="Reroll")
    await sim.finish()
    assert again.response is not None, "the new message is as good as the reply"


async def test_a_message_that_somebody_deleted_is_not_posted_again_but_sent_to_its_author(
    sim: Sim,
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.backend.delete_message(sim.channel.id, shown(result).id)
    await sim.finish()
    assert sim.channel.last_message is None
    assert "✏️ 1" in parts_of(await direct_message(sim))
    assert (await sim.job()).state is JobState.DELIVERED


async def test_a_private_result_after_fifteen_minutes_comes_as_a_direct_message(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x", private=True)
    sim.clock.set_ahead(timedelta(minutes=15))
    await sim.finish()
    assert "✏️ 1" in parts_of(await direct_message(sim))
    assert not [one for one in sim.requests(f"/channels/{sim.channel.id}") if one]


async def test_what_cannot_be_delivered_is_kept_and_delivered_after_the_next_start(
    sim: Sim, caplog: pytest.LogCaptureFixture
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.inject_error("PATCH", "*", status=403, code=50013, times=None)
    sim.env.inject_error("POST", "/channels/*", status=403, code=50007, times=None)
    await sim.finish()
    kept = await sim.job()
    assert kept.state is JobState.UNDELIVERABLE
    assert "50013" in (kept.delivery_problem or "")
    assert "50007" in (kept.delivery_problem or "")
    assert "Job 1: failed to deliver its images" in caplog.text
    sim.env.backend.faults.clear()
    await sim.restart()
    assert len(images(shown(result))) == 4
    assert (await sim.job()).state is JobState.DELIVERED
    assert sim.api.submit_calls == 1


async def test_a_discord_out_of_order_is_tried_again(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=1")
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", "*", status=503, times=1)
    await sim.finish()
    assert len(images(shown(result))) == 4


async def test_a_failure_goes_the_same_ways(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="my idea sandbox:fail")
    sim.env.backend.delete_message(sim.channel.id, shown(result).id)
    await sim.finish()
    assert "my idea" in parts_of(await direct_message(sim))
    assert (await sim.job()).ended_at is not None


async def test_the_token_is_kept_no_longer_than_it_is_needed(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    assert (await sim.job()).interaction_token is not None
    await sim.finish()
    assert (await sim.job()).interaction_token is None
    assert "✏️ 1" in buttons(shown(result))
    assert "### Imagine\n" in text(shown(result))


@pytest.mark.settings(watch_hours=1)
async def test_while_discord_is_out_of_order_no_other_way_is_taken(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=1")
    sim.env.inject_error("PATCH", "*", status=503, times=None)
    await sim.clock.advance(20 * 60)  # longer than the token lives
    assert sim.last.id == shown(result).id, "nothing new was posted"
    sim.env.backend.faults.clear()
    await sim.clock.advance(15 * 60)
    assert len(images(shown(result))) == 4
    assert (await sim.job()).state is JobState.DELIVERED
    assert sim.api.submit_calls == 1


async def test_a_layout_that_discord_refuses_becomes_a_plain_text_and_a_classic_message(
    sim: Sim,
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=1")
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", "*", status=400, code=50035, times=1)
    await sim.finish()
    assert text(shown(result)).startswith("Your images are ready, but I couldn't put them here")
    assert f"[this message](https://discord.com/channels/{sim.guild.id}" in text(shown(result))
    assert f"/{sim.last.id})" in text(shown(result))
    assert buttons(shown(result)) == {}
    message = sim.last
    assert not message.flags.components_v2
    assert "> a fox" in message.content
    assert [one.filename[-6:] for one in message.attachments] == [f"_{n}.png" for n in range(4)]
    assert posted_anew(sim)["allowed_mentions"]["users"] == [sim.ann.id]
    form = await sim.ben.click(message, label="✏️ 3")
    assert fields(form)["prompt-1"].startswith("a fox")
    again = await sim.ben.click(message, label="Reroll")
    await sim.finish()
    assert len(images(shown(again))) == 4


async def test_a_private_layout_that_discord_refuses_stays_private(sim: Sim) -> None:
    result = await sim.ann.slash(
        sim.channel, "imagine", prompt="a fox sandbox:seconds=1", private=True
    )
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", "*", status=400, code=50035, times=1)
    await sim.finish()
    [classic] = result.followups
    assert classic.ephemeral
    assert "✏️ 1" in buttons(classic)
    assert sim.channel.last_message is None or sim.last.flags.ephemeral


async def test_a_failure_whose_layout_discord_refuses_is_told_in_plain_words(sim: Sim) -> None:
    result = await sim.ann.slash(
        sim.channel, "imagine", prompt="my idea sandbox:fail sandbox:seconds=1"
    )
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", "*", status=400, code=50035, times=1)
    await sim.finish()
    said = text(shown(result))
    assert said.startswith("No luck this time. [This message](https://discord.com/")
    assert f"/{sim.last.id}) says why." in said
    assert "gave up" in sim.last.content
    assert "my idea" in sim.last.content
    again = await sim.ann.click(sim.last, label="Retry")
    await sim.finish()
    assert "gave up" in text(shown(again)), "the prompt is known there too"


async def test_images_that_are_too_large_after_all_come_as_links_in_the_same_message(
    sim: Sim,
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=1")
    await sim.clock.advance(1)
    sim.env.inject_error("PATCH", "*", status=413, code=40005, times=1)
    await sim.finish()
    assert text(shown(result)).count("is too large to post here: [open it]") == 4
    assert "✏️ 1" in buttons(shown(result))
    assert sim.channel.last_message is not None
    assert sim.last.id == shown(result).id, "nothing new was posted"


@pytest.mark.parametrize("where", ["channel", "direct"])
async def test_a_result_that_was_posted_but_not_written_down_is_not_posted_twice(
    sim: Sim, where: str
) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x")
    sim.env.inject_error("PATCH", "*", status=403, code=50013, times=None)
    if where == "direct":
        path = f"/channels/{sim.channel.id}/messages"
        sim.env.inject_error("POST", path, status=403, code=50013, times=None)
    await sim.finish()
    posted = sim.last if where == "channel" else await direct_message(sim)
    assert "✏️ 1" in parts_of(posted)
    rewrite(sim, "state = 'finished', ended_at = NULL")

    await sim.restart()

    newest = sim.last if where == "channel" else await direct_message(sim)
    assert newest.id == posted.id, "found, not sent again"
    found = await sim.job()
    assert found.state is JobState.DELIVERED
    again = await sim.ben.click(posted, label="Reroll") if where == "channel" else None
    assert again is None or again.response is not None, "the job is known by that message"


@pytest.mark.settings(watch_hours=1)
async def test_a_token_is_erased_when_it_is_of_no_use_though_its_job_is_still_open(
    sim: Sim,
) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=2000")
    await sim.clock.advance(14 * 60)
    assert (await sim.job()).interaction_token is not None
    for _ in range(3):  # each look is a trip to the database, which takes no time here
        await sim.clock.advance(31)
        await sim.store.drain()
    assert (await sim.job()).interaction_token is None
