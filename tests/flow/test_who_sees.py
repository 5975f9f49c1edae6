"""What stands under a message, is kept for later, or is made from something: who sees it when."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord
import pytest
from simcord.builders import ChannelHandle, RoleHandle
from simcord.results import InteractionResult, ResponseMessage

from tests.flow.sim import (
    DOT,
    REMIX,
    Sim,
    ask_to_delete,
    buttons,
    details,
    fields,
    images,
    shown,
    text,
)
from tests.flow.test_strangers import SECRET, closed_channel, seen, set_overwrite

UNKNOWN = "I can't find that job, or you don't have access to it"
NOT_YOURS = "Only the person who requested this or a moderator"
NOBODYS_ID = "c0ffee00-1a9e-4d0e-9a52-0c3f2b1d7e66"


class Closed:
    """A result in a channel that Dan sees by a role, and Ben does not."""

    def __init__(self, sim: Sim, channel: ChannelHandle, role: RoleHandle) -> None:
        self.sim = sim
        self.channel = channel
        self.role = role
        self.dan = sim.guild.add_member(sim.env.create_user("dan"), roles=[role])

    async def result(self) -> ResponseMessage:
        result = await self.sim.ann.slash(self.channel, "imagine", prompt=SECRET)
        await self.sim.finish()
        return shown(result)

    def close_to_dan(self) -> None:
        self.sim.env.backend.remove_member_role(self.sim.guild.id, self.dan.id, self.role.id)


@pytest.fixture
def closed(sim: Sim) -> Closed:
    return Closed(sim, *closed_channel(sim))


async def remixed(
    sim: Sim, who: Any, prompt: str = "mine now", where: ChannelHandle | None = None, **options: Any
) -> InteractionResult:
    """`/remix` of the first job, by its id."""
    named = {"job_id": sim.api.submits[0].job_id, "image": 0, "prompt": prompt, **options}
    result = await who.slash(where or sim.channel, "remix", **named)
    await sim.finish()
    return result


# ------------------------------------------------------------------ what is made from private ones


async def remix_button(_: Sim, who: Any, message: Any) -> InteractionResult:
    form = await who.click(message, label="✏️ 1")
    return await who.submit_modal(form, {"prompt-1": "mine", "mode": "0"})


async def again_button(_: Sim, who: Any, message: Any) -> InteractionResult:
    return await who.click(message, label="Reroll")


@pytest.mark.parametrize("press", [remix_button, again_button])
@pytest.mark.settings(allow_dms=True)
async def test_a_private_result_that_came_directly_makes_private_ones(
    sim: Sim, press: Callable[[Sim, Any, Any], Awaitable[InteractionResult]]
) -> None:
    prompt = f"{SECRET} sandbox:seconds=12"
    await sim.ann.slash(sim.channel, "imagine", prompt=prompt, private=True)
    await sim.env.advance_time(16 * 60)
    await sim.finish()
    direct = sim.ann.user.dm_channel.last_message
    assert direct is not None
    assert (await sim.job()).posted is not None
    await press(sim, sim.ann.user, direct)
    await sim.finish()
    child = await sim.job(2)
    assert child.destination.private
    refused = await sim.ben.slash(sim.channel, "show", job_id=child.provider_job_id)
    assert UNKNOWN in text(shown(refused))
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert listed.count("private") == 2


@pytest.mark.parametrize("made", ["privately", "directly"])
@pytest.mark.settings(allow_dms=True)
async def test_what_is_made_from_something_private_is_private_by_every_command(
    sim: Sim, made: str
) -> None:
    if made == "directly":
        await sim.ann.user.slash("imagine", prompt=SECRET)
    else:
        await sim.ann.slash(sim.channel, "imagine", prompt=SECRET, private=True)
    await sim.finish()
    by_command = await remixed(sim, sim.ann)
    form = await sim.ann.slash(sim.channel, "remix", job_id=sim.api.submits[0].task_id, image=1)
    by_form = await sim.ann.submit_modal(form, {"prompt-1": "by form", "mode": "0"})
    name = f"{sim.api.submits[0].job_id}_2.png"
    posted = await sim.ann.send(sim.channel, attachments=[(name, DOT)])
    form = await sim.ann.context_menu(sim.channel, "Remix this", posted)
    by_menu = await sim.ann.submit_modal(form, {"prompt-1": "by menu", "mode": "0"})
    await sim.finish()
    for result in (by_command, by_form, by_menu):
        assert shown(result).ephemeral
        assert len(images(shown(result))) == 4
    for number in (2, 3, 4):
        assert (await sim.job(number)).destination.private


@pytest.mark.settings(allow_dms=True)
async def test_a_failed_private_job_is_edited_privately(sim: Sim) -> None:
    prompt = f"{SECRET} sandbox:fail sandbox:seconds=12"
    await sim.ann.slash(sim.channel, "imagine", prompt=prompt, private=True)
    await sim.env.advance_time(16 * 60)
    await sim.finish()
    direct = sim.ann.user.dm_channel.last_message
    assert direct is not None
    form = await sim.ann.user.click(direct, label="Edit prompt")
    await sim.ann.user.submit_modal(form, {"prompt-1": "better"})
    await sim.finish()
    assert (await sim.job(2)).destination.private


@pytest.mark.settings(remix_within_days=3)
async def test_too_old_a_private_image_starts_anew_privately(sim: Sim) -> None:
    await sim.imagine(sim.ann, SECRET, private=True)
    await sim.clock.advance(4 * 86_400)
    form = await remixed(sim, sim.ann)
    result = await sim.ann.submit_modal(form, fields(form))
    assert shown(result).ephemeral


async def test_details_list_to_others_only_what_they_may_see(sim: Sim, closed: Closed) -> None:
    parent = await sim.imagine(sim.ann, "a pond")
    await remixed(sim, sim.ann, f"{SECRET} one", closed.channel)
    await remixed(sim, sim.ann, f"{SECRET} two", private=True)
    await remixed(sim, sim.ann, "in the open")
    told = {who.name: text(await details(who, parent)) for who in (sim.ann, sim.ben, closed.dan)}
    assert [told["ann"].count(SECRET), told["ben"].count(SECRET), told["dan"].count(SECRET)] == [
        2,
        0,
        1,
    ]
    assert all("in the open" in one for one in told.values())


# ------------------------------------------------------------------ a child in the open


async def test_a_child_in_the_open_keeps_its_hidden_parent(sim: Sim, closed: Closed) -> None:
    await closed.result()
    child = shown(await remixed(sim, sim.ann, "in the open"))
    assert f"/{closed.channel.id}/" not in text(child)
    parent = sim.api.submits[0]
    ours = text(await details(closed.dan, child))
    assert parent.job_id in ours
    assert f"/{closed.channel.id}/" in ours
    theirs = text(await details(sim.ben, child))
    assert "in the open" in theirs
    assert parent.job_id not in theirs
    assert f"/{closed.channel.id}/" not in theirs
    calls = sim.api.submit_calls
    for label in ("Reroll", "🔄 2"):
        assert UNKNOWN in text(shown(await sim.ben.click(child, label=label)))
    assert sim.api.submit_calls == calls
    form = await sim.ben.click(child, label="✏️ 1")
    assert fields(form)["prompt-1"] == "in the open"
    form = await closed.dan.click(child, label="🔄 2")
    other = shown(await closed.dan.submit_modal(form, fields(form)))
    await sim.finish()
    assert sim.api.submits[-1].params["jobId"] == parent.job_id
    assert f"/{closed.channel.id}/" not in text(other)


async def test_a_result_that_somebody_else_shows_works_where_it_is_shown(
    sim: Sim, closed: Closed
) -> None:
    await closed.result()
    job_id = sim.api.submits[0].job_id
    again = shown(await closed.dan.slash(sim.channel, "show", job_id=job_id))
    assert len(images(again)) == 4
    assert SECRET in text(await details(sim.ben, again))
    form = await sim.ben.click(again, label="✏️ 1")
    assert fields(form)["prompt-1"] == SECRET
    result = await sim.ben.submit_modal(form, {"prompt-1": "mine", "mode": "0"})
    await sim.finish()
    assert len(images(shown(result))) == 4
    await sim.ben.click(again, label="Reroll")
    assert sim.api.submits[-1].prompt == SECRET
    choice = await sim.ben.context_menu(sim.channel, "Remix this", again)
    assert list(buttons(shown(choice))) == REMIX
    refused = await sim.ben.slash(sim.channel, "show", job_id=job_id)
    assert UNKNOWN in text(shown(refused)), "elsewhere it is what it was"
    posted = (await sim.job()).posted
    assert posted is not None
    assert posted.channel_id == closed.channel.id, "only its author gives it another place"


async def test_its_author_gives_a_job_another_place(sim: Sim, closed: Closed) -> None:
    first = await sim.imagine(sim.ann, SECRET)
    job_id = sim.api.submits[0].job_id
    moved = shown(await sim.ann.slash(closed.channel, "show", job_id=job_id))
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert f"/{moved.id})" in listed
    assert UNKNOWN in text(shown(await sim.ben.slash(sim.channel, "show", job_id=job_id)))
    assert not await sim.ben.autocomplete(sim.channel, "show", "job_id", "heron")
    assert SECRET in text(shown(await closed.dan.slash(sim.channel, "show", job_id=job_id)))
    # The first message is still there, and shows it to all.
    assert fields(await sim.ben.click(first, label="✏️ 1"))["prompt-1"] == SECRET
    assert SECRET in text(await details(sim.ben, first))


async def test_the_first_message_works_on_where_its_author_took_a_job_to_another_server(
    sim: Sim,
) -> None:
    first = await sim.imagine(sim.ann, SECRET)
    other = sim.env.create_guild("Elsewhere")
    there = other.create_text_channel("square")
    moved = await other.add_member(sim.ann.user).slash(
        there, "show", job_id=sim.api.submits[0].job_id
    )
    assert len(images(shown(moved))) == 4
    posted = (await sim.job()).posted
    assert posted is not None
    assert posted.guild_id == other.id
    named = {"job_id": sim.api.submits[0].job_id}
    assert UNKNOWN in text(shown(await sim.ben.slash(sim.channel, "show", **named)))
    assert fields(await sim.ben.click(first, label="✏️ 1"))["prompt-1"] == SECRET
    assert SECRET in text(await details(sim.ben, first))
    await sim.ben.click(first, label="Reroll")
    assert sim.api.submits[-1].prompt == SECRET


async def test_what_somebody_shows_to_themselves_is_remixed_privately_from_every_control(
    sim: Sim,
) -> None:
    await sim.imagine(sim.ann, "a fox")
    named = {"job_id": sim.api.submits[0].job_id, "private": True}
    mine = shown(await sim.ben.slash(sim.channel, "show", **named))
    choice = shown(await sim.ben.context_menu(sim.channel, "Remix this", mine))
    form = await sim.ben.click(choice, label="✏️ 2")
    remixed = await sim.ben.submit_modal(form, {"prompt-1": "mine", "mode": "0"})
    await sim.finish()
    assert shown(remixed).ephemeral
    assert (await sim.job(2)).destination.private


@pytest.mark.settings(allow_dms=True)
async def test_a_job_shown_by_somebody_else_or_to_oneself_stays_where_it_was(
    sim: Sim,
) -> None:
    first = await sim.imagine(sim.ann, SECRET)
    job_id = sim.api.submits[0].job_id
    other = sim.guild.create_text_channel("other")
    await sim.ben.slash(other, "show", job_id=job_id)
    await sim.ann.slash(other, "show", job_id=job_id, private=True)
    await sim.ann.user.slash("show", job_id=job_id)
    assert f"/{first.id})" in text(shown(await sim.ann.slash(sim.channel, "jobs")))
    found = shown(await sim.ben.slash(other, "show", job_id=job_id))
    assert SECRET in text(found), "others still see it"


async def test_what_was_taken_down_is_offered_to_nobody_else(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, SECRET)
    assert await sim.ben.autocomplete(sim.channel, "show", "job_id", "heron")
    question = await ask_to_delete(sim.ann, message)
    await sim.ann.click(question, label="Delete")
    assert not await sim.ben.autocomplete(sim.channel, "show", "job_id", "heron")
    assert await sim.ann.autocomplete(sim.channel, "show", "job_id", "heron")


# ------------------------------------------------------------------ rights are asked when it counts


async def test_a_form_that_was_opened_before_the_role_was_lost_does_nothing(
    sim: Sim, closed: Closed
) -> None:
    await closed.result()
    form = await closed.dan.slash(sim.channel, "remix", job_id=sim.api.submits[0].job_id, image=0)
    assert fields(form)["prompt-1"] == SECRET
    closed.close_to_dan()
    refused = await closed.dan.submit_modal(form, {"prompt-1": "typed", "mode": "0"})
    assert UNKNOWN in text(shown(refused))
    assert [file.filename for file in shown(refused).attachments] == ["prompt.txt"]
    assert len(sim.api.submits) == 1


@pytest.mark.parametrize(
    ("prompt", "label"), [("a {red,green} fox", "Go ahead"), ("a gory fox", "Retry")]
)
@pytest.mark.settings(refused_words=("gory",))
async def test_what_was_kept_before_the_role_was_lost_is_not_done(
    sim: Sim, prompt: str, label: str
) -> None:
    closed = Closed(sim, *closed_channel(sim))
    await closed.result()
    kept = shown(await remixed(sim, closed.dan, prompt))
    assert label in buttons(kept)
    await sim.change(refused_words=())
    closed.close_to_dan()
    refused = await closed.dan.click(kept, label=label)
    assert UNKNOWN in text(shown(refused))
    assert len(sim.api.submits) == 1


async def test_a_moderator_who_is_none_any_more_deletes_nothing(sim: Sim) -> None:
    role = sim.guild.create_role("mod", permissions=discord.Permissions(manage_messages=True))
    eve = sim.guild.add_member(sim.env.create_user("eve"), roles=[role])
    message = await sim.imagine(sim.ann, "a fox")
    question = await ask_to_delete(eve, message)
    sim.env.backend.remove_member_role(sim.guild.id, eve.id, role.id)
    refused = await eve.click(question, label="Delete")
    assert NOT_YOURS in seen(refused)
    assert sim.last.id == message.id
    own = await ask_to_delete(sim.ann, message)
    await sim.ann.click(own, label="Delete")
    assert sim.channel.last_message is None


# ------------------------------------------------------------------ results for their authors alone


async def shown_privately(sim: Sim) -> InteractionResult:
    job_id = sim.api.submits[0].job_id
    again = shown(await sim.ben.slash(sim.channel, "show", job_id=job_id, private=True))
    return await sim.ben.click(again, label="✏️ 1")


async def shown_privately_again(sim: Sim) -> InteractionResult:
    job_id = sim.api.submits[0].job_id
    again = shown(await sim.ben.slash(sim.channel, "show", job_id=job_id, private=True))
    return await sim.ben.click(again, label="Reroll")


async def by_link(sim: Sim) -> InteractionResult:
    link = (await sim.job()).message
    assert link is not None
    return await remixed(sim, sim.ben, job_id=link.url)


async def by_form(sim: Sim) -> InteractionResult:
    named = sim.api.submits[0].task_id.upper()
    return await sim.ben.slash(sim.channel, "remix", job_id=named, image=0)


async def by_forward(sim: Sim) -> InteractionResult:
    forwarded = await sim.ben.forward(sim.last, sim.channel)
    return await sim.ben.context_menu(sim.channel, "Remix this", forwarded)


async def by_link_in_a_message(sim: Sim) -> InteractionResult:
    link = (await sim.job()).message
    assert link is not None
    posted = await sim.ben.send(sim.channel, link.url)
    return await sim.ben.context_menu(sim.channel, "Remix this", posted)


WAYS_AROUND: dict[str, Callable[[Sim], Awaitable[InteractionResult]]] = {
    "/show private, Remix 1": shown_privately,
    "/show private, Again": shown_privately_again,
    "/remix by id": lambda sim: remixed(sim, sim.ben),
    "/remix by link": by_link,
    "/remix, the form": by_form,
    "Remix this, forwarded": by_forward,
    "Remix this, linked": by_link_in_a_message,
}


async def test_there_is_no_way_around_a_result_being_its_authors(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    await sim.change(result_buttons_for="author")
    for name, way in WAYS_AROUND.items():
        assert NOT_YOURS in text(shown(await way(sim))), name
    assert len(sim.api.submits) == 1


async def test_who_moderates_one_channel_goes_on_from_the_results_of_that_one(sim: Sim) -> None:
    result = await sim.imagine(sim.ann, "a fox")
    await sim.change(result_buttons_for="author")
    other = sim.guild.create_text_channel("other")
    eve = sim.guild.add_member(sim.env.create_user("eve"))
    manages = discord.PermissionOverwrite(manage_messages=True)
    await set_overwrite(sim, other, eve, manages)
    assert NOT_YOURS in text(shown(await remixed(sim, eve, where=other)))
    posted = await eve.send(other, result.message.jump_url)
    assert NOT_YOURS in text(shown(await eve.context_menu(other, "Remix this", posted)))
    assert len(sim.api.submits) == 1
    await set_overwrite(sim, sim.channel, eve, manages)
    await remixed(sim, eve)
    assert len(sim.api.submits) == 2
    assert fields(await eve.click(result, label="✏️ 1"))["prompt-1"] == "a fox"


async def test_what_was_kept_is_not_done_where_results_are_their_authors_since(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a fox")
    question = shown(await remixed(sim, sim.ben, "a {red,green} fox"))
    await sim.change(result_buttons_for="author")
    assert NOT_YOURS in text(shown(await sim.ben.click(question, label="Go ahead")))
    assert len(sim.api.submits) == 1


# ------------------------------------------------------------------ Remix this


async def test_a_forwarded_result_is_remixed_where_it_may_be_seen(sim: Sim, closed: Closed) -> None:
    result = await sim.imagine(sim.ann, "a fox")
    other = sim.guild.create_text_channel("other")
    forwarded = await sim.ann.forward(result, other)
    choice = shown(await sim.ben.context_menu(other, "Remix this", forwarded))
    assert list(buttons(choice)) == REMIX
    assert fields(await sim.ben.click(choice, label="✏️ 2"))["prompt-1"] == "a fox"
    secret = await sim.ann.forward(await closed.result(), other)
    told = await sim.ben.context_menu(other, "Remix this", secret)
    assert "I can't find an image of mine" in text(shown(told))
    assert list(buttons(shown(await closed.dan.context_menu(other, "Remix this", secret)))) == REMIX


# ------------------------------------------------------------------ what nobody can tell apart


async def test_a_hidden_job_is_answered_like_one_that_nobody_knows(
    sim: Sim, closed: Closed
) -> None:
    await closed.result()
    hidden = sim.api.submits[0]
    answers: list[tuple[str, bool, int]] = []
    for named in (NOBODYS_ID, hidden.job_id, hidden.task_id):
        before = len(sim.env.http_requests)
        answer = await sim.ben.slash(sim.channel, "show", job_id=named)
        sent = [one.path for one in sim.env.http_requests[before:] if "/channels/" not in one.path]
        answers.append((text(shown(answer)), shown(answer).ephemeral, len(sent)))
    assert UNKNOWN in answers[0][0]
    assert len(set(answers)) == 1


async def test_a_word_is_no_job_id_and_nothing_is_sent(sim: Sim) -> None:
    for named in ("not-a-job", "heron", "my-image-2", "12345678901234567"):
        for options in ({}, {"prompt": "x"}):
            refused = await sim.ann.slash(sim.channel, "remix", job_id=named, image=0, **options)
            assert refused.ephemeral, named
            assert UNKNOWN in text(shown(refused)), named
            assert "Paste a link to one of my results" in text(shown(refused))
    assert sim.api.submit_calls == 0


def spellings(sim: Sim, message: ResponseMessage) -> dict[str, str]:
    made = sim.api.submits[0]
    url = message.message.jump_url
    return {
        "capitals": made.job_id.upper(),
        "no dashes": made.job_id.replace("-", ""),
        "task id in capitals": made.task_id.upper(),
        "in words": f"the job {made.job_id}, please",
        "in code": f"`{made.task_id}`",
        "copied message id": str(message.id),
        "channel and message": f"{sim.channel.id}-{message.id}",
        "link without https": url.removeprefix("https://"),
        "link in brackets": f"[here](<{url}>)",
        "link of the test client": url.replace("discord.com", "canary.discord.com"),
        "link of the app": url.replace("https://discord.com", "discord://-"),
        "link with more": f"{url}?foo=bar#x",
        "renamed file": f"SPOILER_{made.job_id}_2_1.png",
        "address": f"https://media.discordapp.net/attachments/1/2/{made.job_id}_2.webp?width=9",
    }


async def test_an_id_in_any_spelling_is_sent_as_the_provider_spells_it(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a fox")
    for how, named in spellings(sim, message).items():
        await sim.ben.slash(sim.channel, "remix", job_id=named, image=2, prompt=how)
        sent = sim.api.submits[-1]
        assert (sent.prompt, sent.params["jobId"]) == (how, sim.api.submits[0].job_id), how
        await sim.finish()


async def test_a_number_of_nineteen_digits_may_be_the_providers(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "remix", job_id="1234567890123456789", image=0, prompt="x")
    await sim.finish()
    assert sim.api.submit_calls == 1


async def test_of_a_server_no_more_is_kept_than_rights_depend_on(sim: Sim) -> None:
    sim.moderator("eve")
    sim.guild.create_text_channel("made later")
    [guild] = sim.env.bot.guilds
    assert guild.name == "Studio"
    assert "moderator" in {role.name for role in guild.roles}
    assert not guild.channels
    assert not guild.threads
