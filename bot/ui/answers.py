"""Tells people what went wrong, in the interaction in which it did."""

import functools
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import closing
from typing import Any, Concatenate, ParamSpec, TypeVar

import discord

from bot import sentences
from bot.errors import (
    AnswerFailed,
    ConsentMissing,
    DiscordAway,
    RemixbotError,
    UserError,
)
from bot.incidents import as_told
from bot.ui import faults
from bot.ui.buttons import draft_buttons, in_view
from bot.ui.content import EVERYTHING, Content
from bot.ui.layouts import Page
from bot.ui.posting import NOBODY

log = logging.getLogger(__name__)

_SAID_BEFORE = (DiscordAway, AnswerFailed)
"""The log has a line that says that nobody was answered."""

T = TypeVar("T")
Door = TypeVar("Door")
Options = ParamSpec("Options")
Handler = Callable[Concatenate[Door, discord.Interaction[Any], Options], Coroutine[Any, Any, None]]


def tells_errors(handler: Handler[Door, Options]) -> Handler[Door, Options]:
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
            await tell(interaction, raised)

    return guarded


async def send(deliver: Callable[[Page], Awaitable[T]], page: Callable[[Content], Page]) -> T:
    """*deliver* the *page*, again and without it where Discord refuses something in it.

    The page is closed afterwards. Raises what discord.py raises where nothing is left to leave out.
    """
    content = EVERYTHING
    while True:
        try:
            with closing(page(content)) as made:
                return await deliver(made)
        except discord.HTTPException as fault:
            if (left := content.without(faults.about(fault))) is None:
                raise
            content = left


async def tell_privately(
    interaction: discord.Interaction[Any], page: Callable[[Content], Page]
) -> None:
    """Answer *interaction* with a *page* that only this person sees."""

    async def deliver(made: Page) -> None:
        await interaction.response.send_message(
            view=made.view, files=made.files, ephemeral=True, allowed_mentions=NOBODY
        )

    await send(deliver, page)


async def tell(
    interaction: discord.Interaction[Any],
    raised: BaseException,
    *files: discord.File,
    more: str = "",
) -> None:
    """Log *raised* as it deserves and tell the person, privately, *more* below it and *files*.

    Where Discord did not take an answer that is one line in the log.
    """
    if faults.is_too_late(raised):
        log.warning("Interaction %d could not be answered in time", interaction.id)
        return
    error = _of_discord(raised)
    if error is None:
        error = as_told(raised, f"interaction {interaction.id}")
    else:
        log.warning("Interaction %d was not answered: %s", interaction.id, faults.detail(raised))
    await say(interaction, error, *files, more=more)


def _of_discord(raised: BaseException) -> RemixbotError | None:
    """What to say where Discord did not take an answer that was not wrong."""
    if not isinstance(raised, faults.FAULTS) or faults.is_ours(raised):
        return None
    return DiscordAway() if faults.is_out_of_order(raised) else AnswerFailed()


async def say(
    interaction: discord.Interaction[Any],
    error: RemixbotError,
    *files: discord.File,
    more: str = "",
) -> None:
    """Answer *interaction* privately with the sentence for *error*, *more* below it and *files*.

    Where what was asked for is kept, there are buttons to go on with it.
    """
    sentence = "\n".join(filter(None, (sentences.describe(error), more)))
    view: discord.ui.View = discord.utils.MISSING
    if isinstance(error, UserError) and error.draft_id is not None:
        asks = isinstance(error, ConsentMissing)
        view = in_view(draft_buttons(error.draft_id, asks=asks))
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, files=files, view=view, ephemeral=True)
        else:
            await interaction.response.send_message(
                sentence, files=files, view=view, ephemeral=True
            )
    except faults.FAULTS as fault:
        level = logging.INFO if isinstance(error, _SAID_BEFORE) else logging.WARNING
        log.log(level, "Nobody could be told %r: %s", error, faults.detail(fault))
