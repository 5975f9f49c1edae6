"""Discord refuses, breaks down, loses things: each job ends once, where its author finds it."""

import asyncio
import json
from functools import partial

import pytest

from discord_server.faults import (
    PORTAL,
    REFUSED_BY_A_PAGE,
    RESET,
    RESET_AFTER,
    SILENCE,
    Fault,
    broken,
    error,
    too_many,
)
from discord_server.people import DidNotRespond, Handle, Person
from discord_server.process import BotProcess
from discord_server.rules import ANSWER_WITHIN_S
from discord_server.seen import SeenMessage
from discord_server.things import Channel
from sandbox.api import GenerationServer
from tests.flow.sim import UNLIMITED
from tests.patience import EASY
from tests.process.conftest import Bots, Outside
from tests.process.kill_launch import CONSTANTS

CALLBACK = "/interactions/*/*/callback"
BY_TOKEN = "/webhooks/*/*/messages/*"
IN_CHANNEL = "/channels/*/messages/*"
ANEW = "/channels/*/messages"


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    """Nobody waits long for a Discord that says nothing, nor for others."""
    return {**env, **UNLIMITED, "DISCORD_TIMEOUT_SECONDS": "2"}


def finished(message: SeenMessage) -> bool:
    return "✏️ 1" in message.buttons


def results(person: Person, channel: Channel) -> list[SeenMessage]:
    """Every message with images that this person can find."""
    everywhere = [*person.messages(channel), *person.direct_messages()]
    return [message for message in everywhere if finished(message)]


async def ends_once(
    handle: Handle, person: Person, channel: Channel, api: GenerationServer
) -> SeenMessage:
    """The one result, in the message that answered."""
    message = await handle.message(finished)
    assert len(message.images) == 4
    assert [one.id for one in results(person, channel)] == [message.id]
    assert api.submit_calls == 1
    return message


@pytest.mark.usefixtures("bot")
async def test_a_first_answer_that_arrived_though_discord_did_not_say_so_is_gone_on_with(
    outside: Outside,
) -> None:
    faults = (RESET_AFTER, broken(500, done_first=True), broken(503, done_first=True))
    for person, fault in zip(outside.people, faults, strict=False):
        outside.discord.faults.add("POST", CALLBACK, fault)
        message = await (await outside.imagine("a fox", who=person)).message(finished)
        assert len(message.images) == 4, fault.name
    assert len(results(outside.ann, outside.channel)) == outside.api.submit_calls == len(faults)


@pytest.mark.logs_errors
async def test_a_first_answer_that_did_not_arrive_costs_nothing(
    bot: BotProcess, outside: Outside
) -> None:
    for fault, told in (
        (RESET, "Discord had a problem just now. Nothing was charged."),
        (PORTAL, "Discord had a problem just now. Nothing was charged."),
        (error(403, 50001), "Discord didn't accept my reply. Nothing was charged."),
        (REFUSED_BY_A_PAGE, "Discord won't let me show this prompt here"),
        (error(404, 10062), None),
        (error(400, 50035), "Sorry, something broke on my end."),
    ):
        assert "ERROR" not in bot.output
        outside.discord.faults.add("POST", CALLBACK, fault)
        if told is None:
            with pytest.raises(DidNotRespond):
                await outside.imagine("a fox")
        else:
            answer = await (await outside.imagine("a fox")).message()
            assert answer.text.startswith(told), fault.name
            assert answer.ephemeral
    assert await bot.stop() == 0
    assert outside.api.submit_calls == 0
    shown = outside.ann.messages(outside.channel)
    assert all(one.ephemeral for one in shown), "nobody sees a job that is none"
    assert "ERROR" in bot.output, "the last one is ours to mend"


async def test_an_interaction_that_discord_delivers_twice_makes_one_job(
    bot: BotProcess, outside: Outside
) -> None:
    handle = await outside.imagine("a fox")
    await outside.discord.deliver_again(handle)
    await ends_once(handle, outside.ann, outside.channel, outside.api)
    assert await bot.stop() == 0
    assert outside.api.submit_calls == 1


PASSING = (
    too_many(0.2),
    *(broken(status) for status in (500, 502, 503, 504)),
    broken(502, done_first=True),
    RESET,
    RESET_AFTER,
    SILENCE,
    PORTAL,
)


