"""Somebody sets the machine's clock while jobs run."""

from datetime import timedelta

import pytest

from bot.model import JobState
from tests.flow.sim import Sim, images, shown, text


@pytest.mark.parametrize(
    "jump", [timedelta(hours=1), timedelta(days=3), timedelta(hours=-1), timedelta(days=-400)]
)
async def test_a_clock_that_jumps_costs_no_job_and_doubles_none(sim: Sim, jump: timedelta) -> None:
    running = await sim.ann.slash(sim.channel, "imagine", prompt="before sandbox:seconds=12")
    await sim.clock.advance(6)
    sim.clock.set_ahead(jump)
    asked_later = await sim.ben.slash(sim.channel, "imagine", prompt="after")
    await sim.finish()
    for result in (running, asked_later):
        assert len(images(shown(result))) == 4
        assert "hasn't finished" not in text(shown(result))
    assert sim.api.submit_calls == 2
    for number in (1, 2):
        job = await sim.job(number)
        assert job.state is JobState.DELIVERED
    sim.clock.set_ahead(timedelta(0))
    await sim.restart()
    next_one = await sim.imagine(sim.ann, "and on")
    assert len(images(next_one)) == 4
    assert sim.api.submit_calls == 3


@pytest.mark.parametrize("jump", [timedelta(days=3), timedelta(days=-3)])
async def test_a_clock_that_jumps_while_the_bot_is_off_costs_no_job(
    sim: Sim, jump: timedelta
) -> None:
    result = await sim.ann.slash(sim.channel, "imagine", prompt="x sandbox:seconds=12")
    await sim.clock.advance(6)
    sim.clock.set_ahead(jump)
    await sim.restart()
    await sim.clock.advance(120)
    assert len(images(shown(result))) == 4
    assert sim.api.submit_calls == 1
