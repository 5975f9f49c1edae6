"""`/remix` and `/imagine` as people type them: accepted, or one private sentence that helps."""

from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.clock import START
from tests.flow.sim import Sim, fields, images, shown, text

JOB_ID = "b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66"


@pytest.fixture
def parent(sim: Sim) -> str:
    """A finished job that the API knows and the bot does not."""
    return sim.api.add_finished_job(prompt="the sea", job_id=JOB_ID).job_id


async def test_a_remix_by_job_id_reaches_the_api_as_it_was_asked_for(sim: Sim, parent: str) -> None:
    result = await sim.ann.slash(
        sim.channel,
        "remix",
        job_id=f" {parent} ",
        image=2,
        prompt="  the sea at night ",
        mode=1,
        callback="https://hooks.example/done?x=1",
    )
    await sim.finish()
    [job] = sim.api.submits
    assert job.model.name == "midjourney_remix"
    assert job.params == {
        "jobId": parent,
        "imageNo": 2,
        "remixPrompt": "the sea at night",
        "mode": 1,
        "callback": "https://hooks.example/done?x=1",
    }
    assert len(images(shown(result))) == 4
    assert "Remix of image 3" in text(shown(result))
    assert "Subtle" in text(shown(result))


async def test_strong_is_the_default_and_no_callback_is_sent(sim: Sim, parent: str) -> None:
    await sim.ann.slash(sim.channel, "remix", job_id=parent, image=0, prompt="x")
    assert sim.api.submits[0].params.get("mode", 0) == 0
    assert "callback" not in sim.api.submits[0].params


async def test_a_wrong_value_gets_a_private_sentence_and_nothing_is_spent(sim: Sim) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"job_id": "two words", "prompt": "x"}, "can't find a job ID"),
        (
            {"job_id": "https://discord.com/channels/1/2/3", "prompt": "x"},
            "can't find a job in that message",
        ),
        ({"job_id": JOB_ID, "prompt": "   "}, "prompt is empty"),
        ({"job_id": JOB_ID, "prompt": "x", "callback": "ftp://x"}, "callback must be"),
        ({"job_id": JOB_ID, "prompt": "x", "callback": "http://u:p@x"}, "callback must be"),
        ({"job_id": JOB_ID, "prompt": "x", "prompt_file": ("p.txt", b"y")}, "not both"),
        ({"job_id": JOB_ID, "prompt_file": ("p.txt", b"x" * 33793)}, "33 KiB"),
        ({"job_id": JOB_ID, "prompt_file": ("p.txt", b"x" * 8193)}, "8,193 characters"),
        ({"job_id": JOB_ID, "prompt_file": ("p.txt", b" \n ")}, "prompt is empty"),
        ({"job_id": JOB_ID, "prompt_file": ("p.png", b"\x89PNG\xff\xfe")}, "plain text file"),
    )
    for options, sentence in wrong:
        result = await sim.ann.slash(sim.channel, "remix", image=0, **options)
        assert result.ephemeral, sentence
        assert sentence in shown(result).content
    assert sim.api.submit_calls == 0


async def test_a_prompt_file_carries_8192_characters_of_any_script(sim: Sim, parent: str) -> None:
    prompt = ("狐狸 🦊 " * 2000)[:8191] + "!"
    file = ("prompt.txt", b"\xef\xbb\xbf" + prompt.encode())
    result = await sim.ann.slash(sim.channel, "remix", job_id=parent, image=0, prompt_file=file)
    await sim.finish()
    assert sim.api.submits[0].prompt == prompt
    assert shown(result).attachments[0].filename == "prompt.txt"


