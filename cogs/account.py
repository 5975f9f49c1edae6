"""Commands that have nothing made: they show jobs, images, usage and help, and erase."""

import io
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands
from discord.ext import commands

from bot.actions import ACTIONS
from bot.client import RemixBot
from bot.errors import JobUnknown, Reason, Rejected
from bot.job_ids import read_job
from bot.job_search import JobSearch, read_words
from bot.model import Job
from bot.pictures.opening import in_thread
from bot.pictures.usage import draw_usage
from bot.preferences import Preferences
from bot.texts import Texts
from bot.ui.components import target_message
from bot.ui.error_replies import reply_privately
from bot.ui.found_pages import favorites_page, list_page
from bot.ui.pages import (
    forget_page,
    help_page,
    notice_text_page,
    usage_page,
)
from bot.ui.policy import Policy, declare, grant_of
from bot.ui.settings import settings_page
from bot.ui.translator import said
from cogs._found import toggle_favorite
from cogs._shared import repost_images, suggest_jobs

KINDS = [
    app_commands.Choice(name=said(partial(Texts.action_name, action=action)), value=key)
    for key, action in ACTIONS.items()
]


class Account(commands.Cog):
    """Looks up, and shows it; the buttons under the pages are in `cogs.components`."""

    def __init__(self, bot: RemixBot) -> None:
        self._bot = bot
        self._keep = app_commands.ContextMenu(
            name=said(lambda t: t.keep_this), callback=self.keep, extras=declare(Policy.CALLER)
        )

    async def cog_load(self) -> None:
        self._bot.tree.add_command(self._keep)

    async def cog_unload(self) -> None:
        self._bot.tree.remove_command(self._keep.name, type=self._keep.type)

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
    @app_commands.describe(
        search=said(lambda t: t.option_search),
        action=said(lambda t: t.option_action),
        favorites=said(lambda t: t.option_favorites),
    )
    @app_commands.choices(action=KINDS)
    async def jobs(
        self,
        interaction: discord.Interaction[RemixBot],
        search: str | None = None,
        action: str | None = None,
        favorites: bool = False,  # a Discord option
    ) -> None:
        grant = grant_of(interaction)
        words, whole = read_words(search or "")
        if search and not words:
            raise Rejected(Reason.SEARCH_WITHOUT_WORDS)
        wanted = JobSearch(words=words, action=action, favorites=favorites)
        listed = await self._bot.history.jobs_of(
            grant.caller.user_id, 0, None if wanted.is_empty else wanted
        )
        listed = replace(listed, shortened=not whole)
        await reply_privately(interaction, partial(list_page, grant.t, listed))

    @app_commands.command(
        name="favorites",
        description=said(lambda t: t.favorites_command),
        extras=declare(Policy.CALLER),
    )
    async def favorites(self, interaction: discord.Interaction[RemixBot]) -> None:
        grant = grant_of(interaction)
        listed = await self._bot.favorites.page_of(grant.caller, 0)
        await reply_privately(interaction, partial(favorites_page, grant.t, listed))

    async def keep(
        self, interaction: discord.Interaction[RemixBot], message: discord.Message
    ) -> None:
        """Keep the result in *message*, one of ours, or keep it no longer."""
        if message.author != self._bot.user:
            raise Rejected(Reason.NO_RESULT_IN_MESSAGE)
        try:
            await toggle_favorite(interaction, target_message(message))
        except JobUnknown:
            raise Rejected(Reason.NO_RESULT_IN_MESSAGE) from None

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
        name="mydata", description=said(lambda t: t.mydata_command), extras=declare(Policy.OPEN)
    )
    async def mydata(self, interaction: discord.Interaction[RemixBot]) -> None:
        t = grant_of(interaction).t
        await interaction.response.defer(ephemeral=True, thinking=True)
        limit = interaction.filesize_limit
        exported = await self._bot.export.of(interaction.user.id, limit_bytes=limit)
        files = [
            discord.File(io.BytesIO(content), filename=f"mydata-{number}.json")
            for number, content in enumerate(exported.files, start=1)
        ]
        sentence = t.my_data(exported.jobs, cut=exported.cut)
        await interaction.edit_original_response(content=sentence, attachments=files)

    @app_commands.command(
        name="forget", description=said(lambda t: t.forget_command), extras=declare(Policy.OPEN)
    )
    async def forget(self, interaction: discord.Interaction[RemixBot]) -> None:
        t, author_id = grant_of(interaction).t, interaction.user.id
        counts = await self._bot.history.count_of(author_id)
        chosen = await self._bot.preferences.of(author_id)
        if any(counts) or chosen != Preferences():
            page = forget_page(t, author_id, *counts)
        else:
            page = notice_text_page(t.nothing_to_forget)
        await interaction.response.send_message(view=page.view, ephemeral=True)


async def setup(bot: RemixBot) -> None:
    await bot.add_cog(Account(bot))
