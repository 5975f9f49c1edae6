"""Everything that is not a command: every button, and the forms.

One table says what each button does and who may press it; nothing else dispatches a press.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import discord
from discord.ext import commands

from bot.actions import ACTIONS, IMAGINE, REMIX, SourceKind
from bot.characters import is_blank
from bot.client import RemixBot
from bot.errors import JobUnknown, NotYours, Reason, Rejected, SourceUnknown, UserError
from bot.inputs import read_callback, read_options, read_prompt
from bot.job_ids import JobId
from bot.model import Job, Request, Source
from bot.services import TargetMessage
from bot.ui import discord_errors
from bot.ui.content import Content
from bot.ui.custom_ids import PREFIX, ButtonId, FormId, Verb, is_known
from bot.ui.error_replies import reply_privately, reply_with_error, send
from bot.ui.forms import PromptForm, read_form
from bot.ui.interaction import is_private, read_destination, request_context
from bot.ui.job_list import list_page
from bot.ui.layouts import LayoutMessage
from bot.ui.pages import delete_page, details_page, notice_text_page, stop_page, unknown_page
from bot.ui.policy import Grant, Policy
from cogs._shared import open_form, repost_images

log = logging.getLogger(__name__)

Interaction = discord.Interaction[RemixBot]

FORM_POLICY = Policy.CALLER
"""For every form: what it's made from is looked at by the services."""


@dataclass(frozen=True, slots=True)
class Press:
    """A button, and who pressed it: somebody who may."""

    interaction: Interaction
    button: ButtonId
    grant: Grant

    @property
    def message(self) -> TargetMessage:
        """The message whose job the button is about, with what the button says of it."""
        message = self.grant.caller.message or TargetMessage(message_id=0)
        number = self.button.number
        return replace(message, interaction_id=number) if number else message

    @property
    def job(self) -> Job:
        """The job that the button names."""
        assert self.grant.job is not None  # noqa: S101  # its policy has found it
        return self.grant.job


@dataclass(frozen=True, slots=True)
class Handler:
    """What a button does, and for whom."""

    policy: Policy
    run: Callable[[Press], Awaitable[None]]


