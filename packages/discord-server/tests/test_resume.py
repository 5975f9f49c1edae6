"""A session outlives its websocket for a few minutes, and hears then what it missed."""

import asyncio

import aiohttp
import pytest

from discord_server.people import DidNotRespond
from discord_server.things import JsonObject
from raw_client import RawDiscord
from raw_gateway import RESUME, RawGateway


async def connected(bot: RawGateway) -> RawGateway:
    """Identified, and over with what READY brings."""
    await bot.identify()
    await bot.events_so_far()
    return bot


def names(frames: list[JsonObject]) -> list[tuple[str, int]]:
    return [(frame["t"], frame["s"]) for frame in frames]


async def tell(raw: RawDiscord, *events: str) -> None:
    for event in events:
        await raw.server.gateway.dispatch(raw.guild.id, event, {"name": event})


async def refused(raw: RawDiscord, earlier: RawGateway, seq: int = 1) -> JsonObject | int | None:
    """The frame, or the close code, with which a RESUME is refused."""
    async with RawGateway(raw) as bot:
        asked = {"token": raw.server.token, "session_id": earlier.session_id, "seq": seq}
        await bot.socket.send_json({"op": RESUME, "d": asked})
        message = await bot.socket.receive()
        return message.json() if message.type is aiohttp.WSMsgType.TEXT else bot.socket.close_code


async def test_what_was_missed_is_told_in_order(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await raw.server.gateway.drop()
        assert (await before.socket.receive()).type is aiohttp.WSMsgType.CLOSE
        assert before.socket.close_code == 4000
        await tell(raw, "ONE", "TWO")
        async with RawGateway(raw) as after:
            missed = await after.resume(before)
            assert names(missed) == [("ONE", 3), ("TWO", 4), ("RESUMED", 5)]
            assert missed[0]["d"] == {"name": "ONE"}
            await tell(raw, "THREE")
            assert await after.events_so_far() == ["THREE"]
    assert (raw.server.gateway.identified, raw.server.gateway.resumed) == (1, 1)


async def test_what_the_bot_says_it_did_not_hear_is_told_again(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await tell(raw, "ONE", "TWO")
        assert await before.events_so_far() == ["ONE", "TWO"]
        async with RawGateway(raw) as after:
            assert names(await after.resume(before, heard=3)) == [("TWO", 4), ("RESUMED", 5)]
            await tell(raw, "THREE")
            assert await after.events_so_far() == ["THREE"]
            assert await before.events_so_far() == [], "the new websocket has taken its place"


async def test_a_reset_connection_can_be_resumed(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await raw.server.gateway.reset()
        message = await before.socket.receive()
        assert message.type in (aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSED)
        await tell(raw, "ONE")
        async with RawGateway(raw) as after:
            assert names(await after.resume(before)) == [("ONE", 3), ("RESUMED", 4)]


async def test_a_session_waits_for_three_minutes(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await raw.server.gateway.drop()
    raw.clock.advance(minutes=2.9)
    async with RawGateway(raw) as after:
        await after.resume(before)
        await raw.server.gateway.drop()
    raw.clock.advance(minutes=3.1)
    assert await refused(raw, before) == {"op": 9, "d": False}
    assert not raw.server.gateway.reaches(raw.guild.id)


async def test_a_bot_that_says_goodbye_has_ended_its_session(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await before.socket.close(code=1000)
        await raw.server.bot_offline()
        assert await refused(raw, before) == {"op": 9, "d": False}


async def test_a_bot_that_closes_in_any_other_way_may_come_back(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await before.socket.close(code=4000)
        await raw.server.bot_offline()
        async with RawGateway(raw) as after:
            await after.resume(before)


async def test_nobody_resumes_what_is_not_there(raw: RawDiscord) -> None:
    async with RawGateway(raw) as bot:
        bot.session_id = "unknown"
        assert await refused(raw, bot) == {"op": 9, "d": False}
        await connected(bot)
        await raw.server.gateway.drop()
        assert await refused(raw, bot, seq=9) == 4007


async def test_a_bot_is_asked_to_reconnect(raw: RawDiscord) -> None:
    async with RawGateway(raw) as bot:
        await connected(bot)
        await raw.server.gateway.ask_to_reconnect()
        assert await bot.frame() == {"op": 7, "d": None}


@pytest.mark.parametrize("resumable", [False, True])
async def test_a_session_is_invalidated(raw: RawDiscord, *, resumable: bool) -> None:
    async with RawGateway(raw) as before:
        await connected(before)
        await raw.server.gateway.invalidate(resumable=resumable)
        assert await before.frame() == {"op": 9, "d": resumable}
        await tell(raw, "ONE")
        if not resumable:
            assert await refused(raw, before) == {"op": 9, "d": False}
            return
        async with RawGateway(raw) as after:
            assert names(await after.resume(before)) == [("ONE", 3), ("RESUMED", 4)]


async def test_nobody_connects_while_the_gateway_is_away(raw: RawDiscord) -> None:
    async with RawGateway(raw) as before, aiohttp.ClientSession() as http:
        await connected(before)
        async with raw.server.gateway.away():
            trying = asyncio.create_task(http.ws_connect(f"{raw.server.url}/gateway"))
            await raw.ask("GET", "/gateway/bot")
            assert not trying.done()
        socket = await trying
        assert (await socket.receive_json())["op"] == 10
        await socket.close()


async def test_an_interaction_waits_for_a_bot_that_is_away(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    await raw.ask("PUT", path, [{"name": "remix", "description": "Again"}])
    async with RawGateway(raw) as before:
        await connected(before)
        await raw.server.gateway.drop()
        command = asyncio.create_task(raw.ann.slash(raw.channel, "remix"))
        async with RawGateway(raw) as after:
            told, _ = await after.resume(before)
            event: JsonObject = told["d"]
            callback = f"/interactions/{event['id']}/{event['token']}/callback"
            answer: JsonObject = {"type": 4, "data": {"content": "back again"}}
            assert (await raw.ask("POST", callback, answer))[0] == 200
            assert (await (await command).message()).text == "back again"


async def test_without_a_bot_that_could_come_back_nobody_waits(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    await raw.ask("PUT", path, [{"name": "remix", "description": "Again"}])
    with pytest.raises(DidNotRespond, match="no bot is connected"):
        await raw.ann.slash(raw.channel, "remix")
