"""Makes text that people wrote safe to show: no mention, no Markdown, no broken layout."""

import re

import discord

_MENTION_LIKE = re.compile(r"<(?=[@#/:at]|id:)")
_LIST_NUMBER = re.compile(r"^(\s*\d+)\.", re.MULTILINE)


def plain(text: str) -> str:
    """*text* so that Discord shows it letter by letter and it mentions nobody."""
    escaped = discord.utils.escape_markdown(text, ignore_links=False)
    escaped = _MENTION_LIKE.sub(r"\<", escaped)
    return discord.utils.escape_mentions(_LIST_NUMBER.sub(r"\1\.", escaped))


def shorten(text: str, limit: int) -> str:
    """At most *limit* characters of *text*, an ellipsis at the end where some are left out."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rstrip().rstrip("\\") + "…"


def quote(text: str) -> str:
    """*text*, made plain, as a block quote."""
    return "\n".join(f"> {line.strip()}" for line in plain(text).splitlines() if line.strip())


def in_one_line(text: str) -> str:
    """*text* without line breaks, and with one space where there were several."""
    return " ".join(text.split())
