"""Reads the prompt of a slash command: typed, or in a text file."""

import discord

from bot.errors import PromptFileTooLarge, Reason, Rejected
from bot.inputs import read_prompt
from bot.ui import discord_errors
from bot.ui.requests import within

FILE_MAX_BYTES = 33 * 1024
"""8192 characters of UTF-8 and a byte order mark fit."""
FILE_READ_S = 1.5
"""Of the three seconds that Discord waits for an answer."""


async def read_prompt_options(
    prompt: str | None, prompt_file: discord.Attachment | None
) -> str | None:
    """The prompt as the API takes it; ``None`` where neither option was given.

    Raises the `bot.errors.UserError` that fits.
    """
    if prompt is not None and prompt_file is not None:
        raise Rejected(Reason.PROMPT_TWICE)
    if prompt_file is not None:
        prompt = await _read_file(prompt_file)
    return None if prompt is None else read_prompt(prompt)


async def _read_file(attachment: discord.Attachment) -> str:
    if attachment.size > FILE_MAX_BYTES:
        raise PromptFileTooLarge(size_bytes=attachment.size)
    try:
        content = await within(FILE_READ_S, attachment.read())
        return content.decode("utf-8-sig")
    except (*discord_errors.FAULTS, UnicodeDecodeError):
        raise Rejected(Reason.PROMPT_FILE_UNREADABLE) from None
