"""`/usage`: what somebody has used, and what a server has, shown to one person alone."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.ui.error_replies import handle_errors
from bot.ui.interaction import texts_for
from bot.ui.layouts import NO_MENTIONS
from bot.ui.pages import usage_page
from bot.ui.translator import said


class Usage(commands.Cog):
    """`/usage`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="usage", description=said(lambda t: t.usage_command))
    @handle_errors
    async def usage(self, interaction: discord.Interaction[RemixBot]) -> None:
        caller = self._bot.check_caller(interaction)
        history = self._bot.history
        mine = await history.usage_of(caller.user_id)
        theirs = None
        if caller.can_manage_guild and caller.guild_id is not None:
            theirs = await history.usage_in(caller.guild_id)
        page = usage_page(texts_for(interaction), mine, theirs, self._bot.jobs.limits)
        await interaction.response.send_message(
            view=page.view, ephemeral=True, allowed_mentions=NO_MENTIONS
        )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Usage(bot))
