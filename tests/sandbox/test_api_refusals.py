"""Every refusal that the API documents, provoked over HTTP."""

import json

import pytest

from tests.sandbox.api_caller import KEY, Caller

GOOD: dict[str, object] = {
    "jobId": "1f0a6f0e-0000-4000-8000-000000000001",
    "imageNo": 0,
    "remixPrompt": "a fox",
}


def without(name: str) -> dict[str, object]:
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.parametrize(
    ("params", "code"),
    [
        pytest.param(without("jobId"), "004011001", id="job id missing"),
        pytest.param(GOOD | {"jobId": " "}, "004011001", id="job id blank"),
        pytest.param(without("imageNo"), "004011002", id="image number missing"),
        pytest.param(GOOD | {"imageNo": 4}, "004011003", id="image number 4"),
        pytest.param(GOOD | {"imageNo": -1}, "004011003", id="image number -1"),
        pytest.param(GOOD | {"imageNo": "1"}, "004011003", id="image number as text"),
        pytest.param(GOOD | {"imageNo": True}, "004011003", id="image number true"),
        pytest.param(GOOD | {"mode": 2}, "004011004", id="mode 2"),
        pytest.param(GOOD | {"mode": None}, "004011004", id="mode null"),
        pytest.param(without("remixPrompt"), "004011005", id="prompt missing"),
        pytest.param(GOOD | {"remixPrompt": ""}, "004011006", id="prompt empty"),
        pytest.param(GOOD | {"remixPrompt": "x" * 8193}, "004011006", id="prompt too long"),
        pytest.param(GOOD | {"callback": "ftp://example.com"}, "004011007", id="callback ftp"),
        pytest.param(GOOD | {"callback": "https://"}, "004011007", id="callback without host"),
        pytest.param(GOOD | {"callback": 7}, "004011007", id="callback a number"),
    ],
)
async def test_a_wrong_remix_parameter_is_named_by_its_code(
    api: Caller, params: dict[str, object], code: str
) -> None:
    answer = await api.submit("midjourney_remix", params)
    assert answer.status == 400
    assert answer.at("status", "error_code") == code
    assert answer.at("data") is None
    assert api.server.submits == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({}, "8004001001"),
        ({"text": ""}, "8004001002"),
        ({"text": "x" * 8193}, "8004001002"),
        ({"text": "a fox", "callback": "nowhere"}, "8004001003"),
    ],
)
async def test_a_wrong_diffusion_parameter_is_named_by_its_code(
    api: Caller, params: dict[str, object], code: str
) -> None:
    answer = await api.submit("midjourney_diffusion", params)
    assert answer.status == 400
    assert answer.at("status", "error_code") == code


async def test_the_longest_prompt_and_both_kinds_of_callback_are_accepted(api: Caller) -> None:
    for callback in ("http://example.com/done", "https://example.com/done?x=1"):
        params = {"text": "x" * 8192, "callback": callback}
        answer = await api.submit("midjourney_diffusion", params)
        assert answer.status == 200
    assert [job.params["callback"] for job in api.server.submits] == [
        "http://example.com/done",
        "https://example.com/done?x=1",
    ]


async def test_an_image_that_the_parent_lacks_is_an_invalid_image_number(api: Caller) -> None:
    parent = api.server.add_finished_job(prompt="a fox sandbox:missing=1")
    assert (await api.remix(parent.job_id, image_no=0)).status == 200
    answer = await api.remix(parent.job_id, image_no=1)
    assert answer.status == 400
    assert answer.at("status", "error_code") == "004011003"


async def test_a_remix_of_an_unknown_job_is_accepted_and_then_fails(api: Caller) -> None:
    submitted = await api.remix("1f0a6f0e-0000-4000-8000-000000000001")
    failed = await api.finish(submitted)
    assert failed.status == 200
    assert failed.at("status") == "failed"
    assert failed.at("error", "code") == 4011098
    assert "job not found" in str(failed.at("error", "error_message"))
    assert not failed.has("output")


async def test_a_remix_by_task_id_fails_because_it_is_not_the_job_id(api: Caller) -> None:
    parent = api.server.add_finished_job(prompt="a fox")
    failed = await api.finish(await api.remix(parent.task_id))
    assert failed.at("status") == "failed"


