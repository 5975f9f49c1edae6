"""The options of a slash command as Discord's client lets people fill them in.

What the client would not let a person send raises `CannotSend`: the bot never sees it.
"""

from collections.abc import Mapping

from discord_server import payloads
from discord_server.things import JsonObject, objects
from discord_server.world import World

STRING, INTEGER, BOOLEAN, NUMBER, ATTACHMENT = 3, 4, 5, 10, 11
STRING_MAX = 6000
KINDS: dict[int, type[object] | tuple[type[object], ...]] = {
    STRING: str,
    INTEGER: int,
    BOOLEAN: bool,
    NUMBER: (int, float),
    ATTACHMENT: tuple,
}

Value = str | int | float | bool | tuple[str, bytes]
"""What a person puts into an option; a file is its name and content."""


class CannotSend(AssertionError):
    """Discord's client would not let a person do this."""


def command_data(world: World, command: JsonObject, values: Mapping[str, Value]) -> JsonObject:
    """The ``data`` of the interaction that a filled-in command makes.

    Raises:
        CannotSend: an option is unknown, missing, of another type or out of its range.
    """
    options = objects(command, "options")
    names = {option["name"] for option in options}
    if unknown := values.keys() - names:
        raise CannotSend(f"/{command['name']} has no option {', '.join(sorted(unknown))}")
    for option in options:
        if option.get("required") and option["name"] not in values:
            raise CannotSend(f"/{command['name']} needs {option['name']}")
    attachments: dict[str, JsonObject] = {}
    filled = [
        _fill(world, option, values[option["name"]], attachments)
        for option in options
        if option["name"] in values
    ]
    data: JsonObject = {
        "id": command["id"],
        "name": command["name"],
        "type": 1,
        "options": filled,
    }
    if attachments:
        data["resolved"] = {"attachments": attachments}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data


def _fill(
    world: World, option: JsonObject, value: Value, attachments: dict[str, JsonObject]
) -> JsonObject:
    name, kind = option["name"], option["type"]
    choices: dict[Value, Value] = {
        choice["name"]: choice["value"] for choice in objects(option, "choices")
    }
    if choices:
        value = choices.get(value, value)
        if value not in choices.values():
            raise CannotSend(f"{name} offers {list(choices)}, not {value!r}")
    if not _is(kind, value):
        raise CannotSend(f"{name} takes no {type(value).__name__}")
    _check_range(option, value)
    if isinstance(value, tuple):
        file = world.add_file(*value)
        attachments[str(file.id)] = payloads.attachment(file) | {"ephemeral": True}
        value = str(file.id)
    return {"name": name, "type": kind, "value": value}


def _is(kind: int, value: Value) -> bool:
    if isinstance(value, bool):
        return kind == BOOLEAN
    return isinstance(value, KINDS[kind])


def _check_range(option: JsonObject, value: Value) -> None:
    if isinstance(value, str):
        low, high, size = option.get("min_length", 0), option.get("max_length"), len(value)
        high = STRING_MAX if high is None else high
    elif isinstance(value, (int, float)):
        low, high, size = option.get("min_value"), option.get("max_value"), value
    else:
        return
    if (low is not None and size < low) or (high is not None and size > high):
        raise CannotSend(f"{option['name']} must be within {low} to {high}, not {size}")
