"""The buttons about a job, a draft, a page or a person: stop, details, delete, go ahead, forget."""

import logging
from collections.abc import Awaitable, Callable
from functools import partial

import discord
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import NotYours, SourceTooOld
from bot.services import TargetMessage, check_job_access, standing
from bot.ui import discord_errors
from bot.ui.content import Content
from bot.ui.deeds import ControlAction
from bot.ui.error_replies import handle_errors, reply_privately, send
from bot.ui.forms import FormId, filled_in, fresh_start
from bot.ui.interaction import read_caller, request_context
from bot.ui.job_list import list_page
from bot.ui.layouts import NO_MENTIONS, LayoutMessage
from bot.ui.pages import delete_page, details_page, notice_text_page, stop_page
from cogs._forms import author_of, repost_images

log = logging.getLogger(__name__)

Handler = Callable[[discord.Interaction[RemixBot], int], Awaitable[None]]
"""Does what a button says, with its number."""


class Deeds(commands.Cog):
    """The door of these buttons.

    Stopping and deleting is for authors and moderators, whatever roles and channels are allowed.
    """

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._handlers: dict[ControlAction, Handler] = {
            ControlAction.STOP: self._stop,
            ControlAction.STOP_ANYWAY: self._stop_anyway,
            ControlAction.SHOW: self._show,
            ControlAction.DETAILS: self._tell_details,
            ControlAction.DELETE: self._ask_to_delete,
            ControlAction.TAKE_DOWN: self._delete,
            ControlAction.CONFIRM_COST: partial(self._take_up, consented=True),
            ControlAction.CANCEL: self._cancel,
            ControlAction.KEEP: self._leave_alone,
            ControlAction.RETRY: partial(self._take_up, consented=False),
            ControlAction.EDIT_DRAFT: self._edit,
            ControlAction.JOBS: self._turn_page,
            ControlAction.FORGET: self._forget,
        }

    @commands.Cog.listener()
    @handle_errors
    async def on_deed(
        self, interaction: discord.Interaction[RemixBot], deed: ControlAction, number: int
    ) -> None:
        await self._handlers[deed](interaction, number)

    async def _stop(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        at_work = await self._bot.jobs.stop(asked_in, read_caller(interaction))
        if at_work is None:
            await interaction.response.defer()  # the job's own end changes the message
        else:
            await reply_privately(interaction, lambda _: stop_page(at_work))

    async def _stop_anyway(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        """The job's own message says so too, when there is time to edit it."""
        await self._bot.jobs.stop(asked_in, read_caller(interaction), anyway=True)
        await _turn_into(interaction, lambda _: notice_text_page(texts.STOPPED_AT_WORK))

    async def _show(self, interaction: discord.Interaction[RemixBot], asked_in: int) -> None:
        caller = self._bot.check_caller(interaction)
        job = await self._bot.history.find_kept(asked_in, caller)
        self._bot.jobs.access.check_result_access(standing(caller, job), job.author_id)
        await repost_images(interaction, job, private=job.destination.private)

    async def _tell_details(
        self, interaction: discord.Interaction[RemixBot], asked_in: int
    ) -> None:
        caller = self._bot.check_caller(interaction)
        dossier = await self._bot.history.details(asked_in, caller)
        await reply_privately(interaction, partial(details_page, dossier, interaction.user.id))

    async def _leave_alone(self, interaction: discord.Interaction[RemixBot], _: int) -> None:
        await _turn_into(interaction, lambda _: notice_text_page(texts.LEFT_ALONE))

    # ------------------------------------------------------------------ deleting

    async def _ask_to_delete(self, interaction: discord.Interaction[RemixBot], _: int) -> None:
        message = interaction.message
        if message is None:
            return
        check_job_access(read_caller(interaction), await author_of(self._bot, message))
        await reply_privately(interaction, lambda _: delete_page(message.id))

    async def _delete(self, interaction: discord.Interaction[RemixBot], message_id: int) -> None:
        """Delete it, if they still may: the question may be hours old."""
        await interaction.response.defer()
        channel = self._bot.get_partial_messageable(interaction.channel_id or 0)
        said = texts.DELETED
        try:
            author_id = await self._bot.history.author_of(TargetMessage(message_id=message_id))
            if author_id is None:
                author_id = await author_of(self._bot, await channel.fetch_message(message_id))
            check_job_access(read_caller(interaction), author_id)
            await channel.get_partial_message(message_id).delete()
        except discord.Forbidden:
            said = texts.CANNOT_DELETE
        except discord.HTTPException as fault:
            if not discord_errors.is_deleted(fault):
                raise
        if said is texts.DELETED:
            await self._bot.history.record_deletion(message_id)
        await interaction.edit_original_response(view=notice_text_page(said).view)

    # ------------------------------------------------------------------ drafts

    async def _take_up(
        self, interaction: discord.Interaction[RemixBot], draft_id: int, *, consented: bool
    ) -> None:
        caller = self._bot.check_caller(interaction)
        draft = await self._bot.history.draft(draft_id, interaction.user.id)
        try:
            await self._bot.jobs.resubmit_draft(
                draft,
                consented=consented,
                caller=caller,
                context=request_context(interaction, private=draft.private),
                announce=self._bot.announce(interaction, beside=True),
            )
        except SourceTooOld as too_old:
            form = fresh_start(too_old, private=draft.private, callback=draft.request.callback)
            await form.open(interaction)
        else:
            await _use_up(interaction)

    async def _cancel(self, interaction: discord.Interaction[RemixBot], draft_id: int) -> None:
        await self._bot.history.drop_draft(draft_id, interaction.user.id)
        await interaction.response.edit_message(content=texts.CANCELLED, view=None)

    async def _edit(self, interaction: discord.Interaction[RemixBot], draft_id: int) -> None:
        self._bot.check_caller(interaction)
        draft = await self._bot.history.draft(draft_id, interaction.user.id)
        request = draft.request
        form_id = FormId(action=request.action, source=request.source, private=draft.private)
        form = filled_in(form_id, request, with_callback=True)
        await form.open(interaction)

    # ------------------------------------------------------------------ one's own

    async def _turn_page(self, interaction: discord.Interaction[RemixBot], page: int) -> None:
        self._bot.check_caller(interaction)
        listed = await self._bot.history.jobs_of(interaction.user.id, page)
        await _turn_into(interaction, partial(list_page, listed))

    async def _forget(self, interaction: discord.Interaction[RemixBot], author_id: int) -> None:
        if interaction.user.id != author_id:
            raise NotYours
        _, under_way = await self._bot.history.count_of(author_id)
        await self._bot.history.forget(author_id)
        said = texts.FORGOTTEN_SOON if under_way else texts.FORGOTTEN
        await interaction.response.edit_message(view=notice_text_page(said).view)


async def _use_up(interaction: discord.Interaction[RemixBot]) -> None:
    """Let the message whose button was pressed say that it is done, as far as it can be edited."""
    try:
        await interaction.edit_original_response(content=texts.STARTED, view=None)
    except discord_errors.FAULTS as fault:
        log.info("A question keeps its buttons: %s", discord_errors.detail(fault))


async def _turn_into(
    interaction: discord.Interaction[RemixBot], page: Callable[[Content], LayoutMessage]
) -> None:
    """Let the message whose button was pressed be this *page*."""

    async def edit(made: LayoutMessage) -> None:
        await interaction.response.edit_message(view=made.view, allowed_mentions=NO_MENTIONS)

    await send(edit, page)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Deeds(bot))
