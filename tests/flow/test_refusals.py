"""Discord refuses words, pictures, or both: what is left is shown, and nobody waits for ever."""

import pytest
from simcord.results import InteractionResult, ResponseMessage

from bot.model import Job, JobState
from tests.flow.sim import Sim, buttons, fields, pictures, shown, text

AUTOMOD, AUTOMOD_TITLE, LINK, EXPLICIT = 200000, 200001, 240000, 20009
ANSWERS = "/interactions/*/callback"
BY_TOKEN = "/webhooks/*"
PROMPT = "a fox at https://evil.example/x"


def refuse(sim: Sim, method: str, path: str, code: int, times: int | None = 1) -> None:
    sim.env.inject_error(method, path, status=400, code=code, times=times)


async def job(sim: Sim) -> Job:
    found = await sim.store.job(1)
    assert found is not None
    return found


async def at_work(sim: Sim, prompt: str = PROMPT) -> InteractionResult:
    """A job that shows its first progress, and will be done soon."""
    result = await sim.ann.slash(sim.channel, "imagine", prompt=f"{prompt} sandbox:seconds=1")
    await sim.clock.advance(1)
    return result


async def details(sim: Sim, message: ResponseMessage) -> ResponseMessage:
    return shown(await sim.ann.click(message, label="Details"))


@pytest.mark.parametrize("code", [AUTOMOD, AUTOMOD_TITLE, LINK])
async def test_words_that_discord_refuses_are_refused_before_anything_is_paid(
    sim: Sim, code: int
) -> None:
    refuse(sim, "POST", ANSWERS, code)
    result = await sim.ann.slash(sim.channel, "imagine", prompt=PROMPT)
    told = shown(result)
    assert told.ephemeral
    assert "Discord does not let me show this prompt here" in text(told)
    assert "Nothing was charged." in text(told)
    assert "evil" not in text(told)
    await sim.finish()
    assert sim.api.submit_calls == 0
    assert await sim.store.open_jobs() == []
    form = await sim.ann.click(told, label="Edit prompt")
    assert fields(form)["prompt-1"] == PROMPT, "what was written is kept"


@pytest.mark.parametrize("length", [200, 1000, 5000])
async def test_the_first_answer_has_the_very_words_that_the_result_has(
    sim: Sim, length: int
) -> None:
    prompt = ("word *and* word " * 400)[:length].strip()
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    before = [line for line in text(shown(result)).splitlines() if line.startswith("> ")]
    await sim.finish()
    assert pictures(shown(result))
    after = [line for line in text(shown(result)).splitlines() if line.startswith("> ")]
    assert before == after != []


@pytest.mark.parametrize("code", [AUTOMOD, AUTOMOD_TITLE, LINK])
async def test_a_result_whose_words_discord_refuses_is_shown_without_them(
    sim: Sim, code: int
) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, code)
    await sim.finish()
    message = shown(result)
    assert len(pictures(message)) == 4
    assert "evil" not in str(message.components), "nor in what is read out"
    assert "Discord does not let me show the words of this prompt here" in text(message)
    assert sim.last.id == message.id, "nothing new was posted"
    assert PROMPT.replace("_", "") in text(await details(sim, message)).replace("\\", "")
    assert (await job(sim)).state is JobState.DELIVERED


async def test_pictures_that_discord_refuses_are_left_out_and_details_has_their_links(
    sim: Sim,
) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, EXPLICIT)
    await sim.finish()
    message = shown(result)
    assert pictures(message) == []
    assert "Discord does not let me show these pictures here" in text(message)
    assert "a fox" in text(message), "only what is refused is left out"
    links = [picture.url for picture in (await job(sim)).pictures]
    assert not any(link in text(message) for link in links)
    told = await details(sim, message)
    assert told.ephemeral
    assert all(link in text(told) for link in links)
    assert "Remix 1" in buttons(message)


async def test_where_words_and_pictures_are_refused_the_message_still_ends(sim: Sim) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, LINK)
    refuse(sim, "PATCH", BY_TOKEN, EXPLICIT)
    await sim.finish()
    message = shown(result)
    assert "words of this prompt" in text(message)
    assert "these pictures" in text(message)
    assert pictures(message) == []
    assert "Remix 1" in buttons(message)
    assert (await job(sim)).state is JobState.DELIVERED


