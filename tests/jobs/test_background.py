"""No task is forgotten, none fails in silence."""

import asyncio

import pytest

from bot.jobs.background import BackgroundTasks


async def test_leaving_cancels_what_still_runs_and_waits_for_it() -> None:
    tidied = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            tidied.set()

    async with BackgroundTasks() as background:
        task = background.spawn(work(), name="endless")
        await asyncio.sleep(0)
    assert task.cancelled()
    assert tidied.is_set()


async def test_a_task_that_a_dying_task_starts_is_ended_as_well() -> None:
    later: list[asyncio.Task[bool]] = []

    async with BackgroundTasks() as background:

        async def work() -> None:
            try:
                await asyncio.Event().wait()
            finally:
                later.append(background.spawn(asyncio.Event().wait(), name="late"))

        background.spawn(work(), name="first")
        await asyncio.sleep(0)
    assert later[0].cancelled()


async def test_a_failure_is_logged_under_the_tasks_name(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        raise ValueError("out of paint")

    async with BackgroundTasks() as background:
        task = background.spawn(work(), name="job 7")
        await asyncio.wait({task})
        await asyncio.sleep(0)
    assert "job 7" in caplog.text
    assert "out of paint" in caplog.text
