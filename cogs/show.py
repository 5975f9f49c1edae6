"""`/show`: finished pictures once more, with their buttons; nothing is made."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.inputs import JobId, read_job
from bot.ui.answers import tells_errors
from bot.ui.job_list import suggest_jobs
from bot.ui.layouts import found_page, result_page
from bot.ui.places import read_asking
from bot.ui.posting import NOBODY


class Show(commands.Cog):
    """The door of `/show`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="show", description=texts.SHOW_DESCRIPTION)
    @app_commands.describe(job_id=texts.OPTION_SHOW_JOB_ID, private=texts.OPTION_PRIVATE)
    @app_commands.autocomplete(job_id=suggest_jobs)
    @app_commands.guild_only()
    @app_commands.allowed_installs(guilds=True, users=False)
    @tells_errors
    async def show(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        private: bool = False,  # a Discord option
    ) -> None:
        studio = self._bot.studio
        studio.check_place(interaction.guild_id)
        wanted = read_job(job_id)
        job = await studio.made(wanted, interaction.user.id)
        private = private or (job is not None and job.place.private)
        asking = read_asking(interaction, private=private)
        await interaction.response.defer(ephemeral=private, thinking=True)
        if job is not None:
            async with studio.exhibition(job.pictures, asking.place) as exhibits:
                page = result_page(job, exhibits, took_s=job.took_s)
                message = await interaction.edit_original_response(
                    view=page.view, attachments=page.files, allowed_mentions=NOBODY
                )
            await studio.note_shown(job, asking, message.id)
        elif isinstance(wanted, JobId):
            found = await studio.look_up(wanted)
            async with studio.exhibition(found.pictures, asking.place) as exhibits:
                page = found_page(found.pictures, exhibits)
                await interaction.edit_original_response(
                    view=page.view, attachments=page.files, allowed_mentions=NOBODY
                )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Show(bot))
