"""What several doors do: look at who comes, lay out the form for an image, post images again.

No cog: nothing here is loaded by name.
"""

from dataclasses import replace

import discord

from bot.actions import Action, Options
from bot.client import RemixBot
from bot.errors import SourceTooOld
from bot.inputs import JobId, MessageId
from bot.model import Job
from bot.services import Caller, UnknownJob
from bot.texts import for_locale
from bot.ui.content import Content
from bot.ui.custom_ids import FormId
from bot.ui.error_replies import send
from bot.ui.forms import PromptForm, fresh_start
from bot.ui.interaction import read_destination, request_context, texts_for
from bot.ui.layouts import NO_MENTIONS, LayoutMessage, found_page, result_page
from bot.ui.message_images import target_message


async def open_form(
    interaction: discord.Interaction[RemixBot],
    caller: Caller,
    action: Action,
    job: JobId | MessageId,
    image_no: int | None,
    *,
    private: bool,
    options: Options | None = None,
    callback: str | None = None,
) -> None:
    """Answer with the form for this image, as filled in as it can be.

    *options*: those of the source where they are ``None``. Raises what `JobHistory.prefill` raises,
    but for an image that is too old: there the form is for a fresh start.
    """
    try:
        destination = read_destination(interaction, private=private)
        sketch = await interaction.client.history.prefill(
            action, job, image_no, caller, destination
        )
    except SourceTooOld as too_old:
        form = fresh_start(texts_for(interaction), too_old, private=private, callback=callback)
    else:
        form = PromptForm(
            texts_for(interaction),
            FormId(action=action, source=sketch.source, private=private),
            prompt=sketch.prompt,
            options=sketch.options if options is None else options,
            callback=callback,
        )
    await form.open(interaction)


async def admit_to_result(
    interaction: discord.Interaction[RemixBot], message: discord.Message | None
) -> Caller:
    """Who goes on from *message*.

    Raises the `bot.errors.UserError` that fits where they may not.
    """
    bot = interaction.client
    caller = bot.check_caller(interaction)
    if message is not None and bot.jobs.access.results_author_only:
        bot.jobs.access.check_result_access(caller, await author_of(bot, message))
    return caller


async def author_of(bot: RemixBot, message: discord.Message) -> int | None:
    """Who asked for what *message* shows: as the store knows it, else as Discord does."""
    author_id = await bot.history.author_of(target_message(message))
    if author_id is None and message.interaction_metadata is not None:
        return message.interaction_metadata.user.id
    return author_id


async def repost_images(
    interaction: discord.Interaction[RemixBot], made: Job | UnknownJob, *, private: bool
) -> None:
    """Answer with the images of a finished job; nothing is made. Raises what `look_up` raises."""
    history = interaction.client.history
    context = request_context(interaction, private=private)
    await interaction.response.defer(ephemeral=context.destination.private, thinking=True)
    locale = context.locale_of(private=context.destination.private)
    shown = made if isinstance(made, Job) and made.images else await history.look_up(made)
    async with history.load_images(shown.images, context.destination) as result_images:

        def page(content: Content) -> LayoutMessage:
            if not isinstance(shown, Job):
                return found_page(for_locale(locale), shown.images, result_images, content)
            here = replace(shown, destination=context.destination, locale=locale)
            return result_page(here, result_images, took_s=shown.took_s, content=content)

        async def post(made: LayoutMessage) -> discord.InteractionMessage:
            return await interaction.edit_original_response(
                view=made.view, attachments=made.files, allowed_mentions=NO_MENTIONS
            )

        message = await send(post, page)
    if isinstance(shown, Job):
        await history.record_repost(shown, context, message.id)