async def test_where_nothing_goes_the_jobs_own_message_says_so(sim: Sim) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, EXPLICIT, times=3)
    refuse(sim, "PATCH", "/channels/*", EXPLICIT)
    refuse(sim, "POST", "/channels/*", EXPLICIT, times=None)
    await sim.finish()
    message = shown(result)
    assert "`/show` posts them" in text(message)
    assert "Working on it" not in text(message)
    assert buttons(message) == {}
    kept = await job(sim)
    assert kept.state is JobState.FINISHED
    assert "20009" in (kept.delivery_problem or "")


async def test_a_failure_whose_words_are_refused_is_told_without_them(sim: Sim) -> None:
    result = await at_work(sim, f"{PROMPT} sandbox:fail")
    refuse(sim, "PATCH", BY_TOKEN, AUTOMOD)
    await sim.finish()
    message = shown(result)
    assert "gave up" in text(message)
    assert "evil" not in text(message)
    assert "**Edit prompt** has them" in text(message)
    form = await sim.ann.click(message, label="Edit prompt")
    assert fields(form)["prompt-1"].startswith(PROMPT)


async def test_progress_goes_on_without_words_that_are_refused_meanwhile(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt=f"{PROMPT} sandbox:seconds=60")
    refuse(sim, "PATCH", BY_TOKEN, AUTOMOD)
    await sim.clock.advance(30)
    assert " %" in text(shown(result))
    assert "evil" not in text(shown(result))


@pytest.mark.parametrize(
    ("code", "status"), [(50001, 403), (50013, 403), (10003, 404), (50083, 400), (160005, 400)]
)
async def test_where_the_result_goes_elsewhere_the_jobs_own_message_says_where(
    sim: Sim, code: int, status: int
) -> None:
    """No access, no permission, no such channel, an archived thread, a locked one."""
    result = await at_work(sim)
    sim.env.inject_error("PATCH", BY_TOKEN, status=status, code=code, times=1)
    sim.env.inject_error("PATCH", "/channels/*", status=status, code=code, times=None)
    path = f"/channels/{sim.channel.id}/messages"
    sim.env.inject_error("POST", path, status=status, code=code, times=None)
    await sim.finish()
    direct = sim.ann.user.dm_channel.last_message
    assert direct is not None
    assert direct.attachments or "Remix 1" in str(direct.components)
    assert f"a direct message to <@{sim.ann.id}>" in text(shown(result))
    assert "Working on it" not in text(shown(result))


# ---------------------------------------------------------------------- what is looked up


async def test_a_list_leaves_out_what_discord_refuses(sim: Sim) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, AUTOMOD)
    listed = shown(await sim.ann.slash(sim.channel, "jobs"))
    assert "evil" not in text(listed)
    assert "4 pictures" in text(listed)
    assert "they are left out" in text(listed)


async def test_a_page_of_a_list_leaves_out_what_discord_refuses(sim: Sim) -> None:
    for count in range(8):
        await sim.imagine(sim.ann, f"fox {count}")
    first = shown(await sim.ann.slash(sim.channel, "jobs"))
    refuse(sim, "POST", ANSWERS, LINK)
    second = shown(await sim.ann.click(first, label="Older"))
    assert "fox" not in text(second)
    assert text(second).count("4 pictures") == 2


@pytest.mark.parametrize(("times", "names"), [(1, ["prompt.txt"]), (2, [])])
async def test_details_whose_words_are_refused_have_them_as_a_file_if_discord_takes_that(
    sim: Sim, times: int, names: list[str]
) -> None:
    message = await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, LINK, times=times)
    told = await details(sim, message)
    assert "evil" not in text(told)
    assert sim.api.submits[0].job_id in text(told)
    assert [one.filename for one in told.attachments] == names


@pytest.mark.parametrize(("code", "words", "count"), [(AUTOMOD, False, 4), (EXPLICIT, True, 0)])
async def test_showing_again_leaves_out_what_discord_refuses_and_nothing_else(
    sim: Sim, code: int, words: bool, count: int
) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "PATCH", BY_TOKEN, code)
    job_id = sim.api.submits[0].job_id
    again = shown(await sim.ann.slash(sim.channel, "show", job_id=job_id))
    assert len(pictures(again)) == count
    assert ("a fox" in text(again)) is words


async def test_suggestions_leave_out_what_discord_refuses(sim: Sim) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, AUTOMOD)
    [choice] = await sim.autocomplete(sim.ann)
    assert choice["value"] == sim.api.submits[0].job_id
    assert "evil" not in choice["name"]
