"""The database is away at every step of every life of a job: a moment, long, for too long.

Each life is lived once for each transaction that it writes, the database being away from that on;
but for those that it begins with like the first life, which has been through them.
Whatever happens: nothing is lost or sent twice, nobody is pinged twice, no end that people read is
changed, and what they read last is true.
"""

import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from simcord.results import InteractionResult

from bot.model import Job, JobState
from bot.store import lookups
from bot.texts import ENGLISH
from tests.flow.outages import Database, LockedFile, Steps
from tests.flow.sim import Sim, buttons, images, shown, simulated, text
from tests.store.relay import Relay

SUBMIT_WITHIN_S = 60.0
SHORT_S, LONG_S, TOO_LONG_S = 1.0, 40.0, 90.0
"""The last one is longer than a job may wait to be sent."""
AFTERWARDS_S = 40.0
"""When the database is back, all that was kept is written by then, and all jobs have ended."""
OWN = 4
"""The first step of a life that the first life has not; before, a job is accepted and sent."""
STEPS_MAX = 30
SOON = "sandbox:seconds=4"
FAIL, STOPPED = "sandbox:fail", "called off"
"""In the prompts of jobs that take some time, that cannot succeed, and that somebody stops."""
DOUBT = "may have been charged"
REFUSED = "didn't accept"
FAULTS = ("lost", "doubled", "overwritten", "pinged twice", "untrue")

LOCKED, CUT, UNHEARD = "locked file", "cut line", "answer lost"
"""In which way the database is away; where an answer is lost, nobody hears of a commit."""

Living = AsyncGenerator[tuple[str, InteractionResult]]
Live = Callable[[Sim, str], Living]


async def ask(sim: Sim, prompt: str, **options: Any) -> tuple[str, InteractionResult]:
    return prompt, await sim.ann.slash(sim.channel, "imagine", prompt=prompt, **options)


async def imagine(sim: Sim, prompt: str) -> Living:
    yield await ask(sim, f"{prompt} {SOON}")


async def imagine_privately(sim: Sim, prompt: str) -> Living:
    yield await ask(sim, f"{prompt} {SOON}", private=True)


async def imagine_in_vain(sim: Sim, prompt: str) -> Living:
    yield await ask(sim, f"{prompt} {FAIL}")


async def wait_in_line(sim: Sim, prompt: str) -> Living:
    yield await ask(sim, f"{prompt} {SOON}")
    yield await ask(sim, f"{prompt} next {SOON}")


async def stop_at_work(sim: Sim, prompt: str) -> Living:
    asked = await ask(sim, f"{prompt} {STOPPED} sandbox:seconds=5")
    yield asked
    await sim.clock.advance(3)
    await stop(sim, asked[1])


async def stop_in_line(sim: Sim, prompt: str) -> Living:
    yield await ask(sim, f"{prompt} {SOON}")
    asked = await ask(sim, f"{prompt} {STOPPED}")
    yield asked
    await stop(sim, asked[1])


async def stop(sim: Sim, result: InteractionResult) -> None:
    if "Stop" in buttons(shown(result)):
        await sim.ann.click(shown(result), label="Stop")


LIVES: tuple[Live, ...] = (
    imagine,
    imagine_privately,
    imagine_in_vain,
    wait_in_line,
    stop_at_work,
    stop_in_line,
)
SENT: tuple[Live, ...] = (imagine, wait_in_line)
"""Those in which it matters how long an outage lasts: at once or later, all is sent in time."""
IN_MEMORY: tuple[Live, ...] = (imagine, wait_in_line, stop_in_line)
"""Those that a restart may lose something of."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What somebody asked for, and what they read when the outage was over and all had ended."""

    prompt: str
    result: InteractionResult
    then: str

    @property
    def now(self) -> str:
        return read(self.result)


def read(result: InteractionResult) -> str:
    message = shown(result)
    return "\n".join([text(message), *images(message)])


