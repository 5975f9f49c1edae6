"""Commands that have something made: `/imagine`, `/remix` and **Remix this**."""

from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import IMAGINE, REMIX, SOURCE_IMAGES, Mode
from bot.client import RemixBot
from bot.errors import Reason, Rejected
from bot.inputs import read_callback, read_image, read_options
from bot.job_ids import JobId, is_uuid, read_job
from bot.model import Image, Job, Request
from bot.services import Caller, standing
from bot.texts import Texts
from bot.ui.forms import PromptForm
from bot.ui.interaction import request_context
from bot.ui.message_images import IMAGES_FOUND_MAX, images_in, messages_in, target_message
from bot.ui.pages import choose_page
from bot.ui.policy import Policy, declare, grant_of
from bot.ui.prompts import read_prompt_options
from bot.ui.translator import said
from cogs._shared import open_form, suggest_jobs


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
        private=said(lambda t: t.option_private),
        callback=said(lambda t: t.option_callback),
    )
    async def imagine(
        self,
        interaction: discord.Interaction[RemixBot],
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        prompt_file: discord.Attachment | None = None,
        private: bool = False,
        callback: str | None = None,
    ) -> None:
        grant, callback = grant_of(interaction), read_callback(callback)
        context = request_context(interaction, private=private)
        text = await read_prompt_options(prompt, prompt_file)
        if text is None:
            empty = Request(action=IMAGINE, callback=callback)
            await PromptForm(grant.t, empty, private=private).open(interaction)
            return
        await self._bot.jobs.make(
            Request(action=IMAGINE, prompt=text, callback=callback),
            caller=grant.caller,
            context=context,
            announce=self._bot.announce(interaction),
        )

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
        private: bool = False,  # a Discord option
    ) -> None:
        caller, callback = grant_of(interaction).caller, read_callback(callback)
        job, image_no = read_job(job_id), read_image(image)
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
                callback=callback,
            )
            return
        await self._bot.jobs.make(
            Request(action=REMIX, prompt=text, options=options, callback=callback),
            of=(job, image_no),
            caller=caller,
            context=context,
            announce=self._bot.announce(interaction),
        )

    async def remix_this(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> None:
        """Open the form for the image of *message*, or ask which of them is meant."""
        grant, private = grant_of(interaction), message.flags.ephemeral
        ours, shows = message.author == self._bot.user, None
        caller = replace(grant.caller, message=target_message(message)) if ours else grant.caller
        if ours:
            shows = await self._bot.history.shown_in(target_message(message), caller)
        if shows is not None and shows.images:
            images = _remixable(shows)
            private = private or shows.destination.private
        else:
            images = await self._posted_again(caller, message, ours=ours)
        if not images:
            raise Rejected(Reason.NO_IMAGE_IN_MESSAGE)
        if len(images) == 1:
            [only] = images
            job = JobId(only.job_id)
            await open_form(interaction, caller, REMIX, job, only.image_no, private=private)
            return
        page = choose_page(grant.t, images, private=private)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    async def _posted_again(
        self, caller: Caller, message: discord.Message, *, ours: bool
    ) -> list[Image]:
        """Images of ours in a message: unless it is ours, anybody can call a file as they like.

        Also those of a result that it forwards or links to. Raises `NotYours` where results are
        their authors' and this one's is somebody else.
        """
        found, linked = images_in(message), messages_in(message)
        known = await self._bot.history.known(
            [*(JobId(one.job_id) for one in found), *linked], caller
        )
        for job in filter(None, known.values()):
            self._bot.jobs.access.check_result_access(standing(caller, job), job.author_id)
        images: list[Image] = []
        for image in found:
            named = JobId(image.job_id)
            only_the_api_knows = named not in known and (ours or is_uuid(image.job_id))
            if only_the_api_knows or known.get(named) is not None:
                images.append(image)
        for link in linked:
            if (job := known.get(link)) is not None:
                images += _remixable(job)
        unique = {(one.job_id, one.image_no): one for one in images}
        return list(unique.values())[:IMAGES_FOUND_MAX]


def _remixable(job: Job) -> list[Image]:
    return [one for one in job.images if one.offers(REMIX)]


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Create(bot))
