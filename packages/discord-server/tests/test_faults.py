"""What a test plans to go wrong goes wrong, as often as it says, and is written down."""

import asyncio

import aiohttp
import pytest

from discord_server.clock import HANGS_S
from discord_server.faults import (
    RESET,
    RESET_AFTER,
    SILENCE,
    Fault,
    broken,
    error,
    too_many,
)
from discord_server.server import DiscordServer
from discord_server.things import JsonObject
from raw_client import RawDiscord
from raw_client import error as code_of

HI: JsonObject = {"content": "hi"}
SENDING = ("POST", "/channels/*/messages")


def said(raw: RawDiscord) -> list[str]:
    return [each.text for each in raw.ann.messages(raw.channel)]


@pytest.mark.parametrize(
    ("status", "code"),
    [
        *((401, 50027), (403, 50001), (403, 50013), (404, 10003)),
        *((404, 10008), (404, 10015), (400, 50035), (403, 50007)),
    ],
)
async def test_a_refusal_has_discords_words(raw: RawDiscord, status: int, code: int) -> None:
    raw.server.faults.add(*SENDING, error(status, code))
    refused = await raw.ask("POST", raw.messages, HI)
    assert code_of(refused) == (status, code)
    assert refused[1]["message"] != f"{status}: Error"
    assert ("errors" in refused[1]) is (code == 50035)
    assert said(raw) == []


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((500, "application/json"), (502, "text/html")),
        *((503, "text/plain"), (504, "text/html")),
    ],
)
@pytest.mark.parametrize("done_first", [False, True])
async def test_discord_is_out_of_order(
    raw: RawDiscord, status: int, kind: str, *, done_first: bool
) -> None:
    raw.server.faults.add(*SENDING, broken(status, done_first=done_first))
    async with raw.asked("POST", raw.messages, HI) as response:
        assert (response.status, response.content_type) == (status, kind)
    assert said(raw) == (["hi"] if done_first else [])


@pytest.mark.parametrize("everywhere", [False, True])
async def test_too_many_requests_say_when_to_come_back(
    raw: RawDiscord, *, everywhere: bool
) -> None:
    raw.server.faults.add(*SENDING, too_many(1.5, everywhere=everywhere))
    async with raw.asked("POST", raw.messages, HI) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "1.500"
        assert response.headers["Via"]
        assert ("X-RateLimit-Global" in response.headers) is everywhere
        told: JsonObject = await response.json()
    assert told["retry_after"] == 1.5
    assert told["global"] is everywhere
    assert said(raw) == []


@pytest.mark.parametrize(("fault", "left"), [(RESET, list[str]()), (RESET_AFTER, ["hi"])])
async def test_a_connection_is_reset_before_or_after_something_was_done(
    raw: RawDiscord, fault: Fault, left: list[str]
) -> None:
    raw.server.faults.add(*SENDING, fault)
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await raw.ask("POST", raw.messages, HI)
    assert said(raw) == left
    assert [(each.status, each.fault) for each in raw.server.requests] == [(0, fault.name)]


async def test_a_message_whose_answer_was_lost_is_given_to_who_repeats_its_nonce(
    raw: RawDiscord,
) -> None:
    raw.server.faults.add(*SENDING, RESET_AFTER)
    once: JsonObject = {**HI, "nonce": "1", "enforce_nonce": True}
    with pytest.raises(aiohttp.ClientOSError):
        await raw.ask("POST", raw.messages, once)
    status, again = await raw.ask("POST", raw.messages, once)
    (message,) = raw.ann.messages(raw.channel)
    assert (status, again["id"]) == (200, str(message.id))


async def test_silence_lasts_until_the_server_ends() -> None:
    async with aiohttp.ClientSession() as http:
        async with DiscordServer() as server:
            planned = server.faults.add("POST", "/users/@me/channels", SILENCE)
            url = f"{server.url}/api/v10/users/@me/channels"
            waiting = asyncio.create_task(http.post(url, json={}))
            await server.world.until(
                lambda: planned.happened or None,
                timeout_s=HANGS_S,
                describe=lambda: "nothing happened",
            )
            assert not waiting.done()
        with pytest.raises(aiohttp.ClientError):
            await waiting
    assert [(each.status, each.fault) for each in server.requests] == [(0, "silence")]


async def test_a_fault_happens_as_often_and_as_late_as_it_says(raw: RawDiscord) -> None:
    planned = raw.server.faults.add(*SENDING, error(403, 50013), after=1, times=2)
    answers = [(await raw.ask("POST", raw.messages, HI))[0] for _ in range(4)]
    assert answers == [200, 403, 403, 200]
    assert (planned.happened, planned.over) == (2, True)
    assert [each.fault for each in raw.server.requests] == [None, "403 50013", "403 50013", None]


async def test_a_fault_may_last_until_it_is_cleared(raw: RawDiscord) -> None:
    raw.server.faults.add("*", "/**", error(403, 50001), times=None)
    for path in (raw.messages, "/gateway/bot", f"/users/{raw.ann.id}"):
        assert code_of(await raw.ask("GET", path)) == (403, 50001)
    raw.server.faults.clear()
    assert (await raw.ask("GET", "/gateway/bot"))[0] == 200


async def test_a_fault_meets_only_its_own_method_and_path(raw: RawDiscord) -> None:
    raw.server.faults.add("PATCH", "/channels/*/messages/*", error(404, 10008))
    assert (await raw.ask("POST", raw.messages, HI))[0] == 200
    assert (await raw.ask("GET", raw.messages))[0] == 200
    (message,) = raw.ann.messages(raw.channel)
    path = f"{raw.messages}/{message.id}"
    assert (await raw.ask("GET", path))[0] == 200
    assert code_of(await raw.ask("PATCH", path, HI)) == (404, 10008)


async def test_faults_happen_in_the_order_they_were_planned(raw: RawDiscord) -> None:
    for fault in (broken(500), error(403, 50013)):
        raw.server.faults.add(*SENDING, fault)
    answers = [(await raw.ask("POST", raw.messages, HI))[0] for _ in range(3)]
    assert answers == [500, 403, 200]
