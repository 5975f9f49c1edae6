"""All our controls that live in messages, and which ids are among them."""

from typing import Any

import discord

from bot.ui.buttons import ImageButton
from bot.ui.deeds import ControlButton

CONTROLS: tuple[type[discord.ui.DynamicItem[Any]], ...] = (ImageButton, ControlButton)
"""No id fits two of them: both would answer."""


def is_known(custom_id: str) -> bool:
    """Whether this version has a control with such an id."""
    return any(
        control.__discord_ui_compiled_template__.fullmatch(custom_id) for control in CONTROLS
    )
