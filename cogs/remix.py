"""`/remix`: an image made anew with another prompt."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import REMIX, SOURCE_IMAGES, Mode
from bot.client import RemixBot
from bot.errors import SourceTooOld
from bot.inputs import read_callback, read_image, read_job, read_options
from bot.model import Request
from bot.texts import Texts
from bot.ui.error_replies import handle_errors
from bot.ui.forms import fresh_start
from bot.ui.interaction import request_context, texts_for
from bot.ui.prompts import read_prompt_options
from bot.ui.translator import said
from cogs._autocomplete import suggest_jobs
from cogs._forms import open_form


def _image_choice(image_no: int, t: Texts) -> str:
    return t.image_choices[image_no]


def _mode_choice(mode: Mode, t: Texts) -> str:
    words = t.option_words(REMIX.key, "mode")
    return words.choices[mode][0] if words else mode.name


IMAGES = [
    app_commands.Choice(name=said(partial(_image_choice, image_no)), value=image_no)
    for image_no in SOURCE_IMAGES
]
MODES = [
    app_commands.Choice(name=said(partial(_mode_choice, mode)), value=int(mode)) for mode in Mode
]


class Remix(commands.Cog):
    """`/remix`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="remix", description=said(lambda t: t.remix_command))
    @app_commands.describe(
        job_id=said(lambda t: t.option_job_id),
        image=said(lambda t: t.option_image),
        prompt=said(lambda t: t.option_prompt),
        mode=said(lambda t: t.option_mode),
        prompt_file=said(lambda t: t.option_prompt_file),
        callback=said(lambda t: t.option_callback),
        private=said(lambda t: t.option_private),
    )
    @app_commands.choices(image=IMAGES, mode=MODES)
    @app_commands.autocomplete(job_id=suggest_jobs)
    @handle_errors
    async def remix(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        image: int,
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        mode: int = Mode.STRONG.value,
        prompt_file: discord.Attachment | None = None,
        callback: str | None = None,
        private: bool = False,  # a Discord option
    ) -> None:
        caller = self._bot.check_caller(interaction)
        job, image_no, call = read_job(job_id), read_image(image), read_callback(callback)
        options = read_options(REMIX, {"mode": mode})
        context = request_context(interaction, private=private)
        text = await read_prompt_options(prompt, prompt_file)
        if text is None:
            await open_form(
                interaction,
                caller,
                REMIX,
                job,
                image_no,
                private=private,
                options=options,
                callback=call,
            )
            return
        try:
            await self._bot.jobs.make(
                Request(action=REMIX, prompt=text, options=options, callback=call),
                of=(job, image_no),
                caller=caller,
                context=context,
                announce=self._bot.announce(interaction),
            )
        except SourceTooOld as too_old:
            form = fresh_start(texts_for(interaction), too_old, private=private, callback=call)
            await form.open(interaction)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Remix(bot))
