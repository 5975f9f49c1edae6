"""The history of a channel, newest first, as far as the bot may read it."""

import pytest

from discord_server import payloads
from discord_server.things import (
    INVITED_WITH,
    READ_MESSAGE_HISTORY,
    VIEW_CHANNEL,
    JsonObject,
)
from raw_client import PRIVATE, V2, RawDiscord, error, wrong


async def contents(raw: RawDiscord, query: str = "") -> list[str]:
    return [each["content"] for each in await raw.listed(query)]


async def said(raw: RawDiscord, count: int) -> list[int]:
    """The ids of messages that say 0, 1, 2, ..."""
    return [(await raw.posted({"content": str(number)})).id for number in range(count)]


async def test_history_is_newest_first_and_fifty_long(raw: RawDiscord) -> None:
    await said(raw, 52)
    assert await contents(raw) == [str(number) for number in range(51, 1, -1)]
    assert await contents(raw, "?limit=2") == ["51", "50"]
    assert len(await contents(raw, "?limit=100")) == 52


async def test_history_goes_on_from_a_message(raw: RawDiscord) -> None:
    ids = await said(raw, 6)
    for query, expected in (
        (f"?before={ids[3]}", ["2", "1", "0"]),
        (f"?before={ids[3]}&limit=2", ["2", "1"]),
        (f"?after={ids[2]}", ["5", "4", "3"]),
        (f"?after={ids[2]}&limit=2", ["4", "3"]),
        (f"?around={ids[2]}&limit=3", ["3", "2", "1"]),
        (f"?around={ids[2]}&limit=1", ["2"]),
        (f"?after={ids[5]}", []),
    ):
        assert await contents(raw, query) == expected, query


async def test_history_may_go_on_from_a_moment_without_a_message(raw: RawDiscord) -> None:
    before = raw.server.world.new_id()
    await said(raw, 1)
    assert await contents(raw, f"?after={before}") == ["0"]
    assert await contents(raw, f"?before={before}") == []


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("?limit=0", "limit NUMBER_TYPE_RANGE"),
        ("?limit=101", "limit NUMBER_TYPE_RANGE"),
        ("?limit=many", "limit NUMBER_TYPE_RANGE"),
        ("?after=yesterday", "after NUMBER_TYPE_COERCE"),
        ("?before=2&after=1", "before MUTUALLY_EXCLUSIVE"),
    ],
)
async def test_history_is_asked_for_properly(raw: RawDiscord, query: str, problem: str) -> None:
    assert wrong(await raw.ask("GET", f"{raw.messages}{query}")) == [problem]


async def test_history_is_empty_for_a_bot_that_may_not_read_it(raw: RawDiscord) -> None:
    await said(raw, 1)
    raw.channel.bot_permissions = INVITED_WITH & ~READ_MESSAGE_HISTORY
    assert await contents(raw) == []
    raw.channel.bot_permissions = INVITED_WITH & ~VIEW_CHANNEL
    assert error(await raw.ask("GET", raw.messages)) == (403, 50001)
    assert error(await raw.ask("GET", "/channels/1/messages")) == (404, 10003)


async def test_history_has_no_private_and_no_deleted_messages_and_none_of_elsewhere(
    raw: RawDiscord,
) -> None:
    elsewhere = raw.guild.add_channel("elsewhere")
    await raw.ask("POST", f"/channels/{elsewhere.id}/messages", {"content": "elsewhere"})
    private: JsonObject = {"type": 4, "data": {"content": "psst", "flags": PRIVATE}}
    await raw.ask("POST", raw.interaction(), private)
    [gone, _] = await said(raw, 2)
    await raw.ask("DELETE", f"{raw.messages}/{gone}")
    assert await contents(raw) == ["1"]


async def test_history_tells_what_a_message_answers_and_shows(raw: RawDiscord) -> None:
    button: JsonObject = {"type": 2, "style": 1, "label": "Again", "custom_id": "again:7"}
    layout: JsonObject = {"flags": V2, "components": [{"type": 1, "components": [button]}]}
    callback = raw.interaction()
    await raw.ask("POST", callback, {"type": 4, "data": layout})
    (answered,) = await raw.listed()
    shown = raw.server.world.messages[int(answered["id"])]
    pressed = raw.interaction(payloads.COMPONENT, shown)
    await raw.ask("POST", pressed, {"type": 4, "data": {"content": "pressed"}})
    press, command = await raw.listed()
    assert command["components"][0]["components"][0]["custom_id"] == "again:7"
    assert command["interaction_metadata"]["id"] == callback.split("/")[2]
    assert command["interaction_metadata"]["user"]["id"] == str(raw.ann.id)
    assert command["author"]["id"] == str(raw.server.world.bot.id)
    assert press["interaction_metadata"]["interacted_message_id"] == command["id"]
    assert press["interaction_metadata"]["type"] == payloads.COMPONENT


async def test_history_tells_which_interaction_opened_the_form(raw: RawDiscord) -> None:
    interactions = raw.server.world.interactions
    opener, submit = (raw.interaction(kind) for kind in (payloads.COMMAND, payloads.MODAL_SUBMIT))
    token = submit.split("/")[3]
    interactions[token].opened_by = interactions[opener.split("/")[3]]
    await raw.ask("POST", submit, {"type": 4, "data": {"content": "done"}})
    (answer,) = await raw.listed()
    told = answer["interaction_metadata"]["triggering_interaction_metadata"]
    assert told["id"] == opener.split("/")[2]


async def test_a_further_message_names_the_first_answer(raw: RawDiscord) -> None:
    callback = raw.interaction()
    await raw.ask("POST", callback, {"type": 4, "data": {"content": "first"}})
    await raw.ask("POST", raw.hook(callback), {"content": "second"})
    second, first = await raw.listed()
    assert second["interaction_metadata"]["original_response_message_id"] == first["id"]
    assert "original_response_message_id" not in first["interaction_metadata"]
