"""Faults by chance: what a client sees of each, and what has happened all the same."""

import json
from contextlib import suppress
from itertools import count
from random import Random

import pytest
from aiohttp import ClientConnectionError

from sandbox.api.chaos import Chaos, Fault
from tests.sandbox.api_caller import open_api


def loaded(fault: Fault) -> Random:
    """A die whose first throw is *fault*."""
    for seed in count():
        die = Random(seed)  # noqa: S311  # decides no secret
        die.random()
        if die.choice(list(Fault)) is fault:
            return Random(seed)  # noqa: S311  # as above
    raise AssertionError("seeds do not end")


@pytest.mark.parametrize(
    ("fault", "status"),
    [(Fault.ERROR, 500), (Fault.HTML, 502), (Fault.UNAVAILABLE, 503), (Fault.BUSY, 429)],
)
async def test_an_error_by_chance_does_nothing(fault: Fault, status: int) -> None:
    async with open_api(chaos=Chaos(1.0, loaded(fault))) as api:
        answer = await api.imagine("a fox")
        assert answer.status == status
        assert api.server.submits == []
        assert answer.headers.get("Retry-After") == ("1" if fault is Fault.BUSY else None)
        assert (answer.headers["Content-Type"].startswith("text/html")) == (fault is Fault.HTML)


@pytest.mark.parametrize(("fault", "submits"), [(Fault.RESET_BEFORE, 0), (Fault.RESET_AFTER, 1)])
async def test_a_reset_comes_before_or_after_the_request_was_done(
    fault: Fault, submits: int
) -> None:
    async with open_api(chaos=Chaos(1.0, loaded(fault))) as api:
        with pytest.raises(ClientConnectionError):
            await api.imagine("a fox")
        assert len(api.server.submits) == submits


async def test_half_an_answer_cannot_be_read_and_the_request_was_done() -> None:
    async with open_api(chaos=Chaos(1.0, loaded(Fault.CUT))) as api:
        answer = await api.imagine("a fox")
        assert answer.status == 200
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.text)
        assert len(api.server.submits) == 1


async def test_about_the_share_of_requests_meets_with_a_fault_and_each_is_noted() -> None:
    chaos = Chaos(0.3, Random(7))  # noqa: S311  # decides no secret
    async with open_api(chaos=chaos) as api:
        for _ in range(200):
            with suppress(ClientConnectionError):
                await api.imagine("a fox")
    assert 40 <= len(chaos.struck) <= 80
    assert {struck.fault for struck in chaos.struck} == set(Fault)
    assert all(
        (struck.method, b"a fox" in struck.body) == ("POST", True) for struck in chaos.struck
    )
    carried_out = sum(struck.fault.carried_out for struck in chaos.struck)
    assert len(api.server.submits) == 200 - len(chaos.struck) + carried_out
