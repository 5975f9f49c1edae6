"""A choice among jobs: discord.py finds it by its id, as it does our buttons."""

import re
from collections.abc import Sequence
from typing import Any, Self

import discord

from bot.ui.buttons import HandlesPresses
from bot.ui.custom_ids import PREFIX, SELECT, ButtonId, Verb

AnySelect = discord.ui.Select[Any]


class JobSelect(discord.ui.DynamicItem[AnySelect], template=SELECT):
    """Opens the details of the job that is chosen: each option's value is the number of the
    interaction that it was asked for in.
    """

    def __init__(
        self, number: int, placeholder: str = "", options: Sequence[discord.SelectOption] = ()
    ) -> None:
        """*number*: of the job that all are about."""
        select = AnySelect(
            custom_id=f"{PREFIX}select:{number}", placeholder=placeholder, options=[*options]
        )
        super().__init__(select)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],  # noqa: ARG003  # discord.py's signature
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(int(match["number"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: HandlesPresses = interaction.client
        number = int(self.item.values[0])
        await client.press(interaction, ButtonId(Verb.DETAILS, number))
