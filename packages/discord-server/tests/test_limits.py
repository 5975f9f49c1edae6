"""Who asks too often is told to wait, and how long."""

import pytest

from discord_server.limits import EDIT_BY_TOKEN, EVERYTHING, FOLLOW_UP, OLD_EDITS, SEND
from discord_server.things import JsonObject
from raw_client import RawDiscord, error

HI: JsonObject = {"content": "hi"}


@pytest.fixture
def raw(raw: RawDiscord) -> RawDiscord:
    """Limited as by Discord, in windows that are too long to end by themselves."""
    limits = raw.server.limits
    limits.enabled = True
    for name, allowance in list(limits.allowances.items()):
        limits.allow(name, allowance.requests, per_s=600)
    return raw


async def statuses(raw: RawDiscord, count: int, method: str, path: str) -> list[int]:
    body = None if method == "GET" else HI
    return [(await raw.ask(method, path, body))[0] for _ in range(count)]


async def test_every_answer_says_what_is_left(raw: RawDiscord) -> None:
    left: list[str] = []
    buckets: set[str] = set()
    for _ in range(5):
        async with raw.asked("POST", raw.messages, HI) as response:
            assert response.headers["X-RateLimit-Limit"] == "5"
            assert 0 < float(response.headers["X-RateLimit-Reset-After"]) < 601
            ends = float(response.headers["X-RateLimit-Reset"])
            assert 0 < ends - raw.clock.now().timestamp() < 601, "whole milliseconds are rounded up"
            left.append(response.headers["X-RateLimit-Remaining"])
            buckets.add(response.headers["X-RateLimit-Bucket"])
    assert left == ["4", "3", "2", "1", "0"]
    assert len(buckets) == 1


async def test_one_too_many_does_nothing_and_waits_for_the_window(raw: RawDiscord) -> None:
    assert await statuses(raw, 5, "POST", raw.messages) == [200] * 5
    async with raw.asked("POST", raw.messages, HI) as response:
        assert response.status == 429
        assert response.headers["Via"]
        assert response.headers["X-RateLimit-Remaining"] == "0"
        assert response.headers["X-RateLimit-Scope"] == "user"
        told: JsonObject = await response.json()
        assert response.headers["Retry-After"] == f"{told['retry_after']:.3f}"
    assert told["global"] is False
    assert 0 < told["retry_after"] < 601
    assert len(raw.ann.messages(raw.channel)) == 5
    raw.clock.advance(seconds=told["retry_after"])
    assert await statuses(raw, 6, "POST", raw.messages) == [*[200] * 5, 429]


async def test_channels_and_methods_have_their_own_buckets(raw: RawDiscord) -> None:
    assert await statuses(raw, 6, "POST", raw.messages) == [*[200] * 5, 429]
    elsewhere = raw.guild.add_channel("elsewhere")
    assert await statuses(raw, 1, "POST", f"/channels/{elsewhere.id}/messages") == [200]
    first, second = (each.id for each in raw.ann.messages(raw.channel)[:2])
    assert await statuses(raw, 3, "PATCH", f"{raw.messages}/{first}") == [200] * 3
    assert await statuses(raw, 3, "PATCH", f"{raw.messages}/{second}") == [200, 200, 429]


async def test_interactions_have_buckets_by_their_token(raw: RawDiscord) -> None:
    for name in (FOLLOW_UP, EDIT_BY_TOKEN):
        raw.server.limits.allow(name, 1, per_s=600)
    for _ in range(2):
        callback = raw.interaction()
        answer: JsonObject = {"type": 4, "data": HI}
        assert error(await raw.ask("POST", callback, answer)) == (200, 0)
        assert await statuses(raw, 2, "POST", raw.hook(callback)) == [200, 429]
        original = f"{raw.hook(callback)}/messages/@original"
        assert await statuses(raw, 2, "PATCH", original) == [200, 429]


async def test_fifty_requests_a_second_are_all_that_one_bot_has(raw: RawDiscord) -> None:
    callback = raw.interaction()
    await raw.ask("POST", callback, {"type": 5})
    assert await statuses(raw, 50, "GET", raw.messages) == [200] * 50
    async with raw.asked("GET", "/gateway/bot") as response:
        assert response.status == 429
        assert response.headers["X-RateLimit-Global"] == "true"
        assert response.headers["X-RateLimit-Scope"] == "global"
        assert "X-RateLimit-Bucket" not in response.headers
        assert (await response.json())["global"] is True
    original = f"{raw.hook(callback)}/messages/@original"
    assert await statuses(raw, 1, "PATCH", original) == [200], "those by a token are not counted"
    raw.clock.advance(minutes=10)
    assert await statuses(raw, 1, "GET", raw.messages) == [200]


async def test_interactions_use_up_nothing_of_the_whole(raw: RawDiscord) -> None:
    raw.server.limits.allow(EVERYTHING, 1, per_s=600)
    for _ in range(3):
        callback = raw.interaction()
        assert (await raw.ask("POST", callback, {"type": 4, "data": HI}))[0] == 200
        assert await statuses(raw, 1, "POST", raw.hook(callback)) == [200]
    assert await statuses(raw, 2, "GET", raw.messages) == [200, 429]


async def test_a_message_older_than_an_hour_is_edited_less_often(raw: RawDiscord) -> None:
    raw.server.limits.allow(OLD_EDITS, 2, per_s=60)
    old = await raw.posted(HI)
    path = f"{raw.messages}/{old.id}"
    raw.clock.advance(minutes=59)
    assert await statuses(raw, 4, "PATCH", path) == [200] * 4
    raw.clock.advance(minutes=11)
    assert await statuses(raw, 2, "PATCH", path) == [200] * 2
    async with raw.asked("PATCH", path, HI) as response:
        told: JsonObject = await response.json()
        assert (response.status, told["code"], told["global"]) == (429, 30046, False)
        assert response.headers["Via"]
        assert int(response.headers["X-RateLimit-Remaining"]) > 0
    raw.clock.advance(seconds=told["retry_after"])
    assert await statuses(raw, 1, "PATCH", path) == [200]


async def test_limits_can_be_changed_and_switched_off(raw: RawDiscord) -> None:
    raw.server.limits.allow(SEND, 1, per_s=600)
    assert await statuses(raw, 2, "POST", raw.messages) == [200, 429]
    raw.server.limits.enabled = False
    assert await statuses(raw, 60, "POST", raw.messages) == [200] * 60
    async with raw.asked("POST", raw.messages, HI) as response:
        assert "X-RateLimit-Limit" not in response.headers
