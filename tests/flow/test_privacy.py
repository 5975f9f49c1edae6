"""What is kept of people can be erased: on their wish, with their server, by age."""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from bot.services.guild_removals import ASK_AGAIN_S
from tests.flow.sim import Sim, buttons, fields, images, shown, text

LONG = "a secret wish sandbox:seconds=12"
SECRETS = ("a secret", "example.org/secret")


def rows(sim: Sim) -> list[tuple[Any, ...]]:
    """Everything that the database keeps, in every table that is about jobs."""
    with closing(sqlite3.connect(sim.database)) as database:
        return [
            row
            for table in ("jobs", "pictures", "usage", "erasures")
            for row in database.execute(f"SELECT * FROM {table}")  # noqa: S608  # our own words
        ]


def kept(sim: Sim) -> str:
    return str(rows(sim))


def facts(sim: Sim) -> list[tuple[Any, ...]]:
    """What the bot remembers besides."""
    with closing(sqlite3.connect(sim.database)) as database:
        return list(database.execute("SELECT * FROM facts"))


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a commit after which *condition* holds: erasing goes on in the background."""
    committed = asyncio.Event()

    def note(_session: Session) -> None:
        committed.set()

    event.listen(Session, "after_commit", note)
    while not condition():
        committed.clear()
        await committed.wait()
    event.remove(Session, "after_commit", note)


async def gone(sim: Sim, words: str = "a secret") -> None:
    """Wait until these words are nowhere in the database."""
    await until(lambda: words not in kept(sim))


async def forget(sim: Sim, who: Any) -> str:
    """`/forget`, confirmed; what is said at the end."""
    question = shown(await who.slash(sim.channel, "forget"))
    assert question.ephemeral
    answer = await who.click(question, label="Erase history")
    return text(shown(answer))


async def test_forget_asks_and_then_erases_what_is_mine(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret", callback="https://example.org/secret")
    parent = await sim.imagine(sim.ann, "a secret too")
    await sim.imagine(sim.ben, "a hare")
    question = shown(await sim.ann.slash(sim.channel, "forget"))
    for piece in ("your **2 jobs**", "Messages in channels stay", "For 30 days I still keep"):
        assert piece in text(question)
    assert all(secret in kept(sim) for secret in SECRETS), "a question erases nothing"
    assert list(buttons(question)) == ["Erase history", "Cancel"]
    before = question.components
    await sim.ann.click(question, label="Cancel")
    assert text(question) == "OK, nothing changes."
    assert all(secret in kept(sim) for secret in SECRETS)
    sim.put_back(question, before)
    answer = await sim.ann.click(question, label="Erase history")
    assert "I no longer show any of your history" in text(shown(answer))
    assert not buttons(shown(answer))
    await until(lambda: not any(secret in kept(sim) for secret in SECRETS))
    for job in sim.api.submits[:2]:
        assert job.task_id not in kept(sim)
        assert job.job_id not in kept(sim)
    assert str(parent.id) not in kept(sim)
    assert "You don't have any yet" in text(shown(await sim.ann.slash(sim.channel, "jobs")))
    assert "a hare" in text(shown(await sim.ben.slash(sim.channel, "jobs")))
    assert await sim.autocomplete(sim.ann) == await sim.autocomplete(sim.ben)
    form = await sim.ben.click(parent, label="✏️ 2")
    assert fields(form)["prompt-1"] == "", "the button works on without knowing the prompt"
    again = text(shown(await sim.ann.slash(sim.channel, "forget")))
    assert "There's nothing to erase" in again


async def test_nothing_is_kept_of_somebody_new(sim: Sim) -> None:
    assert "There's nothing to erase" in text(shown(await sim.ann.slash(sim.channel, "forget")))


@pytest.mark.parametrize("restart", [False, True])
async def test_what_is_under_way_ends_first(sim: Sim, restart: bool) -> None:
    await sim.imagine(sim.ann, "a secret")
    running = shown(await sim.ann.slash(sim.channel, "imagine", prompt=LONG))
    question = shown(await sim.ann.slash(sim.channel, "forget"))
    assert "1 hasn't ended yet and is erased as soon as it does" in text(question)
    said = await sim.ann.click(question, label="Erase history")
    assert "follow as soon as they do" in text(shown(said))
    if restart:
        await sim.restart()
    await sim.finish()
    assert len(images(running)) == 4
    await until(lambda: not any(secret in kept(sim) for secret in SECRETS))
    assert await sim.store.open_jobs() == []


async def test_a_failure_under_way_is_told_first(sim: Sim) -> None:
    failing = shown(await sim.ann.slash(sim.channel, "imagine", prompt=f"{LONG} sandbox:fail"))
    await forget(sim, sim.ann)
    await sim.finish()
    assert "gave up" in text(failing)
    assert rows(sim) == [], "a failure cost nothing, so nothing of it stays"


async def test_a_result_that_could_not_be_posted_is_erased_too(sim: Sim) -> None:
    await sim.ann.slash(sim.channel, "imagine", prompt=LONG)
    sim.env.inject_error("PATCH", "*", status=403, code=50013, times=None)
    sim.env.inject_error("POST", "/channels/*", status=403, code=50007, times=None)
    await sim.finish()
    sim.env.backend.faults.clear()
    assert "HTTP 403" in text(shown(await sim.ann.slash(sim.channel, "jobs")))
    await forget(sim, sim.ann)
    await gone(sim)
    tried = len(sim.requests("/messages"))
    await sim.restart()
    await sim.finish()
    assert len(sim.requests("/messages")) == tried, "nobody tries to post it any more"


@pytest.mark.settings(max_jobs_per_day_per_user=2, max_usd_per_day_per_user=Decimal(1))
async def test_forgetting_is_no_way_around_a_limit(sim: Sim) -> None:
    for _ in range(2):
        await sim.imagine(sim.ann, "a secret")
    await forget(sim, sim.ann)
    refused = await sim.ann.slash(sim.channel, "imagine", prompt="x")
    assert "You've reached the limit of 2 jobs" in text(shown(refused))
    used = text(shown(await sim.ann.slash(sim.channel, "usage")))
    assert "2 of 2 jobs · $0.16 of $1.00" in used


async def test_what_limits_count_is_gone_after_thirty_days(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await forget(sim, sim.ann)
    await until(lambda: len(rows(sim)) == 1)
    await sim.clock.advance(30 * 86_400)
    await sim.restart()
    await until(lambda: rows(sim) == [])


@pytest.mark.settings(refused_words=("secret",))
async def test_a_refused_prompt_is_forgotten_with_its_author(sim: Sim) -> None:
    refused = shown(await sim.ann.slash(sim.channel, "imagine", prompt="a secret"))
    await sim.imagine(sim.ann, "x")
    await forget(sim, sim.ann)
    assert "a secret" not in kept(sim)
    told = await sim.ann.click(refused, label="Edit prompt")
    assert "more than a day old" in text(shown(told))


async def test_forget_works_for_whoever_may_do_nothing_else(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await sim.change(allowed_roles=frozenset({1}), allowed_guilds=frozenset({1}))
    assert "I no longer show any of your history" in await forget(sim, sim.ann)
    await gone(sim)


# ------------------------------------------------------------------ by age


@pytest.mark.settings(retention_days=40)
async def test_old_jobs_are_erased_at_the_start_and_young_ones_stay(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await sim.clock.advance(39 * 86_400)
    await sim.imagine(sim.ann, "a hare")
    await sim.restart()
    assert "a secret" in kept(sim)
    await sim.clock.advance(2 * 86_400)
    await sim.restart()
    await gone(sim)
    assert "a hare" in kept(sim)


@pytest.mark.settings(retention_days=1)
async def test_a_short_retention_keeps_what_limits_count(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await sim.clock.advance(2 * 86_400)
    await sim.restart()
    await gone(sim)
    used = text(shown(await sim.ann.slash(sim.channel, "usage")))
    assert "Last 30 days: 1 job · $0.08" in used


async def test_without_a_retention_nothing_is_ever_erased(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await sim.clock.advance(1000 * 86_400)
    await sim.restart()
    assert "a secret" in kept(sim)


# ------------------------------------------------------------------ with the server


async def test_a_servers_jobs_are_erased_when_the_bot_is_removed(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    await sim.leave_server()
    await gone(sim)


async def test_a_server_that_removed_the_bot_while_it_was_off_is_forgotten_at_the_start(
    sim: Sim,
) -> None:
    await sim.imagine(sim.ann, "a secret")
    sim.move_jobs_to_another_server()
    await sim.restart()
    await until(lambda: "servers missed" in str(facts(sim)))
    assert "a secret" in kept(sim), "Discord has said so once"
    while "a secret" in kept(sim):
        await sim.clock.advance(ASK_AGAIN_S)


async def test_jobs_of_another_application_are_not_ours_to_erase(sim: Sim) -> None:
    await sim.imagine(sim.ann, "a secret")
    sim.move_jobs_to_another_server(application_id=1)
    await sim.restart()
    for _ in range(3):
        await sim.clock.advance(ASK_AGAIN_S)
    assert "a secret" in kept(sim)
