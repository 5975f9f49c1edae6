"""Everything that is not a command: every button, and the forms.

One table says what each button does and who may press it; nothing else dispatches a press.
"""

import io
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import partial

import discord
from discord.ext import commands

from bot.actions import ACTIONS, REMIX, SourceKind
from bot.characters import is_blank
from bot.client import RemixBot
from bot.errors import NotYours, SourceTooOld, SourceUnknown, UnsupportedComponent, UserError
from bot.inputs import JobId, read_callback, read_options, read_prompt
from bot.model import Request
from bot.services import Caller, TargetMessage, check_job_access, standing
from bot.ui import discord_errors
from bot.ui.content import Content
from bot.ui.custom_ids import PREFIX, ButtonId, FormId, Verb, is_known
from bot.ui.error_replies import handle_errors, reply_privately, reply_with_error, send
from bot.ui.forms import Filled, PromptForm, filled_in, fresh_start, read_form
from bot.ui.interaction import is_private, read_caller, request_context, texts_for
from bot.ui.job_list import list_page
from bot.ui.layouts import NO_MENTIONS, LayoutMessage
from bot.ui.pages import delete_page, details_page, notice_text_page, stop_page
from cogs._forms import admit_to_result, author_of, open_form, repost_images

log = logging.getLogger(__name__)

Interaction = discord.Interaction[RemixBot]


class Policy(Enum):
    """Who may press a button."""

    OPEN = auto()
    """Whoever sees it: it's in an answer that one person alone sees."""
    CALLER = auto()
    """Whoever may use the bot here."""
    RESULT = auto()
    """Whoever may use the bot here, and go on from this result."""
    AUTHOR = auto()
    """Whoever asked for the job, and moderators, whatever roles and channels are allowed: that's
    checked with `check_job_access`, as soon as it's known whose job it is."""
    SELF = auto()
    """The person whose number it has."""


@dataclass(frozen=True, slots=True)
class Handler:
    """What a button does, and for whom."""

    policy: Policy
    run: Callable[[Interaction, ButtonId, Caller], Awaitable[None]]


