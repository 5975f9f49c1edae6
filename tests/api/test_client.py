"""The two calls against a proper HTTP server that says what the test wants."""

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import aiohttp
import pytest

from bot import __version__
from bot.actions import IMAGINE, REMIX
from bot.api import GenerationApi, GuardedSession
from bot.errors import (
    ApiBusy,
    ApiCreditUsedUp,
    ApiKeyRefused,
    ApiMisused,
    ApiPermissionMissing,
    ApiUnavailable,
    ContentRefused,
    GenerationFailed,
    ModelUnknown,
    OutputUnreadable,
    RemixbotError,
    RequestRefused,
    SubmitUnknown,
    TaskNotFound,
)
from bot.model import Completed, Failed, Request, Running, Source
from tests.api.conftest import KEY, ApiAt
from tests.api.servers import Answer, scripted

REQUEST = Request(action=REMIX, source=Source(job_id="job-1", image_no=3), prompt="ein Fuchs 🦊")
PLAIN = Request(action=IMAGINE, prompt="a fox")
ENVELOPE = {"status": {"code": 1, "message": "no", "error_code": "004011003"}, "data": None}


def raised_as(error: RemixbotError) -> tuple[type[RemixbotError], Mapping[str, object]]:
    return type(error), vars(error)


async def test_a_submit_is_one_post_with_the_key_and_the_bots_name(api_at: ApiAt) -> None:
    async with scripted(Answer.of({"id": "t1", "status": "in_progress"})) as server:
        state = await api_at(server.url + "/model/v1/").submit(REQUEST)
    assert state == Running(task_id="t1")
    [seen] = server.seen
    assert (seen.method, seen.path) == ("POST", "/model/v1/generation")
    assert seen.headers["Authorization"] == f"Bearer {KEY}"
    assert seen.headers["User-Agent"] == f"remixbot/{__version__} (+discord bot)"
    assert seen.headers["Content-Type"] == "application/json"
    assert json.loads(seen.body)["input"][0]["params"]["remixPrompt"] == REQUEST.prompt


