"""The gateway, spoken to without discord.py."""

from typing import cast

import aiohttp

from discord_server.things import JsonObject
from raw_client import RawDiscord


async def identified(raw: RawDiscord, http: aiohttp.ClientSession, **asked: object) -> JsonObject:
    """The READY that a plain-text session gets."""
    async with http.ws_connect(f"{raw.server.url}/gateway") as socket:
        hello: JsonObject = await socket.receive_json()
        assert hello["op"] == 10
        await socket.send_json({"op": 1, "d": None})
        heard: JsonObject = await socket.receive_json()
        assert heard["op"] == 11
        await socket.send_json({"op": 2, "d": {"token": raw.server.token, **asked}})
        ready = cast("JsonObject", await socket.receive_json())
        if ready["d"]["guilds"]:
            guild: JsonObject = await socket.receive_json()
            assert (guild["t"], guild["s"], guild["d"]["name"]) == ("GUILD_CREATE", 2, "studio")
        return ready


async def test_a_session_begins_with_what_the_bot_is_and_where(raw: RawDiscord) -> None:
    async with aiohttp.ClientSession() as http:
        ready = await identified(raw, http)
    assert (ready["t"], ready["s"]) == ("READY", 1)
    assert ready["d"]["user"]["username"] == "remixbot"
    assert ready["d"]["guilds"] == [{"id": str(raw.guild.id), "unavailable": True}]


async def test_a_shard_hears_of_its_own_guilds_only(raw: RawDiscord) -> None:
    mine = (raw.guild.id >> 22) % 2
    async with aiohttp.ClientSession() as http:
        assert (await identified(raw, http, shard=[mine, 2]))["d"]["guilds"]
        assert not (await identified(raw, http, shard=[1 - mine, 2]))["d"]["guilds"]


async def test_an_event_goes_to_the_shard_of_its_guild(raw: RawDiscord) -> None:
    heard: list[list[object]] = []
    async with aiohttp.ClientSession() as http:
        for number in (0, 1):
            async with http.ws_connect(f"{raw.server.url}/gateway") as socket:
                shard = {"token": raw.server.token, "shard": [number, 2]}
                await socket.send_json({"op": 2, "d": shard})
                await raw.server.bot_connected()
                await raw.server.gateway.dispatch(raw.guild.id, "NEWS", {})
                await socket.send_json({"op": 1, "d": None})
                events: list[object] = []
                while (frame := await socket.receive_json())["op"] != 11:
                    events.append(frame.get("t"))
                heard.append(events)
            await raw.server.bot_offline()
    mine = (raw.guild.id >> 22) % 2
    assert heard[mine] == [None, "READY", "GUILD_CREATE", "NEWS"]
    assert heard[1 - mine] == [None, "READY"]


async def test_a_wrong_token_ends_the_connection(raw: RawDiscord) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{raw.server.url}/gateway") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "wrong"}})
        await socket.receive()
        assert socket.close_code == 4004
