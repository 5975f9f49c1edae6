"""**Remix this**: a picture of a message, from the message's own menu."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NoPictureThere
from bot.inputs import JobId, is_uuid
from bot.model import Picture
from bot.studio import Visitor
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
        visitor = self._bot.admit(interaction)
        if message.author == self._bot.user:
            await admit_to_result(interaction, message)
            pictures, private = await self._ours(interaction, message)
        else:
            pictures, private = await self._posted_again(visitor, message), False
        if not pictures:
            raise NoPictureThere
        if len(pictures) == 1:
            [only] = pictures
            await open_form(interaction, JobId(only.job_id), only.image_no, private=private)
            return
        page = choose_page(pictures, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    async def _ours(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> tuple[list[Picture], bool]:
        """What can be remixed in a message of the bot, and whether that is private."""
        job = await self._bot.archive.shown_in(message.id, interaction.user.id)
        if job is not None and job.pictures:
            return [one for one in job.pictures if one.remixable], job.place.private
        return pictures_in(message), message.flags.ephemeral

    async def _posted_again(self, visitor: Visitor, message: discord.Message) -> list[Picture]:
        """Pictures of ours in somebody's message: anybody can call a file as they like.

        Raises `NotYours` where results are their authors' and this one's is somebody else.
        """
        found = pictures_in(message)
        authors = await self._bot.archive.authors_of([one.job_id for one in found])
        ours = [one for one in found if one.job_id in authors or is_uuid(one.job_id)]
        for picture in ours:
            self._bot.studio.house.admit_to_result(visitor, authors.get(picture.job_id))
        return ours


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Menu(bot))
