"""The bot writes to people directly, as far as they let it."""

import asyncio

import pytest

from discord_server.options import CannotSend
from discord_server.people import DidNotRespond
from discord_server.things import (
    ATTACH_FILES,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    JsonObject,
)
from raw_client import V2, RawDiscord, error, wrong
from raw_gateway import RawGateway

FILE = ("a.txt", b"painted")
BUTTON: JsonObject = {
    "flags": V2,
    "components": [
        {"type": 10, "content": "yours"},
        {
            "type": 1,
            "components": [{"type": 2, "style": 1, "label": "Again", "custom_id": "again"}],
        },
    ],
}


async def opened(raw: RawDiscord) -> str:
    """The path of the messages between the bot and ann."""
    status, channel = await raw.ask("POST", "/users/@me/channels", {"recipient_id": raw.ann.id})
    assert (status, channel["type"]) == (200, 1)
    assert [each["id"] for each in channel["recipients"]] == [str(raw.ann.id)]
    return f"/channels/{channel['id']}/messages"


async def test_a_user_is_looked_up_by_id(raw: RawDiscord) -> None:
    _, ann = await raw.ask("GET", f"/users/{raw.ann.id}")
    assert (ann["username"], ann["bot"]) == ("ann", False)
    for nobody in ("1", "nobody"):
        assert error(await raw.ask("GET", f"/users/{nobody}")) == (404, 10013)


async def test_direct_messages_open_once_for_each_person(raw: RawDiscord) -> None:
    bob = raw.guild.add_person("bob")
    ids = [
        (await raw.ask("POST", "/users/@me/channels", {"recipient_id": str(who)}))[1]["id"]
        for who in (raw.ann.id, raw.ann.id, bob.id)
    ]
    assert ids[0] == ids[1] != ids[2]


async def test_direct_messages_need_somebody_to_write_to(raw: RawDiscord) -> None:
    path = "/users/@me/channels"
    assert error(await raw.ask("POST", path, {"recipient_id": "1"})) == (400, 50033)
    assert wrong(await raw.ask("POST", path, {})) == ["recipient_id BASE_TYPE_REQUIRED"]
    itself = {"recipient_id": str(raw.server.world.bot.id)}
    assert error(await raw.ask("POST", path, itself)) == (403, 50007)


async def test_what_came_directly_is_read_by_that_person_only(raw: RawDiscord) -> None:
    path, bob = await opened(raw), raw.guild.add_person("bob")
    _, sent = await raw.ask("POST", path, {"content": "hi"}, FILE)
    message = await raw.ann.sees_directly(lambda one: one.text == "hi")
    assert [each.content for each in message.files] == [b"painted"]
    assert message.pinged == {raw.ann.id}
    assert message.link == f"https://discord.com/channels/@me/{path.split('/')[2]}/{sent['id']}"
    assert [each.id for each in raw.ann.direct_messages()] == [message.id]
    assert raw.ann.messages(raw.channel) == bob.direct_messages() == []
    assert bob.messages(message.raw.channel) == []


async def test_a_direct_message_is_read_edited_and_deleted(raw: RawDiscord) -> None:
    path = await opened(raw)
    _, sent = await raw.ask("POST", path, {"content": "hi"})
    one = f"{path}/{sent['id']}"
    assert (await raw.ask("GET", one))[1]["content"] == "hi"
    await raw.ask("PATCH", one, {"content": "bye"})
    (message,) = raw.ann.direct_messages()
    assert message.text == "bye"
    assert error(await raw.ask("DELETE", one)) == (204, 0)
    assert raw.ann.direct_messages() == []


async def test_a_silent_direct_message_notifies_nobody(raw: RawDiscord) -> None:
    await raw.ask("POST", await opened(raw), {"content": "hi", "flags": 1 << 12})
    (message,) = raw.ann.direct_messages()
    assert message.pinged == set()


async def test_who_closed_direct_messages_gets_none_but_keeps_the_old(raw: RawDiscord) -> None:
    path = await opened(raw)
    _, sent = await raw.ask("POST", path, {"content": "hi"})
    raw.ann.close_direct_messages()
    assert await opened(raw) == path
    assert error(await raw.ask("POST", path, {"content": "more"})) == (403, 50007)
    edit = await raw.ask("PATCH", f"{path}/{sent['id']}", {"content": "bye"})
    assert error(edit) == (200, 0)
    assert [each.text for each in raw.ann.direct_messages()] == ["bye"]


async def test_who_left_every_guild_of_the_bot_gets_no_direct_messages(raw: RawDiscord) -> None:
    path = await opened(raw)
    raw.guild.remove_person(raw.ann)
    assert error(await raw.ask("POST", path, {"content": "hi"})) == (403, 50278)


async def test_a_click_in_direct_messages_names_a_user_and_no_guild(raw: RawDiscord) -> None:
    path = await opened(raw)
    await raw.ask("POST", path, BUTTON)
    (message,) = raw.ann.direct_messages()
    async with RawGateway(raw) as bot:
        await bot.identify()
        await raw.server.bot_connected()
        click = asyncio.create_task(raw.ann.click(message, "Again"))
        event = await bot.event("INTERACTION_CREATE")
        callback = f"/interactions/{event['id']}/{event['token']}/callback"
        answer: JsonObject = {"type": 4, "data": {"content": "once more"}}
        assert error(await raw.ask("POST", callback, answer)) == (200, 0)
        assert (await (await click).message()).text == "once more"
    assert event["context"] == 1
    assert event["user"]["id"] == str(raw.ann.id)
    assert event["channel"]["type"] == 1
    assert event["authorizing_integration_owners"] == {"0": "0"}
    assert not event.keys() & {"member", "guild", "guild_id", "guild_locale"}
    allowed = int(event["app_permissions"])
    assert allowed & ATTACH_FILES
    assert not allowed & (VIEW_CHANNEL | SEND_MESSAGES | READ_MESSAGE_HISTORY)


async def test_only_the_first_shard_hears_of_direct_messages(raw: RawDiscord) -> None:
    heard: list[list[str]] = []
    async with RawGateway(raw) as first, RawGateway(raw) as second:
        for number, bot in enumerate((first, second)):
            await bot.identify(shard=[number, 2])
            await bot.events_so_far()
        await raw.server.gateway.dispatch(None, "NEWS", {})
        heard += [await bot.events_so_far() for bot in (first, second)]
    assert heard == [["NEWS"], []]


async def test_a_command_for_guilds_is_not_offered_in_direct_messages(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    command: JsonObject = {"name": "remix", "description": "Again"}
    await opened(raw)
    direct = raw.server.world.direct(raw.ann.user)
    await raw.ask("PUT", path, [{**command, "contexts": [0]}])
    with pytest.raises(CannotSend, match="no remix here"):
        await raw.ann.slash(direct, "remix")
    await raw.ask("PUT", path, [{**command, "contexts": [0, 1]}])
    with pytest.raises(DidNotRespond, match="no bot is connected"):
        await raw.ann.slash(direct, "remix")
