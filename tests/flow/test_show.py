"""`/show`: finished images once more, for those who may see them."""

import sqlite3
from typing import Any

import pytest
from simcord.results import ResponseMessage

from tests.flow.sim import REMIX, UPSCALE, Sim, buttons, fields, images, rewrite, shown, text

JOB_ID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"


async def show(sim: Sim, who: Any, job_id: str, **options: Any) -> ResponseMessage:
    return shown(await who.slash(sim.channel, "show", job_id=job_id, **options))


async def test_a_job_is_shown_again_with_its_buttons_and_nothing_is_made(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a red fox")
    job = await sim.job()
    await sim.env.settle()
    again = await show(sim, sim.ben, job.provider_job_id or "")
    assert again.id != first.id
    assert images(again) == images(first)
    assert buttons(again) == buttons(first)
    assert "a red fox" in text(again)
    assert f"<@{sim.ann.id}>" in text(again)
    assert not again.ephemeral
    assert len(sim.api.submits) == 1


async def test_a_job_is_shown_by_a_link_although_its_message_was_deleted(sim: Sim) -> None:
    first = await sim.imagine(sim.ann, "a red fox")
    job = await sim.job()
    assert job.message is not None
    sim.env.backend.delete_message(sim.channel.id, first.id)
    again = await show(sim, sim.ann, job.message.url)
    assert len(images(again)) == 4
    listed = text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert f"/{again.id})" in listed, "the list leads to the message that is there"


async def test_the_buttons_of_a_shown_job_know_its_prompt(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    job = await sim.job()
    again = await show(sim, sim.ben, job.task_id or "")
    form = await sim.ben.click(again, label="✏️ 2")
    assert fields(form)["prompt-1"] == "a red fox"
    await sim.ben.click(again, label="Reroll")
    assert [one.params.get("text") for one in sim.api.submits] == ["a red fox", "a red fox"]


async def test_a_task_that_only_the_api_knows_is_shown_and_can_be_remixed(sim: Sim) -> None:
    job = sim.api.add_finished_job(prompt="the sea", job_id=JOB_ID)
    found = await show(sim, sim.ann, job.task_id)
    assert len(images(found)) == 4
    assert "Images from the API" in text(found)
    assert list(buttons(found)) == [*REMIX, *UPSCALE, "Reroll"]
    form = await sim.ann.click(found, label="✏️ 3")
    await sim.ann.submit_modal(form, {"prompt-1": "the sea at night", "mode": "0"})
    assert sim.api.submits[-1].params["jobId"] == JOB_ID


async def test_what_nobody_knows_is_told(sim: Sim) -> None:
    told = await show(sim, sim.ann, "nobody-knows-this")
    assert "I can't find that job" in text(told)
    assert images(told) == []


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [("sandbox:fail", "gave up"), ("sandbox:none", "no images, or none yet")],
)
async def test_a_task_of_somebody_else_without_images_says_so(
    sim: Sim, prompt: str, sentence: str
) -> None:
    await sim.imagine(sim.ann, prompt)
    task_id = sim.api.submits[0].task_id
    database = sqlite3.connect(sim.database, isolation_level=None)
    database.execute("DELETE FROM jobs")
    database.close()
    assert sentence in text(await show(sim, sim.ann, task_id))


async def test_while_the_api_talks_nonsense_nothing_is_shown_and_that_is_said(sim: Sim) -> None:
    job = sim.api.add_finished_job(prompt="the sea sandbox:truncated", job_id=JOB_ID)
    assert "an answer that I can't read" in text(await show(sim, sim.ann, job.task_id))


async def test_a_job_without_images_says_so(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt="a red fox")
    job = await sim.job()
    told = await show(sim, sim.ann, job.task_id or "")
    assert told.ephemeral
    assert "no images, or none yet" in text(told)
    await sim.finish()


async def test_a_kept_result_that_its_author_is_shown_is_delivered(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a red fox")
    rewrite(sim, "state = 'undeliverable', ended_at = NULL, delivery_problem = 'HTTP 403'")
    job = await sim.job()
    await show(sim, sim.ben, job.task_id or "")
    assert len(await sim.store.open_jobs()) == 1, "its author may not have seen it"
    await show(sim, sim.ann, job.task_id or "")
    assert await sim.store.open_jobs() == []
    assert "4 images" in text(shown(await sim.ann.slash(sim.channel, "jobs")))


@pytest.mark.parametrize("typed", ["fox", "", "by id", "by id in capitals without dashes"])
async def test_a_half_typed_job_id_is_completed(sim: Sim, typed: str) -> None:
    await sim.imagine(sim.ann, "a red fox")
    if typed.startswith("by id"):
        begins = sim.api.submits[0].job_id[:12]
        typed = begins.replace("-", "").upper() if "capitals" in typed else begins
    [offered] = await sim.ann.autocomplete(sim.channel, "show", "job_id", typed)
    assert offered["name"].startswith("a red fox")
