"""What discord.py raises when Discord, or the way to it, does not do what we ask."""

import asyncio

import aiohttp
import discord

# discord.py lets its HTTP library's errors through where the network fails
NETWORK = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
"""Their words can hold an address, and so an interaction's token: only `detail` may be logged."""
FAULTS = (discord.HTTPException, *NETWORK)

UNKNOWN_INTERACTION = 10062
"""Answered too late (after three seconds), or by another session of the bot."""
ALREADY_ANSWERED = 40060
UNKNOWN_MESSAGE = 10008
TOO_LARGE = 40005
INVALID_FORM = 50035


def is_too_late(error: BaseException) -> bool:
    """The interaction cannot be answered any more, so nobody can be told anything in it."""
    return isinstance(error, discord.HTTPException) and error.code in {
        UNKNOWN_INTERACTION,
        ALREADY_ANSWERED,
    }


def is_deleted(error: BaseException) -> bool:
    """The message is no longer there (or is one that only a token reaches)."""
    return isinstance(error, discord.HTTPException) and error.code == UNKNOWN_MESSAGE


def is_answered(error: BaseException) -> bool:
    """The interaction has an answer already: of another program, or of an attempt of ours."""
    return isinstance(error, discord.HTTPException) and error.code == ALREADY_ANSWERED


def is_too_large(error: BaseException) -> bool:
    """The files are larger than the place takes."""
    return isinstance(error, discord.HTTPException) and (
        error.code == TOO_LARGE or error.status == 413
    )


def is_refused_layout(error: BaseException) -> bool:
    """Discord does not take what the message looks like."""
    return isinstance(error, discord.HTTPException) and error.code == INVALID_FORM


def may_pass(error: Exception) -> bool:
    """Whether the same request may work a little later."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == 429
    return isinstance(error, NETWORK)


def detail(error: BaseException) -> str:
    """A fault in a few words for the log; never an address, which may hold a token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__
