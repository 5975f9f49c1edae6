"""Buttons about one thing that has a number: a job, a draft, a message, a page, a person.

A press is passed on as the client event ``deed``; what it does is not known here.
"""

import re
from enum import StrEnum
from typing import Any, Self

import discord

PREFIX = "remix:"
"""Every custom id of ours starts with this."""

AnyButton = discord.ui.Button[Any]


class ControlAction(StrEnum):
    """What a button does, and what its number is."""

    STOP = "stop"
    """Stop the job that was asked for in this interaction."""
    STOP_ANYWAY = "stopanyway"
    """Stop it although the API has it."""
    SHOW = "show"
    """Show the images of the job that was asked for in this interaction; nothing is paid."""
    DETAILS = "details"
    """Tell all about the job that was asked for in this interaction."""
    DELETE = "delete"
    """Ask whether the message with the button shall be deleted."""
    TAKE_DOWN = "takedown"
    """Delete this message of the channel."""
    CONFIRM_COST = "go"
    """Do what this draft asks for, whatever it costs."""
    CANCEL = "cancel"
    """Forget this draft."""
    KEEP = "keep"
    """Do nothing of what the message with the button asks; the number is nobody's."""
    RETRY = "retry"
    """Try once more what this draft asks for."""
    EDIT_DRAFT = "redo"
    """Open the form for this draft."""
    JOBS = "jobs"
    """Turn to this page of the list of one's jobs."""
    FORGET = "forget"
    """Forget this person."""


class ControlButton(
    discord.ui.DynamicItem[AnyButton],
    template=rf"{PREFIX}(?P<deed>{'|'.join(ControlAction)}):(?P<number>[0-9]{{1,20}})\Z",
):
    """Any of these buttons."""

    def __init__(
        self,
        deed: ControlAction,
        number: int,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(AnyButton(label=label, style=style, custom_id=f"{PREFIX}{deed}:{number}"))
        self.deed = deed
        self.number = number

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],  # noqa: ARG003  # discord.py's signature
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(ControlAction(match["deed"]), int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        interaction.client.dispatch("deed", interaction, self.deed, self.number)
