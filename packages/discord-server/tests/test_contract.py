"""What a bot sends is held against Discord's own description of its API."""

import pytest

from discord_server.contract import DESCRIPTION, Description, described
from discord_server.things import JsonObject
from raw_client import V2, RawDiscord

known = described()
if known is None:
    pytest.skip(
        f"no request body is checked: Discord's description of its API is not at {DESCRIPTION}",
        allow_module_level=True,
    )
DISCORDS: Description = known
WRONG: JsonObject = {"content": "hi", "tts": "loud"}
PROBLEM = "tts: 'loud' is not of type 'boolean', 'null'"


async def test_a_body_that_discord_does_not_describe_is_a_stray(raw: RawDiscord) -> None:
    await raw.posted(WRONG)
    raw.strays = [f"POST {raw.messages}: {PROBLEM}"]
    assert raw.server.unknown_routes == raw.strays
    assert raw.server.unknown_routes == raw.strays, "asking twice finds the same"


async def test_a_body_that_was_refused_is_a_stray_too(raw: RawDiscord) -> None:
    await raw.ask("POST", "/channels/1/messages", WRONG)
    assert raw.server.unknown_routes == [f"POST /channels/1/messages: {PROBLEM}"]
    assert raw.server.strays(taken_only=True) == []


async def test_a_body_that_came_with_files_is_checked(raw: RawDiscord) -> None:
    await raw.ask("POST", raw.messages, WRONG, ("a.txt", b"a"))
    raw.strays = [f"POST {raw.messages}: {PROBLEM}"]
    assert raw.server.unknown_routes == raw.strays


async def test_commands_are_checked(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    command: JsonObject = {"name": "remix", "description": "Again", "dm_permission": "yes"}
    await raw.ask("PUT", path, [command])
    raw.strays = [f"PUT {path}: $[0].dm_permission: 'yes' is not of type 'boolean', 'null'"]
    assert raw.server.unknown_routes == raw.strays


def test_only_the_component_that_was_meant_is_complained_of() -> None:
    button: JsonObject = {"type": 2, "style": 1, "label": "a" * 81, "custom_id": "go"}
    text: JsonObject = {"type": 10, "content": "hi"}
    row: JsonObject = {"type": 1, "components": [button]}
    layout: JsonObject = {"flags": V2, "components": [{"type": 17, "components": [text, row]}]}
    for body, where in ((layout, ""), ({"type": 4, "data": layout}, "data.")):
        path = "/interactions/1/token/callback" if where else "/channels/1/messages"
        wrong = DISCORDS.violation("POST", path, body)
        assert wrong is not None
        label = "components[0].components[1].components[0].label"
        assert wrong.startswith(f"{where}{label}: 'aaa")


def test_a_component_of_no_known_type_is_wrong() -> None:
    body: JsonObject = {"flags": V2, "components": [{"type": 99}]}
    wrong = DISCORDS.violation("POST", "/channels/1/messages", body)
    assert wrong is not None
    assert wrong.startswith("components[0]: {'type': 99} is not valid under any")


def test_ids_may_be_numbers() -> None:
    for recipient in (7, "7", None):
        body: JsonObject = {"recipient_id": recipient}
        assert DISCORDS.violation("POST", "/users/@me/channels", body) is None
    wrong = DISCORDS.violation("POST", "/users/@me/channels", {"recipient_id": "ann"})
    assert wrong is not None


@pytest.mark.parametrize(
    "path", ["/webhooks/1/token/messages/@original", "/webhooks/1/token/messages/2"]
)
def test_messages_of_interactions_are_checked(path: str) -> None:
    assert DISCORDS.violation("PATCH", path, {"content": "hi"}) is None
    wrong = DISCORDS.violation("PATCH", path, {"content": 7})
    assert wrong == "content: 7 is not of type 'string', 'null'"


def test_a_body_where_none_is_described_is_wrong() -> None:
    wrong = DISCORDS.violation("PUT", "/nowhere", {})
    assert wrong == "Discord describes no body for PUT /nowhere"
