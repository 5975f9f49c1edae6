"""What discord.py raises when Discord, or the way to it, does not do what we ask.

`ABOUT` says what a code of Discord is about, `REFUSALS` what follows: just that is changed, and
nothing else. docs/discord.md has both in words.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

import aiohttp
import discord

# discord.py lets its HTTP library's errors through where the network fails
NETWORK = (aiohttp.ClientError, OSError, asyncio.TimeoutError)
"""Their words can hold an address, and so an interaction's token: only `detail` may be logged."""
FAULTS = (discord.HTTPException, discord.RateLimited, *NETWORK)


class About(Enum):
    WORDS = auto()
    """What the message says: the same words are refused on every way."""
    FILES = auto()
    """What the files show."""
    SIZE = auto()
    """How large the files are, or how many."""
    UPLOADS = auto()
    """How the files are called or described."""
    LAYOUT = auto()
    """What the message is built of."""
    MESSAGE = auto()
    """This one message: it cannot be edited. A new one may be posted."""
    GONE = auto()
    """This one message was deleted, or is one that only a token reaches."""
    PLACE = auto()
    """This channel, or these direct messages."""
    TOKEN = auto()
    """The interaction's token: it opens nothing any more."""
    TOO_LATE = auto()
    """The interaction: it was answered too late, or is answered already."""
    FRONT = auto()
    """Somebody in front of Discord does not let this through: for its words, or for now."""
    PUT_OFF = auto()
    """Nothing of that: Discord wants to be asked later, for this or in this place."""
    PASSING = auto()
    """Nothing of that: the same may work a little later."""
    OTHER = auto()
    """Nobody can tell."""


UNKNOWN_INTERACTION = 10062
"""Answered too late (after three seconds), or by another session of the bot."""
ALREADY_ANSWERED = 40060
INVALID_FORM = 50035
NOT_THERE = frozenset({10004, 50001})
"""Unknown server; missing access."""

ABOUT: Mapping[int, About] = {
    20009: About.FILES,  # explicit content cannot be sent to the recipients
    50046: About.FILES,  # invalid asset
    200000: About.WORDS,  # blocked by AutoMod
    200001: About.WORDS,  # title blocked by AutoMod
    240000: About.WORDS,  # blocked by the filter for harmful links
    40005: About.SIZE,  # request entity too large
    50045: About.SIZE,  # file exceeds the maximum size
    50006: About.LAYOUT,  # empty message
    INVALID_FORM: About.LAYOUT,
    50005: About.MESSAGE,  # authored by another user
    50021: About.MESSAGE,  # a system message
    160002: About.MESSAGE,  # no reply without Read Message History
    10008: About.GONE,  # unknown message
    10003: About.PLACE,  # unknown channel
    10004: About.PLACE,  # unknown server
    10013: About.PLACE,  # unknown user
    50001: About.PLACE,  # missing access
    50007: About.PLACE,  # cannot send messages to this user
    50008: About.PLACE,  # not a text channel
    50009: About.PLACE,  # verification level too high
    50013: About.PLACE,  # missing permissions
    50024: About.PLACE,  # not on this type of channel
    50083: About.PLACE,  # the thread is archived
    50278: About.PLACE,  # no mutual servers with this user
    160005: About.PLACE,  # the thread is locked
    10015: About.TOKEN,  # unknown webhook
    50027: About.TOKEN,  # invalid webhook token
    UNKNOWN_INTERACTION: About.TOO_LATE,
    ALREADY_ANSWERED: About.TOO_LATE,
    20016: About.PUT_OFF,  # slowmode
    20022: About.PUT_OFF,  # an announcement, edited too often
    30046: About.PUT_OFF,  # older than an hour, and edited too often
    20028: About.PUT_OFF,  # the channel is written to too fast
    20029: About.PUT_OFF,  # the server is written to too fast
    40003: About.PUT_OFF,  # direct messages opened too fast
    40006: About.PUT_OFF,  # temporarily disabled
    130000: About.PASSING,  # overloaded
}
"""Discord's JSON error codes, as its documentation lists them, that can meet a message of ours."""


