"""The server refuses what Discord refuses, and pings whom Discord pings."""

import pytest

from discord_server import payloads, rules
from discord_server.options import CannotSend
from discord_server.things import (
    ATTACH_FILES,
    INVITED_WITH,
    MENTION_EVERYONE,
    READ_MESSAGE_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    JsonObject,
)
from raw_client import PRIVATE, V2, RawDiscord, error, wrong

FILE = ("a.png", b"painted")

# ------------------------------------------------------------------ interactions


async def test_an_answer_after_three_seconds_is_too_late(raw: RawDiscord) -> None:
    callback = raw.interaction()
    raw.clock.advance(seconds=3.1)
    assert error(await raw.ask("POST", callback, {"type": 5})) == (404, 10062)


async def test_an_interaction_is_answered_once(raw: RawDiscord) -> None:
    callback = raw.interaction()
    assert error(await raw.ask("POST", callback, {"type": 5})) == (200, 0)
    assert error(await raw.ask("POST", callback, {"type": 5})) == (400, 40060)


async def test_a_token_lasts_fifteen_minutes(raw: RawDiscord) -> None:
    callback = raw.interaction()
    await raw.ask("POST", callback, {"type": 5})
    edit = ("PATCH", f"{raw.hook(callback)}/messages/@original", {"content": "hi"})
    raw.clock.advance(minutes=14)
    assert error(await raw.ask(*edit)) == (200, 0)
    raw.clock.advance(minutes=2)
    assert error(await raw.ask(*edit)) == (401, 50027)
    assert error(await raw.ask("POST", raw.hook(callback), {"content": "hi"})) == (*(401, 50027),)


async def test_a_token_opens_nothing_before_the_first_answer(raw: RawDiscord) -> None:
    hook = raw.hook(raw.interaction())
    assert error(await raw.ask("POST", hook, {"content": "hi"})) == (404, 10015)


async def test_a_modal_is_no_answer_to_a_modal(raw: RawDiscord) -> None:
    callback = raw.interaction(payloads.MODAL_SUBMIT)
    assert wrong(await raw.ask("POST", callback, {"type": 9})) == ["type BASE_TYPE_CHOICES"]


async def test_an_update_needs_a_message_to_update(raw: RawDiscord) -> None:
    update: JsonObject = {"type": 7, "data": {"content": "new"}}
    refused = await raw.ask("POST", raw.interaction(), update)
    assert wrong(refused) == ["type BASE_TYPE_CHOICES"]
    shown = await raw.posted({"content": "old"})
    pressed = raw.interaction(payloads.COMPONENT, shown)
    status, answer = await raw.ask("POST", pressed, update)
    assert (status, shown.content) == (200, "new")
    assert answer["resource"]["message"]["content"] == "new"


async def test_a_refused_answer_leaves_the_interaction_open(raw: RawDiscord) -> None:
    callback = raw.interaction()
    long: JsonObject = {"type": 4, "data": {"content": "a" * 2001}}
    assert wrong(await raw.ask("POST", callback, long)) == ["data.content BASE_TYPE_BAD_LENGTH"]
    assert error(await raw.ask("POST", callback, {"type": 5})) == (200, 0)


async def test_the_first_follow_up_takes_the_place_of_a_deferred_answer(raw: RawDiscord) -> None:
    callback = raw.interaction()
    _, deferred = await raw.ask("POST", callback, {"type": 5, "data": {"flags": PRIVATE}})
    first, second = [
        (await raw.ask("POST", raw.hook(callback), {"content": text}))[1] for text in ("one", "two")
    ]
    assert first["id"] == deferred["interaction"]["response_message_id"] != second["id"]
    assert [first["flags"], second["flags"]] == [PRIVATE, 0]


async def test_a_private_message_does_not_exist_on_channel_routes(raw: RawDiscord) -> None:
    callback = raw.interaction()
    answer: JsonObject = {"type": 4, "data": {"content": "psst", "flags": PRIVATE}}
    _, told = await raw.ask("POST", callback, answer)
    private: str = told["interaction"]["response_message_id"]
    path = f"{raw.messages}/{private}"
    for method, body in (("GET", None), ("PATCH", {"content": "hi"}), ("DELETE", None)):
        assert error(await raw.ask(method, path, body)) == (404, 10008)
    reply: JsonObject = {"content": "hi", "message_reference": {"message_id": private}}
    assert wrong(await raw.ask("POST", raw.messages, reply)) == [
        "message_reference MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
    ]
    hook = f"{raw.hook(callback)}/messages/@original"
    assert error(await raw.ask("PATCH", hook, {"content": "hi"})) == (200, 0)


# ------------------------------------------------------------------ permissions, existence


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        (VIEW_CHANNEL, 50001),
        (SEND_MESSAGES, 50013),
        (ATTACH_FILES, 50013),
        (READ_MESSAGE_HISTORY, 160002),
    ],
)
async def test_a_message_needs_permissions(raw: RawDiscord, missing: int, code: int) -> None:
    replied_to = await raw.posted({"content": "hi"})
    reply: JsonObject = {"message_reference": {"message_id": str(replied_to.id)}}
    assert error(await raw.ask("POST", raw.messages, reply, FILE)) == (200, 0)
    raw.channel.bot_permissions = INVITED_WITH & ~missing
    assert error(await raw.ask("POST", raw.messages, reply, FILE)) == (403, code)


