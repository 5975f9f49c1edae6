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


def is_too_late(error: BaseException) -> bool:
    """The interaction cannot be answered any more, so nobody can be told anything in it."""
    return isinstance(error, discord.HTTPException) and error.code in {
        UNKNOWN_INTERACTION,
        ALREADY_ANSWERED,
    }


def detail(error: BaseException) -> str:
    """A fault in a few words for the log; never an address, which may hold a token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__
