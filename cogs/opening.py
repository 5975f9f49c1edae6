"""What several doors do: look at who comes, lay out the form for a picture, post pictures again.

No cog: nothing here is loaded by name.
"""

from dataclasses import replace

import discord

from bot.client import RemixBot
from bot.errors import SourceTooOld
from bot.inputs import JobId, MessageId
from bot.model import Job, Mode
from bot.studio import Unfound, Visitor
from bot.ui.answers import send
from bot.ui.content import Content
from bot.ui.forms import FormId, PromptForm, fresh_start
from bot.ui.found import at_hand
from bot.ui.layouts import Page, found_page, result_page
from bot.ui.places import read_asking, read_place
from bot.ui.posting import NOBODY


async def open_form(
    interaction: discord.Interaction[RemixBot],
    visitor: Visitor,
    job: JobId | MessageId,
    image_no: int,
    *,
    private: bool,
    mode: Mode | None = None,
    callback: str | None = None,
) -> None:
    """Answer with the form for this picture, as filled in as it can be.

    *mode*: the one of the source where it is ``None``. Raises what `Archive.sketch` raises, but for
    a picture that is too old: there the form is for a fresh start.
    """
    try:
        place = read_place(interaction, private=private)
        sketch = await interaction.client.archive.sketch(job, image_no, visitor, place)
    except SourceTooOld as too_old:
        form = fresh_start(too_old, private=private, callback=callback)
    else:
        form = PromptForm(
            FormId(source=sketch.source, private=private),
            prompt=sketch.prompt,
            mode=sketch.mode if mode is None else mode,
            callback=callback,
        )
    await form.open(interaction)


async def admit_to_result(
    interaction: discord.Interaction[RemixBot], message: discord.Message | None
) -> Visitor:
    """Who goes on from *message*.

    Raises the `bot.errors.UserError` that fits where they may not.
    """
    bot = interaction.client
    visitor = bot.admit(interaction)
    if message is not None and bot.studio.house.results_are_the_authors:
        bot.studio.house.admit_to_result(visitor, await author_of(bot, message))
    return visitor


async def author_of(bot: RemixBot, message: discord.Message) -> int | None:
    """Who asked for what *message* shows: as the store knows it, else as Discord does."""
    author_id = await bot.archive.author_of(at_hand(message))
    if author_id is None and message.interaction_metadata is not None:
        return message.interaction_metadata.user.id
    return author_id


async def post_pictures(
    interaction: discord.Interaction[RemixBot], made: Job | Unfound, *, private: bool
) -> None:
    """Answer with the pictures of a finished job; nothing is made. Raises what `look_up` raises."""
    archive = interaction.client.archive
    asking = read_asking(interaction, private=private)
    await interaction.response.defer(ephemeral=asking.place.private, thinking=True)
    shown = made if isinstance(made, Job) and made.pictures else await archive.look_up(made)
    async with archive.exhibition(shown.pictures, asking.place) as exhibits:

        def page(content: Content) -> Page:
            if not isinstance(shown, Job):
                return found_page(shown.pictures, exhibits, content)
            here = replace(shown, place=asking.place)
            return result_page(here, exhibits, took_s=shown.took_s, content=content)

        async def post(made: Page) -> discord.InteractionMessage:
            return await interaction.edit_original_response(
                view=made.view, attachments=made.files, allowed_mentions=NOBODY
            )

        message = await send(post, page)
    if isinstance(shown, Job):
        await archive.note_shown(shown, asking, message.id)