class Then(Enum):
    """What follows a refusal once nothing more can be left out."""

    NEXT = auto()
    """The next route."""
    OUTSIDE = auto()
    """The next route outside of the channel: somebody may have meant it."""
    LATER = auto()
    """Everything again, after a pause."""


Part = Literal["source", "words", "files", "links", "layout"]
"""What a message can do without (`bot.ui.content.Content`)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    less: tuple[Part, ...] = ()
    """Left out one after another, as far as it is there; each time the same route is taken again,
    while it is open."""
    edit: Then = Then.NEXT
    """Then, after an edit."""
    post: Then = Then.NEXT
    """Then, after a new message."""


REFUSALS: Mapping[About, Refusal] = {
    About.WORDS: Refusal(less=("words", "links", "files")),
    About.FILES: Refusal(less=("source", "files", "links")),
    About.SIZE: Refusal(less=("source", "files")),
    About.UPLOADS: Refusal(less=("source", "files")),
    About.LAYOUT: Refusal(less=("source", "layout", "words", "files", "links")),
    About.MESSAGE: Refusal(),
    About.GONE: Refusal(edit=Then.OUTSIDE, post=Then.OUTSIDE),
    About.PLACE: Refusal(),
    About.TOKEN: Refusal(),
    About.TOO_LATE: Refusal(),
    About.FRONT: Refusal(less=("words",), edit=Then.LATER, post=Then.LATER),
    About.PUT_OFF: Refusal(edit=Then.NEXT, post=Then.LATER),  # edits have limits of their own
    About.PASSING: Refusal(edit=Then.LATER, post=Then.LATER),
    About.OTHER: Refusal(less=("source",)),
}

_OF_UPLOADS = re.compile(r"^In (attachments|files?)\b", re.MULTILINE)
"""As discord.py lists what is wrong with a form."""
_BY_STATUS = {413: About.SIZE, 429: About.PUT_OFF}


def about(error: BaseException) -> About:
    """What *error*, one of `FAULTS`, is about."""
    if isinstance(error, discord.RateLimited):
        return About.PUT_OFF
    if not isinstance(error, discord.HTTPException):
        return About.PASSING if isinstance(error, NETWORK) else About.OTHER
    if error.code == INVALID_FORM and _OF_UPLOADS.search(error.text):
        return About.UPLOADS
    if error.code in ABOUT:
        return ABOUT[error.code]
    kind = error.response.headers.get("Content-Type", "")
    if error.status == 403 and "html" in kind.lower():
        return About.FRONT  # a page for people, which Discord itself never answers with
    return About.PASSING if error.status >= 500 else _BY_STATUS.get(error.status, About.OTHER)


def is_deleted(error: BaseException) -> bool:
    """The message is no longer there (or is one that only a token reaches)."""
    return about(error) is About.GONE


def is_elsewhere(error: BaseException) -> bool:
    """The bot is not in the server: Discord itself says so, and nobody in front of it."""
    return isinstance(error, discord.HTTPException) and error.code in NOT_THERE


def is_answered(error: BaseException) -> bool:
    """The interaction has an answer already: of another program, or of an attempt of ours."""
    return isinstance(error, discord.HTTPException) and error.code == ALREADY_ANSWERED


def is_out_of_order(error: BaseException) -> bool:
    """Discord, or the way to it, fails by itself: the very same request may work in a moment."""
    return about(error) is About.PASSING


def is_transient(error: BaseException) -> bool:
    return REFUSALS[about(error)].post is Then.LATER


def detail(error: BaseException) -> str:
    """A fault in a few words for the log; never an address, which may hold a token."""
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}, code {error.code}"
    return type(error).__name__
