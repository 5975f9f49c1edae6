"""`/forget`: erases what is kept of somebody, once they have confirmed it."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.ui.error_replies import handle_errors
from bot.ui.interaction import texts_for
from bot.ui.pages import forget_page, notice_text_page
from bot.ui.translator import said


class Forget(commands.Cog):
    """`/forget`, for everyone, everywhere."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(name="forget", description=said(lambda t: t.forget_command))
    @handle_errors
    async def forget(self, interaction: discord.Interaction[RemixBot]) -> None:
        t, author_id = texts_for(interaction), interaction.user.id
        ended, under_way = await self._bot.history.count_of(author_id)
        if ended or under_way:
            page = forget_page(t, author_id, ended, under_way)
        else:
            page = notice_text_page(t.nothing_to_forget)
        await interaction.response.send_message(view=page.view, ephemeral=True)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Forget(bot))
