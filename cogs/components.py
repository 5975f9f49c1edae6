"""Everything that is not a command: every button, and the forms.

One table says what each button does and who may press it; nothing else dispatches a press.
"""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial

import discord
from discord.ext import commands

from bot.actions import ACTIONS, IMAGINE, REMIX, SourceKind
from bot.characters import is_blank
from bot.client import RemixBot
from bot.errors import (
    Reason,
    Rejected,
    SourceUnknown,
    UserError,
)
from bot.inputs import read_callback, read_options, read_preferences, read_prompt
from bot.model import Request, Source
from bot.preferences import Preferences
from bot.services.masks import MaskChoice
from bot.ui import discord_errors
from bot.ui.custom_ids import PREFIX, SELECT, ButtonId, FormId, Verb
from bot.ui.error_replies import reply_with_error
from bot.ui.forms import PromptForm, read_form
from bot.ui.mask_fields import read_choice
from bot.ui.pages import (
    notice_text_page,
    stop_page,
)
from bot.ui.policy import Policy
from bot.ui.settings import PARTS, SettingsForm, form_part, read_settings_form, settings_page
from cogs._found import (
    send_archive,
    show_family,
    toggle_favorite,
    turn_favorites,
    turn_jobs,
)
from cogs._panel import (
    ask_in_private,
    ask_to_delete,
    choose,
    delete_result,
    offer_more,
    tell_details,
)
from cogs._press import Interaction, Press
from cogs._shared import open_form, repost_images

log = logging.getLogger(__name__)

Handler = tuple[Policy, Callable[[Press], Awaitable[None]]]
"""Who may press a button, and what it does."""


