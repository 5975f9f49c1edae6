"""What several commands offer while an option is typed. No cog: nothing here is loaded by name."""

from functools import partial

import discord
from discord import app_commands

from bot.client import RemixBot
from bot.errors import UserError
from bot.ui import discord_errors
from bot.ui.content import Content
from bot.ui.discord_errors import About
from bot.ui.interaction import texts_for
from bot.ui.job_list import choices


async def suggest_jobs(
    interaction: discord.Interaction[RemixBot], typed: str
) -> list[app_commands.Choice[str]]:
    """The jobs that somebody may mean; where the bot must not answer, none."""
    bot = interaction.client
    try:
        caller = bot.check_caller(interaction)
    except UserError:
        return []
    found = await bot.history.suggest(caller, interaction.channel_id or 0, typed)
    offer = partial(choices, texts_for(interaction), found, interaction.created_at)
    try:
        await interaction.response.autocomplete(offer())
    except discord.HTTPException as fault:
        if discord_errors.about(fault) is not About.WORDS:
            raise
        await interaction.response.autocomplete(offer(Content(words=False)))
    return []  # answered already
