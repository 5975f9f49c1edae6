"""`/help`: what the bot can do, in its own words."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.ui.error_replies import handle_errors
from bot.ui.interaction import texts_for
from bot.ui.pages import help_page
from bot.ui.translator import said


class Help(commands.Cog):
    """`/help`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="help", description=said(lambda t: t.help_command))
    @handle_errors
    async def help(self, interaction: discord.Interaction[RemixBot]) -> None:
        self._bot.check_caller(interaction)
        page = help_page(texts_for(interaction), self._bot.jobs.limits)
        await interaction.response.send_message(view=page.view, ephemeral=True)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Help(bot))
