"""The least that a discord.py bot can do with ``/remix``: defer it.

What it takes to answer is discord.py and the machine; whatever another bot needs on top is its own.
"""

import os
from typing import Any, Literal

import discord
from discord import app_commands


class BareBot(discord.Client):
    """Syncs one command at start-up."""

    def __init__(self) -> None:
        intents = discord.Intents.none()
        intents.guilds = True
        super().__init__(intents=intents)
        self.tree = app_commands.CommandTree(self)
        commands: list[app_commands.Command[Any, ..., None]] = [remix]
        for command in commands:
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        await self.tree.sync()


@app_commands.command()
async def remix(
    interaction: discord.Interaction,
    job_id: str,  # noqa: ARG001  # the command's options are its parameters
    image: Literal[0, 1, 2, 3],  # noqa: ARG001  # as above
    prompt: str | None = None,  # noqa: ARG001  # as above
) -> None:
    """Answer, and do nothing more."""
    await interaction.response.defer(thinking=True)


if __name__ == "__main__":
    BareBot().run(os.environ["DISCORD_TOKEN"], log_handler=None)
