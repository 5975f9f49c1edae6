"""`/show`: finished images once more, with their buttons; nothing is made."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.inputs import read_job
from bot.model import Job
from bot.ui.error_replies import handle_errors
from bot.ui.translator import said
from cogs._autocomplete import suggest_jobs
from cogs._forms import repost_images


class Show(commands.Cog):
    """`/show`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="show", description=said(lambda t: t.show_command))
    @app_commands.describe(
        job_id=said(lambda t: t.option_show_job_id), private=said(lambda t: t.option_private)
    )
    @app_commands.autocomplete(job_id=suggest_jobs)
    @handle_errors
    async def show(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        private: bool = False,  # a Discord option
    ) -> None:
        history = self._bot.history
        caller = self._bot.check_caller(interaction)
        made = await history.find_finished(read_job(job_id), caller)
        private = private or (isinstance(made, Job) and made.destination.private)
        await repost_images(interaction, made, private=private)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Show(bot))
