"""The buttons about a job, a draft, a page or a person: stop, details, delete, go ahead, forget."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NotYours, SourceTooOld
from bot.model import RemixRequest
from bot.studio import MessageAtHand, admit_to_job, standing
from bot.ui import faults
from bot.ui.answers import send, tell_privately, tells_errors
from bot.ui.content import Content
from bot.ui.deeds import Deed
from bot.ui.forms import FormId, filled_in, fresh_start
from bot.ui.job_list import list_page
from bot.ui.layouts import Page
from bot.ui.pages import delete_page, details_page, stop_page, told_page
from bot.ui.places import read_asking, read_visitor
from bot.ui.posting import NOBODY
from cogs.opening import author_of, post_pictures

log = logging.getLogger(__name__)

Handler = Callable[[discord.Interaction[RemixBot], int], Awaitable[None]]
"""Does what a button says, with its number."""


class Deeds(commands.Cog):
    """The door of these buttons.

    Stopping and deleting is for authors and moderators, whatever roles and channels are allowed.
    """

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._handlers: dict[Deed, Handler] = {
            Deed.STOP: self._stop,
            Deed.STOP_ANYWAY: self._stop_anyway,
            Deed.SHOW: self._show,
            Deed.DETAILS: self._tell_details,
            Deed.DELETE: self._ask_to_delete,
            Deed.TAKE_DOWN: self._delete,
            Deed.GO: partial(self._take_up, consented=True),
            Deed.CANCEL: self._cancel,
            Deed.KEEP: self._leave_alone,
            Deed.RETRY: partial(self._take_up, consented=False),
            Deed.REDO: self._edit,
            Deed.JOBS: self._turn_page,
            Deed.FORGET: self._forget,
        }

    @commands.Cog.listener()
    @tells_errors
    async def on_deed(
        self, interaction: discord.Interaction[RemixBot], deed: Deed, number: int
    ) -> None:
        await self._handlers[deed](interaction, number)

    async def _stop(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        at_work = await self._bot.studio.stop(asked_in, read_visitor(interaction))
        if at_work is None:
            await interaction.response.defer()  # the job's own end changes the message
        else:
            await tell_privately(interaction, lambda _: stop_page(at_work))

    async def _stop_anyway(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        """The job's own message says so too, when there is time to edit it."""
        await self._bot.studio.stop(asked_in, read_visitor(interaction), anyway=True)
        await _turn_into(interaction, lambda _: told_page(texts.STOPPED_AT_WORK))

    async def _show(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        visitor = self._bot.admit(interaction)
        job = await self._bot.archive.kept(asked_in, visitor)
        self._bot.studio.house.admit_to_result(standing(visitor, job), job.author_id)
        await post_pictures(interaction, job, private=job.place.private)

    async def _tell_details(
        self, interaction: discord.Interaction[RemixBot], asked_in: int
    ) -> None:
        visitor = self._bot.admit(interaction)
        dossier = await self._bot.archive.details(asked_in, visitor)
        await tell_privately(interaction, partial(details_page, dossier, interaction.user.id))

    async def _leave_alone(self, interaction: discord.Interaction[RemixBot], _: int) -> None:
        await _turn_into(interaction, lambda _: told_page(texts.LEFT_ALONE))

    # ------------------------------------------------------------------ deleting

    async def _ask_to_delete(self, interaction: discord.Interaction[RemixBot], _: int) -> None:
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
                announce=self._bot.announce(interaction, beside=True),
            )
        except SourceTooOld as too_old:
            form = fresh_start(too_old, private=draft.private, callback=draft.request.callback)
            await form.open(interaction)
        else:
            await _use_up(interaction)

    async def _cancel(self, interaction: discord.Interaction[RemixBot], draft_id: int) -> None:
        await self._bot.archive.drop_draft(draft_id, interaction.user.id)
        await interaction.response.edit_message(content=texts.CANCELLED, view=None)

    async def _edit(self, interaction: discord.Interaction[RemixBot], draft_id: int) -> None:
        self._bot.admit(interaction)
        draft = await self._bot.archive.draft(draft_id, interaction.user.id)
        request = draft.request
        source = request.source if isinstance(request, RemixRequest) else None
        form_id = FormId(source=source, private=draft.private)
        form = filled_in(form_id, request, with_callback=True)
        await form.open(interaction)

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


async def _use_up(interaction: discord.Interaction[RemixBot]) -> None:
    """Let the message whose button was pressed say that it is done, as far as it can be edited."""
    try:
        await interaction.edit_original_response(content=texts.STARTED, view=None)
    except faults.FAULTS as fault:
        log.info("A question keeps its buttons: %s", faults.detail(fault))


async def _turn_into(
    interaction: discord.Interaction[RemixBot], page: Callable[[Content], Page]
) -> None:
    """Let the message whose button was pressed be this *page*."""

    async def edit(made: Page) -> None:
        await interaction.response.edit_message(view=made.view, allowed_mentions=NOBODY)

    await send(edit, page)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Deeds(bot))
