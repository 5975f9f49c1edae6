"""The life of a job, on a clock that the test moves."""

import re
from uuid import UUID

import pytest

from tests.sandbox.api_caller import KEY, Caller, open_api


async def test_a_job_runs_with_rising_progress_and_then_completes(api: Caller) -> None:
    submitted = await api.imagine("a fox sandbox:seconds=10")
    assert (submitted.at("status"), submitted.at("progress")) == ("in_progress", 0.0)
    seen: list[object] = []
    for _ in range(4):
        api.clock.advance(2)
        running = await api.read(submitted.task_id)
        assert running.at("status") == "in_progress"
        assert not running.has("output")
        seen.append(running.at("progress"))
    assert seen == [0.2, 0.4, 0.6, 0.8]
    api.clock.advance(2)
    done = await api.read(submitted.task_id)
    assert done.at("status") == "completed"
    assert not done.has("progress")


async def test_a_completed_task_tells_images_job_id_cost_and_time(api: Caller) -> None:
    submitted = await api.imagine("a fox sandbox:seconds=10")
    made_at = api.clock.unix()
    done = await api.finish(submitted)
    job_id = done.images[0]["jobId"]
    assert str(UUID(job_id)) == job_id
    assert re.fullmatch(r"[0-9a-v]{20}", done.task_id)
    assert {image["jobId"] for image in done.images} == {job_id}
    assert {image["type"] for image in done.images} == {"image"}
    names = [url.rpartition("/")[2] for url in done.image_urls]
    assert names == [f"{job_id}_{number}.png" for number in range(4)]
    assert done.at("metadata", "jobId") == job_id
    assert done.at("usage", "cost") == "0.080000"
    assert done.at("created_at") == int(made_at)


async def test_jobs_take_five_to_fifteen_seconds_and_not_all_the_same(api: Caller) -> None:
    for _ in range(6):
        await api.imagine("a fox")
    durations = {job.ends_at - job.starts_at for job in api.server.submits}
    assert len(durations) == 6
    assert all(5 <= duration <= 15 for duration in durations)


async def test_speed_shortens_jobs() -> None:
    async with open_api(speed=100.0) as api:
        await api.imagine("a fox")
        job = api.server.submits[0]
        assert 0.05 <= job.ends_at - job.starts_at <= 0.15


async def test_the_seventh_job_of_an_account_waits_for_the_first_to_end(api: Caller) -> None:
    for _ in range(6):
        assert (await api.imagine("a fox sandbox:seconds=10")).at("status") == "in_progress"
    seventh = await api.imagine("a fox sandbox:seconds=4")
    eighth = await api.imagine("a fox sandbox:seconds=4")
    assert (seventh.at("status"), seventh.at("progress")) == ("pending", 0.0)
    api.clock.advance(9)
    assert (await api.read(seventh.task_id)).at("status") == "pending"
    api.clock.advance(3)
    for waiting in (seventh, eighth):
        answer = await api.read(waiting.task_id)
        assert (answer.at("status"), answer.at("progress")) == ("in_progress", 0.5)
    api.clock.advance(2)
    assert (await api.read(seventh.task_id)).at("status") == "completed"


async def test_another_account_does_not_wait(api: Caller) -> None:
    for _ in range(6):
        await api.imagine("a fox")
    body = {"model": "midjourney_diffusion", "input": [{"params": {"text": "a fox"}}]}
    answer = await api.post(body, "Bearer another-key")
    assert answer.at("status") == "in_progress"


async def test_a_job_can_be_there_already_finished(api: Caller) -> None:
    job = api.server.add_finished_job(prompt="a fox", job_id="prepared", task_id="first")
    done = await api.read("first", "whatever-key")
    assert done.at("status") == "completed"
    assert done.image_urls == list(api.server.image_urls(job).values())
    assert (await api.finish(await api.remix("prepared"))).at("status") == "completed"
    with pytest.raises(ValueError, match="exists already"):
        api.server.add_finished_job(prompt="a fox", job_id="prepared")


async def test_a_key_never_shows_in_a_job(api: Caller) -> None:
    await api.imagine("a fox")
    assert KEY not in repr(api.server.submits)