async def test_a_remix_of_a_job_that_still_runs_fails(api: Caller) -> None:
    await api.imagine("a fox sandbox:seconds=60")
    failed = await api.finish(await api.remix(api.server.submits[0].job_id))
    assert failed.at("error", "code") == 4011098


async def test_a_parent_can_be_remixed_for_three_days_and_not_longer(api: Caller) -> None:
    parent = api.server.add_finished_job(prompt="a fox")
    api.clock.advance(3 * 24 * 3600)
    in_time = await api.finish(await api.remix(parent.job_id))
    assert in_time.at("status") == "completed"
    too_late = await api.finish(await api.remix(parent.job_id))
    assert too_late.at("status") == "failed"
    assert "too old" in str(too_late.at("error", "error_message"))


@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        (KEY, 401),
        ("Basic abc", 401),
        ("Bearer ", 401),
        ("Bearer refused", 401),
        ("Bearer empty", 402),
        ("Bearer forbidden", 403),
    ],
)
async def test_a_bad_key_is_refused_before_anything_else(
    api: Caller, authorization: str | None, status: int
) -> None:
    assert (await api.post("not even an object", authorization)).status == status


@pytest.mark.parametrize(("key", "status"), [("refused", 401), ("empty", 402), ("forbidden", 403)])
async def test_reading_needs_a_good_key_too(api: Caller, key: str, status: int) -> None:
    job = api.server.add_finished_job(prompt="a fox")
    assert (await api.read(job.task_id, key)).status == status


async def test_each_account_refusal_has_its_own_envelope(api: Caller) -> None:
    refused = await api.post({}, "Bearer refused")
    assert refused.at("error", "code") == 401
    assert refused.at("request_id")
    empty = await api.post({}, "Bearer empty")
    assert empty.at("status", "error_code") == 40201
    forbidden = await api.post({}, "Bearer forbidden")
    assert "permission" in str(forbidden.at("error", "error_message"))


async def test_a_task_can_only_be_read_with_the_key_that_made_it(api: Caller) -> None:
    submitted = await api.imagine("a fox")
    answer = await api.read(submitted.task_id, "another-key")
    assert answer.status == 404
    assert answer.at("message") == "task not found"
    assert (await api.read("d758n65e878c73cmdg20")).status == 404


@pytest.mark.parametrize(
    "body",
    [
        [],
        {},
        {"model": "midjourney_diffusion"},
        {"model": "midjourney_diffusion", "input": {}},
        {"model": "midjourney_diffusion", "input": []},
        {"model": "midjourney_diffusion", "input": ["a fox"]},
        {"model": "midjourney_diffusion", "input": [{"text": "a fox"}]},
        {"model": 7, "input": [{"params": {"text": "a fox"}}]},
    ],
)
async def test_a_body_of_another_shape_is_unprocessable(api: Caller, body: object) -> None:
    answer = await api.post(body)
    assert answer.status == 422
    assert isinstance(answer.at("detail"), str)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_not_json_is_a_bad_request(api: Caller, body: bytes) -> None:
    answer = await api.post_raw(body, "application/json")
    assert answer.status == 400
    assert answer.at("error") == "request body is not valid JSON"


async def test_json_must_be_declared_as_json(api: Caller) -> None:
    body = {"model": "midjourney_diffusion", "input": [{"params": {"text": "a fox"}}]}
    answer = await api.post_raw(json.dumps(body).encode(), "text/plain")
    assert answer.status == 400


async def test_an_unknown_model_is_named(api: Caller) -> None:
    answer = await api.submit("midjourney_video", {"text": "a fox"})
    assert answer.status == 400
    assert "midjourney_video" in str(answer.at("error"))


async def test_a_huge_body_and_a_wrong_address_get_json_too(api: Caller) -> None:
    huge = await api.imagine("x" * 300_000)
    assert huge.status == 413
    assert huge.at("message")
    async with api.session.get(f"{api.server.url}/nothing") as response:
        assert response.status == 404
        assert response.content_type == "application/json"
