"""The buttons under results, and the forms: what a press or a submit starts."""

import io

import discord
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import OldControl, SourceTooOld, SourceUnknown, UserError
from bot.inputs import JobId, read_callback, read_prompt
from bot.letters import is_blank
from bot.model import Source
from bot.studio import MessageAtHand, Visitor
from bot.ui.answers import tell, tells_errors
from bot.ui.buttons import UNKNOWN_JOB, Press, Verb
from bot.ui.controls import is_known
from bot.ui.deeds import PREFIX
from bot.ui.forms import Filled, FormId, PromptForm, filled_in, fresh_start, read_form
from bot.ui.places import is_private, read_asking
from cogs.opening import admit_to_result, open_form


class Buttons(commands.Cog):
    """The door of everything that is not a command."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    @tells_errors
    async def on_picture_button(
        self, interaction: discord.Interaction[RemixBot], press: Press
    ) -> None:
        visitor = await admit_to_result(interaction, interaction.message)
        source = press.source
        job = JobId(source.job_id)
        match press.verb:
            case Verb.REMIX | Verb.PICK:
                # Pick: in an answer that only this person sees, for a message that all see
                private = press.verb is Verb.REMIX and is_private(interaction)
                await open_form(interaction, visitor, job, source.image_no, private=private)
            case Verb.EDIT:
                known = None if source.job_id == UNKNOWN_JOB else source
                await self._edit(interaction, visitor, known)
            case Verb.AGAIN | Verb.IMAGINE:
                again = source if press.verb is Verb.AGAIN else None
                await self._repeat(interaction, visitor, again)

    @commands.Cog.listener()
    @tells_errors
    async def on_interaction(self, interaction: discord.Interaction[RemixBot]) -> None:
        """Forms, and controls of other versions: all that discord.py does not dispatch for us."""
        custom_id = str((interaction.data or {}).get("custom_id", ""))
        if not custom_id.startswith(PREFIX):
            return
        if interaction.type is discord.InteractionType.modal_submit:
            await self._submit(interaction, custom_id)
        elif interaction.type is discord.InteractionType.component and not is_known(custom_id):
            raise OldControl

    async def _edit(
        self,
        interaction: discord.Interaction[RemixBot],
        visitor: Visitor,
        source: Source | None,
    ) -> None:
        """Open the form for what failed, with all that was given then."""
        failed = None
        if visitor.at_hand is not None:
            failed = await self._bot.archive.shown_in(visitor.at_hand, visitor)
        private = is_private(interaction) or (failed is not None and failed.place.private)
        form_id = FormId(source=source, private=private)
        if failed is None:
            form = PromptForm(form_id)
        else:
            own = failed.author_id == visitor.user_id
            form = filled_in(form_id, failed.request, with_callback=own)
        await form.open(interaction)

    async def _repeat(
        self,
        interaction: discord.Interaction[RemixBot],
        visitor: Visitor,
        source: Source | None,
    ) -> None:
        private = is_private(interaction)
        message = visitor.at_hand or MessageAtHand(message_id=0)
        try:
            await self._bot.studio.again(
                message=message,
                source=source,
                visitor=visitor,
                asking=read_asking(interaction, private=private),
                announce=self._bot.announce(interaction),
            )
        except SourceUnknown:
            form = PromptForm(FormId(source=source, private=private))
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
                await tell(interaction, raised)
                return
            typed = discord.File(io.BytesIO(filled.prompt.encode()), filename="prompt.txt")
            await tell(interaction, raised, typed, more=texts.YOUR_PROMPT)

    async def _start(
        self, interaction: discord.Interaction[RemixBot], form_id: FormId, filled: Filled
    ) -> None:
        studio = self._bot.studio
        visitor = self._bot.admit(interaction)
        prompt, callback = read_prompt(filled.prompt), read_callback(filled.callback)
        asking = read_asking(interaction, private=form_id.private)
        announce = self._bot.announce(interaction)
        if form_id.source is None:
            await studio.imagine(prompt=prompt, callback=callback, asking=asking, announce=announce)
            return
        await studio.remix(
            job=JobId(form_id.source.job_id),
            image_no=form_id.source.image_no,
            prompt=prompt,
            mode=filled.mode,
            callback=callback,
            visitor=visitor,
            asking=asking,
            announce=announce,
        )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Buttons(bot))
