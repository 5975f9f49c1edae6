"""What a result shows when the API, or an image, is not as usual."""

import re
from decimal import Decimal

import pytest
from aiohttp import web

from bot.model import JobState
from bot.ui.layouts import DONE
from sandbox.api import Job as ApiJob
from sandbox.api.server import Call
from tests.flow.sim import Sim, buttons, images, shown, text


async def test_a_job_over_15_seconds_ends_with_one_reply_that_pings_only_its_author(
    sim: Sim,
) -> None:
    prompt = f"@everyone <@{sim.ben.id}> sandbox:seconds=16"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(30)
    reply = sim.last
    assert reply.reference is not None
    assert reply.reference.message_id == shown(result).id
    assert f"<@{sim.ann.id}>" in reply.content
    [sent] = sim.requests("/channels/")
    assert sent["allowed_mentions"]["users"] == [sim.ann.id]
    assert sent["allowed_mentions"]["parse"] == []


async def ask(sim: Sim, seconds: int) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt=f"x sandbox:seconds={seconds}")


def replies(sim: Sim) -> list[str]:
    sent = sim.requests(f"/channels/{sim.channel.id}/messages")
    return [str(one["content"]) for one in sent if one.get("message_reference")]


async def test_jobs_that_end_close_together_end_with_one_reply_for_all(sim: Sim) -> None:
    for seconds in (20, 30, 40):
        await ask(sim, seconds)
    await sim.clock.advance(35)
    assert replies(sim) == []
    await sim.clock.advance(30)
    assert replies(sim) == [f"<@{sim.ann.id}> your last 3 jobs here are done."]


async def test_a_reply_does_not_wait_longer_than_a_minute(sim: Sim) -> None:
    await ask(sim, 20)
    await ask(sim, 300)
    await sim.clock.advance(60)
    assert replies(sim) == []
    await sim.clock.advance(30)
    assert replies(sim) == [f"<@{sim.ann.id}> your images are ready."]
    await sim.clock.advance(300)
    assert len(replies(sim)) == 2


async def test_the_jobs_of_others_keep_no_reply_waiting(sim: Sim) -> None:
    await ask(sim, 20)
    await sim.ben.slash(sim.channel, "imagine", prompt="x sandbox:seconds=300")
    await sim.clock.advance(40)
    assert replies(sim) == [f"<@{sim.ann.id}> your images are ready."]


@pytest.mark.settings(max_running_per_user=1)
async def test_what_was_started_later_counts_from_its_turn(sim: Sim) -> None:
    await ask(sim, 60)
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=60")
    asked = int(sim.clock.now().timestamp())
    await sim.clock.advance(90)
    [started] = re.findall("started <t:([0-9]+):R>", text(shown(result)))
    assert int(started) >= asked + 60


async def test_a_quick_job_needs_no_reply(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "x sandbox:seconds=5")
    assert sim.last.id == message.id


async def test_no_message_of_ours_can_ping_anybody_else(sim: Sim) -> None:
    await sim.imagine(sim.ann, f"@everyone @here <@{sim.ben.id}>")
    bodies = [body for body in sim.requests("/") if "content" in str(body)]
    allowed = [body.get("data", body)["allowed_mentions"] for body in bodies]
    assert len(allowed) >= 3
    for mentions in allowed:
        assert mentions["parse"] == []
        assert mentions.get("users", []) in ([], [sim.ann.id])


async def test_a_missing_image_leaves_a_gap_and_nobody_makes_up_a_reason(
    sim: Sim,
) -> None:
    message = await sim.imagine(sim.ann, "x sandbox:missing=1")
    job_id = sim.api.submits[0].job_id
    assert images(message) == [f"{job_id}_{number}.png" for number in (0, 2, 3)]
    assert list(buttons(message)) == ["✏️ 1", "✏️ 3", "✏️ 4", "U1", "U3", "U4", "Reroll", "More"]
    assert "Image 2 is missing: the API didn't send it." in text(message)
    form = await sim.ann.click(message.message, label="✏️ 3")
    await sim.ann.submit_modal(form, {"prompt-1": "y", "mode": "0"})
    assert sim.api.submits[1].params["imageNo"] == 2


async def test_six_images_are_all_shown(sim: Sim) -> None:
    assert len(images(await sim.imagine(sim.ann, "x sandbox:images=6"))) == 6