class Components(commands.Cog):
    """Handles presses and submits."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        opens_form = [key for key, one in ACTIONS.items() if one.source is not SourceKind.NONE]
        self.handlers: Mapping[str, Handler] = {
            **{key: Handler(Policy.RESULT, self._open_form) for key in opens_form},
            Verb.REMIX_PUBLIC: Handler(Policy.RESULT, self._open_form),
            Verb.AGAIN: Handler(Policy.RESULT, self._repeat),
            Verb.EDIT: Handler(Policy.RESULT, self._edit),
            Verb.EDIT_UNCHARGED: Handler(Policy.RESULT, self._edit),
            Verb.ON_SOURCE: Handler(Policy.RESULT, self._try_on_source),
            Verb.STOP: Handler(Policy.JOB_AUTHOR, self._stop),
            Verb.STOP_ANYWAY: Handler(Policy.JOB_AUTHOR, self._stop_anyway),
            Verb.SHOW: Handler(Policy.CALLER, self._show),
            Verb.MORE: Handler(Policy.CALLER_OR_AUTHOR, self._offer_more),
            Verb.DELETE: Handler(Policy.RESULT_AUTHOR, self._ask_in_private),
            Verb.ASK_TO_DELETE: Handler(Policy.MESSAGE_AUTHOR, self._ask_to_delete),
            Verb.CONFIRM_DELETE: Handler(Policy.MESSAGE_AUTHOR, self._delete),
            Verb.CONFIRM_COST: Handler(Policy.CALLER, partial(self._resubmit, consented=True)),
            Verb.RETRY: Handler(Policy.CALLER, partial(self._resubmit, consented=False)),
            Verb.EDIT_DRAFT: Handler(Policy.CALLER, self._edit_draft),
            Verb.CANCEL: Handler(Policy.OPEN, self._cancel),
            Verb.KEEP: Handler(Policy.OPEN, self._leave_alone),
            Verb.JOBS: Handler(Policy.CALLER, self._turn_page),
            Verb.FORGET: Handler(Policy.SELF, self._forget),
        }
        missing = sorted(map(str, {*Verb, *opens_form} - self.handlers.keys()))
        if missing:
            raise TypeError(f"Nothing says what these buttons do and who may press them: {missing}")

    async def press(self, interaction: Interaction, button: ButtonId) -> None:
        """Do what a pressed *button* says, for whom it's meant. Raises nothing."""
        handler = self.handlers[button.verb]
        try:
            grant = await self._bot.policies.check(
                interaction, handler.policy, message=interaction.message, number=button.number
            )
            await handler.run(Press(interaction, button, grant))
        except Exception as raised:
            await reply_with_error(interaction, raised)

    # ------------------------------------------------------------------ about an image or its job

    async def _open_form(self, press: Press) -> None:
        interaction, verb = press.interaction, press.button.verb
        if (source := press.button.source) is None:
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        # In an answer that only this person sees, but for a message that all see: still for all.
        private = verb != Verb.REMIX_PUBLIC and is_private(interaction)
        action, job = ACTIONS.get(verb, REMIX), JobId(source.job_id)
        await open_form(
            interaction, press.grant.caller, action, job, source.image_no, private=private
        )

    async def _edit(self, press: Press) -> None:
        """Open the form for what failed, with all that was given then."""
        grant, source = press.grant, press.button.source
        failed = await self._bot.history.shown_in(press.message, grant.caller)
        private = is_private(press.interaction)
        if failed is None:
            request = _starting_over(source)
        else:
            private |= failed.destination.private
            own = failed.author_id == grant.caller.user_id
            request = replace(
                failed.request,
                source=failed.request.source and (source or failed.request.source),
                callback=failed.request.callback if own else None,
            )
        await PromptForm(grant.t, request, private=private).open(press.interaction)

    async def _try_on_source(self, press: Press) -> None:
        """Open the form for another image of a result's source, with the result's prompt."""
        interaction, grant = press.interaction, press.grant
        if (source := press.button.source) is None:
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        shown = await self._bot.history.shown_in(press.message, grant.caller)
        await open_form(
            interaction,
            grant.caller,
            REMIX if shown is None else shown.request.action,
            JobId(source.job_id),
            source.image_no,
            private=is_private(interaction) or (shown is not None and shown.destination.private),
            like=shown and shown.request,
        )

    async def _repeat(self, press: Press) -> None:
        interaction, source = press.interaction, press.button.source
        private = is_private(interaction)
        try:
            await self._bot.jobs.again(
                message=press.message,
                source=source,
                caller=press.grant.caller,
                context=request_context(interaction, private=private),
                announce=self._bot.announce(interaction),
            )
        except SourceUnknown:
            form = PromptForm(press.grant.t, _starting_over(source), private=private)
            await form.open(interaction)

    # ------------------------------------------------------------------ about a job

    async def _stop(self, press: Press) -> None:
        at_work = await self._bot.jobs.stop(press.job)
        if at_work is None:
            await press.interaction.response.defer()  # the job's own end changes the message
        else:
            await reply_privately(press.interaction, lambda _: stop_page(press.grant.t, at_work))

    async def _stop_anyway(self, press: Press) -> None:
        """The job's own message says so too, when there is time to edit it."""
        await self._bot.jobs.stop(press.job, anyway=True)
        await _turn_into(press, lambda _: notice_text_page(press.grant.t.stopped_at_work))

    async def _show(self, press: Press) -> None:
        job = await self._bot.history.find_kept(press.button.number, press.grant.caller)
        await repost_images(press.interaction, job, private=job.destination.private)

    async def _offer_more(self, press: Press) -> None:
        """Tell all about the job; of one that nobody knows any more a message can be deleted."""
        grant, message_id = press.grant, await self._deletable(press)
        try:
            details = await self._bot.history.details(press.button.number, grant.caller)
        except JobUnknown:
            if message_id is None:
                raise
            page = partial(unknown_page, grant.t, message_id)
        else:
            page = partial(
                details_page, grant.t, details, grant.caller.user_id, message_id=message_id
            )
        await reply_privately(press.interaction, page)

    async def _deletable(self, press: Press) -> int | None:
        """The message with the button, if the bot can delete it, and for who pressed it."""
        interaction, message = press.interaction, press.interaction.message
        there = read_destination(interaction, private=is_private(interaction))
        if message is None or not there.bot_can_post:
            return None
        try:
            await self._bot.policies.check(interaction, Policy.RESULT_AUTHOR, message=message)
        except NotYours:
            return None
        return message.id

    async def _ask_to_delete(self, press: Press) -> None:
        await _turn_into(press, lambda _: delete_page(press.grant.t, press.button.number))

    async def _ask_in_private(self, press: Press) -> None:
        if (message := press.interaction.message) is not None:
            await reply_privately(
                press.interaction, lambda _: delete_page(press.grant.t, message.id)
            )

    async def _delete(self, press: Press) -> None:
        """Delete the message that the question was about."""
        interaction, message_id, t = press.interaction, press.button.number, press.grant.t
        await interaction.response.defer()
        channel = self._bot.get_partial_messageable(interaction.channel_id or 0)
        deleted = True
        try:
            await channel.get_partial_message(message_id).delete()
        except discord.Forbidden:
            deleted = False
        except discord.HTTPException as fault:
            if not discord_errors.is_deleted(fault):
                raise
        if deleted:
            await self._bot.history.record_deletion(message_id)
        page = notice_text_page(t.deleted if deleted else t.cannot_delete)
        await interaction.edit_original_response(view=page.view)

    # ------------------------------------------------------------------ about a draft

    async def _resubmit(self, press: Press, *, consented: bool) -> None:
        interaction, caller = press.interaction, press.grant.caller
        draft = await self._bot.history.draft(press.button.number, caller.user_id)
        await self._bot.jobs.resubmit_draft(
            draft,
            consented=consented,
            caller=caller,
            context=request_context(interaction, private=draft.destination.private),
            announce=self._bot.announce(interaction, beside=True),
        )
        try:
            await interaction.edit_original_response(content=press.grant.t.started, view=None)
        except discord_errors.FAULTS as fault:
            log.info(
                "Interaction %d: failed to remove a question's buttons: %s",
                interaction.id,
                discord_errors.detail(fault),
            )

    async def _edit_draft(self, press: Press) -> None:
        grant = press.grant
        draft = await self._bot.history.draft(press.button.number, grant.caller.user_id)
        form = PromptForm(grant.t, draft.request, private=draft.destination.private)
        await form.open(press.interaction)

    async def _cancel(self, press: Press) -> None:
        await self._bot.history.drop_draft(press.button.number, press.grant.caller.user_id)
        await press.interaction.response.edit_message(content=press.grant.t.canceled, view=None)

    # ------------------------------------------------------------------ one's own

    async def _leave_alone(self, press: Press) -> None:
        await _turn_into(press, lambda _: notice_text_page(press.grant.t.left_alone))

    async def _turn_page(self, press: Press) -> None:
        grant = press.grant
        listed = await self._bot.history.jobs_of(grant.caller.user_id, press.button.number)
        await _turn_into(press, partial(list_page, grant.t, listed))

    async def _forget(self, press: Press) -> None:
        t, author_id = press.grant.t, press.grant.caller.user_id
        _, under_way = await self._bot.history.count_of(author_id)
        await self._bot.history.forget(author_id)
        page = notice_text_page(t.forgotten_soon if under_way else t.forgotten)
        await press.interaction.response.edit_message(view=page.view)

    # ------------------------------------------------------------------ forms

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Forms, and buttons of other versions: all that discord.py does not dispatch for us."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._submit(interaction, custom_id)
        elif interaction.type is discord.InteractionType.component and not is_known(custom_id):
            await reply_with_error(interaction, Rejected(Reason.UNSUPPORTED_COMPONENT))

    async def _submit(self, interaction: Interaction, custom_id: str) -> None:
        """Start what the form asks for; where that fails, give back what was typed."""
        filled = read_form(interaction.data or {})
        try:
            form_id = FormId.read(custom_id)
            source = form_id.source
            grant = await self._bot.policies.check(interaction, FORM_POLICY)
            await self._bot.jobs.make(
                Request(
                    action=form_id.action,
                    prompt=read_prompt(filled.prompt),
                    options=read_options(form_id.action, filled.options),
                    callback=read_callback(filled.callback),
                ),
                of=(JobId(source.job_id), source.image_no) if source else None,
                caller=grant.caller,
                context=request_context(interaction, private=form_id.private),
                announce=self._bot.announce(interaction),
            )
        except Exception as raised:
            kept = isinstance(raised, UserError) and raised.draft_id is not None
            typed = "" if kept or is_blank(filled.prompt) else filled.prompt
            await reply_with_error(interaction, raised, typed=typed)


def _starting_over(source: Source | None) -> Request:
    """For what was asked for before and nobody knows any more: from this image, if any."""
    return Request(action=REMIX if source else IMAGINE, source=source)


async def _turn_into(press: Press, page: Callable[[Content], LayoutMessage]) -> None:
    """Let the message whose button was pressed be this *page*."""

    async def edit(made: LayoutMessage) -> None:
        await press.interaction.response.edit_message(view=made.view)

    await send(edit, page)


async def setup(bot: RemixBot) -> None:
    components = Components(bot)
    await bot.add_cog(components)
    bot.press = components.press
