"""Discord refuses words, images, or both: what is left is shown, and nobody waits for ever."""

import pytest
from simcord.results import InteractionResult

from bot.model import JobState
from tests.flow.sim import DOT, Sim, buttons, details, fields, images, shown, text

AUTOMOD, AUTOMOD_TITLE, LINK, EXPLICIT = 200000, 200001, 240000, 20009
ANSWERS = "/interactions/*/callback"
BY_TOKEN = "/webhooks/*"
PROMPT = "a fox at https://evil.example/x"


def refuse(sim: Sim, method: str, path: str, code: int, times: int | None = 1) -> None:
    sim.env.inject_error(method, path, status=400, code=code, times=times)


async def at_work(sim: Sim, prompt: str = PROMPT) -> InteractionResult:
    """A job that shows its first progress, and will be done soon."""
    result = await sim.ann.slash(sim.channel, "imagine", prompt=f"{prompt} sandbox:seconds=1")
    await sim.clock.advance(1)
    return result


@pytest.mark.parametrize("code", [AUTOMOD, AUTOMOD_TITLE, LINK])
async def test_words_that_discord_refuses_are_refused_before_anything_is_paid(
    sim: Sim, code: int
) -> None:
    refuse(sim, "POST", ANSWERS, code)
    result = await sim.ann.slash(sim.channel, "imagine", prompt=PROMPT)
    told = shown(result)
    assert told.ephemeral
    assert "Discord won't let me show this prompt here" in text(told)
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
    assert images(shown(result))
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
    assert len(images(message)) == 4
    assert "evil" not in str(message.components), "nor in what is read out"
    assert "Discord won't let me show this prompt here" in text(message)
    assert sim.last.id == message.id, "nothing new was posted"
    assert PROMPT.replace("_", "") in text(await details(sim.ann, message)).replace("\\", "")
    assert (await sim.job()).state is JobState.DELIVERED


async def test_images_that_discord_refuses_are_left_out_and_details_has_their_links(
    sim: Sim,
) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, EXPLICIT)
    await sim.finish()
    message = shown(result)
    assert images(message) == []
    assert "Discord won't let me show these images here" in text(message)
    assert "a fox" in text(message), "only what is refused is left out"
    links = [image.url for image in (await sim.job()).images]
    assert not any(link in text(message) for link in links)
    told = await details(sim.ann, message)
    assert told.ephemeral
    assert all(link in text(told) for link in links)
    assert "✏️ 1" in buttons(message)


async def test_where_words_and_images_are_refused_the_message_still_ends(sim: Sim) -> None:
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, LINK)
    refuse(sim, "PATCH", BY_TOKEN, EXPLICIT)
    await sim.finish()
    message = shown(result)
    assert "show this prompt here" in text(message)
    assert "these images" in text(message)
    assert images(message) == []
    assert "✏️ 1" in buttons(message)
    assert (await sim.job()).state is JobState.DELIVERED


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
    kept = await sim.job()
    assert kept.state is JobState.UNDELIVERABLE
    assert "20009" in (kept.delivery_problem or "")


async def test_a_failure_whose_words_are_refused_is_told_without_them(sim: Sim) -> None:
    result = await at_work(sim, f"{PROMPT} sandbox:fail")
    refuse(sim, "PATCH", BY_TOKEN, AUTOMOD)
    await sim.finish()
    message = shown(result)
    assert "gave up" in text(message)
    assert "evil" not in text(message)
    assert "**Edit prompt** has it" in text(message)
    form = await sim.ann.click(message, label="Edit prompt")
    assert fields(form)["prompt-1"].startswith(PROMPT)


async def test_progress_goes_on_without_words_that_are_refused_meanwhile(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt=f"{PROMPT} sandbox:seconds=60")
    refuse(sim, "PATCH", BY_TOKEN, AUTOMOD)
    await sim.clock.advance(30)
    assert "%" in text(shown(result))
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
    assert direct.attachments or "✏️ 1" in str(direct.components)
    assert f"a direct message to <@{sim.ann.id}>" in text(shown(result))
    assert "Working on it" not in text(shown(result))


# ---------------------------------------------------------------------- what is looked up


async def test_a_list_leaves_out_what_discord_refuses(sim: Sim) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, AUTOMOD)
    listed = shown(await sim.ann.slash(sim.channel, "jobs"))
    assert "evil" not in text(listed)
    assert "4 images" in text(listed)
    assert "I left them out" in text(listed)


async def test_a_page_of_a_list_leaves_out_what_discord_refuses(sim: Sim) -> None:
    for count in range(8):
        await sim.imagine(sim.ann, f"fox {count}")
    first = shown(await sim.ann.slash(sim.channel, "jobs"))
    refuse(sim, "POST", ANSWERS, LINK)
    second = shown(await sim.ann.click(first, label="Older"))
    assert "fox" not in text(second)
    assert text(second).count("4 images") == 2


@pytest.mark.parametrize(
    ("times", "names", "linked"),
    [(1, ["prompt.txt"], True), (2, ["prompt.txt"], False), (3, [], False)],
)
async def test_details_whose_words_are_refused_have_them_as_a_file_if_discord_takes_that(
    sim: Sim, times: int, names: list[str], *, linked: bool
) -> None:
    message = await sim.imagine(sim.ann, PROMPT)
    panel = shown(await sim.ann.click(message, label="More"))
    refuse(sim, "POST", ANSWERS, LINK, times=times)
    told = shown(await sim.ann.click(panel, label="Details"))
    assert "evil" not in text(told)
    assert sim.api.submits[0].job_id in text(told)
    assert [one.filename for one in told.attachments] == names
    assert ("/images/" in text(told)) is linked


