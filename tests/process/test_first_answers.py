"""The first answer arrives and nobody tells the bot: its message ends in a true sentence."""

import json

from discord_server.faults import RESET, RESET_AFTER, Fault
from tests.patience import EASY
from tests.process.conftest import Bots, Outside
from tests.process.kill_launch import CONSTANTS

CALLBACK = "/interactions/*/*/callback"
ANSWER = "/webhooks/*/*/messages/*"
SILENCE_AFTER = Fault("silence after", done_first=True, silent=True)
"""It was done, and nothing is ever said."""


async def test_an_answer_that_nobody_could_look_for_says_in_the_end_that_nothing_was_charged(
    bots: Bots, outside: Outside
) -> None:
    outside.discord.faults.add("POST", CALLBACK, RESET_AFTER)
    outside.discord.faults.add("GET", ANSWER, RESET, times=None)
    waits = {
        "bot.delivery.status_message.LOOK_PATIENCE_S": 0.0,
        "bot.delivery.status_message.RETRACT_EVERY_S": 0.1,
    }
    async with bots(**{CONSTANTS: json.dumps({**EASY, **waits})}) as bot:
        await outside.imagine("a fox")
        await bot.wait_for_line("failed to retract a reply")
        outside.discord.faults.clear()
        told = await outside.ann.sees(outside.channel, lambda one: "Retry" in one.buttons)
        assert await bot.stop() == 0
    assert "Discord had a problem" in told.text
    assert "Nothing was charged" in told.text
    assert "> a fox" in told.text
    assert outside.api.submit_calls == 0


async def test_a_job_whose_answer_was_on_its_way_when_the_bot_was_stopped_goes_on_afterwards(
    bots: Bots, outside: Outside
) -> None:
    outside.discord.faults.add("POST", CALLBACK, SILENCE_AFTER)
    async with bots() as bot:
        await outside.imagine("a fox")
        assert await bot.stop() == 0
    async with bots() as bot:
        await outside.ann.sees(outside.channel, lambda one: "✏️ 1" in one.buttons)
        assert await bot.stop() == 0
    [message] = [one for one in outside.ann.messages(outside.channel) if one.reference is None]
    assert len(message.images) == 4
    assert outside.api.submit_calls == 1
