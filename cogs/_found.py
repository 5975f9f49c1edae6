"""What commands and buttons share by which people find things again.

No cog: nothing here is loaded by name.
"""

from functools import partial

import discord

from bot.client import RemixBot
from bot.pictures.opening import in_thread
from bot.pictures.tree import draw_tree
from bot.services.context import TargetMessage
from bot.ui.custom_ids import ButtonId
from bot.ui.error_replies import send
from bot.ui.found_pages import (
    archive_page,
    family_nodes,
    family_page,
    favorites_page,
    list_page,
)
from bot.ui.layouts import LayoutMessage
from bot.ui.pages import notice_text_page
from bot.ui.policy import grant_of


async def toggle_favorite(
    interaction: discord.Interaction[RemixBot], message: TargetMessage
) -> None:
    """Keep the job in this *message*, or keep it no longer, and say which. Raises what
    `Favorites.toggle` raises.
    """
    grant = grant_of(interaction)
    kept = await interaction.client.favorites.toggle(message, grant.caller)
    page = notice_text_page(grant.t.favorite_added if kept else grant.t.favorite_removed)
    await interaction.response.send_message(view=page.view, ephemeral=True)


async def turn_jobs(interaction: discord.Interaction[RemixBot], button: ButtonId) -> None:
    """Let the message with this *button* be the page of one's jobs that it names."""
    grant, history = grant_of(interaction), interaction.client.history
    listed = await history.jobs_of(grant.caller.user_id, button.number, button.search)
    await send(partial(_turn, interaction), partial(list_page, grant.t, listed))


async def turn_favorites(interaction: discord.Interaction[RemixBot], page: int) -> None:
    """Let the message with the button be this *page* of what one has kept."""
    grant = grant_of(interaction)
    listed = await interaction.client.favorites.page_of(grant.caller, page)
    await send(partial(_turn, interaction), partial(favorites_page, grant.t, listed))


async def show_family(interaction: discord.Interaction[RemixBot], number: int) -> None:
    """Answer with the family tree of the job that was asked for in the interaction with this
    *number*. Raises what `Families.find` raises.
    """
    grant, families = grant_of(interaction), interaction.client.families
    await interaction.response.defer(ephemeral=True, thinking=True)
    family = await families.find(number, grant.caller)
    nodes = family_nodes(grant.t, family, await families.thumbnails(family))
    drawn = await in_thread(draw_tree, nodes)
    await send(partial(_edit, interaction), partial(family_page, grant.t, family, drawn))


async def send_archive(interaction: discord.Interaction[RemixBot], number: int) -> None:
    """Answer with all images of the job that was asked for in the interaction with this *number*.

    Raises what `Downloads.find` raises.
    """
    grant, downloads = grant_of(interaction), interaction.client.downloads
    job = await downloads.find(number, grant.caller)
    await interaction.response.defer(ephemeral=True, thinking=True)

    async with downloads.archive(job, interaction.filesize_limit) as archive:
        await send(partial(_edit, interaction), partial(archive_page, grant.t, job, archive))


async def _turn(interaction: discord.Interaction[RemixBot], made: LayoutMessage) -> None:
    await interaction.response.edit_message(view=made.view)


async def _edit(interaction: discord.Interaction[RemixBot], made: LayoutMessage) -> None:
    await interaction.edit_original_response(view=made.view, attachments=made.files)
