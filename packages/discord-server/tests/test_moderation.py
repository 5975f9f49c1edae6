"""What others do while the bot works, and what Discord does twice."""

import asyncio

from discord_server.things import SEND_MESSAGES, VIEW_CHANNEL, JsonObject
from raw_client import RawDiscord, error
from raw_gateway import RawGateway

HI: JsonObject = {"content": "hi"}


async def test_a_deleted_channel_is_unknown_and_so_is_all_that_was_in_it(raw: RawDiscord) -> None:
    answered, unanswered = raw.interaction(), raw.interaction()
    await raw.ask("POST", answered, {"type": 4, "data": HI})
    await raw.posted(HI)
    async with RawGateway(raw) as bot:
        await bot.identify()
        await raw.guild.moderator.delete_channel(raw.channel)
        told = await bot.event("CHANNEL_DELETE")
    assert told["id"] == str(raw.channel.id)
    assert raw.ann.messages(raw.channel) == []
    for method, path in (
        ("GET", raw.messages),
        ("POST", raw.messages),
        ("POST", raw.hook(answered)),
        ("POST", unanswered),
    ):
        body: JsonObject | None = {"type": 5, **HI} if method == "POST" else None
        assert error(await raw.ask(method, path, body)) == (404, 10003), path
    edit = await raw.ask("PATCH", f"{raw.hook(answered)}/messages/@original", HI)
    assert error(edit) == (404, 10008)


async def test_a_message_is_deleted_under_the_bots_hands(raw: RawDiscord) -> None:
    message = await raw.posted(HI)
    (seen,) = raw.ann.messages(raw.channel)
    async with RawGateway(raw) as bot:
        await bot.identify()
        await bot.events_so_far()
        await raw.guild.moderator.delete_message(seen)
        assert await bot.events_so_far() == [], "without the intent for messages nobody says so"
    assert seen.deleted
    assert error(await raw.ask("PATCH", f"{raw.messages}/{message.id}", HI)) == (404, 10008)


async def test_a_permission_is_taken_and_given_back(raw: RawDiscord) -> None:
    moderator, before = raw.guild.moderator, raw.channel.bot_permissions
    async with RawGateway(raw) as bot:
        await bot.identify()
        await moderator.take_from_bot(raw.channel, SEND_MESSAGES)
        [overwrite] = (await bot.event("CHANNEL_UPDATE"))["permission_overwrites"]
    assert not int(overwrite["allow"]) & SEND_MESSAGES
    assert int(overwrite["deny"]) & SEND_MESSAGES
    assert error(await raw.ask("POST", raw.messages, HI)) == (403, 50013)
    await moderator.take_from_bot(raw.channel, VIEW_CHANNEL)
    assert error(await raw.ask("POST", raw.messages, HI)) == (403, 50001)
    await moderator.let_bot(raw.channel, before)
    assert error(await raw.ask("POST", raw.messages, HI)) == (200, 0)


async def test_one_interaction_is_told_twice(raw: RawDiscord) -> None:
    await raw.ask(
        "PUT",
        f"/applications/{raw.server.world.application_id}/commands",
        [{"name": "remix", "description": "Again"}],
    )
    raw.server.gateway.copies = 2
    async with RawGateway(raw) as bot:
        await bot.identify()
        await raw.server.bot_connected()
        command = asyncio.create_task(raw.ann.slash(raw.channel, "remix"))
        events = [await bot.event("INTERACTION_CREATE") for _ in range(2)]
        path = f"/interactions/{events[0]['id']}/{events[0]['token']}/callback"
        answers = [error(await raw.ask("POST", path, {"type": 4, "data": HI})) for _ in events]
        await raw.server.deliver_again(await command)
        events.append(await bot.event("INTERACTION_CREATE"))
    assert events[0] == events[1] == events[2]
    assert answers == [(200, 0), (400, 40060)]
