"""The bot is killed at every point of a job, and every job ends exactly once all the same."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sandbox.api import GenerationServer
from tests.discord_server.people import Person
from tests.discord_server.server import DiscordServer
from tests.discord_server.things import Channel
from tests.process.hatchery import Hatchery
from tests.process.lives import PROMPT, Ask, Ending, World


async def imagine(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=PROMPT)


async def imagine_privately(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=PROMPT, private=True)


async def imagine_in_vain(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=f"{PROMPT} sandbox:fail")


async def remix_by_form(world: World) -> None:
    form = await world.author.click(world.old_message, "Remix 2")
    await world.author.submit(form, {"Prompt": PROMPT, "How far may it go?": "1"})


@dataclass(frozen=True)
class Life:
    """How a job is asked for, what happens to it where nothing goes wrong, and its end."""

    ask: Ask
    events: tuple[str, ...]
    """Commits and requests in their order; around each of them are two points."""
    ending: Ending = Ending.PICTURES

    @property
    def points(self) -> list[str]:
        return around(self.events)

    def ending_at(self, point: str) -> Ending:
        """What a kill at *point* leaves to be seen."""
        if not _reached("commit accept", point, self.points):
            return Ending.NOTHING
        return Ending.DOUBT if _is_on_its_way(point, self.points) else self.ending


def around(events: tuple[str, ...]) -> list[str]:
    return [f"{side} {event}" for event in events for side in ("before", "after")]


def _reached(event: str, point: str, points: list[str]) -> bool:
    after = f"after {event}"
    return after in points and points.index(after) <= points.index(point)


def _is_on_its_way(point: str, points: list[str]) -> bool:
    """Whether the row says only that the job was on its way to the API."""
    submitting = _reached("commit begin_submit", point, points)
    return submitting and not _reached("commit begin_run", point, points)


AT_WORK = (
    "commit accept",
    "POST answer: progress",
    "commit begin_submit",
    "POST submit",
    "commit begin_run",
    "PATCH answer: progress",
    "GET task",
)
FINISHED = ("commit finish", "GET picture", "PATCH answer: pictures")
REPLY = "POST message: reply"

LIVES = {
    "imagine": Life(imagine, (*AT_WORK, *FINISHED, REPLY, "commit delivered")),
    "remix": Life(
        remix_by_form, ("POST answer: form", *AT_WORK, *FINISHED, REPLY, "commit delivered")
    ),
    "private": Life(imagine_privately, (*AT_WORK, *FINISHED, "commit delivered")),
    "vain": Life(
        imagine_in_vain,
        (*AT_WORK, "commit fail", "PATCH answer: failure", REPLY, "commit told"),
        Ending.FAILURE,
    ),
}


@dataclass(frozen=True)
class Start:
    """What a start does for a job that a kill left open."""

    life: Life
    killed_at: str
    events: tuple[str, ...]

    @property
    def points(self) -> list[str]:
        return around(self.events)

    def ending_at(self, point: str) -> Ending:
        """What a second kill at *point* leaves to be seen."""
        on_its_way = _is_on_its_way(point, self.points)
        return Ending.DOUBT if on_its_way else self.life.ending_at(self.killed_at)


BEGINNING = ("GET users/@me", "GET oauth2/applications/@me", "commit erase_tokens", "GET gateway")
"""What every start does."""
SUBMITTED = ("commit begin_submit", "POST submit", "commit begin_run", "GET task")
ANEW = ("commit finish", "GET picture", "POST message: pictures")
DIRECTLY = (
    "commit finish",
    "GET picture",
    "GET users/*",
    "POST users/@me/channels",
    "POST message: pictures",
)

STARTS = {
    "running": Start(
        LIVES["imagine"],
        "after commit begin_run",
        (
            *BEGINNING,
            "PATCH answer: progress",
            "GET task",
            *FINISHED,
            REPLY,
            "commit delivered",
        ),
    ),
    "finished": Start(
        LIVES["imagine"],
        "after commit finish",
        ("GET picture", "PATCH answer: pictures", REPLY, "commit delivered"),
    ),
    "accepted": Start(
        LIVES["imagine"],
        "after commit accept",
        (*SUBMITTED, *ANEW, "commit delivered"),
    ),
    "submitting": Start(
        LIVES["imagine"],
        "after POST submit",
        ("commit lose", "PATCH answer: failure", REPLY, "commit told"),
    ),
    "private": Start(
        LIVES["private"],
        "after commit accept",
        (*SUBMITTED, *DIRECTLY, "commit delivered"),
    ),
    "failed": Start(
        LIVES["vain"],
        "after commit fail",
        ("commit fail", "PATCH answer: failure", REPLY, "commit told"),
    ),
}


@pytest.fixture(scope="module")
def hatchery() -> Iterator[Hatchery]:
    with Hatchery() as hatchery:
        yield hatchery


@pytest.fixture
def world(
    hatchery: Hatchery,
    discord: DiscordServer,
    api: GenerationServer,
    channel: Channel,
    people: list[Person],
    tmp_path: Path,
) -> World:
    return World(
        hatchery=hatchery,
        discord=discord,
        api=api,
        channel=channel,
        author=people[0],
        folder=tmp_path,
    )


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
async def test_every_point_of_a_life_is_known(world: World, life: Life) -> None:
    assert sorted(await world.live(life.ask)) == sorted(life.points)
    await world.ended_once(life.ending)
    await world.has_nothing_to_do()


@pytest.mark.parametrize(
    ("life", "point"),
    [
        pytest.param(life, point, id=f"{name}, {point}")
        for name, life in LIVES.items()
        for point in life.points
    ],
)
async def test_a_job_ends_once_wherever_the_bot_was_killed(
    world: World, life: Life, point: str
) -> None:
    await world.live(life.ask, kill_at=point)
    await world.go_on()
    await world.ended_once(life.ending_at(point))
    await world.has_nothing_to_do()


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
async def test_every_point_of_a_start_is_known(world: World, start: Start) -> None:
    await world.live(start.life.ask, kill_at=start.killed_at)
    points = await world.go_on()
    beginning = [] if BEGINNING[0] in start.events else around(BEGINNING)
    assert sorted(points) == sorted([*beginning, *start.points])


@pytest.mark.parametrize(
    ("start", "point"),
    [
        pytest.param(start, point, id=f"{name}, {point}")
        for name, start in STARTS.items()
        for point in start.points
    ],
)
async def test_a_job_ends_once_though_the_next_start_was_killed_too(
    world: World, start: Start, point: str
) -> None:
    await world.live(start.life.ask, kill_at=start.killed_at)
    await world.go_on(kill_at=point)
    await world.go_on()
    await world.ended_once(start.ending_at(point))
    await world.has_nothing_to_do()
