"""`/jobs`: what somebody has asked for, page by page, shown to them alone."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.ui.error_replies import handle_errors, reply_privately
from bot.ui.interaction import texts_for
from bot.ui.job_list import list_page
from bot.ui.translator import said


class Jobs(commands.Cog):
    """`/jobs`; the buttons under its list are in `cogs.components`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="jobs", description=said(lambda t: t.jobs_command))
    @handle_errors
    async def jobs(self, interaction: discord.Interaction[RemixBot]) -> None:
        self._bot.check_caller(interaction)
        listed = await self._bot.history.jobs_of(interaction.user.id, 0)
        await reply_privately(interaction, partial(list_page, texts_for(interaction), listed))


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Jobs(bot))
