"""The buttons under results, and the forms: what a press or a submit starts."""

import io

import discord
from discord.ext import commands

from bot import texts
from bot.client import RemixBot
from bot.errors import OldControl, SourceTooOld, SourceUnknown
from bot.incidents import as_told
from bot.inputs import JobId, read_callback, read_prompt
from bot.model import Source
from bot.ui import faults
from bot.ui.answers import say, tell, tells_errors
from bot.ui.buttons import PREFIX, Press, Verb
from bot.ui.controls import is_known
from bot.ui.forms import Filled, FormId, PromptForm, fresh_start, read_form
from bot.ui.places import is_private, read_asking


class Buttons(commands.Cog):
    """The door of everything that is not a command."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @commands.Cog.listener()
    @tells_errors
    async def on_picture_button(
        self, interaction: discord.Interaction[RemixBot], press: Press
    ) -> None:
        self._bot.studio.check_place(interaction.guild_id)
        try:
            if press.verb is Verb.REMIX:
                await self._open_form(interaction, press.source)
            else:
                await self._repeat(interaction, press)
        except SourceTooOld as too_old:
            form = fresh_start(too_old, private=is_private(interaction))
            await interaction.response.send_modal(form)

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

    async def _open_form(self, interaction: discord.Interaction[RemixBot], source: Source) -> None:
        sketch = await self._bot.studio.sketch(
            JobId(source.job_id), source.image_no, interaction.user.id
        )
        form_id = FormId(source=sketch.source, private=is_private(interaction))
        form = PromptForm(form_id, prompt=sketch.prompt, mode=sketch.mode)
        await interaction.response.send_modal(form)

    async def _repeat(self, interaction: discord.Interaction[RemixBot], press: Press) -> None:
        private = is_private(interaction)
        source = press.source if press.verb is Verb.AGAIN else None
        try:
            await self._bot.studio.again(
                message_id=interaction.message.id if interaction.message else 0,
                source=source,
                asking=read_asking(interaction, private=private),
                announce=self._bot.announce(interaction),
            )
        except SourceUnknown:
            form = PromptForm(FormId(source=source, private=private))
            await interaction.response.send_modal(form)

    async def _submit(self, interaction: discord.Interaction[RemixBot], custom_id: str) -> None:
        """Start what the form asks for; where that fails, give back what was typed."""
        filled = read_form(interaction.data or {})
        try:
            await self._start(interaction, FormId.read(custom_id), filled)
        except Exception as raised:
            if faults.is_too_late(raised) or not filled.prompt.strip():
                await tell(interaction, raised)
                return
            typed = discord.File(io.BytesIO(filled.prompt.encode()), filename="prompt.txt")
            error = as_told(raised, f"interaction {interaction.id}")
            await say(interaction, error, typed, more=texts.YOUR_PROMPT)

    async def _start(
        self, interaction: discord.Interaction[RemixBot], form_id: FormId, filled: Filled
    ) -> None:
        studio = self._bot.studio
        studio.check_place(interaction.guild_id)
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
            asking=asking,
            announce=announce,
        )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Buttons(bot))
