"""`/show`: finished pictures once more, with their buttons; nothing is made."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.inputs import read_job
from bot.model import Job
from bot.ui.answers import tells_errors
from cogs.opening import post_pictures
from cogs.suggestions import suggest_jobs


class Show(commands.Cog):
    """The door of `/show`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="show", description=texts.SHOW_DESCRIPTION)
    @app_commands.describe(job_id=texts.OPTION_SHOW_JOB_ID, private=texts.OPTION_PRIVATE)
    @app_commands.autocomplete(job_id=suggest_jobs)
    @tells_errors
    async def show(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        private: bool = False,  # a Discord option
    ) -> None:
        archive = self._bot.archive
        visitor = self._bot.admit(interaction)
        made = await archive.made(read_job(job_id), visitor)
        private = private or (isinstance(made, Job) and made.place.private)
        await post_pictures(interaction, made, private=private)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Show(bot))
