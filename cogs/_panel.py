"""The panel behind **More** under a result: its images, all that is told of it, and its deletion.

No cog: nothing here is loaded by name.
"""

from collections.abc import Mapping
from contextlib import suppress
from decimal import Decimal
from functools import partial

import discord

from bot.errors import ImagesMissing, JobUnknown, NotYours
from bot.model import Image, Job
from bot.ui import discord_errors
from bot.ui.components import custom_ids
from bot.ui.custom_ids import Verb, read_all
from bot.ui.error_replies import reply_privately
from bot.ui.interaction import read_destination
from bot.ui.pages import (
    delete_page,
    details_page,
    notice_text_page,
    panel_page,
    unknown_page,
)
from bot.ui.policy import Policy
from cogs._press import Press


async def offer_more(press: Press) -> None:
    """Tell all about the job; of one that nobody knows any more a message can be deleted."""
    interaction, grant, deletable = press.interaction, press.grant, None
    there = read_destination(interaction, private=press.private)
    if (message := interaction.message) is not None and there.bot_can_post:
        with suppress(NotYours):
            await press.bot.policies.check(interaction, Policy.RESULT_AUTHOR, message=message)
            deletable = message.id
    try:
        job, prices = await press.bot.history.panel(press.button.number, grant.caller)
    except JobUnknown:
        if deletable is None:
            raise
        await press.reply(unknown_page(grant.t, deletable))
        return
    if not job.images:
        await tell_details(press, message_id=deletable)
        return
    await interaction.response.defer(ephemeral=True, thinking=True)
    public = not press.private
    await _show_panel(press, job, job.images[0], prices, public=public, of=deletable)


async def _show_panel(
    press: Press,
    job: Job,
    image: Image,
    prices: Mapping[str, Decimal],
    *,
    public: bool,
    of: int | None,
) -> None:
    """Let the answer, which was deferred, be the panel *of* a message that may be deleted."""
    page = partial(
        panel_page,
        press.grant.t,
        job,
        image,
        prices,
        public=public,
        thumbnail=await press.bot.history.thumbnail(image),
        off=press.bot.jobs.availability.off,
        message_id=of,
    )
    await reply_privately(press.interaction, page)


async def choose(press: Press) -> None:
    """Let the panel be about another image."""
    message = press.interaction.message
    job, prices = await press.bot.history.panel(press.button.number, press.grant.caller)
    wanted = int(press.button.kind or 0)
    image = next((one for one in job.images if one.image_no == wanted), None)
    if image is None:
        raise ImagesMissing
    buttons = read_all(custom_ids(message) if message else ())
    deletable = next((one.number for one in buttons if one.verb == Verb.ASK_TO_DELETE), None)
    await press.interaction.response.defer()
    public = press.button.public
    await _show_panel(press, job, image, prices, public=public, of=deletable)


async def tell_details(press: Press, *, message_id: int | None = None) -> None:
    grant = press.grant
    details = await press.bot.history.details(press.button.number, grant.caller)
    viewer_id = grant.caller.user_id
    page = partial(details_page, grant.t, details, viewer_id, message_id=message_id)
    await reply_privately(press.interaction, page)


async def ask_to_delete(press: Press) -> None:
    await press.turn_into(delete_page(press.grant.t, press.button.number))


async def ask_in_private(press: Press) -> None:
    if (message := press.interaction.message) is not None:
        await press.reply(delete_page(press.grant.t, message.id))


async def delete_result(press: Press) -> None:
    """Delete the message that the question was about."""
    interaction, message_id, t = press.interaction, press.button.number, press.grant.t
    await interaction.response.defer()
    channel = press.bot.get_partial_messageable(interaction.channel_id or 0)
    deleted = True
    try:
        await channel.get_partial_message(message_id).delete()
    except discord.Forbidden:
        deleted = False
    except discord.HTTPException as fault:
        if not discord_errors.is_deleted(fault):
            raise
    if deleted:
        await press.bot.history.record_deletion(message_id)
    page = notice_text_page(t.deleted if deleted else t.cannot_delete)
    await interaction.edit_original_response(view=page.view)
