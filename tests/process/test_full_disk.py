"""The disk is full just when it matters, and the bot is killed before there is room again."""

import json
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.store import open_store
from bot.texts import ENGLISH
from discord_server.people import Person
from discord_server.process import BotProcess
from discord_server.things import Channel
from tests.flow.sim import UNLIMITED
from tests.process.conftest import Bots, Outside
from tests.process.kill_launch import CONSTANTS, ENDED, KILL_AT
from tests.process.world import WAITS

WITHIN_S = 2.0
LET_GO = ENGLISH.nothing_charged


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    own = {"MAX_READS_PER_SECOND": "100", CONSTANTS: json.dumps(WAITS), KILL_AT: ""}
    return {**env, **UNLIMITED, **own}


async def open_jobs(folder: Path) -> int:
    """How many jobs the database says are not over."""
    database = f"sqlite+aiosqlite:///{folder}/data/remixbot.db"
    async with open_store(database, clock=Clock()) as store:
        return len(await store.open_jobs())


async def test_who_was_told_that_nothing_was_charged_is_never_charged(
    bots: Bots, outside: Outside, tmp_path: Path
) -> None:
    settings = {"MAX_RUNNING_PER_USER": "1", "SUBMIT_WITHIN_MINUTES": str(WITHIN_S / 60)}
    async with bots(**settings) as bot:
        for word in ("first sandbox:seconds=3", "second"):
            for person in outside.people:
                await outside.imagine(f"{person.id} {word}", who=person)
        await outside.api.until(lambda: len(outside.api.submits) == len(outside.people))
        with bot.full_disk():
            for person in outside.people:
                word = f"{person.id} second"
                await person.sees(
                    outside.channel, lambda one, w=word: w in one.text and LET_GO in one.text
                )
            await bot.kill()
    told = {person.id: read(person, outside.channel) for person in outside.people}
    async with bots() as bot:
        await ended(bot, 2 * len(outside.people))
    assert outside.api.submit_calls == len(outside.people), "nobody's second job was sent"
    assert {person.id: read(person, outside.channel) for person in outside.people} == told, (
        "and nothing changed"
    )
    assert await open_jobs(tmp_path) == 0


async def test_a_result_that_could_not_be_recorded_stays_as_people_have_seen_it(
    bots: Bots, outside: Outside, tmp_path: Path
) -> None:
    ann = outside.ann
    async with bots() as bot:
        await outside.imagine("a fox sandbox:seconds=3")
        await outside.api.until(lambda: outside.api.submit_calls == 1)
        with bot.full_disk():
            await ann.sees(outside.channel, lambda one: "✏️ 1" in one.buttons)
            await ann.sees(outside.channel, lambda one: ann.id in one.pinged)
            await bot.kill()
    seen = read(ann, outside.channel)
    async with bots() as bot:
        await ended(bot, 1)
    assert read(ann, outside.channel) == seen
    assert outside.api.submit_calls == 1
    assert await open_jobs(tmp_path) == 0


def read(person: Person, channel: Channel) -> list[tuple[int, str, int]]:
    """All that somebody reads, and how often it was changed."""
    return [(one.id, one.text, len(one.edits)) for one in person.messages(channel)]


async def ended(bot: BotProcess, count: int) -> None:
    """Wait until the bot has done with so many jobs, and stop it."""
    for number in range(1, count + 1):
        await bot.wait_for_line(rf"^{ENDED}job {number}$")
    assert await bot.stop() == 0
