"""What commands and buttons share: suggesting jobs, opening a form, posting images again.

No cog: nothing here is loaded by name.
"""

from dataclasses import replace
from functools import partial

import discord
from discord import app_commands

from bot.actions import Action, Options
from bot.client import RemixBot
from bot.job_ids import JobId, MessageId
from bot.model import Job
from bot.services.lookups import UnknownJob
from bot.texts import for_locale
from bot.ui import discord_errors
from bot.ui.content import Content
from bot.ui.discord_errors import About
from bot.ui.error_replies import send
from bot.ui.forms import PromptForm
from bot.ui.interaction import read_destination
from bot.ui.layouts import LayoutMessage, found_page, result_page
from bot.ui.pages import choices
from bot.ui.policy import grant_of


async def suggest_jobs(
    interaction: discord.Interaction[RemixBot], typed: str
) -> list[app_commands.Choice[str]]:
    grant, channel_id = grant_of(interaction), interaction.channel_id or 0
    found = await interaction.client.history.suggest(grant.caller, channel_id, typed)
    offer = partial(choices, grant.t, found, interaction.created_at)
    try:
        await interaction.response.autocomplete(offer())
    except discord.HTTPException as fault:
        if discord_errors.about(fault) is not About.WORDS:
            raise
        await interaction.response.autocomplete(offer(Content(words=False)))
    return []  # answered already


async def open_form(
    interaction: discord.Interaction[RemixBot],
    action: Action,
    of: tuple[JobId | MessageId, int | None],
    *,
    private: bool,
    options: Options | None = None,
    callback: str | None = None,
    like: Job | None = None,
) -> None:
    """Answer with the form for this image, filled in as `JobHistory.prefill` says, which raises."""
    grant, destination = grant_of(interaction), read_destination(interaction, private=private)
    request, price_usd = await interaction.client.history.prefill(
        action,
        of,
        grant.caller,
        destination,
        options=options,
        callback=callback,
        like=like and like.request,
    )
    asked_in = like and like.interaction_id
    form = PromptForm(grant.t, request, private=private, price_usd=price_usd, asked_in=asked_in)
    await form.open(interaction)


async def repost_images(
    interaction: discord.Interaction[RemixBot], made: Job | UnknownJob, *, private: bool
) -> None:
    """Answer with the images of a finished job; nothing is made. Raises what `look_up` raises."""
    history = interaction.client.history
    context = interaction.client.context(interaction, private=private)
    destination = context.destination
    locale = context.locale_of(private=destination.private)
    await interaction.response.defer(ephemeral=destination.private, thinking=True)
    shown = made if isinstance(made, Job) and made.images else await history.look_up(made)
    loading = history.load_images(shown, destination, context.caller.user_id)
    async with loading as (result_images, source):

        def page(content: Content) -> LayoutMessage:
            off, t = interaction.client.jobs.availability.off, for_locale(locale)
            if not isinstance(shown, Job):
                return found_page(t, shown.images, result_images, content, off=off)
            here = replace(shown, destination=destination, locale=locale)
            return result_page(
                here, result_images, source, took_s=shown.took_s, off=off, content=content
            )

        async def post(made: LayoutMessage) -> discord.InteractionMessage:
            return await interaction.edit_original_response(view=made.view, attachments=made.files)

        message = await send(post, page, has_source=source is not None)
    if isinstance(shown, Job):
        await history.record_repost(shown, context, message.id)
