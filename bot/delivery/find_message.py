"""Finds a message of ours that may be there although nobody wrote it down.

A crash, or an answer of Discord that got lost, can come between posting and recording. What is
looked for is said by the caller.
"""

from collections.abc import Callable

import discord

from bot.ui import discord_errors
from bot.ui.components import custom_ids, has_mark

LOOKED_AT_MAX = 1000
"""How many messages are read at the most, the oldest first: a hundred for each request."""


async def find(
    place: discord.abc.Messageable,
    is_it: Callable[[discord.Message], bool],
    *,
    after: int,
    author: discord.abc.Snowflake,
) -> discord.Message | None:
    """The first message by *author* for which *is_it* holds.

    Only messages after the id *after* are looked at: an id of Discord says when it was made. Where
    the history may not be read, nothing is found. Raises what discord.py raises while Discord, or
    the way to it, is out of order.
    """
    try:
        async for message in place.history(
            limit=LOOKED_AT_MAX, after=discord.Object(after), oldest_first=True
        ):
            if message.author.id == author.id and is_it(message):
                return message
    except discord.HTTPException as fault:
        if discord_errors.is_transient(fault):
            raise
    return None


def answers(interaction_id: int) -> Callable[[discord.Message], bool]:
    """Whether a message is the answer to this interaction."""

    def is_it(message: discord.Message) -> bool:
        told = message.interaction_metadata
        return told is not None and told.id == interaction_id

    return is_it


def news(mark: int, custom_id: str) -> Callable[[discord.Message], bool]:
    """Whether a message has this mark, or this button."""

    def is_it(message: discord.Message) -> bool:
        return has_mark(message, mark) or custom_id in custom_ids(message)

    return is_it
