"""Limits as people meet them: a place in line, a budget, a question before a prompt multiplies."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from simcord.results import ResponseMessage

from bot.actions import IMAGINE
from bot.store import counting, lookups
from tests.clock import START
from tests.flow.sim import Sim, begun, buttons, fields, images, parts, shown, simulated, text

LONG = "a red fox sandbox:seconds=12"


# ------------------------------------------------------------------ the queue


@pytest.mark.settings(max_running=1)
async def test_whoever_waits_sees_their_place_move_up_and_then_the_bar(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    await sim.ann.slash(sim.channel, "imagine", prompt="a second fox")
    third = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a third fox"))
    bens = shown(await sim.ben.slash(sim.channel, "imagine", prompt="a hare"))
    assert "Position **2** in the queue · should start <t:" in text(third)
    assert "Position **2** in the queue" in text(bens), "people take turns"
    await sim.clock.advance(5)
    assert "Position **3** in the queue" in text(third), "Ben's turn comes before"
    await sim.finish()
    await sim.clock.advance(60)
    assert [job.prompt for job in sim.api.submits] == [
        LONG,
        "a second fox",
        "a hare",
        "a third fox",
    ]
    assert len(images(third)) == 4


@pytest.mark.settings(max_running=1, watch_hours=1 / 60)
async def test_a_wait_counts_neither_as_work_nor_as_too_long(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=55")
    second = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    await sim.clock.advance(80)
    assert len(images(second)) == 4
    job = await sim.job(2)
    assert job.took_s > 60
    assert max(await sim.store.read(lookups.recent_durations, job.request.action)) < 59


@pytest.mark.settings(max_running=1, submit_within_minutes=1.0, watch_hours=0.09)
async def test_a_long_wait_is_no_reason_to_drop_a_job_after_a_restart(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=300")
    prompt = "a fox sandbox:seconds=200"
    second = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
    await sim.heartbeats(7)
    await sim.restart()
    assert "Position **1** in the queue" in text(second)
    await sim.clock.advance(340)
    assert len(images(second)) == 4, "it is watched for as long as any other"
    await sim.ann.slash(sim.channel, "imagine", prompt="a fox sandbox:seconds=300")
    fourth = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    sim.clock.set_ahead(timedelta(minutes=3))  # that long there was no bot
    await sim.restart()
    await sim.clock.advance(5)
    assert "I was offline for too long" in text(fourth)
    assert "Nothing was charged." in text(fourth)


@pytest.mark.settings(max_running=1, max_waiting_per_user=1)
async def test_too_many_who_wait_are_refused_and_nothing_they_wrote_is_lost(sim: Sim) -> None:
    for _ in range(2):
        await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    refused = await sim.ann.slash(sim.channel, "imagine", prompt="a third fox")
    assert refused.ephemeral
    assert "You've reached the limit of 1 job waiting" in text(shown(refused))
    assert list(buttons(shown(refused))) == ["Retry", "Edit prompt"]
    assert fields(await sim.ann.click(shown(refused), label="Edit prompt")) == {
        "prompt-1": "a third fox"
    }
    await sim.clock.advance(60)
    before = shown(refused).components
    again = begun(await sim.ann.click(shown(refused), label="Retry"))
    await sim.finish()
    assert not again.ephemeral
    assert "> a third fox" in text(again)
    assert len(images(again)) == 4
    assert not buttons(shown(refused))
    sim.put_back(shown(refused), before)
    twice = await sim.ann.click(shown(refused), label="Retry")
    assert "This request was already used or canceled" in text(shown(twice))
    assert len(sim.api.submits) == 3


# ------------------------------------------------------------------ money


BUDGETS = [
    ("max_usd_per_day_per_user", "exceed your budget of $0.20 per 24 hours", 1),
    ("max_usd_per_month_per_user", "exceed your budget of $0.20 per 30 days", 30),
    ("max_usd_per_day_per_server", "exceed this server's budget of $0.20 per 24", 1),
    ("max_usd_per_month_per_server", "exceed this server's budget of $0.20 per 30", 30),
]


@pytest.mark.parametrize(("setting", "sentence", "days"), BUDGETS)
async def test_a_budget_holds_until_enough_of_it_is_free_again(
    tmp_path: Path, setting: str, sentence: str, days: int
) -> None:
    settings: dict[str, Any] = {setting: Decimal("0.20")}
    async with simulated(tmp_path / "x.db", **settings) as sim:
        await sim.imagine(sim.ann, "one")
        await sim.imagine(sim.ann, "two")
        refused = shown(await sim.ann.slash(sim.channel, "imagine", prompt="three"))
        assert sentence in text(refused)
        assert "would cost about $0.08" in text(refused)
        free_at = int((START + timedelta(days=days)).timestamp())
        assert f"<t:{free_at}:R>" in text(refused)
        other = shown(await sim.ben.slash(sim.channel, "imagine", prompt="three"))
        assert other.ephemeral is ("server" in setting)
        await sim.clock.advance(days * 86_400)
        await sim.imagine(sim.ann, "three")
        assert sim.api.submits[-1].prompt == "three"


@pytest.mark.settings(max_usd_per_day_per_user=Decimal("0.08"))
async def test_a_failure_gives_the_money_back_and_an_unknown_outcome_does_not(
    sim: Sim,
) -> None:
    await sim.imagine(sim.ann, "one sandbox:moderated")
    await sim.imagine(sim.ann, "two sandbox:fail")
    await sim.imagine(sim.ann, "three sandbox:reset")
    refused = shown(await sim.ann.slash(sim.channel, "imagine", prompt="four"))
    assert "exceed your budget" in text(refused)
    assert sim.api.submit_calls == 3


@pytest.mark.settings(max_usd_per_day_per_user=Decimal("0.50"))
async def test_what_a_job_did_cost_takes_the_place_of_what_was_reserved(sim: Sim) -> None:
    await sim.imagine(sim.ann, "one sandbox:images=16")  # four times the price
    used = text(shown(await sim.ann.slash(sim.channel, "usage")))
    assert "Last 24 hours: 1 job · $0.32 of $0.50" in used
    for _ in range(2):
        await sim.imagine(sim.ann, "two")
    refused = shown(await sim.ann.slash(sim.channel, "imagine", prompt="three"))
    assert "would cost about $0.08" in text(refused), "one odd cost is not what jobs cost"


# ------------------------------------------------------------------ a question before


async def test_a_prompt_that_multiplies_is_asked_about(sim: Sim) -> None:
    for prompt, why, usd in (
        ("a {red, green, blue} fox", "braces make **3** billed prompts", "$0.24"),
        ("a fox --turbo", "`--turbo` costs double", "$0.16"),
        ("a fox --repeat 3", "`--repeat` runs it **3** times", "$0.24"),
        ("a fox --oref https://a.example/x.png", "`--oref` costs double", "$0.16"),
        ("a fox —q 4", "`--q` costs **4** times as much", "$0.32"),
        ("a {red, green} fox --r 2", "runs each **2** times", "$0.32"),
    ):
        question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
        assert question.ephemeral
        for piece in (why, f"about **{usd}**", "Nothing has been charged so far", "Go ahead?"):
            assert piece in text(question), prompt
        assert list(buttons(question)) == ["Go ahead", "Edit prompt", "Cancel"]
    assert sim.api.submit_calls == 0


async def test_a_question_that_was_said_yes_to_runs_once(sim: Sim) -> None:
    prompt, usd = "a {red, green} fox --turbo", "$0.32"
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
    assert "**2** billed prompts and `--turbo`" in text(question)
    await sim.restart()
    before = question.components
    running = begun(await sim.ann.click(question, label="Go ahead"))
    assert not running.ephemeral
    assert text(question) == "Started in a new message."
    assert not buttons(question), "it is used up"
    sim.put_back(question, before)
    job = await sim.job(2)  # the first one was the draft
    assert job.reserved_usd == Decimal(usd[1:])
    twice = await sim.ann.click(question, label="Go ahead")
    assert "This request was already used or canceled" in text(shown(twice))
    await sim.finish()
    assert [one.prompt for one in sim.api.submits] == [prompt]
    assert usd in text(running), "the question told what it did cost"
    again = await sim.ben.click(running, label="Reroll")
    assert "Go ahead?" in text(shown(again)), "whoever repeats it is asked as well"


async def test_the_question_says_how_many_images_come_and_which_can_be_remixed(sim: Sim) -> None:
    for prompt, said in (
        ("a {red, green} fox", "**8** images; only the first four have buttons."),
        ("a fox --turbo", "**4** images. "),
    ):
        question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
        assert said in text(question)


async def test_what_may_stand_for_too_many_prompts_is_refused_before_anything_is_paid(
    sim: Sim,
) -> None:
    many = ",".join("x" * 60)
    for prompt in (f"a {{{many}}} cat :{{", "a fox --repeat 41", "a fox --repeat all"):
        refused = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
        assert refused.ephemeral, prompt
        again = await sim.ann.click(shown(refused), label="Retry")
        for told in (refused, again):
            assert "could mean more than 40 prompts" in text(shown(told)), prompt
        assert "Nothing was charged." in text(shown(refused))
        assert list(buttons(shown(refused))) == ["Retry", "Edit prompt"]
    assert sim.api.submit_calls == 0


async def test_a_price_is_of_one_and_not_of_all_that_a_prompt_multiplied(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --turbo"))
    await sim.ann.click(question, label="Go ahead")
    await sim.finish()
    done = await sim.job(2)  # the first one was the draft
    assert done.cost_usd == Decimal("0.16")
    assert await sim.store.read(counting.price, IMAGINE) == Decimal("0.08")


async def test_an_answer_that_discord_does_not_take_uses_up_no_draft(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --turbo"))
    sim.env.inject_error("POST", "/interactions/*", status=404, code=10062)
    unanswered = await sim.ann.click(question, label="Go ahead")
    assert not unanswered.acknowledged
    sim.env.inject_error("POST", "/webhooks/*", status=403, code=50013)
    unsaid = await sim.ann.click(question, label="Go ahead")
    assert len(unsaid.followups) == 1, "an answer that says what went wrong"
    assert "Go ahead?" in text(question), "nothing was started"
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert len(images(result)) == 4
    assert sim.api.submit_calls == 1


async def test_a_question_can_be_cancelled_and_nothing_of_it_is_kept(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --turbo"))
    before = question.components
    await sim.ann.click(question, label="Cancel")
    assert "Canceled. Nothing was charged" in text(question)
    assert not buttons(question)
    sim.put_back(question, before)
    for label in ("Go ahead", "Edit prompt", "Cancel"):
        told = await sim.ann.click(question, label=label)
        assert "already used or canceled" in text(shown(told))
    assert sim.api.submit_calls == 0


async def test_nobody_cancels_somebody_elses_question(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --turbo"))
    sim.put_button(await sim.imagine(sim.ben, "x"), buttons(question)["Cancel"])
    message: Any = sim.last
    await sim.ben.click(message, label="put there")
    assert await sim.ann.click(question, label="Go ahead")
    assert sim.api.submit_calls == 2


async def test_a_form_asks_too_and_keeps_the_source_and_the_privacy(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "the parent", private=True)
    form = await sim.ann.click(parent, label="✏️ 3")
    asked = await sim.ann.submit_modal(form, {"prompt-1": "a {red, green} fox", "mode": "1"})
    question = shown(asked)
    assert "Go ahead?" in text(question)
    assert not question.attachments, "a question is no failure"
    edit = await sim.ann.click(question, label="Edit prompt")
    assert fields(edit) == {"prompt-1": "a {red, green} fox", "mode": "1"}
    result = begun(await sim.ann.click(question, label="Go ahead"))
    await sim.finish()
    assert result.ephemeral
    params = sim.api.submits[-1].params
    assert (params["imageNo"], params["mode"]) == (2, 1)


async def test_the_result_of_a_question_leads_to_where_it_came_from(sim: Sim) -> None:
    parent = await sim.imagine(sim.ann, "the parent")
    form = await sim.ann.click(parent, label="✏️ 1")
    question = await sim.ann.submit_modal(form, {"prompt-1": "x --turbo", "mode": "0"})
    result = begun(await sim.ann.click(shown(question), label="Go ahead"))
    await sim.finish()
    assert f"/{parent.id})" in text(result)


async def test_a_question_is_forgotten_after_a_day(sim: Sim) -> None:
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a fox --turbo"))
    await sim.clock.advance(26 * 3600)
    told = await sim.ann.click(question, label="Go ahead")
    assert "more than a day old" in text(shown(told))
    assert sim.api.submit_calls == 0


@pytest.mark.settings(max_usd_per_day_per_user=Decimal("0.30"))
async def test_more_than_a_budget_at_once_is_refused_for_good(sim: Sim) -> None:
    prompt = "a {red, green, blue, black} fox"
    question = shown(await sim.ann.slash(sim.channel, "imagine", prompt=prompt))
    refused = shown(await sim.ann.click(question, label="Go ahead"))
    assert "more than your whole budget of $0.30 per 24 hours. Try" in text(refused)
    assert list(buttons(refused)) == ["Retry", "Edit prompt"]


# ------------------------------------------------------------------ /usage


@pytest.mark.settings(
    max_jobs_per_day_per_user=50,
    max_usd_per_day_per_user=Decimal(4),
    max_usd_per_month_per_user=Decimal(40),
)
async def test_usage_shows_mine_with_limits_and_days(sim: Sim) -> None:
    empty = shown(await sim.ann.slash(sim.channel, "usage"))
    assert empty.ephemeral
    assert "Nothing in the last 30 days" in text(empty)
    for _ in range(2):
        await sim.imagine(sim.ann, "x")
    await sim.imagine(sim.ben, "x")
    await sim.clock.advance(86_400)
    await sim.imagine(sim.ann, "x")
    used = text(shown(await sim.ann.slash(sim.channel, "usage")))
    assert "Last 24 hours: 1 of 50 jobs · $0.08 of $4.00" in used
    assert "Last 30 days: 3 jobs · $0.24 of $40.00" in used
    assert "`█████░░░░░` Fri 2 Jan · 1 job · $0.08" in used
    assert "`██████████` Thu 1 Jan · 2 jobs · $0.16" in used
    assert "`██████████` Imagine · 3 jobs · $0.24" in used
    assert "server" not in used
    assert f"<@{sim.ben.id}>" not in used


async def test_who_manages_the_server_sees_what_it_used_by_person(sim: Sim) -> None:
    manager = sim.manager("eve")
    for _ in range(2):
        await sim.imagine(sim.ann, "a secret", private=True)
    await sim.imagine(sim.ben, "x")
    told = shown(await manager.slash(sim.channel, "usage"))
    assert told.ephemeral
    assert "This server's usage" in text(told)
    assert "Last 30 days: 3 jobs · $0.24" in text(told)
    assert f"`██████████` <@{sim.ann.id}> · 2 jobs · $0.16" in text(told)
    assert f"`█████░░░░░` <@{sim.ben.id}> · 1 job · $0.08" in text(told)
    assert "a secret" not in text(told)


def charts(message: ResponseMessage) -> dict[str, str]:
    """Their names, and what they say to whoever doesn't see them."""
    items = [item for part in parts(message) for item in part.get("items", ())]
    return {item["media"]["url"].rpartition("/")[2]: item["description"] for item in items}


async def test_usage_is_drawn_and_where_discord_takes_no_files_told_in_words(sim: Sim) -> None:
    manager = sim.manager("eve")
    assert charts(shown(await sim.ann.slash(sim.channel, "usage"))) == {}
    await sim.imagine(sim.ann, "x")
    seen = charts(shown(await manager.slash(sim.channel, "usage")))
    assert list(seen) == ["server_usage.png"]
    assert "The longest is 1 Jan: 1 job, $0.08. In 30 days: Imagine 1 job" in seen.popitem()[1]
    mine = shown(await sim.ann.slash(sim.channel, "usage"))
    assert mine.ephemeral
    assert list(charts(mine)) == ["usage.png"]
    for code in (40005, 20009, 50046):
        sim.env.inject_error("PATCH", "/webhooks/*", status=400, code=code, times=1)
        told = shown(await sim.ann.slash(sim.channel, "usage"))
        assert charts(told) == {}
        assert "Imagine · 1 job · $0.08" in text(told)
