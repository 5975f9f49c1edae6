"""**Remix this**: a picture of a message, from the message's own menu."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NoPictureThere
from bot.inputs import JobId, is_uuid
from bot.model import Job, Picture
from bot.studio import Visitor, standing
from bot.ui.answers import tells_errors
from bot.ui.found import PICTURES_FOUND, at_hand, messages_in, pictures_in
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
        if message.author == self._bot.user:
            visitor = await admit_to_result(interaction, message)
            visitor = replace(visitor, at_hand=at_hand(message))
            pictures, private = await self._ours(visitor, message)
        else:
            visitor = self._bot.admit(interaction)
            pictures, private = await self._posted_again(visitor, message), False
        if not pictures:
            raise NoPictureThere
        if len(pictures) == 1:
            [only] = pictures
            job = JobId(only.job_id)
            await open_form(interaction, visitor, job, only.image_no, private=private)
            return
        page = choose_page(pictures, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    async def _ours(self, visitor: Visitor, message: discord.Message) -> tuple[list[Picture], bool]:
        """What can be remixed in a message of the bot, and whether that is private."""
        job = await self._bot.archive.shown_in(at_hand(message), visitor)
        if job is not None and job.pictures:
            return _remixable(job), job.place.private or message.flags.ephemeral
        found = await self._posted_again(visitor, message, ours=True)
        return found, message.flags.ephemeral

    async def _posted_again(
        self, visitor: Visitor, message: discord.Message, *, ours: bool = False
    ) -> list[Picture]:
        """Pictures of ours in a message: unless it is ours, anybody can call a file as they like.

        Also those of a result that it forwards or links to. Raises `NotYours` where results are
        their authors' and this one's is somebody else.
        """
        found, linked = pictures_in(message), messages_in(message)
        known = await self._bot.archive.known(
            [*(JobId(one.job_id) for one in found), *linked], visitor
        )
        pictures: list[Picture] = []
        for picture in found:
            if JobId(picture.job_id) not in known:
                pictures += [picture] if ours or is_uuid(picture.job_id) else []
            elif self._admitted(visitor, known[JobId(picture.job_id)]):
                pictures.append(picture)
        for link in linked:
            job = known.get(link)
            if job is not None and self._admitted(visitor, job):
                pictures += _remixable(job)
        unique = {(one.job_id, one.image_no): one for one in pictures}
        return list(unique.values())[:PICTURES_FOUND]

    def _admitted(self, visitor: Visitor, job: Job | None) -> bool:
        """Whether there is a job that they see. Raises `NotYours`."""
        if job is not None:
            self._bot.studio.house.admit_to_result(standing(visitor, job), job.author_id)
        return job is not None


def _remixable(job: Job) -> list[Picture]:
    return [one for one in job.pictures if one.remixable]


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Menu(bot))
