"""`/remix`: an image made anew with another prompt."""

import discord
from discord import app_commands
from discord.ext import commands

from bot import texts
from bot.actions import REMIX, Mode
from bot.client import RemixBot
from bot.errors import SourceTooOld
from bot.inputs import read_callback, read_image, read_job, read_options
from bot.model import Request
from bot.ui.error_replies import handle_errors
from bot.ui.forms import fresh_start
from bot.ui.interaction import request_context
from bot.ui.prompts import read_prompt_options
from cogs._autocomplete import suggest_jobs
from cogs._forms import open_form

IMAGES = [
    app_commands.Choice(name=name, value=image_no)
    for image_no, name in enumerate(texts.IMAGE_CHOICES)
]
MODES = [
    app_commands.Choice(name=name, value=int(mode))
    for mode, (name, _) in texts.OPTIONS[REMIX.key, "mode"].choices.items()
]


class Remix(commands.Cog):
    """`/remix`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="remix", description=texts.REMIX_DESCRIPTION)
    @app_commands.describe(
        job_id=texts.OPTION_JOB_ID,
        image=texts.OPTION_IMAGE,
        prompt=texts.OPTION_PROMPT,
        mode=texts.OPTION_MODE,
        prompt_file=texts.OPTION_PROMPT_FILE,
        callback=texts.OPTION_CALLBACK,
        private=texts.OPTION_PRIVATE,
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
            form = fresh_start(too_old, private=private, callback=call)
            await form.open(interaction)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Remix(bot))