async def test_a_read_is_one_get_of_the_task(api_at: ApiAt) -> None:
    answer = Answer.of({"id": "t1", "status": "in_progress", "progress": 0.5})
    async with scripted(answer) as server:
        state = await api_at(server.url).fetch("t1")
    assert state == Running(task_id="t1", fraction=0.5)
    assert [(seen.method, seen.path) for seen in server.seen] == [("GET", "/generation/task/t1")]
    assert server.seen[0].headers["Authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("other", [0, 7, "another", "T1"])
async def test_an_answer_under_another_id_does_not_lead_away_from_the_task(
    api_at: ApiAt, other: object
) -> None:
    content = [{"type": "image", "url": "https://h/a_0.png"}]
    async with scripted(
        Answer.of({"id": other, "status": "in_progress"}),
        Answer.of({"id": other, "status": "failed"}),
        Answer.of({"id": other, "status": "completed", "output": [{"content": content}]}),
    ) as server:
        api = api_at(server.url)
        assert await api.fetch("t1") == Running(task_id="t1")
        assert await api.fetch("t1") == Failed(task_id="t1")
        completed = await api.fetch("t1")
    assert isinstance(completed, Completed)
    assert (completed.task_id, completed.job_id) == ("t1", "t1")


@pytest.mark.parametrize(
    ("task_id", "segment"), [("../a b?c#d%2F", "..%2Fa%20b%3Fc%23d%252F"), ("..", "..")]
)
async def test_a_task_id_cannot_leave_its_place_in_the_path(
    api_at: ApiAt, task_id: str, segment: str
) -> None:
    async with scripted(Answer.of({"id": "x", "status": "x"})) as server:
        await api_at(server.url).fetch(task_id)
    assert server.seen[0].path == f"/generation/task/{segment}"


async def test_a_submit_may_be_answered_with_the_finished_task(api_at: ApiAt) -> None:
    content = [{"type": "image", "url": "https://h/a_0.png", "jobId": "j"}]
    body = {"id": "t", "status": "completed", "output": [{"content": content}]}
    async with scripted(Answer.of(body, status=201)) as server:
        state = await api_at(server.url).submit(PLAIN)
    assert isinstance(state, Completed)
    assert state.job_id == "j"


@pytest.mark.parametrize(
    "body",
    [
        {"id": "t"},
        {"id": "t", "status": None},
        {"id": "t", "x": [1]},
        {"id": "t", "status": "completed", "output": "soon"},
    ],
)
async def test_a_submit_whose_answer_has_an_id_is_followed(api_at: ApiAt, body: object) -> None:
    async with scripted(Answer.of(body)) as server:
        assert await api_at(server.url).submit(PLAIN) == Running(task_id="t")


SUBMIT_ERRORS: list[tuple[Answer, RemixbotError]] = [
    (Answer(status=401), ApiKeyRefused()),
    (Answer(status=402), ApiCreditUsedUp()),
    (Answer.of({"error": "insufficient balance"}, status=403), ApiCreditUsedUp()),
    (Answer.of({"error": "sensitive content detected"}, status=403), ContentRefused()),
    (Answer.of({"error": "no"}, status=403), ApiPermissionMissing(detail="no")),
    (Answer.of(ENVELOPE, status=400), RequestRefused(code="4011003")),
    (Answer.of(ENVELOPE, status=200), RequestRefused(code="4011003")),
    (Answer.of({"detail": "no"}, status=422), ApiMisused(status=422, detail="no")),
    (Answer.of({"message": "what?"}, status=404), ApiMisused(status=404, detail="what?")),
    (Answer(status=405), ApiMisused(status=405)),
    (Answer(status=413), RequestRefused(code="4011006")),
    (Answer(status=429, headers={"Retry-After": "9"}), ApiBusy(retry_after_s=9.0)),
    (Answer.of({"error": {"code": 4011098}}, status=400), GenerationFailed(code="4011098")),
    (
        Answer.of({"error": {"code": "004011099"}}, status=503),
        ApiUnavailable(code="4011099", status=503, detail="HTTP 503, 4011099"),
    ),
    (Answer.of({"error": {"code": 40203}}, status=500), ApiCreditUsedUp()),
    (Answer.of({"status": {"code": 401}, "data": None}), ApiKeyRefused()),
    (Answer(status=500, body=b"<html>"), SubmitUnknown(status=500, detail="HTTP 500")),
    (
        Answer.of({"error": {"code": 9}}, status=502),
        SubmitUnknown(status=502, detail="HTTP 502, 9"),
    ),
    (Answer(status=504), SubmitUnknown(status=504, detail="HTTP 504")),
    (Answer(), SubmitUnknown(status=200, detail="HTTP 200")),
    (Answer(body=b"<html>welcome</html>"), SubmitUnknown(status=200, detail="HTTP 200")),
    (Answer(body=b'{"id": "t", "sta'), SubmitUnknown(status=200, detail="HTTP 200")),
    (Answer.of({"status": "in_progress"}), SubmitUnknown(status=200, detail="HTTP 200")),
    (Answer.of({"error": "hm"}), SubmitUnknown(status=200, detail="HTTP 200")),
    (Answer.of({"status": {"code": 500}}), SubmitUnknown(status=500, detail="HTTP 500, 500")),
    (Answer(status=204), SubmitUnknown(status=204, detail="HTTP 204")),
    (
        Answer(status=303, headers={"Location": "/done"}),
        SubmitUnknown(status=303, detail="HTTP 303"),
    ),
]


@pytest.mark.parametrize(("answer", "error"), SUBMIT_ERRORS)
async def test_a_refused_submit_raises_what_the_answer_means_after_one_post(
    api_at: ApiAt, answer: Answer, error: RemixbotError
) -> None:
    async with scripted(answer) as server:
        with pytest.raises(RemixbotError) as caught:
            await api_at(server.url).submit(PLAIN)
    assert raised_as(caught.value) == raised_as(error)
    assert [seen.method for seen in server.seen] == ["POST"]


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [("a fox", ModelUnknown), ("a fox; model not found", ApiMisused), ("Not found", ApiMisused)],
)
async def test_nobody_makes_a_model_unknown_by_what_they_write(
    api_at: ApiAt, prompt: str, kind: type[RemixbotError]
) -> None:
    async with scripted(Answer.of({"error": "model not found: x"}, status=400)) as server:
        with pytest.raises(kind):
            await api_at(server.url).submit(replace(PLAIN, prompt=prompt))


