"""The buttons under results, and the forms: what a press or a submit starts."""

import io

import discord
from discord.ext import commands

from bot import texts
from bot.actions import IMAGINE, REMIX
from bot.characters import is_blank
from bot.client import RemixBot
from bot.errors import SourceTooOld, SourceUnknown, UnsupportedComponent, UserError
from bot.inputs import JobId, read_callback, read_options, read_prompt
from bot.model import Request, Source
from bot.services import Caller, TargetMessage
from bot.ui.buttons import UNKNOWN_JOB, ButtonAction, ButtonId
from bot.ui.controls import is_known
from bot.ui.deeds import PREFIX
from bot.ui.error_replies import handle_errors, reply_with_error
from bot.ui.forms import Filled, FormId, PromptForm, filled_in, fresh_start, read_form
from bot.ui.interaction import is_private, request_context
from cogs._forms import admit_to_result, open_form


class Buttons(commands.Cog):
    """The door of everything that is not a command."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    @handle_errors
    async def on_image_button(
        self, interaction: discord.Interaction[RemixBot], press: ButtonId
    ) -> None:
        caller = await admit_to_result(interaction, interaction.message)
        source = press.source
        job = JobId(source.job_id)
        match press.verb:
            case ButtonAction.REMIX | ButtonAction.REMIX_PUBLIC:
                # Pick: in an answer that only this person sees, for a message that all see
                private = press.verb is ButtonAction.REMIX and is_private(interaction)
                await open_form(interaction, caller, REMIX, job, source.image_no, private=private)
            case ButtonAction.EDIT:
                known = None if source.job_id == UNKNOWN_JOB else source
                await self._edit(interaction, caller, known)
            case ButtonAction.AGAIN | ButtonAction.IMAGINE:
                again = source if press.verb is ButtonAction.AGAIN else None
                await self._repeat(interaction, caller, again)

    @commands.Cog.listener()
    @handle_errors
    async def on_interaction(self, interaction: discord.Interaction[RemixBot]) -> None:
        """Forms, and controls of other versions: all that discord.py does not dispatch for us."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._submit(interaction, custom_id)
        elif interaction.type is discord.InteractionType.component and not is_known(custom_id):
            raise UnsupportedComponent

    async def _edit(
        self,
        interaction: discord.Interaction[RemixBot],
        caller: Caller,
        source: Source | None,
    ) -> None:
        """Open the form for what failed, with all that was given then."""
        failed = None
        if caller.message is not None:
            failed = await self._bot.history.shown_in(caller.message, caller)
        private = is_private(interaction) or (failed is not None and failed.destination.private)
        form_id = FormId(action=REMIX if source else IMAGINE, source=source, private=private)
        if failed is None:
            form = PromptForm(form_id)
        else:
            own = failed.author_id == caller.user_id
            form = filled_in(form_id, failed.request, with_callback=own)
        await form.open(interaction)

    async def _repeat(
        self,
        interaction: discord.Interaction[RemixBot],
        caller: Caller,
        source: Source | None,
    ) -> None:
        private = is_private(interaction)
        message = caller.message or TargetMessage(message_id=0)
        try:
            await self._bot.jobs.again(
                message=message,
                source=source,
                caller=caller,
                context=request_context(interaction, private=private),
                announce=self._bot.announce(interaction),
            )
        except SourceUnknown:
            form = PromptForm(
                FormId(action=REMIX if source else IMAGINE, source=source, private=private)
            )
            await form.open(interaction)
        except SourceTooOld as too_old:
            await fresh_start(too_old, private=private).open(interaction)

    async def _submit(self, interaction: discord.Interaction[RemixBot], custom_id: str) -> None:
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
            await reply_with_error(interaction, raised, typed, more=texts.YOUR_PROMPT)

    async def _start(
        self, interaction: discord.Interaction[RemixBot], form_id: FormId, filled: Filled
    ) -> None:
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


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Buttons(bot))