class Components(commands.Cog):
    """Handles presses and submits."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self.handlers: Mapping[str, Handler] = {
            **{
                key: Handler(Policy.RESULT, self._open_form)
                for key, action in ACTIONS.items()
                if action.source is not SourceKind.NONE
            },
            Verb.REMIX_PUBLIC: Handler(Policy.RESULT, self._open_form),
            Verb.AGAIN: Handler(Policy.RESULT, self._repeat),
            Verb.EDIT: Handler(Policy.RESULT, self._edit),
            Verb.STOP: Handler(Policy.AUTHOR, self._stop),
            Verb.STOP_ANYWAY: Handler(Policy.AUTHOR, self._stop_anyway),
            Verb.SHOW: Handler(Policy.CALLER, self._show),
            Verb.DETAILS: Handler(Policy.CALLER, self._tell_details),
            Verb.DELETE: Handler(Policy.AUTHOR, self._ask_to_delete),
            Verb.CONFIRM_DELETE: Handler(Policy.AUTHOR, self._delete),
            Verb.CONFIRM_COST: Handler(Policy.CALLER, partial(self._resubmit, consented=True)),
            Verb.RETRY: Handler(Policy.CALLER, partial(self._resubmit, consented=False)),
            Verb.EDIT_DRAFT: Handler(Policy.CALLER, self._edit_draft),
            Verb.CANCEL: Handler(Policy.OPEN, self._cancel),
            Verb.KEEP: Handler(Policy.OPEN, self._leave_alone),
            Verb.JOBS: Handler(Policy.CALLER, self._turn_page),
            Verb.FORGET: Handler(Policy.SELF, self._forget),
        }

    @handle_errors
    async def press(self, interaction: Interaction, button: ButtonId) -> None:
        """Do what a pressed *button* says, for whom it's meant."""
        handler = self.handlers[button.verb]
        caller = await self._admit(interaction, button, handler.policy)
        await handler.run(interaction, button, caller)

    async def _admit(self, interaction: Interaction, button: ButtonId, policy: Policy) -> Caller:
        """Who pressed. Raises the `bot.errors.UserError` that fits where they may not."""
        match policy:
            case Policy.CALLER:
                return self._bot.check_caller(interaction)
            case Policy.RESULT:
                return await admit_to_result(interaction, interaction.message)
            case Policy.SELF if button.number != interaction.user.id:
                raise NotYours
            case Policy.OPEN | Policy.AUTHOR | Policy.SELF:
                return read_caller(interaction)

    # ------------------------------------------------------------------ about an image or its job

    async def _open_form(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        if (source := button.source) is None:
            raise UnsupportedComponent
        # In an answer that only this person sees, but for a message that all see: still for all.
        private = button.verb != Verb.REMIX_PUBLIC and is_private(interaction)
        action, job = ACTIONS.get(button.verb, REMIX), JobId(source.job_id)
        await open_form(interaction, caller, action, job, source.image_no, private=private)

    async def _edit(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        """Open the form for what failed, with all that was given then."""
        failed = await self._bot.history.shown_in(_message(button, caller), caller)
        private = is_private(interaction) or (failed is not None and failed.destination.private)
        if failed is None:
            form = PromptForm(
                texts_for(interaction), FormId.starting_over(button.source, private=private)
            )
        else:
            source = failed.request.source and (button.source or failed.request.source)
            form = filled_in(
                texts_for(interaction),
                FormId(action=failed.request.action, source=source, private=private),
                failed.request,
                with_callback=failed.author_id == caller.user_id,
            )
        await form.open(interaction)

    async def _repeat(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        private = is_private(interaction)
        try:
            await self._bot.jobs.again(
                message=_message(button, caller),
                source=button.source,
                caller=caller,
                context=request_context(interaction, private=private),
                announce=self._bot.announce(interaction),
            )
        except SourceUnknown:
            form = PromptForm(
                texts_for(interaction), FormId.starting_over(button.source, private=private)
            )
            await form.open(interaction)
        except SourceTooOld as too_old:
            await fresh_start(texts_for(interaction), too_old, private=private).open(interaction)

    # ------------------------------------------------------------------ about a job

    async def _stop(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        at_work = await self._bot.jobs.stop(button.number, caller)
        if at_work is None:
            await interaction.response.defer()  # the job's own end changes the message
        else:
            await reply_privately(interaction, lambda _: stop_page(texts_for(interaction), at_work))

    async def _stop_anyway(
        self, interaction: Interaction, button: ButtonId, caller: Caller
    ) -> None:
        """The job's own message says so too, when there is time to edit it."""
        await self._bot.jobs.stop(button.number, caller, anyway=True)
        await _turn_into(
            interaction, lambda _: notice_text_page(texts_for(interaction).stopped_at_work)
        )

    async def _show(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        job = await self._bot.history.find_kept(button.number, caller)
        self._bot.jobs.access.check_result_access(standing(caller, job), job.author_id)
        await repost_images(interaction, job, private=job.destination.private)

    async def _tell_details(
        self, interaction: Interaction, button: ButtonId, caller: Caller
    ) -> None:
        details = await self._bot.history.details(button.number, caller)
        await reply_privately(
            interaction, partial(details_page, texts_for(interaction), details, interaction.user.id)
        )

    async def _ask_to_delete(self, interaction: Interaction, _: ButtonId, caller: Caller) -> None:
        message = interaction.message
        if message is None:
            return
        check_job_access(caller, await author_of(self._bot, message))
        await reply_privately(
            interaction, lambda _: delete_page(texts_for(interaction), message.id)
        )

    async def _delete(self, interaction: Interaction, button: ButtonId, caller: Caller) -> None:
        """Delete it, if they still may: the question may be hours old."""
        await interaction.response.defer()
        message_id, deleted = button.number, True
        channel = self._bot.get_partial_messageable(interaction.channel_id or 0)
        try:
            author_id = await self._bot.history.author_of(TargetMessage(message_id=message_id))
            if author_id is None:
                author_id = await author_of(self._bot, await channel.fetch_message(message_id))
            check_job_access(caller, author_id)
            await channel.get_partial_message(message_id).delete()
        except discord.Forbidden:
            deleted = False
        except discord.HTTPException as fault:
            if not discord_errors.is_deleted(fault):
                raise
        if deleted:
            await self._bot.history.record_deletion(message_id)
        t = texts_for(interaction)
        said = t.deleted if deleted else t.cannot_delete
        await interaction.edit_original_response(view=notice_text_page(said).view)

    # ------------------------------------------------------------------ about a draft

    async def _resubmit(
        self, interaction: Interaction, button: ButtonId, caller: Caller, *, consented: bool
    ) -> None:
        draft = await self._bot.history.draft(button.number, interaction.user.id)
        try:
            await self._bot.jobs.resubmit_draft(
                draft,
                consented=consented,
                caller=caller,
                context=request_context(interaction, private=draft.private),
                announce=self._bot.announce(interaction, beside=True),
            )
        except SourceTooOld as too_old:
            form = fresh_start(
                texts_for(interaction),
                too_old,
                private=draft.private,
                callback=draft.request.callback,
            )
            await form.open(interaction)
        else:
            await _use_up(interaction)

    async def _edit_draft(self, interaction: Interaction, button: ButtonId, _: Caller) -> None:
        draft = await self._bot.history.draft(button.number, interaction.user.id)
        request = draft.request
        form_id = FormId(action=request.action, source=request.source, private=draft.private)
        await filled_in(texts_for(interaction), form_id, request, with_callback=True).open(
            interaction
        )

    async def _cancel(self, interaction: Interaction, button: ButtonId, _: Caller) -> None:
        await self._bot.history.drop_draft(button.number, interaction.user.id)
        await interaction.response.edit_message(content=texts_for(interaction).canceled, view=None)

    # ------------------------------------------------------------------ one's own

    async def _leave_alone(self, interaction: Interaction, _: ButtonId, __: Caller) -> None:
        await _turn_into(
            interaction, lambda _page: notice_text_page(texts_for(interaction).left_alone)
        )

    async def _turn_page(self, interaction: Interaction, button: ButtonId, _: Caller) -> None:
        listed = await self._bot.history.jobs_of(interaction.user.id, button.number)
        await _turn_into(interaction, partial(list_page, texts_for(interaction), listed))

    async def _forget(self, interaction: Interaction, _: ButtonId, caller: Caller) -> None:
        under_way = (await self._bot.history.count_of(caller.user_id))[1]
        await self._bot.history.forget(caller.user_id)
        t = texts_for(interaction)
        said = t.forgotten_soon if under_way else t.forgotten
        await interaction.response.edit_message(view=notice_text_page(said).view)

    # ------------------------------------------------------------------ forms

    @commands.Cog.listener()
    @handle_errors
    async def on_interaction(self, interaction: Interaction) -> None:
        """Forms, and buttons of other versions: all that discord.py does not dispatch for us."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._submit(interaction, custom_id)
        elif interaction.type is discord.InteractionType.component and not is_known(custom_id):
            raise UnsupportedComponent

    async def _submit(self, interaction: Interaction, custom_id: str) -> None:
        """Start what the form asks for; where that fails, give back what was typed."""
        filled = read_form(interaction.data or {})
        try:
            await self._start(interaction, FormId.read(custom_id), filled)
        except Exception as raised:
            kept = isinstance(raised, UserError) and raised.draft_id is not None
            if kept or is_blank(filled.prompt):
                await reply_with_error(interaction, raised)
                return
            typed = discord.File(io.BytesIO(filled.prompt.encode()), filename="prompt.txt")
            await reply_with_error(
                interaction, raised, typed, more=texts_for(interaction).your_prompt
            )

    async def _start(self, interaction: Interaction, form_id: FormId, filled: Filled) -> None:
        caller, source = self._bot.check_caller(interaction), form_id.source
        await self._bot.jobs.make(
            Request(
                action=form_id.action,
                prompt=read_prompt(filled.prompt),
                options=read_options(form_id.action, filled.options),
                callback=read_callback(filled.callback),
            ),
            of=(JobId(source.job_id), source.image_no) if source else None,
            caller=caller,
            context=request_context(interaction, private=form_id.private),
            announce=self._bot.announce(interaction),
        )


def _message(button: ButtonId, caller: Caller) -> TargetMessage:
    """The message whose job *button* is about, with what the button says of it."""
    message = caller.message or TargetMessage(message_id=0)
    return message if not button.number else replace(message, interaction_id=button.number)


async def _use_up(interaction: Interaction) -> None:
    """Let the message whose button was pressed say that it is done, as far as it can be edited."""
    try:
        await interaction.edit_original_response(content=texts_for(interaction).started, view=None)
    except discord_errors.FAULTS as fault:
        detail = discord_errors.detail(fault)
        log.info(
            "Interaction %d: failed to remove a question's buttons: %s", interaction.id, detail
        )


async def _turn_into(interaction: Interaction, page: Callable[[Content], LayoutMessage]) -> None:
    """Let the message whose button was pressed be this *page*."""

    async def edit(made: LayoutMessage) -> None:
        await interaction.response.edit_message(view=made.view, allowed_mentions=NO_MENTIONS)

    await send(edit, page)


async def setup(bot: RemixBot) -> None:
    components = Components(bot)
    await bot.add_cog(components)
    bot.press = components.press
