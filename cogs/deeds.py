"""The buttons about a job, a draft, a page or a person: stop, details, delete, go ahead, forget."""

from collections.abc import Callable
from functools import partial
from typing import assert_never

import discord
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NotYours, SourceTooOld
from bot.jobs.screen import Progress
from bot.model import RemixRequest
from bot.studio import MessageAtHand, admit_to_job
from bot.ui import faults
from bot.ui.answers import send, tell_privately, tells_errors
from bot.ui.content import Content
from bot.ui.deeds import Deed
from bot.ui.forms import FormId, filled_in, fresh_start
from bot.ui.job_list import list_page
from bot.ui.layouts import Page, progress_page
from bot.ui.pages import delete_page, details_page, told_page
from bot.ui.places import read_asking, read_visitor
from bot.ui.posting import NOBODY
from cogs.opening import author_of


class Deeds(commands.Cog):
    """The door of these buttons.

    Stopping and deleting is for authors and moderators, whatever roles and channels are allowed.
    """

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    @tells_errors
    async def on_deed(
        self, interaction: discord.Interaction[RemixBot], deed: Deed, number: int
    ) -> None:
        match deed:
            case Deed.STOP:
                await self._stop(interaction, number)
            case Deed.DETAILS:
                await self._tell_details(interaction, number)
            case Deed.DELETE:
                await self._ask_to_delete(interaction)
            case Deed.TAKE_DOWN:
                await self._delete(interaction, number)
            case Deed.GO | Deed.RETRY:
                await self._take_up(interaction, number, consented=deed is Deed.GO)
            case Deed.REDO:
                await self._edit(interaction, number)
            case Deed.JOBS:
                await self._turn_page(interaction, number)
            case Deed.FORGET:
                await self._forget(interaction, number)
            case _:
                assert_never(deed)

    async def _stop(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        at_work = await self._bot.studio.stop(asked_in, read_visitor(interaction))
        if at_work is None:
            await interaction.response.defer()  # the job's own end changes the message
        else:
            stopped = partial(progress_page, at_work, Progress(stopped=True))
            await _turn_into(interaction, lambda content: stopped(content=content))

    async def _tell_details(
        self, interaction: discord.Interaction[RemixBot], asked_in: int
    ) -> None:
        visitor = self._bot.admit(interaction)
        dossier = await self._bot.archive.details(asked_in, visitor)
        await tell_privately(interaction, partial(details_page, dossier, interaction.user.id))

    # ------------------------------------------------------------------ deleting

    async def _ask_to_delete(self, interaction: discord.Interaction[RemixBot]) -> None:
        message = interaction.message
        if message is None:
            return
        admit_to_job(read_visitor(interaction), await author_of(self._bot, message))
        await tell_privately(interaction, lambda _: delete_page(message.id))

    async def _delete(self, interaction: discord.Interaction[RemixBot], message_id: int) -> None:
        """Delete it, if they still may: the question may be hours old."""
        await interaction.response.defer()
        channel = self._bot.get_partial_messageable(interaction.channel_id or 0)
        said = texts.DELETED
        try:
            author_id = await self._bot.archive.author_of(MessageAtHand(message_id=message_id))
            if author_id is None:
                author_id = await author_of(self._bot, await channel.fetch_message(message_id))
            admit_to_job(read_visitor(interaction), author_id)
            await channel.get_partial_message(message_id).delete()
        except discord.Forbidden:
            said = texts.CANNOT_DELETE
        except discord.HTTPException as fault:
            if not faults.is_deleted(fault):
                raise
        if said is texts.DELETED:
            await self._bot.archive.note_taken_down(message_id)
        await interaction.edit_original_response(view=told_page(said).view)

    # ------------------------------------------------------------------ drafts

    async def _take_up(
        self, interaction: discord.Interaction[RemixBot], draft_id: int, *, consented: bool
    ) -> None:
        visitor = self._bot.admit(interaction)
        draft = await self._bot.archive.draft(draft_id, interaction.user.id)
        try:
            await self._bot.studio.take_up(
                draft,
                consented=consented,
                visitor=visitor,
                asking=read_asking(interaction, private=draft.private),
                announce=self._bot.announce(interaction),
            )
        except SourceTooOld as too_old:
            form = fresh_start(too_old, private=draft.private, callback=draft.request.callback)
            await interaction.response.send_modal(form)

    async def _edit(self, interaction: discord.Interaction[RemixBot], draft_id: int) -> None:
        self._bot.admit(interaction)
        draft = await self._bot.archive.draft(draft_id, interaction.user.id)
        request = draft.request
        source = request.source if isinstance(request, RemixRequest) else None
        form_id = FormId(source=source, private=draft.private)
        form = filled_in(form_id, request, with_callback=True)
        await interaction.response.send_modal(form)

    # ------------------------------------------------------------------ one's own

    async def _turn_page(self, interaction: discord.Interaction[RemixBot], page: int) -> None:
        self._bot.admit(interaction)
        listed = await self._bot.archive.jobs_of(interaction.user.id, page)
        await _turn_into(interaction, partial(list_page, listed))

    async def _forget(self, interaction: discord.Interaction[RemixBot], author_id: int) -> None:
        if interaction.user.id != author_id:
            raise NotYours
        _, under_way = await self._bot.archive.count_of(author_id)
        await self._bot.archive.forget(author_id)
        said = texts.FORGOTTEN_SOON if under_way else texts.FORGOTTEN
        await interaction.response.edit_message(view=told_page(said).view)


async def _turn_into(
    interaction: discord.Interaction[RemixBot], page: Callable[[Content], Page]
) -> None:
    """Let the message whose button was pressed be this *page*."""

    async def edit(made: Page) -> None:
        await interaction.response.edit_message(view=made.view, allowed_mentions=NOBODY)

    await send(edit, page)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Deeds(bot))
