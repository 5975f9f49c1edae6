"""A message that is sent again under its nonce is not posted again."""

import pytest

from discord_server.things import JsonObject
from raw_client import RawDiscord, error, wrong

ONCE: JsonObject = {"content": "done", "nonce": "job-7", "enforce_nonce": True}


async def sent(raw: RawDiscord, body: JsonObject, path: str | None = None) -> str:
    status, message = await raw.ask("POST", path or raw.messages, body)
    assert status == 200, message
    assert message["nonce"] == body["nonce"]
    return message["id"]


async def test_a_repeat_gives_the_message_that_is_there(raw: RawDiscord) -> None:
    first = await sent(raw, ONCE)
    assert await sent(raw, {**ONCE, "content": "again"}) == first
    (message,) = raw.ann.messages(raw.channel)
    assert message.text == "done"
    assert message.edits == []


async def test_a_nonce_is_remembered_for_five_minutes(raw: RawDiscord) -> None:
    first = await sent(raw, ONCE)
    raw.clock.advance(minutes=4.9)
    assert await sent(raw, ONCE) == first
    raw.clock.advance(minutes=0.2)
    second = await sent(raw, ONCE)
    assert second != first, "counted from the message, not from its repeats"
    assert await sent(raw, ONCE) == second


async def test_nothing_is_held_back_unless_it_is_asked_for(raw: RawDiscord) -> None:
    for unasked in ({"content": "done", "nonce": "job-7"}, {**ONCE, "enforce_nonce": False}):
        assert await sent(raw, unasked) != await sent(raw, unasked)
    assert len(raw.ann.messages(raw.channel)) == 4
    last = raw.ann.messages(raw.channel)[-1]
    assert await sent(raw, ONCE) == str(last.id)


async def test_another_nonce_or_channel_is_another_message(raw: RawDiscord) -> None:
    first = await sent(raw, ONCE)
    assert await sent(raw, {**ONCE, "nonce": "job-8"}) != first
    elsewhere = raw.guild.add_channel("elsewhere")
    assert await sent(raw, ONCE, f"/channels/{elsewhere.id}/messages") != first


async def test_a_nonce_may_be_a_number(raw: RawDiscord) -> None:
    number = {**ONCE, "nonce": 7}
    assert await sent(raw, number) == await sent(raw, number)


async def test_a_repeat_of_what_was_deleted_is_posted(raw: RawDiscord) -> None:
    first = await sent(raw, ONCE)
    await raw.ask("DELETE", f"{raw.messages}/{first}")
    assert await sent(raw, ONCE) != first


async def test_a_nonce_of_a_refused_message_is_still_free(raw: RawDiscord) -> None:
    assert error(await raw.ask("POST", raw.messages, {**ONCE, "content": ""})) == (400, 50006)
    await sent(raw, ONCE)
    assert [each.text for each in raw.ann.messages(raw.channel)] == ["done"]


@pytest.mark.parametrize(
    ("nonce", "problem"),
    [
        ("a" * 26, "nonce BASE_TYPE_BAD_LENGTH"),
        (True, "nonce NONCE_TYPE_INVALID"),
        (1.5, "nonce NONCE_TYPE_INVALID"),
    ],
)
async def test_a_nonce_is_a_short_text_or_a_number(
    raw: RawDiscord, nonce: object, problem: str
) -> None:
    assert wrong(await raw.ask("POST", raw.messages, {**ONCE, "nonce": nonce})) == [problem]


async def test_history_keeps_no_nonces(raw: RawDiscord) -> None:
    await sent(raw, ONCE)
    assert ["nonce" in each for each in await raw.listed()] == [False]