@pytest.mark.parametrize(("code", "words", "count"), [(AUTOMOD, False, 4), (EXPLICIT, True, 0)])
async def test_showing_again_leaves_out_what_discord_refuses_and_nothing_else(
    sim: Sim, code: int, words: bool, count: int
) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "PATCH", BY_TOKEN, code)
    job_id = sim.api.submits[0].job_id
    again = shown(await sim.ann.slash(sim.channel, "show", job_id=job_id))
    assert len(images(again)) == count
    assert ("a fox" in text(again)) is words


async def test_suggestions_leave_out_what_discord_refuses(sim: Sim) -> None:
    await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, AUTOMOD)
    [choice] = await sim.autocomplete(sim.ann)
    assert choice["value"] == sim.api.submits[0].job_id
    assert "evil" not in choice["name"]


# ---------------------------------------------------------------------- whatever it is

FILES_REFUSED = "Invalid Form Body\nIn attachments.0.filename: a test says so"
CODES = [
    *((400, AUTOMOD), (400, EXPLICIT), (400, 50035), (400, 40006), (413, 0), (429, 0)),
    *((403, 50001), (404, 10008), (401, 50027), (400, 999999), (405, 0)),
]
"""One for each thing that an answer may be about."""
EDITS = (("PATCH", BY_TOKEN), ("PATCH", "/channels/*"))
EVERYTHING = (*EDITS, ("POST", "/channels/*"), ("POST", "/users/*"))


@pytest.mark.parametrize(
    ("closed", "times"), [(EDITS, 1), (EVERYTHING, None)], ids=["edits", "all"]
)
async def test_whatever_discord_answers_a_result_comes_once_or_is_kept_after_few_requests(
    sim: Sim,
    caplog: pytest.LogCaptureFixture,
    closed: tuple[tuple[str, str], ...],
    times: int | None,
) -> None:
    for number, (status, code) in enumerate(CODES, start=1):
        result = await at_work(sim, f"fox {status} {code}")
        before = len(sim.env.http_requests)
        for method, path in closed:
            sim.env.inject_error(method, path, status=status, code=code, times=times)
        await sim.finish()
        assert len(sim.env.http_requests) - before <= 30, (status, code)
        sim.env.backend.faults.clear()
        await sim.clock.advance(700)  # what Discord put off may be tried again
        job = await sim.job(number)
        assert job.state is JobState.DELIVERED or job.delivery_problem, (status, code)
        if times == 1 and code != 10008:  # else it is refused for ever, or gone
            assert "· started" not in text(shown(result)), (status, code)
    assert ": incident" not in caplog.text


@pytest.mark.parametrize(
    ("message", "linked"), [(FILES_REFUSED, True), ("Invalid Form Body", False)]
)
async def test_a_form_that_is_wrong_for_its_files_loses_them_and_nothing_else(
    sim: Sim, message: str, *, linked: bool
) -> None:
    result = await at_work(sim)
    sim.env.inject_error("PATCH", BY_TOKEN, status=400, code=50035, message=message)
    await sim.finish()
    said = text(shown(result))
    assert (said.count("was rejected by Discord: [open it](http") == 4) is linked
    assert ("a fox" in said) is linked, "else it is a classic message"


async def test_links_that_are_refused_are_left_out_and_the_images_stay(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.attachments.MESSAGE_LIMIT_BYTES", 3 * len(DOT))
    result = await at_work(sim)
    refuse(sim, "PATCH", BY_TOKEN, LINK, times=2)
    await sim.finish()
    message = shown(result)
    assert len(images(message)) == 3
    assert "Discord won't let me link to the other images here." in text(message)
    assert "/images/" not in text(message)
    assert "/images/" in text(await details(sim.ann, message))


async def test_where_we_break_down_over_a_result_the_jobs_own_message_says_so(
    sim: Sim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError

    result = await at_work(sim)
    monkeypatch.setattr("bot.delivery.status_message.result_page", broken)
    await sim.finish()
    assert "something broke on my end when I posted them" in text(shown(result))
    assert (await sim.job()).delivery_problem == "ValueError"
    monkeypatch.undo()
    await sim.restart()
    assert len(images(shown(result))) == 4


async def test_a_note_that_is_put_off_is_left_in_the_end(sim: Sim) -> None:
    result = await at_work(sim)
    sim.env.inject_error("PATCH", "*", status=429, code=30046, times=None)
    await sim.finish()
    assert sim.last.id != shown(result).id
    assert "Your images are ready, but" not in text(shown(result))
    sim.env.backend.faults.clear()
    await sim.clock.advance(700)
    assert text(shown(result)).startswith("Your images are ready, but I couldn't put them here")


@pytest.mark.parametrize(
    ("door", "code"), [("Edit prompt", AUTOMOD), ("✏️ 1", LINK), ("/remix", 50035)]
)
async def test_a_form_whose_words_discord_refuses_is_opened_without_them(
    sim: Sim, door: str, code: int
) -> None:
    message = await sim.imagine(sim.ann, f"{PROMPT}{' sandbox:fail' * (door == 'Edit prompt')}")
    refuse(sim, "POST", ANSWERS, code)
    if door == "/remix":
        job_id = sim.api.submits[0].job_id
        form = await sim.ann.slash(sim.channel, "remix", job_id=job_id, image=0)
    else:
        form = await sim.ann.click(message, label=door)
    assert fields(form)["prompt-1"] == ""
    assert form.modal is not None
    assert "Discord rejected something in the text I had" in str(form.modal)


async def test_a_form_that_discord_does_not_take_at_all_becomes_a_sentence(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, PROMPT)
    refuse(sim, "POST", ANSWERS, AUTOMOD, times=2)
    told = shown(await sim.ann.click(message, label="✏️ 1"))
    assert told.ephemeral
    assert "Discord didn't accept my reply." in text(told)