async def test_without_a_prompt_the_form_opens_filled_with_the_parents(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a quiet harbour")
    job_id = sim.api.submits[0].job_id
    form = await sim.ben.slash(sim.channel, "remix", job_id=job_id, image=1, mode=1)
    assert fields(form) == {"prompt-1": "a quiet harbour", "mode": "1"}
    result = await sim.ben.submit_modal(form, {"prompt-1": "a loud harbour", "mode": "0"})
    await sim.finish()
    assert sim.api.submits[1].params["imageNo"] == 1
    assert f"/{message.id}" in text(shown(result)), "it links to where the source was posted"


async def test_a_callback_given_with_the_form_is_kept(sim: Sim, parent: str) -> None:
    url = "https://hooks.example/done"
    form = await sim.ann.slash(sim.channel, "remix", job_id=parent, image=0, callback=url)
    await sim.ann.submit_modal(form, {**fields(form), "prompt-1": "x"})
    assert sim.api.submits[0].params["callback"] == url


async def test_whatever_points_at_a_result_is_understood(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "a lighthouse")
    job = sim.api.submits[0]
    pointers = (
        message.message.jump_url,
        message.attachments[2].url,
        f"{job.job_id}_2.png",
        job.task_id,
    )
    for given in pointers:
        await sim.ben.slash(sim.channel, "remix", job_id=given, image=2, prompt="at dawn")
        assert sim.api.submits[-1].params["jobId"] == job.job_id, given
        assert sim.api.submits[-1].params["imageNo"] == 2
    assert len(sim.api.submits) == 1 + len(pointers)


async def test_a_private_remix_is_seen_by_its_author_alone_and_pings_nobody(
    sim: Sim, parent: str
) -> None:
    prompt = "sandbox:seconds=18"
    result = await sim.ann.slash(
        sim.channel, "remix", job_id=parent, image=0, prompt=prompt, private=True
    )
    await sim.clock.advance(30)
    assert shown(result).ephemeral
    assert len(images(shown(result))) == 4
    assert not result.followups
    assert not sim.requests("/channels/"), "nothing about it is posted in the channel"


@pytest.mark.settings(allowed_guilds=frozenset({1}))
async def test_a_server_that_is_not_allowed_is_told_so(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    assert result.ephemeral
    assert "isn't enabled for this server" in shown(result).content
    assert sim.api.submit_calls == 0


async def test_missing_permissions_are_named_before_anything_is_spent(sim: Sim) -> None:
    assert sim.env.bot.user is not None
    denied = discord.PermissionOverwrite(attach_files=False, send_messages=False)
    channel = sim.guild.create_text_channel("locked", overwrites={sim.env.bot.user: denied})
    result = await sim.ann.slash(channel, "imagine", prompt="x")
    assert result.ephemeral
    assert "**Send Messages** and **Attach Files**" in shown(result).content
    assert sim.api.submit_calls == 0


@pytest.mark.settings(max_running_per_user=2)
async def test_nobody_runs_more_jobs_at_once_than_the_limit(sim: Sim) -> None:
    for _ in range(3):
        await sim.ann.slash(sim.channel, "imagine", prompt="x")
    assert len(sim.api.submits) == 2, "the third one waits"
    await sim.ben.slash(sim.channel, "imagine", prompt="x")
    assert len(sim.api.submits) == 3, "another person has a limit of their own"
    await sim.finish()
    assert len(sim.api.submits) == 4, "a finished job makes room"


@pytest.mark.settings(max_jobs_per_day=2)
async def test_the_bot_takes_no_more_jobs_in_24_hours_than_the_limit(sim: Sim) -> None:
    await sim.imagine(sim.ann, "one")
    await sim.imagine(sim.ben, "two")
    refused = await sim.ann.slash(sim.channel, "imagine", prompt="three")
    assert refused.ephemeral
    assert "This bot has reached the limit of 2 jobs in 24 hours" in shown(refused).content
    tomorrow = int((START + timedelta(days=1)).timestamp())
    assert f"<t:{tomorrow}:R>" in shown(refused).content
    await sim.clock.advance(24 * 3600)
    await sim.imagine(sim.ann, "three")
    assert len(sim.api.submits) == 3