async def test_images_too_large_for_discord_come_as_links(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:big")
    await sim.finish()
    # SimCord takes 25 MiB a file, the message 24 MiB in all: two of 12 MiB do not fit with more
    assert "too large to post here: [open it](http://127.0.0.1" in text(shown(result))
    assert "✏️ 4" in buttons(shown(result))


async def test_images_that_are_gone_come_as_links_and_can_still_be_remixed(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "x sandbox:gone")
    assert text(message).count("couldn't be downloaded: [open it](http://127.0.0.1") == 4
    assert "I couldn't post any of them. Here are their links:" in text(message)
    assert images(message) == []
    assert "✏️ 1" in buttons(message)
    [frame] = message.components
    assert frame["accent_color"] != DONE.value, "green is for what went well"


async def test_without_a_job_id_the_task_id_is_what_a_remix_names(sim: Sim) -> None:
    message = await sim.imagine(sim.ann, "x sandbox:nojobid")
    task_id = sim.api.submits[0].task_id
    assert buttons(message)["✏️ 1"] == f"remix:remix:{task_id}:0"


async def test_the_bar_never_goes_backwards(sim: Sim) -> None:
    prompt = "x sandbox:backwards sandbox:seconds=60"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    seen: list[int] = []
    for _ in range(25):
        await sim.clock.advance(2)
        per_cent = text(shown(result)).partition("%")[0].rpartition(" ")[2]
        seen += [int(per_cent)] if per_cent.isdigit() else []
    assert seen == sorted(seen)
    assert len(set(seen)) > 5


@pytest.mark.parametrize("word", ["flaky", "noprogress"])
async def test_a_job_comes_through_a_difficult_api(sim: Sim, word: str) -> None:
    message = await sim.imagine(sim.ann, f"x sandbox:{word}")
    assert len(images(message)) == 4


async def test_a_failure_is_told_with_what_it_cost_and_the_prompt_is_kept(sim: Sim) -> None:
    nothing, unknown = "Nothing was charged.", "It may have been charged anyway"
    for calls, (word, sentence, charged) in enumerate(
        (
            ("busy", "The API is busy right now. Please try again in a few", nothing),
            ("down", "I can't tell if it's running", unknown),
            ("moderated", "moderation rejected this prompt. Please rephrase it", nothing),
            ("html", "I can't tell if it's running", unknown),
            ("reset", "I won't send it again on my own", unknown),
            ("fail", "then gave up. Try again, or try another prompt", ""),
            ("none", "without any images. Often that means", unknown),
        ),
        start=1,
    ):
        message = await sim.imagine(sim.ann, f"my idea sandbox:{word}")
        assert sentence in text(message)
        assert charged in text(message), word
        assert f"> my idea sandbox:{word}" in text(message)
        assert list(buttons(message)) == ["Retry", "Edit prompt"], word
        assert sim.api.submit_calls == calls, "a submit is never repeated by itself"


async def test_an_api_that_says_it_is_out_of_service_charged_nothing(sim: Sim) -> None:
    parent = sim.api.add_finished_job(prompt="the sea").job_id
    result = await sim.ann.slash(
        sim.channel, "remix", job_id=parent, image=0, prompt="sandbox:down"
    )
    assert "out of service" in text(shown(result))
    assert "Nothing was charged." in text(shown(result))


async def test_a_task_that_the_api_lost_is_given_up_after_two_minutes(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:lost")
    await sim.clock.advance(100)
    assert "no longer knows" not in text(shown(result))
    await sim.clock.advance(60)
    assert "no longer knows" in text(shown(result))


def answers_of_reads(sim: Sim, document: object | None) -> None:
    """From now on every read is answered with *document*; ``None``: as the API would."""

    async def interfere(call: Call, _: ApiJob, __: web.Request) -> web.StreamResponse | None:
        return web.json_response(document) if document is not None and call == "read" else None

    sim.api.interfere = interfere


async def test_a_finished_job_whose_output_cannot_be_read_is_told_with_its_id_and_shown_later(
    sim: Sim, caplog: pytest.LogCaptureFixture
) -> None:
    answers_of_reads(
        sim,
        {
            "id": "x",
            "status": "completed",
            "output": {"images": ["https://words.example/secret.png"]},
            "usage": {"cost": "0.11"},
        },
    )
    result = await sim.ann.slash(sim.channel, "imagine", prompt="a red fox")
    await sim.clock.advance(100)
    assert "can't read" not in text(shown(result))
    await sim.clock.advance(100)
    told, task_id = text(shown(result)), sim.api.submits[0].task_id
    assert "The API finished this job and charged $0.11" in told
    assert f"`/show` tries again with the task ID `{task_id}`" in told
    assert "Nothing was charged" not in told
    job = await sim.job()
    assert (job.state, job.failure) == (JobState.FAILED, "output_unreadable")
    assert job.cost_usd == Decimal("0.11")
    assert "output: {images: [1 of text]}" in caplog.text
    assert "secret" not in caplog.text
    usage = shown(await sim.ann.slash(sim.channel, "usage"))
    assert "$0.11" in text(usage)
    reads = sum(sim.api.reads.values())
    await sim.clock.advance(600)
    assert sum(sim.api.reads.values()) == reads
    still = shown(await sim.ann.slash(sim.channel, "show", job_id=task_id))
    assert "can't read where the images are" in text(still)
    answers_of_reads(sim, None)
    later = shown(await sim.ann.slash(sim.channel, "show", job_id=task_id))
    assert len(images(later)) == 4
    assert "a red fox" in text(later)


async def test_a_job_that_may_not_be_read_ends_with_what_is_known_of_it(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:unpaid=99")
    other = await sim.ben.slash(sim.channel, "imagine", prompt="y sandbox:seconds=100")
    await sim.clock.advance(60)
    assert "rejecting my status checks" in text(shown(result))
    assert "rejecting my status checks" not in text(shown(other))
    await sim.clock.advance(60)
    assert len(images(shown(other))) == 4
    await sim.clock.advance(600)
    assert "is rejecting my status checks, so I've stopped checking" in text(shown(result))
    assert "It may have been charged anyway" in text(shown(result))


async def test_a_job_that_never_ends_is_watched_for_the_time_set_and_no_longer(sim: Sim) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=9000")
    await sim.clock.advance(590)
    assert "Creating images" in text(shown(result))
    await sim.clock.advance(60)
    assert "hasn't finished this job after 10 min" in text(shown(result))
    reads = sum(sim.api.reads.values())
    await sim.clock.advance(600)
    assert sum(sim.api.reads.values()) == reads


async def test_an_api_that_lets_nobody_read_is_told_once_and_asked_once_a_minute(
    sim: Sim, caplog: pytest.LogCaptureFixture
) -> None:
    prompt = "x sandbox:unpaid=3"
    result = await sim.ann.slash(sim.channel, "imagine", prompt=prompt)
    await sim.clock.advance(50)
    assert "is rejecting my status checks" in text(shown(result))
    assert sum(sim.api.reads.values()) == 1, "nobody hammers a closed door"
    await sim.clock.advance(240)
    assert len(images(shown(result))) == 4
    assert caplog.text.count("top up the Vtrix account") == 1
