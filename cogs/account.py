"""Commands that have nothing made: they show jobs, images, usage and help, and erase."""

from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import RemixBot
from bot.job_ids import read_job
from bot.model import Job
from bot.pictures.opening import in_thread
from bot.pictures.usage import draw_usage
from bot.preferences import Preferences
from bot.ui.error_replies import reply_privately
from bot.ui.pages import forget_page, help_page, list_page, notice_text_page, usage_page
from bot.ui.policy import Policy, declare, grant_of
from bot.ui.settings import settings_page
from bot.ui.translator import said
from cogs._shared import repost_images, suggest_jobs


class Account(commands.Cog):
    """Looks up, and shows it; the buttons under the pages are in `cogs.components`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot

    @app_commands.command(
        name="show", description=said(lambda t: t.show_command), extras=declare(Policy.CALLER)
    )
    @app_commands.describe(
        job_id=said(lambda t: t.option_show_job_id), private=said(lambda t: t.option_private)
    )
    @app_commands.autocomplete(job_id=suggest_jobs)
    async def show(
        self,
        interaction: discord.Interaction[RemixBot],
        job_id: str,
        private: bool | None = None,
    ) -> None:
        caller = grant_of(interaction).caller
        made = await self._bot.history.find_finished(read_job(job_id), caller)
        if private is None:
            private = (await self._bot.preferences.of(caller.user_id)).private
        private = private or (isinstance(made, Job) and made.destination.private)
        await repost_images(interaction, made, private=private)

    @app_commands.command(
        name="jobs", description=said(lambda t: t.jobs_command), extras=declare(Policy.CALLER)
    )
    async def jobs(self, interaction: discord.Interaction[RemixBot]) -> None:
        grant = grant_of(interaction)
        listed = await self._bot.history.jobs_of(grant.caller.user_id, 0)
        await reply_privately(interaction, partial(list_page, grant.t, listed))

    @app_commands.command(
        name="usage", description=said(lambda t: t.usage_command), extras=declare(Policy.CALLER)
    )
    async def usage(self, interaction: discord.Interaction[RemixBot]) -> None:
        grant, history = grant_of(interaction), self._bot.history
        caller = grant.caller
        mine, theirs = await history.usage(author_id=caller.user_id), None
        if caller.can_manage_guild and caller.guild_id is not None:
            theirs = await history.usage(guild_id=caller.guild_id)
        charts: list[bytes | None] = [None, None]
        if mine.parts or (theirs is not None and theirs.parts):
            await interaction.response.defer(ephemeral=True, thinking=True)
            charts = [
                await in_thread(draw_usage, grant.t, used) if used and used.parts else None
                for used in (mine, theirs)
            ]
        limits = self._bot.jobs.limits
        await reply_privately(
            interaction,
            lambda content: usage_page(
                grant.t, mine, theirs, limits, charts=charts, content=content
            ),
        )

    @app_commands.command(
        name="settings",
        description=said(lambda t: t.settings_command),
        extras=declare(Policy.CALLER),
    )
    async def settings(self, interaction: discord.Interaction[RemixBot]) -> None:
        grant = grant_of(interaction)
        chosen = await self._bot.preferences.of(grant.caller.user_id)
        page = settings_page(grant.t, chosen)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    @app_commands.command(
        name="help", description=said(lambda t: t.help_command), extras=declare(Policy.CALLER)
    )
    async def help(self, interaction: discord.Interaction[RemixBot]) -> None:
        page = help_page(grant_of(interaction).t, self._bot.jobs.limits)
        await interaction.response.send_message(view=page.view, ephemeral=True)

    @app_commands.command(
        name="forget", description=said(lambda t: t.forget_command), extras=declare(Policy.OPEN)
    )
    async def forget(self, interaction: discord.Interaction[RemixBot]) -> None:
        t, author_id = grant_of(interaction).t, interaction.user.id
        ended, under_way = await self._bot.history.count_of(author_id)
        chosen = await self._bot.preferences.of(author_id)
        if ended or under_way or chosen != Preferences():
            page = forget_page(t, author_id, ended, under_way)
        else:
            page = notice_text_page(t.nothing_to_forget)
        await interaction.response.send_message(view=page.view, ephemeral=True)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Account(bot))
