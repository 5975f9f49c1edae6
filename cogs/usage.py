"""`/usage`: what somebody has used, and what a server has, shown to one person alone."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.ui.answers import tells_errors
from bot.ui.pages import usage_page
from bot.ui.posting import NOBODY


class Usage(commands.Cog):
    """The door of `/usage`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="usage", description=texts.USAGE_DESCRIPTION)
    @tells_errors
    async def usage(self, interaction: discord.Interaction[RemixBot]) -> None:
        visitor = self._bot.admit(interaction)
        archive = self._bot.archive
        mine = await archive.usage_of(visitor.user_id)
        theirs = None
        if visitor.manages and visitor.guild_id is not None:
            theirs = await archive.usage_in(visitor.guild_id)
        page = usage_page(mine, theirs, self._bot.studio.limits)
        await interaction.response.send_message(
            view=page.view, ephemeral=True, allowed_mentions=NOBODY
        )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Usage(bot))
