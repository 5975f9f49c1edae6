"""Finds what is odd about the names that are set: misspelt ones, above all.

Knows which names there are, and never looks at a value.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from bot import notices
from bot.env_file import EnvFile

LETTERS_APART = 2
"""A name that differs from a setting's in so many letters is taken for a slip."""
_PREFIX = re.compile("(MAX|ALLOW|ALLOWED|REFUSED|RETENTION|SUBMIT|REMIX|VTRIX|DISCORD)_")
"""Beginnings that names of ours have, and few others."""
_PLAIN_NAME = re.compile("[A-Z][A-Z0-9]{0,20}(_[A-Z0-9]{1,20}){1,6}")
"""What can be shown: a secret that somebody pasted alone in a line can look like a name too."""
_PROXIES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something odd that does not keep the bot from running."""

    sentence: str
    wrong: bool
    """Whether a setting does not do what somebody wanted of it; else it is a piece of advice."""


def remarks_on(
    file_name: str, file: EnvFile, *, environment: Collection[str], names: Collection[str]
) -> tuple[Remark, ...]:
    """What is odd about *file* and about the names in the *environment*.

    *names*: those of all settings, in capitals.
    """
    around = {name.upper() for name in environment}
    remarks = [
        *_unknown_in_file(file_name, file, names),
        *_unknown_around(around - file.lines.keys(), names),
    ]
    said = [notices.env_file_repeats(file_name, name) for name in file.repeated if name in names]
    said += [notices.proxy_unused(name) for name in _PROXIES if name in around]
    if file.open_to_others:
        said.append(notices.env_file_open(file_name))
    return (*remarks, *(Remark(sentence, wrong=False) for sentence in said))


def _unknown_in_file(file_name: str, file: EnvFile, names: Collection[str]) -> Iterator[Remark]:
    """All of them: nobody but us reads the file, as a rule."""
    for name, line in file.lines.items():
        if name in names:
            continue
        meant = nearest(name, names)
        if meant or _PLAIN_NAME.fullmatch(name):
            sentence = notices.unknown_setting(name, meant)
            yield Remark(sentence, wrong=meant is not None or is_ours(name))
        else:
            yield Remark(notices.unknown_line(file_name, line), wrong=False)


def _unknown_around(around: set[str], names: Collection[str]) -> Iterator[Remark]:
    """Those that look like ours: the environment is everybody's."""
    for name in sorted(around - {*names}):
        meant = nearest(name, names)
        if meant or is_ours(name):
            yield Remark(notices.unknown_setting(name, meant), wrong=True)


def is_ours(name: str) -> bool:
    """Whether it begins as our settings do."""
    return _PREFIX.match(name) is not None


def nearest(name: str, names: Collection[str]) -> str | None:
    """The one of *names* that somebody who wrote *name* meant; ``None`` for none of them."""
    found = min(names, key=lambda one: (letters_apart(name, one), one))
    return found if letters_apart(name, found) <= LETTERS_APART else None


def letters_apart(one: str, other: str) -> int:
    """How many slips lead from *one* to *other*: a letter wrong, missing, added, or two swapped.

    The restricted Damerau-Levenshtein distance. Where the lengths alone say that it is more than
    `LETTERS_APART`, their difference.
    """
    if abs(len(one) - len(other)) > LETTERS_APART:
        return abs(len(one) - len(other))
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        last, row, earlier = row, [i], before
        for j, wanted in enumerate(other, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        before = last
    return row[-1]