class Components(commands.Cog):
    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        from_jobs = [key for key, one in ACTIONS.items() if one.source is not SourceKind.NONE]
        self.handlers: Mapping[str, Handler] = {
            **dict.fromkeys(from_jobs, (Policy.RESULT, self._act)),
            Verb.AGAIN: (Policy.RESULT, self._repeat),
            Verb.EDIT: (Policy.RESULT, self._edit),
            Verb.EDIT_UNCHARGED: (Policy.RESULT, self._edit),
            Verb.ON_SOURCE: (Policy.RESULT, self._try_on_source),
            Verb.STOP: (Policy.JOB_AUTHOR, self._stop),
            Verb.STOP_ANYWAY: (Policy.JOB_AUTHOR, self._stop_anyway),
            Verb.SHOW: (Policy.CALLER, self._show),
            Verb.MORE: (Policy.CALLER_OR_AUTHOR, offer_more),
            Verb.CHOOSE: (Policy.CALLER_OR_AUTHOR, choose),
            Verb.DETAILS: (Policy.CALLER_OR_AUTHOR, tell_details),
            Verb.DELETE: (Policy.RESULT_AUTHOR, ask_in_private),
            Verb.ASK_TO_DELETE: (Policy.MESSAGE_AUTHOR, ask_to_delete),
            Verb.CONFIRM_DELETE: (Policy.MESSAGE_AUTHOR, delete_result),
            Verb.CONFIRM_COST: (Policy.CALLER, partial(self._resubmit, consented=True)),
            Verb.RETRY: (Policy.CALLER, partial(self._resubmit, consented=False)),
            Verb.EDIT_DRAFT: (Policy.CALLER, self._edit_draft),
            Verb.CANCEL: (Policy.OPEN, self._cancel),
            Verb.KEEP: (Policy.OPEN, self._leave_alone),
            Verb.DOWNLOAD: (Policy.CALLER, _about_number(send_archive)),
            Verb.FAMILY: (Policy.CALLER, _about_number(show_family)),
            Verb.FAVORITE: (
                Policy.CALLER,
                lambda press: toggle_favorite(press.interaction, press.message),
            ),
            Verb.JOBS: (
                Policy.CALLER,
                lambda press: turn_jobs(press.interaction, press.button),
            ),
            Verb.SETTINGS: (Policy.CALLER, self._change_settings),
            Verb.RESET_SETTINGS: (Policy.CALLER, self._reset_settings),
            Verb.USE_AS_STYLE: (Policy.RESULT, self._use_as_style),
            Verb.FAVORITES: (Policy.CALLER, _about_number(turn_favorites)),
            Verb.FORGET: (Policy.SELF, self._forget),
        }
        missing = sorted(map(str, {*Verb, *from_jobs} - self.handlers.keys()))
        if missing:
            raise TypeError(f"Nothing says what these buttons do and who may press them: {missing}")

    async def press(self, interaction: Interaction, button: ButtonId) -> None:
        """Do what a pressed *button* says, for whom it's meant. Raises nothing."""
        policy, run = self.handlers[button.verb]
        try:
            grant = await self._bot.policies.check(
                interaction, policy, message=interaction.message, number=button.number
            )
            await run(Press(interaction, button, grant))
        except Exception as raised:
            await reply_with_error(interaction, raised)

    # ------------------------------------------------------------------ about an image or its job

    async def _act(self, press: Press) -> None:
        """Start an action, or open its form where there is something left to ask."""
        action, preset = ACTIONS[press.button.verb], press.button.kind
        private = press.private and not press.button.public
        if action.has_form and not preset:
            await open_form(press.interaction, action, press.image, private=private)
            return
        if preset and preset not in action.presets:
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        options = action.complete(action.presets.get(preset, {}))
        context = self._bot.context(press.interaction, private=private)
        await self._bot.jobs.make(Request(action=action, options=options), context, of=press.image)

    async def _edit(self, press: Press) -> None:
        """Open the form for what failed, with all that was given then."""
        source, caller, private = press.button.source, press.grant.caller, press.private
        failed = await self._bot.history.shown_in(press.message, caller)
        if failed is None:
            request = _starting_over(source)
        else:
            private |= failed.destination.private
            request = replace(
                failed.request,
                source=failed.request.source and (source or failed.request.source),
                callback=failed.request.callback if failed.author_id == caller.user_id else None,
            )
        asked_in = failed and failed.interaction_id
        form = PromptForm(press.grant.t, request, private=private, asked_in=asked_in)
        await form.open(press.interaction)

    async def _try_on_source(self, press: Press) -> None:
        """Open the form for another image of a result's source, with the result's prompt."""
        private, action, image = press.private, REMIX, press.image
        shown = await self._bot.history.shown_in(press.message, press.grant.caller)
        if shown is not None:
            action, private = shown.request.action, private or shown.destination.private
        await open_form(press.interaction, action, image, private=private, like=shown)

    async def _repeat(self, press: Press) -> None:
        interaction, source = press.interaction, press.button.source
        context = self._bot.context(interaction, private=press.private)
        try:
            await self._bot.jobs.again(press.message, source, context)
        except SourceUnknown:
            form = PromptForm(press.grant.t, _starting_over(source), private=press.private)
            await form.open(interaction)

    # ------------------------------------------------------------------ about a job

    async def _stop(self, press: Press) -> None:
        at_work = await self._bot.jobs.stop(press.job)
        if at_work is None:
            await press.interaction.response.defer()  # the job's own end changes the message
        else:
            await press.reply(stop_page(press.grant.t, at_work))

    async def _stop_anyway(self, press: Press) -> None:
        """The job's own message says so too, when there is time to edit it."""
        await self._bot.jobs.stop(press.job, anyway=True)
        await press.turn_into(notice_text_page(press.grant.t.stopped_at_work))

    async def _show(self, press: Press) -> None:
        job = await self._bot.history.find_kept(press.button.number, press.grant.caller)
        await repost_images(press.interaction, job, private=job.destination.private)

    # ------------------------------------------------------------------ about a draft

    async def _resubmit(self, press: Press, *, consented: bool) -> None:
        interaction, author_id = press.interaction, press.grant.caller.user_id
        draft = await self._bot.history.draft(press.button.number, author_id)
        private = draft.destination.private
        context = self._bot.context(interaction, private=private, beside=True)
        context = replace(context, origin=draft.origin)
        if draft.request.action.mask is not None and not consented:
            await interaction.response.defer(ephemeral=True, thinking=True)
            part = MaskChoice(kept=draft.interaction_id)
            await self._bot.jobs.make(draft.request, context, part=part)
            return
        await self._bot.jobs.make(draft.request, context, draft=draft, consented=consented)
        try:
            await interaction.edit_original_response(
                content=press.grant.t.started, view=None, attachments=[]
            )
        except discord_errors.FAULTS as fault:
            log.info(
                "Interaction %d: failed to remove a question's buttons: %s",
                interaction.id,
                discord_errors.detail(fault),
            )

    async def _edit_draft(self, press: Press) -> None:
        grant = press.grant
        draft = await self._bot.history.draft(press.button.number, grant.caller.user_id)
        form = PromptForm(
            grant.t,
            draft.request,
            private=draft.destination.private,
            asked_in=draft.interaction_id,
        )
        await form.open(press.interaction)

    async def _cancel(self, press: Press) -> None:
        await self._bot.history.drop_draft(press.button.number, press.grant.caller.user_id)
        await press.interaction.response.edit_message(
            content=press.grant.t.canceled, view=None, attachments=[]
        )

    # ------------------------------------------------------------------ one's own

    async def _leave_alone(self, press: Press) -> None:
        await press.turn_into(notice_text_page(press.grant.t.left_alone))

    async def _forget(self, press: Press) -> None:
        t, author_id = press.grant.t, press.grant.caller.user_id
        _, under_way, _ = await self._bot.history.count_of(author_id)
        await self._bot.history.forget(author_id)
        await press.turn_into(notice_text_page(t.forgotten_soon if under_way else t.forgotten))

    async def _change_settings(self, press: Press) -> None:
        grant, part = press.grant, press.button.number
        if part >= len(PARTS):
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        chosen = await self._bot.preferences.of(grant.caller.user_id)
        await press.interaction.response.send_modal(SettingsForm(grant.t, chosen, part))

    async def _reset_settings(self, press: Press) -> None:
        await self._bot.preferences.reset(press.grant.caller.user_id)
        await press.turn_into(settings_page(press.grant.t, Preferences()))

    async def _use_as_style(self, press: Press) -> None:
        caller, preferences = press.grant.caller, self._bot.preferences
        address = await preferences.address_of(*press.image, caller)
        chosen = await preferences.change(caller.user_id, read_preferences({"style": address}))
        await press.reply(settings_page(press.grant.t, chosen))

    async def _save_settings(self, interaction: Interaction, part: int) -> None:
        """Change what a form of the settings says; the page that it was opened from shows it."""
        grant = await self._bot.policies.check(interaction, Policy.CALLER)
        changes = read_preferences(read_settings_form(part, interaction.data or {}))
        chosen = await self._bot.preferences.change(grant.caller.user_id, changes)
        await interaction.response.edit_message(view=settings_page(grant.t, chosen).view)

    # ------------------------------------------------------------------ forms

    @commands.Cog.listener()
    async def on_interaction(self, interaction: Interaction) -> None:
        """Forms, and buttons of other versions: all that discord.py does not dispatch for us.

        Where what a form asks for can't be started, what was typed is given back.
        """
        data = interaction.data or {}
        custom_id = str(data.get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return
        if interaction.type is discord.InteractionType.component:
            if ButtonId.read(custom_id) is None and re.fullmatch(SELECT, custom_id) is None:
                await reply_with_error(interaction, Rejected(Reason.UNSUPPORTED_COMPONENT))
            return
        filled = read_form(data)
        try:
            if (part := form_part(custom_id)) is not None:
                await self._save_settings(interaction, part)
                return
            form_id = FormId.read(custom_id)
            # What it's made from is looked at by the services.
            await self._bot.policies.check(interaction, Policy.CALLER)
            request = Request(
                action=form_id.action,
                source=form_id.source,
                prompt=read_prompt(filled.prompt, form_id.action.prompt),
                options=read_options(form_id.action, filled.options),
                callback=read_callback(filled.callback),
            )
            context, chosen = self._bot.context(interaction, private=form_id.private), None
            if (option := form_id.action.mask) is not None:
                chosen = read_choice(interaction, option, filled.chosen, filled.files)
                await interaction.response.defer(ephemeral=True, thinking=True)
            await self._bot.jobs.make(request, context, part=chosen)
        except Exception as raised:
            kept = isinstance(raised, UserError) and raised.draft_id is not None
            typed = "" if kept or is_blank(filled.prompt) else filled.prompt
            await reply_with_error(interaction, raised, typed=typed)


def _starting_over(source: Source | None) -> Request:
    """For what was asked for before and nobody knows any more: from this image, if any."""
    return Request(action=REMIX if source else IMAGINE, source=source)


def _about_number(
    run: Callable[[Interaction, int], Awaitable[None]],
) -> Callable[[Press], Awaitable[None]]:
    """What a button does of which only the number matters."""
    return lambda press: run(press.interaction, press.button.number)


async def setup(bot: RemixBot) -> None:
    components = Components(bot)
    await bot.add_cog(components)
    bot.press = components.press
