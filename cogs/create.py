"""Commands that have something made: `/imagine`, `/remix` and **Remix this**."""

from asyncio import gather
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import IMAGINE, REMIX, SOURCE_IMAGES, Mode
from bot.client import RemixBot
from bot.errors import PromptFileTooLarge, Reason, Rejected
from bot.inputs import read_callback, read_options, read_prompt
from bot.job_ids import JobId, is_uuid, read_job
from bot.model import Image, Request
from bot.preferences import Preferences
from bot.texts import Texts
from bot.ui import discord_errors
from bot.ui.components import IMAGES_FOUND_MAX, images_in, messages_in
from bot.ui.forms import PromptForm
from bot.ui.pages import choose_page
from bot.ui.policy import Policy, declare, grant_of
from bot.ui.requests import within
from bot.ui.translator import said
from cogs._imagine_options import read_aspect, read_image, read_style, suggest_aspects
from cogs._shared import open_form, suggest_jobs

FILE_MAX_BYTES = 33 * 1024
"""8192 characters of UTF-8 and a byte order mark fit."""
FILE_READ_S = 1.5
"""Of the three seconds that Discord waits for an answer."""


def _mode_choice(mode: Mode, t: Texts) -> str:
    words = t.option_words(REMIX.key, "mode")
    return words.choices[mode][0] if words else mode.name


IMAGES = [
    app_commands.Choice(name=said(lambda t, no=image_no: t.image_choices[no]), value=image_no)
    for image_no in SOURCE_IMAGES
]
MODES = [
    app_commands.Choice(name=said(partial(_mode_choice, mode)), value=int(mode)) for mode in Mode
]


async def read_prompt_options(
    prompt: str | None, prompt_file: discord.Attachment | None
) -> str | None:
    """The prompt as the API takes it; ``None`` where neither option was given.

    Raises the `bot.errors.UserError` that fits.
    """
    if prompt is not None and prompt_file is not None:
        raise Rejected(Reason.PROMPT_TWICE)
    if prompt_file is not None:
        if prompt_file.size > FILE_MAX_BYTES:
            raise PromptFileTooLarge(size_bytes=prompt_file.size)
        try:
            content = await within(FILE_READ_S, prompt_file.read())
            prompt = content.decode("utf-8-sig")
        except (*discord_errors.FAULTS, UnicodeDecodeError):
            raise Rejected(Reason.PROMPT_FILE_UNREADABLE) from None
    return None if prompt is None else read_prompt(prompt)


class Create(commands.Cog):
    """Reads what people give, and has it made."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._remix_this = app_commands.ContextMenu(
            name=said(lambda t: t.remix_this),
            callback=self.remix_this,
            extras=declare(Policy.RESULT),
        )

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._remix_this)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._remix_this.name, type=self._remix_this.type)

    @app_commands.command(
        name="imagine",
        description=said(lambda t: t.imagine_command),
        extras=declare(Policy.CALLER),
    )
    @app_commands.describe(
        prompt=said(lambda t: t.option_imagine_prompt),
        prompt_file=said(lambda t: t.option_prompt_file),
        aspect=said(lambda t: t.option_aspect),
        image=said(lambda t: t.option_attached_image),
        image_url=said(lambda t: t.option_image_url),
        style_from=said(lambda t: t.option_style_from),
        style_image=said(lambda t: t.option_style_image),
        private=said(lambda t: t.option_private),
        callback=said(lambda t: t.option_callback),
    )
    @app_commands.choices(style_image=IMAGES)
    @app_commands.autocomplete(aspect=suggest_aspects, style_from=suggest_jobs)
    async def imagine(
        self,
        interaction: discord.Interaction[RemixBot],
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        prompt_file: discord.Attachment | None = None,
        aspect: str | None = None,
        image: discord.Attachment | None = None,
        image_url: str | None = None,
        style_from: str | None = None,
        style_image: int = 0,
        private: bool | None = None,
        callback: str | None = None,
    ) -> None:
        grant, callback = grant_of(interaction), read_callback(callback)
        before, ratio = read_image(image, image_url), read_aspect(aspect)
        text, chosen, style = await gather(
            read_prompt_options(prompt, prompt_file),
            self._preferences(interaction),
            read_style(interaction, style_from, style_image),
        )
        private = chosen.private if private is None else private
        context = self._bot.context(interaction, private=private)
        context = replace(context, preferences=chosen)
        written = " ".join(filter(None, (before, text, ratio, style)))
        request = Request(action=IMAGINE, prompt=written, callback=callback)
        if text is None:
            await PromptForm(grant.t, request, private=private).open(interaction)
        else:
            await self._bot.jobs.make(request, context)

    @app_commands.command(
        name="remix", description=said(lambda t: t.remix_command), extras=declare(Policy.CALLER)
    )
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
    async def remix(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        image: int,
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        mode: int = Mode.STRONG.value,
        prompt_file: discord.Attachment | None = None,
        callback: str | None = None,
        private: bool | None = None,
    ) -> None:
        callback = read_callback(callback)
        of, options = (read_job(job_id), image), read_options(REMIX, {"mode": mode})
        text, chosen = await gather(
            read_prompt_options(prompt, prompt_file), self._preferences(interaction)
        )
        private = chosen.private if private is None else private
        context = self._bot.context(interaction, private=private)
        context = replace(context, preferences=chosen)
        if text is None:
            await open_form(
                interaction, REMIX, of, private=private, options=options, callback=callback
            )
            return
        request = Request(action=REMIX, prompt=text, options=options, callback=callback)
        await self._bot.jobs.make(request, context, of=of)

    async def _preferences(self, interaction: discord.Interaction[RemixBot]) -> Preferences:
        return await self._bot.preferences.of(
            grant_of(interaction).caller.user_id, before_a_job=True
        )

    async def remix_this(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> None:
        """Open the form for the image of *message*, or ask which of them is meant.

        Unless the message is ours, anybody can call a file as they like. Also counts what it
        forwards or links to. Raises `NotYours` where results are their authors' alone.
        """
        grant, history, private = grant_of(interaction), self._bot.history, message.flags.ephemeral
        caller, shows, ours = grant.caller, None, message.author == self._bot.user
        if caller.message is not None:
            shows = await history.shown_in(caller.message, caller)
        if shows is not None and shows.images:
            found, jobs = list[Image](), [shows]
            private = private or shows.destination.private
        else:
            found, linked = images_in(message), messages_in(message)
            known = await history.known([*(JobId(one.job_id) for one in found), *linked], caller)
            found = [
                one
                for one in found
                if known.get(JobId(one.job_id))
                or (JobId(one.job_id) not in known and (ours or is_uuid(one.job_id)))
            ]
            jobs = filter(None, map(known.get, linked))
        found += [one for job in jobs for one in job.images if one.offers(REMIX)]
        unique = {(one.job_id, one.image_no): one for one in found}
        images = list(unique.values())[:IMAGES_FOUND_MAX]
        if not images:
            raise Rejected(Reason.NO_IMAGE_IN_MESSAGE)
        if len(images) == 1:
            [only] = images
            of = JobId(only.job_id), only.image_no
            await open_form(interaction, REMIX, of, private=private)
            return
        page = choose_page(grant.t, images, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Create(bot))
