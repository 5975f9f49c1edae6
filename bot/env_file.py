"""Reads a ``.env`` file: python-dotenv's syntax in UTF-8, with or without a byte order mark.

What cannot be read is named by its line, and never quoted: any line may hold a secret.
"""

import codecs
import io
import stat
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from bot import notices

_UTF_16_AND_32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_BE)
"""UTF-32 in the usual order begins like UTF-16."""
_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class EnvFileUnreadable(Exception):
    """The file is there and cannot be used; ``problems`` has one sentence for each reason."""

    def __init__(self, *problems: str) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a file sets, by names in capitals. No ``repr`` shows a value."""

    values: dict[str, str]
    lines: dict[str, int] = field(default_factory=dict[str, int])
    """Where each of them is set."""
    repeated: tuple[str, ...] = ()
    """Names that it sets more than once; the last one counts."""
    open_to_others: bool = False
    """Its permissions let other users of the machine read or change it."""

    def __repr__(self) -> str:
        return f"<EnvFile of {', '.join(self.values)}>"


def read_env_file(path: Path) -> EnvFile:
    """What *path* sets; nothing where there is no such file. Raises `EnvFileUnreadable`."""
    try:
        data = path.read_bytes()
        mode = path.stat().st_mode
    except FileNotFoundError:
        if path.is_symlink():
            raise EnvFileUnreadable(notices.env_file_dangling(path.name)) from None
        return EnvFile({})
    except IsADirectoryError:
        raise EnvFileUnreadable(notices.env_file_is_folder(path.name)) from None
    except OSError as error:
        problem = notices.env_file_unreadable(path.name, type(error).__name__)
        raise EnvFileUnreadable(problem) from None
    text = _decoded(data, path.name)
    bindings = list(parse_stream(io.StringIO(text)))
    if problems := [notices.env_file_line(path.name, line) for line in _broken(bindings)]:
        raise EnvFileUnreadable(*problems)
    names = [(binding.key.upper(), _line(binding)) for binding in bindings if binding.key]
    times = Counter(name for name, _ in names)
    found = dotenv_values(stream=io.StringIO(text))
    return EnvFile(
        values={name.upper(): value or "" for name, value in found.items()},
        lines=dict(names),
        repeated=tuple(name for name, count in times.items() if count > 1),
        open_to_others=bool(mode & _FOR_OTHERS) and stat.S_ISREG(mode),
    )


def _decoded(data: bytes, name: str) -> str:
    if data.startswith(_UTF_16_AND_32):
        raise EnvFileUnreadable(notices.env_file_utf16(name))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = _line_of(data, error.start)
        raise EnvFileUnreadable(notices.env_file_not_utf8(name, line)) from None
    if (at := data.find(b"\0")) >= 0:
        raise EnvFileUnreadable(notices.env_file_nul(name, _line_of(data, at)))
    return text


def _line_of(data: bytes, at: int) -> int:
    """The number of the line with the byte at this place, from 1."""
    return data[:at].count(b"\n") + 1


def _broken(bindings: Sequence[Binding]) -> list[int]:
    """The lines that set nothing and are no comment: without ``=``, or with half a quote."""
    return [
        _line(binding)
        for binding in bindings
        if binding.error or (binding.key is not None and binding.value is None)
    ]


def _line(binding: Binding) -> int:
    """Where a statement stands; python-dotenv counts from the blank lines before it."""
    string = binding.original.string
    return binding.original.line + string[: len(string) - len(string.lstrip())].count("\n")