@pytest.mark.parametrize("by_token", [True, False], ids=["by token", "in the channel"])
@pytest.mark.usefixtures("bot")
async def test_an_edit_that_fails_in_passing_is_repeated_and_nothing_else_is_posted(
    outside: Outside, *, by_token: bool
) -> None:
    """Each fault meets one job, and all of them run at the same time."""

    async def meet(fault: Fault) -> tuple[int, int]:
        person = outside.guild.add_person(fault.name)
        handle = await outside.imagine("a fox sandbox:seconds=2", who=person)
        shown = await handle.message(lambda message: "%" in message.text)
        if not by_token:
            expired = error(401, 50027)
            outside.discord.faults.add(
                "PATCH", f"/webhooks/*/*/messages/{shown.id}", expired, times=None
            )
        route = "/webhooks/*/*/messages/" if by_token else "/channels/*/messages/"
        planned = outside.discord.faults.add("PATCH", f"{route}{shown.id}", fault)
        result = await handle.message(finished)
        assert len(result.images) == 4, fault.name
        return result.id, planned.happened

    ends = await asyncio.gather(*map(meet, PASSING))
    assert [happened for _, happened in ends] == [1] * len(PASSING)
    found = [one.id for one in results(outside.ann, outside.channel)]
    assert sorted(found) == sorted(result for result, _ in ends)


@pytest.mark.parametrize(("times", "kept"), [(1, False), (4, True)])
async def test_what_is_kept_out_before_it_reaches_discord_comes_without_its_words_or_later(
    bots: Bots, outside: Outside, times: int, *, kept: bool
) -> None:
    """Cloudflare may dislike the words, or everything for now."""
    waits = {
        **EASY,
        "bot.jobs.retry.LONG_PAUSES_S": (0.1, 0.1),
        "bot.delivery.progress_edits.EDIT_GAP_S": 1000.0,
    }
    async with bots(**{CONSTANTS: json.dumps(waits)}) as bot:
        handle = await outside.imagine("a fox sandbox:seconds=2")
        await handle.message(lambda message: "%" in message.text)
        outside.discord.faults.add("*", "/webhooks/**", REFUSED_BY_A_PAGE, times=times)
        message = await handle.message(finished)
        assert len(message.images) == 4
        assert ("a fox" in message.text) is kept
        await bot.wait_for_line(": delivered")
    assert [one.id for one in results(outside.ann, outside.channel)] == [message.id]


async def test_a_new_message_whose_answer_gets_lost_is_not_posted_twice(
    bot: BotProcess, outside: Outside
) -> None:
    outside.discord.faults.add("PATCH", "/**", error(403, 50013), times=None)
    faults = (RESET_AFTER, broken(500, done_first=True), SILENCE)
    for number, (person, fault) in enumerate(zip(outside.people, faults, strict=False), start=1):
        outside.discord.faults.add("POST", ANEW, fault)
        await outside.imagine("a fox", who=person)
        await bot.wait_for_line(f"Job {number}: delivered")
        posted = results(person, outside.channel)
        assert len(posted) == outside.api.submit_calls == number, fault.name
        assert posted[-1].pinged == {person.id}


@pytest.mark.usefixtures("bot")
async def test_faults_of_discord_do_not_touch_the_jobs_of_others(outside: Outside) -> None:
    ben = outside.ben
    handle = await outside.imagine("ann's sandbox:seconds=3")
    shown = await handle.message()
    outside.discord.faults.add(
        "PATCH", f"/webhooks/*/*/messages/{shown.id}", broken(503), times=None
    )
    other = await outside.imagine("ben's sandbox:seconds=3", who=ben)
    assert len((await other.message(finished)).images) == 4
    assert not finished(shown)
    outside.discord.faults.clear()
    assert len((await handle.message(finished)).images) == 4
    assert outside.api.submit_calls == 2


async def test_a_gateway_that_goes_away_costs_no_job_and_no_click(
    bot: BotProcess, outside: Outside
) -> None:
    ann, gateway = outside.ann, outside.discord.gateway
    for number, lose in enumerate(
        (
            gateway.drop,
            gateway.reset,
            gateway.ask_to_reconnect,
            partial(gateway.invalidate, resumable=False),
        ),
        start=1,
    ):
        handle = await outside.imagine("before sandbox:seconds=2")
        assert len(gateway.connected) == 1
        await lose()
        message = await handle.message(finished)
        assert len(message.images) == 4
        await outside.discord.bot_connected()
        again = await ann.click(message, "Reroll")
        assert len((await again.message(finished)).images) == 4
        assert len(results(ann, outside.channel)) == outside.api.submit_calls == 2 * number
    assert bot.output.count("Logged in as") == 1, "nobody is greeted again, no job goes on twice"


async def test_a_command_that_the_gateway_lost_for_a_moment_makes_one_job_and_costs_nothing(
    bot: BotProcess, outside: Outside
) -> None:
    """Told of it too late to answer: the person was told that nothing came of it."""
    outside.discord.world.answer_within_s = ANSWER_WITHIN_S
    async with outside.discord.gateway.away():
        with pytest.raises(DidNotRespond):
            await outside.imagine("too late")
    await bot.wait_for_line("could not be answered in time")
    assert await bot.stop() == 0
    assert outside.api.submit_calls == 0
