"""Tells people what went wrong, in the interaction in which it did."""

import io
import logging
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from typing import Any, TypeVar

import discord

from bot.errors import (
    AnswerFailed,
    ConsentMissing,
    RemixbotError,
    SourceTooOld,
    UserError,
)
from bot.incidents import to_user_error
from bot.texts import Texts
from bot.ui import discord_errors
from bot.ui.attachments import ALT_TEXT_MAX, let_go, upload
from bot.ui.buttons import draft_buttons, in_view
from bot.ui.content import EVERYTHING, Content
from bot.ui.discord_errors import About
from bot.ui.escape import shorten
from bot.ui.forms import fresh_start
from bot.ui.interaction import texts_for
from bot.ui.layouts import LayoutMessage

log = logging.getLogger(__name__)

T = TypeVar("T")


async def send(
    deliver: Callable[[LayoutMessage], Awaitable[T]],
    page: Callable[[Content], LayoutMessage],
    *,
    has_source: bool = False,
) -> T:
    """*deliver* the *page*, again and without it where Discord refuses something in it.

    The page is closed afterwards. Raises what discord.py raises where nothing is left to leave out.
    """
    content = replace(EVERYTHING, source=has_source)
    while True:
        try:
            with closing(page(content)) as made:
                return await deliver(made)
        except discord.HTTPException as fault:
            if (left := content.without(discord_errors.about(fault))) is None:
                raise
            content = left


async def reply_privately(
    interaction: discord.Interaction[Any], page: Callable[[Content], LayoutMessage]
) -> None:
    """Answer *interaction* with a *page* that only this person sees, also where it was deferred."""

    async def deliver(made: LayoutMessage) -> None:
        if interaction.response.is_done():
            await interaction.edit_original_response(view=made.view, attachments=made.files)
            return
        await interaction.response.send_message(view=made.view, files=made.files, ephemeral=True)

    await send(deliver, page)


async def reply_with_error(
    interaction: discord.Interaction[Any], raised: BaseException, *, typed: str = ""
) -> None:
    """Log *raised* as it deserves and tell the person, privately; with what they *typed*, if any.

    Where a source is too old they get the form for a fresh start instead, if Discord takes one.
    Where Discord did not take an answer that is one line in the log.
    """
    opens_form = interaction.type is not discord.InteractionType.modal_submit
    if isinstance(raised, SourceTooOld) and opens_form and not interaction.response.is_done():
        try:
            await fresh_start(texts_for(interaction), raised).open(interaction)
        except discord_errors.FAULTS as fault:
            raised = fault
        else:
            return
    about = discord_errors.about(raised)
    if about in {About.TOO_LATE, About.TOKEN}:
        log.warning("Interaction %d: could not be answered in time", interaction.id)
        return
    error: RemixbotError
    # What is made wrong is a bug of ours.
    if isinstance(raised, discord_errors.FAULTS) and about not in {About.LAYOUT, About.UPLOADS}:
        detail = discord_errors.detail(raised)
        log.warning("Interaction %d: failed to reply: %s", interaction.id, detail)
        error = AnswerFailed(out_of_order=about is About.PASSING)
    else:
        error = to_user_error(raised, f"Interaction {interaction.id}")
    await send_error(interaction, error, typed=typed)


async def send_error(
    interaction: discord.Interaction[Any], error: RemixbotError, *, typed: str = ""
) -> None:
    """Answer *interaction* privately: the sentence for *error*, and what they *typed* as a file.

    Where what was asked for is kept, there are buttons to go on with it.
    """
    t = texts_for(interaction)
    sentence, files = t.describe(error), list[discord.File]()
    if typed:
        sentence += f"\n{t.your_prompt}"
        files = [discord.File(io.BytesIO(typed.encode()), filename="prompt.txt")]
    elif isinstance(error, ConsentMissing) and error.preview is not None:
        alt = shorten(t.preview_alt(error.request), ALT_TEXT_MAX)
        files = [upload("preview.jpg", error.preview, description=alt)]
    try:
        try:
            await _answer(interaction, t, error, sentence, files)
        except discord.HTTPException as fault:
            if typed or not files or EVERYTHING.without(discord_errors.about(fault)) is None:
                raise
            await _answer(interaction, t, error, sentence, [])
    except discord_errors.FAULTS as fault:
        # The log has a line already that says that nobody was answered.
        level = logging.INFO if isinstance(error, AnswerFailed) else logging.WARNING
        detail = discord_errors.detail(fault)
        log.log(level, "Interaction %d: failed to show %r: %s", interaction.id, error, detail)
    finally:
        let_go(files)


async def _answer(
    interaction: discord.Interaction[Any],
    t: Texts,
    error: RemixbotError,
    sentence: str,
    files: list[discord.File],
) -> None:
    view = discord.utils.MISSING
    if isinstance(error, UserError) and error.draft_id is not None:
        view = in_view(draft_buttons(t, error, error.draft_id))
    if interaction.response.is_done():
        await interaction.followup.send(sentence, files=files, view=view, ephemeral=True)
    else:
        await interaction.response.send_message(sentence, files=files, view=view, ephemeral=True)
