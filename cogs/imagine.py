"""`/imagine`: four images from a text, the start of a chain."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import IMAGINE
from bot.client import RemixBot
from bot.inputs import read_callback
from bot.model import Request
from bot.ui.custom_ids import FormId
from bot.ui.error_replies import handle_errors
from bot.ui.forms import PromptForm
from bot.ui.interaction import request_context, texts_for
from bot.ui.prompts import read_prompt_options
from bot.ui.translator import said


class Imagine(commands.Cog):
    """`/imagine`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="imagine", description=said(lambda t: t.imagine_command))
    @app_commands.describe(
        prompt=said(lambda t: t.option_imagine_prompt),
        prompt_file=said(lambda t: t.option_prompt_file),
        private=said(lambda t: t.option_private),
        callback=said(lambda t: t.option_callback),
    )
    @handle_errors
    async def imagine(
        self,
        interaction: discord.Interaction[RemixBot],
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        prompt_file: discord.Attachment | None = None,
        private: bool = False,
        callback: str | None = None,
    ) -> None:
        caller = self._bot.check_caller(interaction)
        call = read_callback(callback)
        context = request_context(interaction, private=private)
        text = await read_prompt_options(prompt, prompt_file)
        if text is None:
            form = PromptForm(
                texts_for(interaction), FormId(action=IMAGINE, private=private), callback=call
            )
            await form.open(interaction)
            return
        await self._bot.jobs.make(
            Request(action=IMAGINE, prompt=text, callback=call),
            caller=caller,
            context=context,
            announce=self._bot.announce(interaction),
        )


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Imagine(bot))
