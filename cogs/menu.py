"""**Remix this**: a picture of a message, from the message's own menu."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NoPictureThere
from bot.inputs import JobId, is_uuid
from bot.model import Picture
from bot.ui.answers import tells_errors
from bot.ui.found import pictures_in
from bot.ui.pages import choose_page
from cogs.opening import admit_to_result, open_form


class Menu(commands.Cog):
    """The door of the message command."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._remix_this = app_commands.ContextMenu(name=texts.REMIX_THIS, callback=self.remix_this)

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._remix_this)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._remix_this.name, type=self._remix_this.type)

    @tells_errors
    async def remix_this(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> None:
        self._bot.admit(interaction)
        pictures, private = await self._pictures(interaction, message)
        if not pictures:
            raise NoPictureThere
        await admit_to_result(interaction, message)
        if len(pictures) == 1:
            [only] = pictures
            await open_form(interaction, JobId(only.job_id), only.image_no, private=private)
            return
        page = choose_page(pictures, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    async def _pictures(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> tuple[list[Picture], bool]:
        """The pictures of ours in *message* that can be remixed, and whether they are private."""
        archive = self._bot.archive
        job = await archive.shown_in(message.id, interaction.user.id)
        if job is not None and job.pictures:
            return [one for one in job.pictures if one.remixable], job.place.private
        found = pictures_in(message)
        if message.author != self._bot.user:  # anybody can call a file as they like
            found = [one for one in found if is_uuid(one.job_id) or await archive.knows(one.job_id)]
        return found, message.flags.ephemeral


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Menu(bot))