READ_ERRORS: list[tuple[Answer, RemixbotError]] = [
    (Answer(status=404), TaskNotFound()),
    (Answer.of({"error": {"code": 4011001}}, status=404), TaskNotFound()),
    (Answer.of({"status": {"code": 404}}), TaskNotFound()),
    (Answer(status=429), ApiBusy()),
    (Answer(status=429, headers={"Retry-After": "3"}), ApiBusy(retry_after_s=3.0)),
    (Answer(status=401), ApiKeyRefused()),
    (Answer(status=402), ApiCreditUsedUp()),
    (Answer.of({"error": "no"}, status=403), ApiPermissionMissing(detail="no")),
    (Answer(status=500), ApiUnavailable(status=500, detail="HTTP 500")),
    (Answer(status=400), ApiUnavailable(status=400, detail="HTTP 400")),
    (Answer.of(ENVELOPE, status=400), ApiUnavailable(status=400, detail="HTTP 400, 4011003")),
    *(
        (Answer(status=status), ApiUnavailable(status=status, detail=f"HTTP {status}"))
        for status in (307, 408, 413, 425, 503)
    ),
    (Answer(body=b"[]"), ApiUnavailable(status=200, detail="HTTP 200: []")),
    (
        Answer.of({"id": "t", "status": 1, "a secret": [{"x": True}, 2]}),
        ApiUnavailable(
            status=200, detail="HTTP 200: {id: text, status: number, ?: [2 of {x: bool}]}"
        ),
    ),
    (
        Answer.of(
            {
                "id": "t",
                "status": "completed",
                "output": {"content": ["https://secret"]},
                "usage": {"cost": "0.08"},
            }
        ),
        OutputUnreadable(
            task_id="t",
            detail="{id: text, status: text, output: {content: [1 of text]}, usage: {cost: text}}",
            cost_usd=Decimal("0.08"),
        ),
    ),
    (
        Answer.of({"id": "t", "status": "in_progress", "padding": "x" * 300_000}),
        ApiUnavailable(status=200, detail="HTTP 200: null"),
    ),
]


@pytest.mark.parametrize(("answer", "error"), READ_ERRORS)
async def test_a_failed_read_never_says_that_the_task_is_lost(
    api_at: ApiAt, answer: Answer, error: RemixbotError
) -> None:
    async with scripted(answer) as server:
        with pytest.raises(RemixbotError) as caught:
            await api_at(server.url).fetch("t", PLAIN)
    assert raised_as(caught.value) == raised_as(error)
    assert len(server.seen) == 1


async def test_a_read_that_tells_of_a_failure_in_an_envelope_ends_the_task(api_at: ApiAt) -> None:
    failed = Answer.of({"error": {"code": "004011098", "message": "gone wrong"}})
    moderated = Answer.of({"message": "sensitive content detected"}, status=403)
    async with scripted(failed, moderated) as server:
        api = api_at(server.url)
        assert await api.fetch("t", PLAIN) == Failed(
            task_id="t", code="4011098", detail="gone wrong"
        )
        assert await api.fetch("t", PLAIN) == Failed(
            task_id="t", detail="sensitive content detected"
        )


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(api_at: ApiAt, status: int) -> None:
    redirect = Answer(status=status, headers={"Location": "/elsewhere"})
    async with scripted(redirect) as server:
        api = api_at(server.url)
        with pytest.raises(ApiUnavailable):
            await api.submit(PLAIN)
        with pytest.raises(ApiUnavailable):
            await api.fetch("t")
    assert [seen.path for seen in server.seen] == ["/generation", "/generation/task/t"]


@pytest.mark.parametrize("key", ["", "two words", "new\nline", "schlüssel", "nul\0"])
async def test_a_key_that_cannot_be_sent_is_refused_without_naming_it(
    session: aiohttp.ClientSession, key: str
) -> None:
    with pytest.raises(ValueError, match="printable ASCII") as caught:
        GenerationApi(GuardedSession(session), base_url="http://localhost", key=key)
    assert key == "" or key not in str(caught.value)
