"""`/show`: finished pictures once more, with their buttons; nothing is made."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.inputs import read_job
from bot.model import Job
from bot.ui.answers import send, tells_errors
from bot.ui.content import Content
from bot.ui.layouts import Page, found_page, result_page
from bot.ui.places import read_asking
from bot.ui.posting import NOBODY
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
        asking = read_asking(interaction, private=private)
        await interaction.response.defer(ephemeral=private, thinking=True)
        shown = made if isinstance(made, Job) and made.pictures else await archive.look_up(made)
        async with archive.exhibition(shown.pictures, asking.place) as exhibits:

            def page(content: Content) -> Page:
                if not isinstance(shown, Job):
                    return found_page(shown.pictures, exhibits, content)
                here = replace(shown, place=asking.place)
                return result_page(here, exhibits, took_s=shown.took_s, content=content)

            async def post(made: Page) -> discord.InteractionMessage:
                return await interaction.edit_original_response(
                    view=made.view, attachments=made.files, allowed_mentions=NOBODY
                )

            message = await send(post, page)
        if isinstance(shown, Job):
            await archive.note_shown(shown, asking, message.id)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Show(bot))