@pytest.fixture
def url(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> str:
    if kind == LOCKED:
        return f"sqlite+aiosqlite:///{tmp_path}/data/remixbot.db"
    return request.getfixturevalue("postgresql_url")


@pytest.fixture
async def database(kind: str, url: str) -> AsyncGenerator[tuple[Database, Steps]]:
    """One of this kind, and the steps at which it goes away."""
    if kind == LOCKED:
        file = LockedFile(url)
        yield file, Steps(file.go_away, in_doubt=False)
    else:
        async with Relay.before(url) as network:
            unheard = kind == UNHEARD
            goes = network.forget_answers if unheard else network.go_away
            yield network, Steps(goes, in_doubt=unheard)


@pytest.mark.parametrize(
    ("kind", "away_s", "lives"),
    [
        (LOCKED, SHORT_S, (imagine,)),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (
                (LOCKED, LONG_S, LIVES),
                (LOCKED, TOO_LONG_S, SENT),
                (CUT, LONG_S, (imagine, stop_at_work)),
                (UNHEARD, SHORT_S, (imagine,)),
                (UNHEARD, LONG_S, (imagine, imagine_in_vain, wait_in_line, stop_at_work)),
            )
        ),
    ],
)
async def test_an_outage_at_any_step_loses_and_doubles_nothing(
    database: tuple[Database, Steps], away_s: float, lives: Sequence[Live], tmp_path: Path
) -> None:
    await live_through_outages(*database, lives, away_s, tmp_path, restarted=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [LOCKED, UNHEARD])
async def test_an_outage_with_a_restart_in_it_loses_and_doubles_nothing(
    database: tuple[Database, Steps], tmp_path: Path
) -> None:
    await live_through_outages(*database, IN_MEMORY, LONG_S, tmp_path, restarted=True)


async def live_through_outages(
    database: Database,
    steps: Steps,
    lives: Sequence[Live],
    away_s: float,
    folder: Path,
    *,
    restarted: bool,
) -> None:
    everything: list[Asked] = []
    async with AsyncExitStack() as stack:
        stack.enter_context(steps.counted())
        sim = await stack.enter_async_context(
            simulated(
                folder / "data" / "remixbot.db",
                busy_s=0.02,
                database_url=SecretStr(database.url),
                max_running_per_user=1,
                submit_within_minutes=SUBMIT_WITHIN_S / 60,
            )
        )
        for life in lives:
            for number in range(1 if life is imagine else OWN, STEPS_MAX):
                steps.away_at(number)
                asked = [one async for one in life(sim, f"{life.__name__} {number}")]
                await sim.clock.advance(away_s)
                reached = steps.reached
                steps.away_at(0)
                if restarted:
                    await sim.restart(database.come_back)
                database.come_back()
                await sim.clock.advance(AFTERWARDS_S)
                everything += [
                    Asked(prompt=prompt, result=result, then=read(result))
                    for prompt, result in asked
                ]
                if not reached:
                    break
            else:
                raise AssertionError(f"{life.__name__} has more steps than anybody thought")
        await sim.restart()
        await sim.clock.advance(AFTERWARDS_S)
        jobs = await sim.store.read(lookups.jobs_of, sim.ann.id, offset=0, limit=1000)
        faults = Counter[str]()
        for one in everything:
            kept = next((job for job in jobs if job.request.prompt == one.prompt), None)
            for fault in judged(
                sim, one, kept, in_time=away_s < SUBMIT_WITHIN_S, restarted=restarted
            ):
                faults[fault] += 1
                sys.stdout.write(f"{fault}: {kept}\n{one.then}\n---\n{one.now}\n\n")
        faults["pinged twice"] += pinged_twice(sim)
        faults["lost"] += len(await sim.store.open_jobs())
    counted = ", ".join(f"{faults[name]} {name}" for name in FAULTS)
    sys.stdout.write(f"{len(everything)} jobs: {counted}\n")
    assert not +faults


def judged(  # noqa: C901  # one question after the other
    sim: Sim, asked: Asked, kept: Job | None, *, in_time: bool, restarted: bool
) -> Iterator[str]:
    """What is wrong with what became of it."""
    sent = sum(job.prompt == asked.prompt for job in sim.api.submits)
    said = asked.now
    if sent > 1:
        yield "doubled"
    if said != asked.then:
        yield "overwritten"
    if ENGLISH.nothing_charged in said and sent:
        yield "untrue"
    if kept is None:
        if REFUSED not in said:
            yield "lost"
    elif images(shown(asked.result)):
        if kept.state is not JobState.DELIVERED:
            yield "untrue"
    elif ENGLISH.failure_heading not in said and ENGLISH.stopped_heading not in said:
        yield "lost"
    else:
        stopped = STOPPED in asked.prompt
        if kept.ended_at is None or (ENGLISH.stopped_heading in said and not stopped):
            yield "untrue"
        excused = stopped or FAIL in asked.prompt or not in_time
        if not excused and not (restarted and kept.state is JobState.UNKNOWN):
            yield "lost"


def pinged_twice(sim: Sim) -> int:
    posted = [one for one in sim.requests("/channels/") if "message_reference" in one]
    pings = Counter(one["message_reference"]["message_id"] for one in posted)
    return sum(count > 1 for count in pings.values())
