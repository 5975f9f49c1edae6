"""Reads a ``.env`` file, and finds what is odd about the names that are set.

The syntax is python-dotenv's, in UTF-8 with or without a byte order mark. What cannot be read is
named by its line, and never quoted: any line may hold a secret.
"""

import codecs
import io
import re
import stat
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

_UTF_16_AND_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""UTF-32 in the usual order begins like UTF-16."""
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO
SLIPS = 2
"""A name that differs from a setting's by so many slips is taken for it."""
_OURS = re.compile("(MAX|ALLOW|ALLOWED|REFUSED|RETENTION|SUBMIT|REMIX|VTRIX|DISCORD)_")
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


class SettingsInvalid(Exception):
    """Some settings are missing or wrong; ``problems`` has one sentence for each.

    ``remarks``: what else is odd, which may be why.
    """

    def __init__(self, *problems: str, remarks: tuple[Remark, ...] = ()) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.remarks = remarks


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a file sets, by names in capitals."""

    name: str
    values: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Where each of them is set."""
    repeated: tuple[str, ...] = ()
    """Names that it sets more than once; the last one counts."""
    open_to_others: bool = False
    """Its permissions let other users of the machine read or change it."""


def read_env_file(path: Path) -> EnvFile:
    """What *path* sets; nothing if there is no such file.

    Raises `SettingsInvalid` if it cannot be used.
    """
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise SettingsInvalid(f"{path.name} is a link to a file that doesn't exist.") from None
        return EnvFile(path.name)
    except IsADirectoryError:
        raise SettingsInvalid(
            f"{path.name} is a folder, but must be a file: copy .env.example."
        ) from None
    except OSError as error:
        detail = type(error).__name__
        problem = f"{path.name} can't be read ({detail}): check its owner and permissions."
        raise SettingsInvalid(problem) from None
    if data.startswith(_UTF_16_AND_32):
        raise SettingsInvalid(f"{path.name} is in UTF-16 or UTF-32: save it as UTF-8.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsInvalid(
            f"{path.name}, line {line}: contains a character that isn't UTF-8. Save the file as "
            "UTF-8."
        ) from None
    before, nul, _ = text.partition("\0")
    if nul:
        line = before.count("\n") + 1
        raise SettingsInvalid(
            f"{path.name}, line {line}: contains a NUL character. If the file is UTF-16, save it "
            "as UTF-8."
        )
    bindings = list(parse_stream(io.StringIO(text)))
    # lines that set nothing and are no comment: without "=", or with half a quote
    broken = [one for one in bindings if one.error or (one.key and one.value is None)]
    if broken:
        problems = (
            f"{path.name}, line {_line(binding)}: can't be read. Write NAME=value; a value that "
            "begins with a quote must end with the same one."
            for binding in broken
        )
        raise SettingsInvalid(*problems)
    names = [(binding.key.upper(), _line(binding)) for binding in bindings if binding.key]
    times = Counter(name for name, _ in names)
    found = dotenv_values(stream=io.StringIO(text))
    return EnvFile(
        name=path.name,
        values={name.upper(): value or "" for name, value in found.items()},
        lines=dict(names),
        repeated=tuple(name for name, count in times.items() if count > 1),
        open_to_others=bool(mode & _FOR_OTHERS) and stat.S_ISREG(mode),
    )


def _line(binding: Binding) -> int:
    """Where a statement stands; python-dotenv counts from the blank lines before it."""
    string = binding.original.string
    return binding.original.line + string[: len(string) - len(string.lstrip())].count("\n")


def remarks_on(
    file: EnvFile, *, environment: Collection[str], names: Collection[str]
) -> tuple[Remark, ...]:
    """What is odd about *file* and about the names in the *environment*; no value is looked at.

    *names*: those of all settings, in capitals.
    """
    around = {name.upper() for name in environment}
    remarks: list[Remark] = []
    for name in (*file.lines, *sorted(around - file.lines.keys())):
        if name in names:
            continue
        meant = min((one for one in names if _is_misspelled(name, one)), default=None)
        ours = _OURS.match(name) is not None
        in_file = name in file.lines
        # The environment is everybody's, but as a rule nobody else reads the file.
        if meant or (_PLAIN_NAME.fullmatch(name) if in_file else ours):
            wrong = ours or meant is not None
            instead = f" Did you mean {meant}?" if meant else ""
            sentence = f"{name} is set, but there's no such setting.{instead}"
            remarks.append(Remark(sentence, wrong))
        elif in_file:
            sentence = f"{file.name}, line {file.lines[name]}: there's no such setting."
            remarks.append(Remark(sentence, wrong=False))
    advice = [
        f"{file.name} sets {name} more than once. The last one counts."
        for name in file.repeated
        if name in names
    ]
    advice += [
        f"{name} is set, but this bot doesn't use proxies: it connects to Discord, the API and the "
        "images directly."
        for name in _PROXIES
        if name in around
    ]
    if file.open_to_others:
        advice.append(
            f"{file.name} contains secrets, but its permissions let other users on this machine "
            f"read it: chmod 600 {file.name}"
        )
    return (*remarks, *(Remark(sentence, wrong=False) for sentence in advice))


def _is_misspelled(name: str, meant: str) -> bool:
    """Whether *name* is *meant* with at most `SLIPS` letters wrong, missing, added or swapped.

    The restricted Damerau-Levenshtein distance: difflib's likeness is none of short names.
    """
    letters, wanted = Counter(name), Counter(meant)
    if max((letters - wanted).total(), (wanted - letters).total()) > SLIPS:
        return False  # so few names are left to compare, which takes longer
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(name, start=1):
        last, row, earlier = row, [i], before
        for j, right in enumerate(meant, start=1):
            count = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != right))
            if i > 1 and j > 1 and letter == meant[j - 2] and name[i - 2] == right:
                count = min(count, earlier[j - 2] + 1)
            row.append(count)
        before = last
    return row[-1] <= SLIPS
