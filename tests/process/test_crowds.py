"""Many people at once: no limit is passed, everybody takes turns, and nobody sees a private job."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest

from discord_server.handles import Handle
from discord_server.people import Person
from discord_server.seen import SeenMessage
from discord_server.world import Channel
from sandbox.api import GenerationServer, Job
from tests.flow.sim import UNLIMITED, paint_dot
from tests.process.conftest import Bots, Outside
from tests.process.kill_launch import CONSTANTS
from tests.process.test_flow import finished, result_of
from tests.process.world import WAITS

QUICK = "sandbox:seconds=0.3"
SLOW = "sandbox:seconds=4"


@pytest.fixture
async def api() -> AsyncGenerator[GenerationServer]:
    """It would make as many at once as anybody likes."""
    async with GenerationServer(run_at_once=100, painter=paint_dot) as server:
        yield server


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    """No limits but those that a test sets."""
    return {**env, **UNLIMITED, "MAX_READS_PER_SECOND": "100", CONSTANTS: json.dumps(WAITS)}


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The setting that names the database."""
    if request.param == "sqlite":
        return {}
    return {"DATABASE_URL": request.getfixturevalue("postgresql_url")}


def at_once(jobs: list[Job]) -> int:
    """The most jobs that the API had at the same time."""
    return max(
        sum(other.starts_at <= job.starts_at < other.ends_at for other in jobs) for job in jobs
    )


async def twenty_clicks(channel: Channel, people: list[Person]) -> list[Handle]:
    """Twenty clicks of one person at once, on one button."""
    ann, ben = people[:2]
    message = await result_of(await ben.slash(channel, "imagine", prompt=f"x {QUICK}"))
    return list(await asyncio.gather(*(ann.click(message, "Reroll") for _ in range(20))))


async def test_twenty_clicks_at_once_make_three_jobs(
    bots: Bots, outside: Outside, database: dict[str, str]
) -> None:
    """The other limits are kept in the same way: `tests.store.test_budgets` has them all."""
    async with bots(MAX_JOBS_PER_DAY_PER_USER="3", **database):
        shown = [
            await one.message() for one in await twenty_clicks(outside.channel, outside.people)
        ]
        refused = [one for one in shown if one.ephemeral]
        assert len(refused) == 17
        assert all("You've reached the limit of 3 jobs" in one.text for one in refused)
        await outside.api.until(lambda: len(outside.api.submits) == 4)
        await asyncio.gather(
            *(_end(outside.ann, outside.channel, one) for one in shown if not one.ephemeral)
        )
        assert outside.api.submit_calls == 4


async def _end(person: Person, channel: Channel, of: SeenMessage) -> SeenMessage:
    return await person.sees(channel, lambda one: one.id == of.id and finished(one), 30)


async def test_twenty_clicks_at_once_never_run_more_than_three(
    bots: Bots, outside: Outside
) -> None:
    async with bots(MAX_RUNNING_PER_USER="3", MAX_WAITING_PER_USER="10"):
        handles = await twenty_clicks(outside.channel, outside.people)
        shown = [await one.message() for one in handles]
        refused = [one for one in shown if one.ephemeral]
        assert len(refused) == 20 - 3 - 10
        assert all("You've reached the limit of 10 jobs waiting" in one.text for one in refused)
        ends = [await _end(outside.ann, outside.channel, one) for one in shown if not one.ephemeral]
        assert all(len(one.images) == 4 for one in ends)
        assert at_once(outside.api.submits) == 3


async def test_whoever_asks_for_much_lets_others_have_their_turns(
    bots: Bots, outside: Outside
) -> None:
    """Ann asks for nine, then Ben for two; one runs at a time."""
    ann, ben = outside.ann, outside.ben
    async with bots(MAX_RUNNING="1"):
        first = await outside.imagine(f"ann {SLOW}")
        asked = [
            await outside.imagine(f"{person.user.name} {QUICK}", who=person)
            for person in (*[ann] * 8, *[ben] * 2)
        ]
        assert len(outside.api.submits) == 1, "the first is still at work"
        assert [await _position(one) for one in asked[-2:]] == [2, 4]
        ends = await asyncio.gather(*(one.message(finished) for one in (first, *asked)))
    assert all(len(one.images) == 4 for one in ends)
    assert at_once(outside.api.submits) == 1
    order = [job.prompt.split()[0] for job in outside.api.submits]
    assert order == ["ann", "ann", "ben", "ann", "ben", *["ann"] * 6]


async def _position(of: Handle) -> int:
    """The number in line that somebody reads."""
    text = (await of.message()).text
    assert "should start <t:" in text
    return int(text.partition("Position **")[2].partition("*")[0])


async def test_a_private_job_is_nobody_elses_to_see(bots: Bots, outside: Outside) -> None:
    ann, ben = outside.ann, outside.ben
    async with bots():
        mine = await result_of(
            await ann.slash(outside.channel, "imagine", prompt=f"a secret {QUICK}", private=True)
        )
        [job] = outside.api.submits
        shown = await result_of(await ann.slash(outside.channel, "show", job_id=job.task_id))
        public = await result_of(await outside.imagine(f"x {QUICK}", who=ben))
        seen = [*ben.messages(outside.channel)]
        for name in (job.job_id, job.task_id, mine.images[0].filename):
            tries = (
                await ben.slash(outside.channel, "show", job_id=name),
                await ben.slash(outside.channel, "remix", job_id=name, image=0, prompt="y"),
            )
            seen += [await tried.message(lambda one: not one.thinking) for tried in tries]
        seen.append(await (await ben.slash(outside.channel, "jobs")).message())
        seen.append(await (await ben.slash(outside.channel, "usage")).message())
        seen.append(await (await ben.click(public, "More")).message())
        assert not any("a secret" in one.text for one in seen)
        assert {mine.id, shown.id}.isdisjoint(one.id for one in seen)
        assert sum("I can't find that job" in one.text for one in seen) == 6
        assert outside.api.submit_calls == 2
