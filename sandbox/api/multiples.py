"""How many times over the sandbox bills a prompt, and how many prompts it makes of one.

Written apart from the bot's own counting, which it checks: groups inside of groups are left alone.
"""

import re
from math import ceil, prod

_GROUP = re.compile(r"\{([^{}]*,[^{}]*)\}")
_FLAG = re.compile(r"(?:--|[\u2012-\u2015\u2212])([a-z]+)\b(?:\s+(\d+(?:\.\d+)?))?")
_REPEATS_MAX = 40


def prompts_of(prompt: str) -> int:
    """``a {red, green} fox`` is two prompts; ``--repeat 3``, or ``--r 3``, makes each thrice."""
    permutations = prod(len(group.split(",")) for group in _GROUP.findall(prompt))
    repeats = [_number(prompt, name) for name in ("repeat", "r")]
    return permutations * min(max(repeats), _REPEATS_MAX)


def prompt_of(prompt: str, number: int) -> str:
    """The one of the prompts that it stands for, counted from 0, beyond the last from the first."""

    def chosen(group: re.Match[str]) -> str:
        nonlocal number
        options = group[1].split(",")
        number, place = divmod(number, len(options))
        return options[place].strip()

    return _GROUP.sub(chosen, prompt)


def price_factor(prompt: str) -> int:
    """``--turbo`` costs double, and so does ``--oref``, which runs in it; ``--q 4`` four times."""
    turbo = not {"turbo", "oref"}.isdisjoint(name for name, _ in _flags(prompt))
    return (2 if turbo else 1) * max(_number(prompt, name) for name in ("quality", "q"))


def _flags(prompt: str) -> list[tuple[str, str]]:
    return _FLAG.findall(prompt.lower())


def _number(prompt: str, flag: str) -> int:
    """The largest number behind this flag, rounded up; 1 where it has none."""
    return max(
        [1, *(ceil(float(value)) for name, value in _flags(prompt) if name == flag and value)]
    )
