"""Reads the components of a message: whoever sent it, and however deep they are."""

from collections.abc import Iterable, Iterator
from typing import Any

import discord


def custom_ids(content: discord.Message | discord.MessageSnapshot) -> list[str]:
    """The ids of its buttons, in their order."""
    return [one for one in values(content.components, "custom_id") if isinstance(one, str)]


def has_mark(message: discord.Message, mark: int) -> bool:
    """Whether one of its components has this id."""
    return mark in set(values(message.components, "id"))


def values(components: Iterable[Any], name: str) -> Iterator[Any]:
    """What components, and those inside of them, have under *name*; ``None`` where nothing."""
    for component in components:
        yield getattr(component, name, None)
        yield from values(getattr(component, "children", ()), name)
