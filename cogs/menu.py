"""**Remix this**: an image of a message, from the message's own menu."""

from dataclasses import replace

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import REMIX
from bot.client import RemixBot
from bot.errors import NoImageInMessage
from bot.inputs import JobId, is_uuid
from bot.model import Image, Job
from bot.services import Caller, standing
from bot.ui.error_replies import handle_errors
from bot.ui.interaction import texts_for
from bot.ui.message_images import IMAGES_FOUND_MAX, images_in, messages_in, target_message
from bot.ui.pages import choose_page
from bot.ui.translator import said
from cogs._forms import admit_to_result, open_form


class Menu(commands.Cog):
    """The message command."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._remix_this = app_commands.ContextMenu(
            name=said(lambda t: t.remix_this), callback=self.remix_this
        )

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._remix_this)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._remix_this.name, type=self._remix_this.type)

    @handle_errors
    async def remix_this(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> None:
        if message.author == self._bot.user:
            caller = await admit_to_result(interaction, message)
            caller = replace(caller, message=target_message(message))
            images, private = await self._ours(caller, message)
        else:
            caller = self._bot.check_caller(interaction)
            images, private = await self._posted_again(caller, message), False
        if not images:
            raise NoImageInMessage
        if len(images) == 1:
            [only] = images
            job = JobId(only.job_id)
            await open_form(interaction, caller, REMIX, job, only.image_no, private=private)
            return
        page = choose_page(texts_for(interaction), images, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    async def _ours(self, caller: Caller, message: discord.Message) -> tuple[list[Image], bool]:
        """What can be remixed in a message of the bot, and whether that is private."""
        job = await self._bot.history.shown_in(target_message(message), caller)
        if job is not None and job.images:
            return _remixable(job), job.destination.private or message.flags.ephemeral
        found = await self._posted_again(caller, message, ours=True)
        return found, message.flags.ephemeral

    async def _posted_again(
        self, caller: Caller, message: discord.Message, *, ours: bool = False
    ) -> list[Image]:
        """Images of ours in a message: unless it is ours, anybody can call a file as they like.

        Also those of a result that it forwards or links to. Raises `NotYours` where results are
        their authors' and this one's is somebody else.
        """
        found, linked = images_in(message), messages_in(message)
        known = await self._bot.history.known(
            [*(JobId(one.job_id) for one in found), *linked], caller
        )
        images: list[Image] = []
        for image in found:
            if JobId(image.job_id) not in known:
                images += [image] if ours or is_uuid(image.job_id) else []
            elif self._admitted(caller, known[JobId(image.job_id)]):
                images.append(image)
        for link in linked:
            job = known.get(link)
            if job is not None and self._admitted(caller, job):
                images += _remixable(job)
        unique = {(one.job_id, one.image_no): one for one in images}
        return list(unique.values())[:IMAGES_FOUND_MAX]

    def _admitted(self, caller: Caller, job: Job | None) -> bool:
        """Whether there is a job that they see. Raises `NotYours`."""
        if job is not None:
            self._bot.jobs.access.check_result_access(standing(caller, job), job.author_id)
        return job is not None


def _remixable(job: Job) -> list[Image]:
    return [one for one in job.images if one.offers(REMIX)]


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Menu(bot))