async def test_unknown_things_are_unknown(raw: RawDiscord) -> None:
    for path, code in (
        ("/channels/1/messages/1", 10003),
        (f"{raw.messages}/1", 10008),
        ("/webhooks/1/nobody/messages/@original", 10015),
    ):
        assert error(await raw.ask("PATCH", path, {"content": "hi"})) == (404, code)


async def test_a_deleted_message_is_gone(raw: RawDiscord) -> None:
    message = await raw.posted({"content": "hi"})
    path = f"{raw.messages}/{message.id}"
    assert error(await raw.ask("DELETE", path)) == (204, 0)
    assert error(await raw.ask("GET", path)) == (404, 10008)
    assert raw.ann.messages(raw.channel) == []


async def test_a_route_that_is_not_there_is_remembered(raw: RawDiscord) -> None:
    assert (await raw.ask("GET", "/users/@me/settings"))[0] == 404
    raw.strays = ["GET /api/v10/users/@me/settings"]
    assert raw.server.unknown_routes == raw.strays
    assert [each.path for each in raw.server.requests] == ["/api/v10/users/@me/settings"]


async def test_people_press_only_what_they_can(raw: RawDiscord) -> None:
    row: JsonObject = {
        "type": 1,
        "components": [
            {"type": 2, "style": 1, "label": "go", "custom_id": "go"},
            {"type": 2, "style": 1, "label": "stop", "custom_id": "stop", "disabled": True},
        ],
    }
    data: JsonObject = {"content": "hi", "components": [row], "flags": PRIVATE}
    await raw.ask("POST", raw.interaction(), {"type": 4, "data": data})
    (message,) = raw.ann.messages(raw.channel)
    assert message.buttons == {"go": "go"}
    with pytest.raises(CannotSend, match="no button 'stop'"):
        await raw.ann.click(message, "stop")
    with pytest.raises(CannotSend, match="bob does not see"):
        await raw.guild.add_person("bob").click(message, "go")


# ------------------------------------------------------------------ pings


@pytest.mark.parametrize(
    ("allowed", "who"),
    [
        (None, {"ann", "bob"}),
        ({"parse": []}, set[str]()),
        ({"parse": ["users"]}, {"ann", "bob"}),
        ({"parse": [], "users": ["ann"]}, {"ann"}),
        ({"parse": [], "users": ["cid"]}, set[str]()),
        ({"parse": ["everyone"]}, {"ann", "bob", "cid"}),
    ],
)
async def test_only_allowed_mentions_ping(
    raw: RawDiscord, allowed: JsonObject | None, who: set[str]
) -> None:
    people = {name: raw.guild.add_person(name) for name in ("bob", "cid")} | {"ann": raw.ann}
    said = f"{people['ann'].mention} {people['bob'].mention}"
    body: JsonObject = {"flags": V2, "components": [{"type": 10, "content": said}]}
    if allowed is not None:
        named: list[str] = allowed.get("users") or []
        users = [str(people[name].id) for name in named]
        body["allowed_mentions"] = {**allowed, "users": users}
    if allowed and "everyone" in allowed["parse"]:
        raw.channel.bot_permissions |= MENTION_EVERYONE
        body["components"][0]["content"] += " @everyone"
    message = await raw.posted(body)
    assert message.pinged == {people[name].id for name in who}


async def test_an_edit_pings_nobody_but_filling_a_deferred_answer_does(raw: RawDiscord) -> None:
    said: JsonObject = {"content": raw.ann.mention}
    sent = await raw.posted({"content": "hi"})
    await raw.ask("PATCH", f"{raw.messages}/{sent.id}", said)
    assert sent.pinged == set()
    callback = raw.interaction()
    _, told = await raw.ask("POST", callback, {"type": 5})
    await raw.ask("PATCH", f"{raw.hook(callback)}/messages/@original", said)
    message = raw.server.world.messages[int(told["interaction"]["response_message_id"])]
    assert message.pinged == {raw.ann.id}


async def test_a_private_message_pings_only_who_reads_it(raw: RawDiscord) -> None:
    said = f"{raw.ann.mention} {raw.guild.add_person('bob').mention}"
    answer: JsonObject = {"type": 4, "data": {"content": said, "flags": PRIVATE}}
    await raw.ask("POST", raw.interaction(), answer)
    (message,) = raw.ann.messages(raw.channel)
    assert message.pinged == {raw.ann.id}


def test_a_reply_pings_the_author_unless_told_otherwise() -> None:
    def who(allowed: JsonObject | None) -> set[int]:
        return rules.pinged("hi", allowed, replied_to=7, everyone=())

    assert who(None) == {7}
    assert who({"parse": ["users"]}) == set()
    assert who({"parse": [], "replied_user": True}) == {7}


async def test_naming_users_beside_all_users_is_refused(raw: RawDiscord) -> None:
    both: JsonObject = {"parse": ["users"], "users": [str(raw.ann.id)]}
    answer = await raw.ask("POST", raw.messages, {"content": "hi", "allowed_mentions": both})
    assert wrong(answer) == ["allowed_mentions MUTUALLY_EXCLUSIVE"]
