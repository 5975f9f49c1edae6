"""What people keep to find it again: by **Favorite**, by **Keep**, and in `/favorites`."""

from typing import Any

import pytest
from simcord.results import ResponseMessage

from tests.flow.sim import Sim, shown, text
from tests.flow.test_jobs import entries, number
from tests.flow.test_privacy import forget
from tests.flow.test_strangers import closed_channel
from tests.flow.test_who_sees import UNKNOWN, Closed

ADDED = "Added to your favorites."
REMOVED = "Removed from your favorites."


@pytest.fixture
def closed(sim: Sim) -> Closed:
    return Closed(sim, *closed_channel(sim))


async def favorites(sim: Sim, who: Any) -> ResponseMessage:
    return shown(await who.slash(sim.channel, "favorites"))


async def keep(sim: Sim, who: Any, message: Any) -> str:
    answer = shown(await who.context_menu(sim.channel, "Keep", message))
    assert answer.ephemeral
    return text(answer)


async def test_a_button_under_details_keeps_a_result_and_lets_go_of_it(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    details = shown(await sim.ben.click(message, label="More"))
    added = shown(await sim.ben.click(details, label="⭐ Favorite"))
    assert added.ephemeral
    assert ADDED in text(added)
    listed = await favorites(sim, sim.ben)
    assert listed.ephemeral
    [entry] = entries(listed)
    assert entry.startswith("a red fox\n-# Imagine · 4 images · ")
    assert f"[open]({message.message.jump_url})" in entry
    assert "You don't have any yet" in text(await favorites(sim, sim.ann)), "it's Ben's list"
    details = shown(await sim.ben.click(message, label="More"))
    assert REMOVED in text(shown(await sim.ben.click(details, label="⭐ Favorite")))
    assert "Press **⭐ Favorite** under **More**" in text(await favorites(sim, sim.ben))


async def test_a_message_command_does_the_same(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    assert ADDED in await keep(sim, sim.ben, message.message)
    assert "a red fox" in text(await favorites(sim, sim.ben))
    assert REMOVED in await keep(sim, sim.ben, message.message)
    assert "a red fox" not in text(await favorites(sim, sim.ben))


async def test_what_is_no_result_of_mine_cannot_be_kept(sim: Sim) -> None:
    said = await sim.ben.send(sim.channel, "look")
    running = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:fail"))
    assert "I can't find a result of mine in that message" in await keep(sim, sim.ann, said)
    assert "That job has no images, or none yet." in await keep(sim, sim.ann, running.message)
    await sim.finish()
    assert "That job has no images, or none yet." in await keep(sim, sim.ann, running.message)


async def test_a_long_list_has_pages_that_turn_after_a_restart(sim: Sim) -> None:
    for count in range(7):
        message = await sim.imagine(sim.ann, f"fox {count}")
        await keep(sim, sim.ben, message.message)
    first = await favorites(sim, sim.ben)
    assert [number(entry) for entry in entries(first)] == ["6", "5", "4", "3", "2", "1"]
    await sim.restart()
    second = shown(await sim.ben.click(first, label="Older"))
    assert [number(entry) for entry in entries(second)] == ["0"]
    again = shown(await sim.ben.click(second, label="Newer"))
    assert entries(again) == entries(first)


async def test_what_somebody_may_not_see_any_more_is_listed_without_its_prompt(
    sim: Sim, closed: Closed
) -> None:
    elsewhere = await sim.imagine(sim.ann, "a fox")
    result = await closed.result()
    details = shown(await closed.dan.click(result, label="More"))
    await closed.dan.click(details, label="⭐ Favorite")
    assert "heron" in text(await favorites(sim, closed.dan))
    closed.close_to_dan()
    assert entries(await favorites(sim, closed.dan)) == ["-# One that you can't see right now"]
    sim.put_button(elsewhere, f"remix:favorite:{(await sim.job(2)).interaction_id}")
    removed = shown(await closed.dan.click(elsewhere, label="put there"))
    assert REMOVED in text(removed), "they can still let go of it"
    assert UNKNOWN in text(shown(await closed.dan.click(elsewhere, label="put there")))


async def test_who_forgets_what_they_did_has_kept_nothing(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a red fox")
    await keep(sim, sim.ben, message.message)
    question = shown(await sim.ben.slash(sim.channel, "forget"))
    assert "This erases the list of your 1 favorite and your settings, which is all" in text(
        question
    )
    assert "I no longer show any of your history" in await forget(sim, sim.ben)
    assert "You don't have any yet" in text(await favorites(sim, sim.ben))
    assert "There's nothing to erase" in text(shown(await sim.ben.slash(sim.channel, "forget")))
