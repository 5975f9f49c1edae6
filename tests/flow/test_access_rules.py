"""The rules of the house hold for commands, buttons and forms alike."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from tests.flow.sim import DOT, Sim, ask_to_delete, buttons, fields, images, shown, text

NOT_YOURS = "Only the person who requested this or a moderator"
Door = Callable[[Sim, MemberActor, ResponseMessage], Awaitable[InteractionResult]]


async def form_of_another_time(
    sim: Sim, who: MemberActor, message: ResponseMessage
) -> InteractionResult:
    """A form that was opened before the rule was there."""
    await sim.change(allowed_roles=frozenset[int](), allowed_channels=frozenset[int]())
    form = await who.click(message, label="✏️ 1")
    await sim.change()
    return await who.submit_modal(form, fields(form))


DOORS: dict[str, Door] = {
    "/imagine": lambda sim, who, _: who.slash(sim.channel, "imagine", prompt="x"),
    "/imagine without a prompt": lambda sim, who, _: who.slash(sim.channel, "imagine"),
    "/remix": lambda sim, who, _: who.slash(sim.channel, "remix", job_id="a", image=0, prompt="x"),
    "/show": lambda sim, who, _: who.slash(sim.channel, "show", job_id="a"),
    "/jobs": lambda sim, who, _: who.slash(sim.channel, "jobs"),
    "/jobs with words": lambda sim, who, _: who.slash(sim.channel, "jobs", search="fox"),
    "/favorites": lambda sim, who, _: who.slash(sim.channel, "favorites"),
    "Keep": lambda sim, who, message: who.context_menu(sim.channel, "Keep", message),
    "/usage": lambda sim, who, _: who.slash(sim.channel, "usage"),
    "/help": lambda sim, who, _: who.slash(sim.channel, "help"),
    "Remix this": lambda sim, who, message: who.context_menu(sim.channel, "Remix this", message),
    "✏️ 1": lambda _, who, message: who.click(message, label="✏️ 1"),
    "Reroll": lambda _, who, message: who.click(message, label="Reroll"),
    "More": lambda _, who, message: who.click(message, label="More"),
    "a form": form_of_another_time,
}


async def role_world(sim: Sim) -> tuple[MemberActor, MemberActor]:
    """One with the role that may, and one without."""
    role = sim.guild.create_role("artist")
    artist = sim.guild.add_member(sim.env.create_user("cat"), roles=[role])
    await sim.change(allowed_roles=frozenset({role.id}))
    return artist, sim.ben


async def test_without_the_role_no_door_opens(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    artist, other = await role_world(sim)
    for name, door in DOORS.items():
        calls = sim.api.submit_calls
        refused = await door(sim, other, message)
        assert refused.ephemeral, name
        assert "Only members with certain roles" in text(shown(refused)), name
        assert sim.api.submit_calls == calls, name
        taken = await door(sim, artist, message)
        assert taken.modal or "Only members" not in text(shown(taken)), name
        await sim.finish()


async def test_outside_of_the_allowed_channels_no_door_opens(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    allowed = sim.guild.create_text_channel("images")
    await sim.change(allowed_channels=frozenset({allowed.id}))
    sentence = f"I can't be used in this channel. You can use me in <#{allowed.id}>."
    for name, door in DOORS.items():
        refused = await door(sim, sim.ben, message)
        assert refused.ephemeral, name
        assert sentence in text(shown(refused)), name
    assert sim.api.submit_calls == 1


async def test_a_thread_counts_as_its_channel(sim: Sim) -> None:
    channel = await sim.env.bot.fetch_channel(sim.channel.id)
    assert isinstance(channel, discord.TextChannel)
    await channel.create_thread(name="foxes", type=discord.ChannelType.public_thread)
    [thread] = sim.channel.threads
    await sim.change(allowed_channels=frozenset({sim.channel.id}))
    result = await sim.ann.slash(thread, "imagine", prompt="a fox")
    await sim.finish()
    assert len(images(shown(result))) == 4


async def test_nothing_is_suggested_to_who_may_not_ask(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    artist, other = await role_world(sim)
    assert await sim.autocomplete(artist)
    assert not await sim.autocomplete(other)


async def test_stopping_and_deleting_is_not_held_up_by_roles(sim: Sim) -> None:
    done = await sim.imagine(sim.ann, "a fox")
    running = shown(await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=12"))
    moderator = sim.moderator("eve")
    await role_world(sim)
    asked = shown(await sim.ann.click(running, label="Stop"))
    await sim.ann.click(asked, label="Stop anyway")
    await sim.clock.advance(5)
    assert "Stopped" in text(running)
    question = await ask_to_delete(moderator, done)
    await moderator.click(question, label="Delete")
    assert sim.last.id == running.id
    await sim.finish()


# ------------------------------------------------------------------ who may press


async def test_results_may_be_their_authors_alone(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    moderator = sim.moderator("eve")
    await sim.change(result_buttons_for="author")
    for door in ("✏️ 1", "Reroll", "Remix this"):
        refused = await DOORS[door](sim, sim.ben, message)
        assert NOT_YOURS in text(shown(refused)), door
        for who in (sim.ann, moderator):
            taken = await DOORS[door](sim, who, message)
            assert taken.modal or NOT_YOURS not in text(shown(taken)), door
    await sim.finish()


async def test_a_result_that_is_posted_again_stays_its_authors(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    await sim.change(result_buttons_for="author")
    name = f"{sim.api.submits[0].job_id}_0.png"
    posted = await sim.ben.send(sim.channel, attachments=[(name, DOT)])
    refused = await sim.ben.context_menu(sim.channel, "Remix this", posted)
    assert "Only the person who requested this" in text(shown(refused))
    assert (await sim.ann.context_menu(sim.channel, "Remix this", posted)).modal


async def test_the_author_is_known_by_the_message_when_the_database_is_lost(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    await sim.change(result_buttons_for="author")
    sim.forget_everything()
    assert (await sim.ann.click(message, label="✏️ 1")).modal
    refused = await sim.ben.click(message, label="✏️ 1")
    assert "Only the person who requested this" in text(shown(refused))


async def test_a_result_that_somebody_else_shows_again_stays_its_authors(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    await sim.change(result_buttons_for="author")
    task_id = sim.api.submits[0].task_id
    again = shown(await sim.ben.slash(sim.channel, "show", job_id=task_id))
    refused = await sim.ben.click(again, label="✏️ 1")
    assert "Only the person who requested this" in text(shown(refused))


# ------------------------------------------------------------------ words


async def asked_by_form(sim: Sim, prompt: str) -> InteractionResult:
    form = await sim.ann.slash(sim.channel, "imagine")
    return await sim.ann.submit_modal(form, {"prompt-1": prompt})


async def asked_by_file(sim: Sim, prompt: str) -> InteractionResult:
    file = ("prompt.txt", prompt.encode())
    return await sim.ann.slash(sim.channel, "imagine", prompt_file=file)


async def asked_by_command(sim: Sim, prompt: str) -> InteractionResult:
    return await sim.ann.slash(sim.channel, "imagine", prompt=prompt)


@pytest.mark.parametrize("ask", [asked_by_command, asked_by_form, asked_by_file])
@pytest.mark.settings(refused_words=("gore", "very bad"))
async def test_a_refused_word_is_told_to_its_author_who_can_edit_the_prompt(
    sim: Sim, ask: Callable[[Sim, str], Awaitable[InteractionResult]]
) -> None:
    refused = await ask(sim, "a fox and ＧＯＲＥ")  # noqa: RUF001  # full width
    assert refused.ephemeral
    assert "Prompts containing **gore** aren't allowed here" in text(shown(refused))
    assert sim.channel.last_message is None, "nobody else sees anything"
    form = await sim.ann.click(shown(refused), label="Edit prompt")
    assert fields(form)["prompt-1"] == "a fox and ＧＯＲＥ"  # noqa: RUF001  # full width
    result = await sim.ann.submit_modal(form, {"prompt-1": "a fox and folklore"})
    await sim.finish()
    assert len(images(shown(result))) == 4
    assert [job.prompt for job in sim.api.submits] == ["a fox and folklore"]


async def test_a_word_refused_since_is_not_repeated_by_a_button(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a gory fox")
    await sim.change(refused_words=("gory",))
    refused = await sim.ben.click(message, label="Reroll")
    assert "**gory**" in text(shown(refused))
    assert list(buttons(shown(refused))) == ["Retry", "Edit prompt"]
    assert sim.api.submit_calls == 1


async def test_somebody_elses_draft_is_nobodys_business(sim: Sim) -> None:
    await sim.change(refused_words=("gore",))
    refused = shown(await asked_by_command(sim, "gore"))
    sim.put_button(await sim.imagine(sim.ben, "x"), buttons(refused)["Edit prompt"])
    message: Any = sim.last
    told = await sim.ben.click(message, label="put there")
    assert told.modal is None
    assert "more than a day old" in text(shown(told))
