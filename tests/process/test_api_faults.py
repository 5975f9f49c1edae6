"""The API breaks down, is cut off, talks nonsense: what was paid for comes all the same."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping

import pytest
from aiohttp import web

from discord_server.people import Community, Person
from discord_server.process import BotProcess
from discord_server.seen import SeenMessage
from discord_server.things import Channel
from sandbox.api import GenerationServer, Job
from sandbox.api.server import Call
from tests.flow.sim import UNLIMITED, paint_dot
from tests.process.accidents import (
    Accident,
    Script,
    bomb,
    drip,
    endless,
    html,
    nonsense,
    reset,
    reset_in_the_body,
    silence,
    status,
)
from tests.process.conftest import SPEED, Outside

pytestmark = pytest.mark.usefixtures("bot")

NO_TASKS: Mapping[str, Accident] = {
    "500": status(500, '{"error": "internal"}'),
    "a page of HTML": html(502),
    "HTML under 200": html(200),
    "503": status(503, '{"error": {"code": 4011099, "message": "down"}}'),
    "504 and nothing": status(504),
    "an empty body": status(200),
    "half of a task": status(200, '{"id": "abc", "status": "in_prog'),
    "a list": nonsense([1, 2]),
    "wrong types everywhere": nonsense({"id": ["x"], "status": 7, "progress": {}, "output": 3}),
    "a reset": reset,
    "a reset in the body": reset_in_the_body,
    "a slow drip": drip,
    "silence": silence,
    "100 MB": endless(100),
    "100 MB in disguise": bomb,
    "a redirect": status(307, Location="http://127.0.0.1:9/elsewhere"),
}
"""Answers that say nothing about a task, whatever was asked."""

READS: Mapping[str, Accident] = {
    **NO_TASKS,
    "404": status(404, '{"message": "not found"}'),
    "an unknown status": nonsense({"id": "x", "status": "dreaming", "progress": "soon"}),
    "progress past its end": nonsense({"id": "x", "status": "in_progress", "progress": 7}),
    "progress before its beginning": nonsense({"id": "x", "status": "pending", "progress": -1}),
}

IMAGES: Mapping[str, Accident] = {
    "404": status(404),
    "a slow drip": drip,
    "silence": silence,
    "200 MB": endless(200, "image/png"),
    "a page of HTML": html(200),
    "no image": status(200, '{"not": "an image"}', "application/octet-stream"),
    "a reset": reset,
    "another host": status(302, Location="http://127.0.0.1:9/p.png"),
    "another name": status(302, Location="http://localhost:9/p.png"),
    "a file": status(302, Location="file:///etc/passwd"),
}


@pytest.fixture
async def api() -> AsyncGenerator[GenerationServer]:
    """As many jobs at once as a test likes."""
    async with GenerationServer(speed=SPEED, painter=paint_dot, run_at_once=50) as server:
        yield server


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    """Nobody waits as long as people would for an API that says nothing, or is in another's way."""
    return {
        **env,
        "API_TIMEOUT_SECONDS": "6",
        "PICTURE_TIMEOUT_SECONDS": "12",
        **UNLIMITED,
        "MAX_READS_PER_SECOND": "100",
    }


def ended(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons or "No luck" in message.text


async def end_of(person: Person, channel: Channel, prompt: str) -> SeenMessage:
    handle = await person.slash(channel, "imagine", prompt=prompt)
    return await handle.message(ended)


async def ends_of(
    guild: Community, channel: Channel, prompts: Mapping[str, Accident]
) -> dict[str, SeenMessage]:
    """How the jobs with these prompts end, all of them running at the same time."""
    people = [guild.add_person(f"person {number}") for number in range(len(prompts))]
    asked = [end_of(one, channel, prompt) for one, prompt in zip(people, prompts, strict=True)]
    return dict(zip(prompts, await asyncio.gather(*asked), strict=True))


@pytest.mark.slow
async def test_no_fault_of_a_read_ends_a_job(bot: BotProcess, outside: Outside) -> None:
    script = Script("read", READS, times=2)
    outside.api.interfere = script.interfere
    ends = await ends_of(outside.guild, outside.channel, READS)
    shown = {prompt: len(message.images) for prompt, message in ends.items()}
    assert shown == dict.fromkeys(READS, 4), bot.output
    assert script.happened == Counter(dict.fromkeys(READS, 2))
    assert outside.api.submit_calls == len(READS)


async def test_a_submit_without_a_readable_answer_may_be_charged_and_is_never_repeated(
    outside: Outside,
) -> None:
    accidents = {prompt: one for prompt, one in NO_TASKS.items() if prompt != "a redirect"}
    del accidents["503"]  # says in a code of the API that it did not take the job
    outside.api.interfere = Script("submit", accidents, times=1).interfere
    ends = await ends_of(outside.guild, outside.channel, accidents)
    for prompt, message in ends.items():
        assert "It may have been charged anyway" in message.text, prompt
        assert f"> {prompt}" in message.text
        assert "Retry" in message.buttons
    assert outside.api.submit_calls == len(accidents)


@pytest.mark.logs_errors
async def test_a_submit_that_the_api_refuses_ends_at_once_and_charges_nothing(
    outside: Outside,
) -> None:
    accidents = {
        "429 and a time": status(429, '{"error": "rate limit"}', Retry_After="30"),
        "429": status(429, '{"error": "rate limit"}'),
        "down": status(503, '{"error": {"code": 4011099, "message": "down"}}'),
        "401": status(401, '{"error": "invalid key"}'),
        "402": status(402, '{"error": "insufficient balance"}'),
        "403": status(403, '{"error": "no permission"}'),
        "content": status(403, '{"error": "sensitive content detected"}'),
        "413": status(413),
        "redirect": status(307, Location="http://127.0.0.1:9/elsewhere"),
    }
    outside.api.interfere = Script("submit", accidents, times=1).interfere
    for calls, prompt in enumerate(accidents, start=1):
        message = await end_of(outside.ann, outside.channel, prompt)
        assert "Nothing was charged." in message.text, prompt
        assert f"> {prompt}" in message.text
        assert outside.api.submit_calls == calls


async def test_an_image_that_cannot_be_had_is_a_link_and_the_others_come(outside: Outside) -> None:
    async def spoil(call: Call, job: Job, request: web.Request) -> web.StreamResponse | None:
        third = request.path.endswith("_2.png")
        return await IMAGES[job.prompt](request) if call == "image" and third else None

    outside.api.interfere = spoil
    ends = await ends_of(outside.guild, outside.channel, IMAGES)
    for prompt, message in ends.items():
        assert [one.filename[-6:] for one in message.images] == ["_0.png", "_1.png", "_3.png"], (
            prompt
        )
        why = "is too large to post here" if prompt == "200 MB" else "couldn't be downloaded"
        assert f"Image 3 {why}: [open it](http" in message.text, prompt
        assert "✏️ 3" in message.buttons
