"""Who sees a channel: as Discord computes it, asked anew each minute, and never waited for long."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from types import SimpleNamespace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.background import BackgroundTasks
from bot.services.context import Caller
from bot.ui import sight
from bot.ui.sight import ChannelSight, may_view, read_channel
from tests.clock import ManualClock

GUILD, OPEN, CLOSED, THREAD, PRIVATE_THREAD, VOICE, STAGE = 1, 10, 11, 12, 13, 14, 15
INSIDER, ADMIN, OWNER = 5, 6, 99
VIEW, CONNECT = 1 << 10, 1 << 20
BEN = Caller(user_id=7, guild_id=GUILD, channel_ids=frozenset({2}), sees_channel=True)

NOT_FOR_ALL = {"id": str(GUILD), "type": 0, "allow": "0", "deny": str(VIEW)}
FOR_INSIDERS = {"id": str(INSIDER), "type": 0, "allow": str(VIEW), "deny": "0"}
GUILD_FIELDS = {"guild_id": str(GUILD), "name": "x", "type": 0}
CHANNELS: dict[int, dict[str, Any]] = {
    OPEN: {**GUILD_FIELDS, "permission_overwrites": []},
    CLOSED: {**GUILD_FIELDS, "permission_overwrites": [NOT_FOR_ALL, FOR_INSIDERS]},
    THREAD: {**GUILD_FIELDS, "type": 11, "parent_id": str(CLOSED), "thread_metadata": {}},
    VOICE: {**GUILD_FIELDS, "type": 2, "permission_overwrites": []},
    STAGE: {**GUILD_FIELDS, "type": 13, "permission_overwrites": []},
    PRIVATE_THREAD: {**GUILD_FIELDS, "type": 12, "parent_id": str(OPEN), "thread_metadata": {}},
}


def role(role_id: int, permissions: int) -> Any:
    return SimpleNamespace(id=role_id, permissions=discord.Permissions(permissions))


ROLES = [role(GUILD, VIEW | CONNECT), role(INSIDER, 0), role(ADMIN, 1 << 3)]
STUDIO: Any = SimpleNamespace(id=GUILD, owner_id=OWNER, unavailable=False, roles=ROLES)


class Discord:
    """As much of a client as is asked: one server, its channels, and who is in its threads."""

    def __init__(self) -> None:
        self.channels = {number: dict(fields) for number, fields in CHANNELS.items()}
        self.in_threads: set[tuple[int, int]] = set()
        self.asked: list[int] = []
        self.answers = asyncio.Event()
        self.answers.set()
        self.fault: Exception | None = None
        self.http = self

    def get_guild(self, guild_id: int) -> Any:
        return STUDIO if guild_id == GUILD else None

    async def get_channel(self, channel_id: int) -> dict[str, Any]:
        self.asked.append(channel_id)
        await self.answers.wait()
        if self.fault is not None:
            raise self.fault
        if channel_id not in self.channels:
            raise refusal(403)
        return self.channels[channel_id]

    async def get_thread_member(self, thread_id: int, user_id: int) -> dict[str, Any]:
        if (thread_id, user_id) not in self.in_threads:
            raise refusal(404)
        return {}


def refusal(status: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="", headers={})
    return discord.HTTPException(response, "no")


class Watch:
    """A sight with the Discord and the clock that it goes by."""

    def __init__(self, background: BackgroundTasks) -> None:
        self.clock = ManualClock()
        self.discord = Discord()
        client: Any = self.discord
        self.sight = ChannelSight(client, background=background, clock=self.clock)

    async def sees(self, *channels: int, who: Caller = BEN) -> set[int]:
        return set(await self.sight.seen(who, channels))


@pytest.fixture
async def watch() -> AsyncGenerator[Watch]:
    async with BackgroundTasks() as background:
        yield Watch(background)


def with_roles(*roles: int, user_id: int = 7) -> Caller:
    return Caller(user_id=user_id, guild_id=GUILD, role_ids=frozenset(roles))


async def test_a_channel_is_seen_as_its_overwrites_and_the_members_roles_say(watch: Watch) -> None:
    assert await watch.sees(OPEN, CLOSED, THREAD) == {OPEN}
    for who in (with_roles(INSIDER), with_roles(ADMIN), with_roles(user_id=OWNER)):
        assert await watch.sees(OPEN, CLOSED, THREAD, who=who) == {OPEN, CLOSED, THREAD}
    alone = {"id": "7", "type": 1, "allow": "0", "deny": str(VIEW)}
    watch.discord.channels[OPEN]["permission_overwrites"] = [alone]
    await watch.clock.advance(61)
    assert await watch.sees(OPEN) == set()
    assert await watch.sees(OPEN, who=with_roles(user_id=8)) == {OPEN}


@pytest.mark.parametrize("channel", [VOICE, STAGE])
async def test_what_is_written_where_people_talk_is_for_who_may_connect(
    watch: Watch, channel: int
) -> None:
    assert await watch.sees(channel) == {channel}
    await watch.clock.advance(61)
    locked = {"id": str(GUILD), "type": 0, "allow": "0", "deny": str(CONNECT)}
    insiders = {"id": str(INSIDER), "type": 0, "allow": str(CONNECT), "deny": "0"}
    watch.discord.channels[channel]["permission_overwrites"] = [locked, insiders]
    assert await watch.sees(channel) == set()
    for who in (with_roles(INSIDER), with_roles(ADMIN), with_roles(user_id=OWNER)):
        assert await watch.sees(channel, who=who) == {channel}


@pytest.mark.parametrize("kind", [10, 11, 12])
async def test_a_thread_is_known_by_its_kind_and_needs_its_channel(watch: Watch, kind: int) -> None:
    watch.discord.channels[THREAD] = {**GUILD_FIELDS, "type": kind, "parent_id": str(CLOSED)}
    watch.discord.in_threads = {(THREAD, 7), (THREAD, 8)}
    assert await watch.sees(THREAD) == set()
    assert await watch.sees(THREAD, who=with_roles(INSIDER, user_id=8)) == {THREAD}
    del watch.discord.channels[THREAD]["parent_id"]
    await watch.clock.advance(61)
    assert await watch.sees(THREAD, who=with_roles(ADMIN)) == set(), "nobody knows where it is"


async def test_a_private_thread_is_for_who_is_in_it(watch: Watch) -> None:
    assert await watch.sees(PRIVATE_THREAD) == set()
    await watch.clock.advance(61)
    watch.discord.in_threads.add((PRIVATE_THREAD, 7))
    assert await watch.sees(PRIVATE_THREAD) == {PRIVATE_THREAD}
    assert await watch.sees(PRIVATE_THREAD, who=with_roles(ADMIN, user_id=8)) == set()


async def test_the_channel_of_a_thread_is_known_where_somebody_is_in_it(watch: Watch) -> None:
    above = Caller(user_id=7, guild_id=GUILD, channel_ids=frozenset({CLOSED}), sees_channel=True)
    assert await watch.sees(THREAD, who=above) == {THREAD}
    assert watch.discord.asked == [THREAD]


@pytest.mark.parametrize(
    "hidden",
    [
        {"name": "___hidden___"},
        {"flags": 1 << 17},
        {"guild_id": None},
        {"guild_id": "2"},
    ],
)
async def test_what_the_bot_does_not_see_is_seen_by_nobody(
    watch: Watch, hidden: dict[str, Any]
) -> None:
    watch.discord.channels[OPEN] |= hidden
    assert await watch.sees(OPEN, 404, who=with_roles(ADMIN)) == set()


async def test_in_a_server_without_the_bot_nothing_is_asked(watch: Watch) -> None:
    assert await watch.sees(OPEN, who=Caller(user_id=7, guild_id=3)) == set()
    assert await watch.sees(OPEN, who=Caller(user_id=7)) == set()
    assert watch.discord.asked == []


async def test_discord_is_asked_once_a_minute_for_everybody(watch: Watch) -> None:
    for who in (BEN, with_roles(INSIDER), with_roles(user_id=8)):
        await asyncio.gather(*(watch.sees(OPEN, CLOSED, 404, who=who) for _ in range(5)))
    assert sorted(watch.discord.asked) == [OPEN, CLOSED, 404]
    await watch.clock.advance(61)
    await watch.sees(OPEN)
    assert watch.discord.asked.count(OPEN) == 2


async def test_a_role_that_is_lost_counts_at_once(watch: Watch) -> None:
    assert await watch.sees(CLOSED, who=with_roles(INSIDER)) == {CLOSED}
    assert await watch.sees(CLOSED, who=with_roles()) == set()


async def test_an_answer_that_is_late_counts_as_no_and_serves_the_next_time(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "ANSWER_WITHIN_S", 0.01)
    watch.discord.answers.clear()
    assert await watch.sees(OPEN) == set()
    watch.discord.answers.set()
    monkeypatch.setattr(sight, "ANSWER_WITHIN_S", 10)
    assert await watch.sees(OPEN) == {OPEN}
    assert watch.discord.asked == [OPEN], "the question was not called off"


async def test_a_fault_that_may_pass_is_not_remembered(watch: Watch) -> None:
    for fault in (refusal(503), OSError("reset")):
        watch.discord.fault = fault
        assert await watch.sees(OPEN) == set()
    watch.discord.fault = None
    assert await watch.sees(OPEN) == {OPEN}


async def test_what_is_remembered_and_what_is_asked_at_once_have_bounds(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sight, "REMEMBERED_MAX", 10)
    monkeypatch.setattr(sight, "ASKED_AT_ONCE_MAX", 20)
    await watch.sees(*range(1000, 1100))
    assert len(watch.discord.asked) == 20
    await watch.sees(1000, 1019)
    assert watch.discord.asked.count(1000) == 2, "it was forgotten for newer ones"
    assert watch.discord.asked.count(1019) == 1


def model(channel: dict[str, Any], role_ids: list[int]) -> bool:
    """Discord's own words, step by step, for one bit."""
    overwrites: list[dict[str, Any]] = channel["permission_overwrites"]

    def bit(holds: Callable[[dict[str, Any]], bool], kind: str) -> bool:
        return any(int(one[kind]) & VIEW for one in overwrites if holds(one))

    sees = True
    everyone: Callable[[dict[str, Any]], bool] = lambda one: one["id"] == str(GUILD)  # noqa: E731
    roles: Callable[[dict[str, Any]], bool] = lambda one: (  # noqa: E731
        one["type"] == 0 and int(one["id"]) in role_ids
    )
    own: Callable[[dict[str, Any]], bool] = lambda one: (  # noqa: E731
        one["type"] == 1 and one["id"] == "7"
    )
    for holds in (everyone, roles, own):
        sees = (sees and not bit(holds, "deny")) or bit(holds, "allow")
    return sees


bits = st.sampled_from(["0", str(VIEW)])
overwrite = st.fixed_dictionaries({"allow": bits, "deny": bits})


@given(
    st.dictionaries(
        st.sampled_from([(str(GUILD), 0), ("5", 0), ("8", 0), ("7", 1), ("9", 1), ("5", 1)]),
        overwrite,
    ),
    st.sets(st.sampled_from([5, 8])),
)
def test_overwrites_are_applied_in_discords_order(
    chosen: dict[tuple[str, int], dict[str, str]], role_ids: set[int]
) -> None:
    overwrites = [{"id": who, "type": kind, **two} for (who, kind), two in chosen.items()]
    channel = {**GUILD_FIELDS, "permission_overwrites": overwrites}
    facts = read_channel(channel)
    assert facts is not None
    assert may_view(with_roles(*role_ids), STUDIO, facts) == model(channel, list(role_ids))
