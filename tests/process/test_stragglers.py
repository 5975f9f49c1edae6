"""An edit of progress that does not end: what is public does not wait for it."""

import json

import pytest

from discord_server.faults import SILENCE
from discord_server.seen import SeenMessage
from tests.process.conftest import Outside
from tests.process.kill_launch import CONSTANTS
from tests.process.test_discord_faults import BY_TOKEN, finished, results


@pytest.fixture
def env(env: dict[str, str]) -> dict[str, str]:
    """A result waits for an edit under way for a tenth of a second."""
    constants = json.loads(env[CONSTANTS]) | {"bot.delivery.progress_edits.LAST_EDIT_S": 0.1}
    return {**env, CONSTANTS: json.dumps(constants), "DISCORD_TIMEOUT_SECONDS": "10"}


@pytest.mark.usefixtures("bot")
async def test_a_result_goes_past_an_edit_that_hangs_and_the_old_message_says_where(
    outside: Outside,
) -> None:
    ann = outside.ann
    hangs = outside.discord.faults.add("PATCH", BY_TOKEN, SILENCE)
    handle = await outside.imagine("a fox sandbox:seconds=1")
    result = await ann.sees(outside.channel, finished)
    assert hangs.happened
    assert (await handle.message()).id != result.id

    def says_where(message: SeenMessage) -> bool:
        return result.link in message.text

    await handle.message(says_where)
    assert [one.id for one in results(ann, outside.channel)] == [result.id]
    assert outside.api.submit_calls == 1
