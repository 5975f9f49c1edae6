"""How many times over the sandbox bills a prompt, and how many prompts it makes of one.

Written apart from the bot's own counting, which it checks: groups inside of groups are left alone.
"""

import re
from math import prod

_GROUP = re.compile(r"\{([^{}]*,[^{}]*)\}")
_TURBO = re.compile(r"(?<!\S)--turbo(?!\S)", re.IGNORECASE)


def prompts_of(prompt: str) -> int:
    """``a {red, green} fox`` is two prompts."""
    return prod(len(group.split(",")) for group in _GROUP.findall(prompt))


def price_factor(prompt: str) -> int:
    """``--turbo`` costs double."""
    return 2 if _TURBO.search(prompt) else 1
