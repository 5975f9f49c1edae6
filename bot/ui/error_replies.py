"""Tells people what went wrong, in the interaction in which it did."""

import functools
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord

from bot.errors import (
    AnswerFailed,
    ConsentMissing,
    DiscordAway,
    RemixbotError,
    UserError,
)
from bot.incidents import to_user_error
from bot.texts import for_locale
from bot.ui import discord_errors
from bot.ui.buttons import draft_buttons, in_view
from bot.ui.content import EVERYTHING, Content
from bot.ui.layouts import NO_MENTIONS, LayoutMessage

log = logging.getLogger(__name__)

_SAID_BEFORE = (DiscordAway, AnswerFailed)
"""The log has a line that says that nobody was answered."""

T = TypeVar("T")
Door = TypeVar("Door")
Options = ParamSpec("Options")
Handler = Callable[Concatenate[Door, discord.Interaction[Any], Options], Coroutine[Any, Any, None]]


def handle_errors(handler: Handler[Door, Options]) -> Handler[Door, Options]:
    """Wrap a cog's *handler* so that whatever it raises ends as a private sentence."""

    @functools.wraps(handler)
    async def guarded(
        door: Door,
        interaction: discord.Interaction[Any],
        *args: Options.args,
        **kwargs: Options.kwargs,
    ) -> None:
        try:
            await handler(door, interaction, *args, **kwargs)
        except Exception as raised:
            await reply_with_error(interaction, raised)

    return guarded


async def send(
    deliver: Callable[[LayoutMessage], Awaitable[T]], page: Callable[[Content], LayoutMessage]
) -> T:
    """*deliver* the *page*, again and without it where Discord refuses something in it.

    The page is closed afterwards. Raises what discord.py raises where nothing is left to leave out.
    """
    content = EVERYTHING
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
    """Answer *interaction* with a *page* that only this person sees."""

    async def deliver(made: LayoutMessage) -> None:
        await interaction.response.send_message(
            view=made.view, files=made.files, ephemeral=True, allowed_mentions=NO_MENTIONS
        )

    await send(deliver, page)


async def reply_with_error(
    interaction: discord.Interaction[Any],
    raised: BaseException,
    *files: discord.File,
    more: str = "",
) -> None:
    """Log *raised* as it deserves and tell the person, privately, *more* below it and *files*.

    Where Discord did not take an answer that is one line in the log.
    """
    if discord_errors.interaction_expired(raised):
        log.warning("Interaction %d: could not be answered in time", interaction.id)
        return
    error = _of_discord(raised)
    if error is None:
        error = to_user_error(raised, f"Interaction {interaction.id}")
    else:
        log.warning(
            "Interaction %d: failed to reply: %s", interaction.id, discord_errors.detail(raised)
        )
    await send_error(interaction, error, *files, more=more)


def _of_discord(raised: BaseException) -> RemixbotError | None:
    """What to say where Discord did not take an answer that was not wrong."""
    if not isinstance(raised, discord_errors.FAULTS) or discord_errors.is_ours(raised):
        return None
    return DiscordAway() if discord_errors.is_out_of_order(raised) else AnswerFailed()


async def send_error(
    interaction: discord.Interaction[Any],
    error: RemixbotError,
    *files: discord.File,
    more: str = "",
) -> None:
    """Answer *interaction* privately with the sentence for *error*, *more* below it and *files*.

    Where what was asked for is kept, there are buttons to go on with it.
    """
    t = for_locale(str(interaction.locale))
    sentence = "\n".join(filter(None, (t.describe(error), more)))
    view: discord.ui.View = discord.utils.MISSING
    if isinstance(error, UserError) and error.draft_id is not None:
        asks = isinstance(error, ConsentMissing)
        view = in_view(draft_buttons(t, error.draft_id, asks=asks))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, files=files, view=view, ephemeral=True)
        else:
            await interaction.response.send_message(
                sentence, files=files, view=view, ephemeral=True
            )
    except discord_errors.FAULTS as fault:
        level = logging.INFO if isinstance(error, _SAID_BEFORE) else logging.WARNING
        log.log(
            level,
            "Interaction %d: failed to show %r: %s",
            interaction.id,
            error,
            discord_errors.detail(fault),
        )
