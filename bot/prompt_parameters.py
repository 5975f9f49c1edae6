"""Midjourney's parameters: which there are, and which of them a prompt has.

They are the flags at a prompt's end, such as ``--ar 16:9``. What Midjourney's documentation says of
them (docs.midjourney.com: Parameter List, Version, Character Reference, Omni Reference, Style
Reference, Draft & Conversational Modes, Video) is the table here. Where it says nothing of a
version, nothing is assumed. What they cost is in `bot.prompt_cost`, whose reading of dashes and
letters this goes by. Everything takes linear time.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import islice

from bot.characters import DASHES
from bot.prompt_cost import folded

READ_MAX = 64
"""Parameters that are looked at in one prompt; nobody writes as many."""


class ValueKind(Enum):
    NOTHING = auto()
    NUMBER = auto()
    RATIO = auto()
    """Two whole numbers, as in ``16:9``."""
    WORD = auto()
    TEXT = auto()
    """Anything: words, codes, addresses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    """As it is written most: without its dashes."""
    aliases: tuple[str, ...] = ()
    kind: ValueKind = ValueKind.NOTHING
    least: float = 0
    most: float = 0
    ranges: Mapping[str, tuple[float, float]] = field(
        default_factory=dict[str, tuple[float, float]]
    )
    """*least* and *most* in those versions in which they are others."""
    words: tuple[str, ...] = ()
    versions: frozenset[str] = frozenset()
    """Those that have it, as `version_of` calls them; empty where that is not known, or all do."""
    group: str = ""
    """What it has in common with others that say the same: a prompt says it once."""

    @property
    def says(self) -> str:
        return self.group or self.name

    def is_in(self, version: str | None) -> bool:
        """Whether this version may have it."""
        if version is None or not self.versions:
            return True
        return any(one.startswith(version) for one in self.versions)

    def range_in(self, version: str | None) -> tuple[float, float]:
        """From where to where its number goes in this version."""
        return self.ranges.get(version or "", (self.least, self.most))


def _number(
    name: str,
    *aliases: str,
    to: float,
    least: float = 0,
    versions: Iterable[str] = (),
    ranges: Mapping[str, tuple[float, float]] | None = None,
    group: str = "",
) -> Parameter:
    return Parameter(
        name=name,
        aliases=aliases,
        kind=ValueKind.NUMBER,
        least=least,
        most=to,
        versions=frozenset(versions),
        ranges=ranges or {},
        group=group,
    )


def _text(name: str, *aliases: str, versions: Iterable[str] = (), group: str = "") -> Parameter:
    kind = ValueKind.TEXT
    return Parameter(
        name=name, aliases=aliases, kind=kind, versions=frozenset(versions), group=group
    )


_OMNI = ("7",)
_CHARACTER = ("6", "niji 6")
_OLD = ("test", "testp", "beta", "upbeta", "uplight", "upanime", "creative", "sameseed", "hq")
"""Of early versions: nobody is told that there are none such."""

PARAMETERS = (
    Parameter(name="ar", aliases=("aspect",), kind=ValueKind.RATIO),
    _number("v", "version", least=1, to=9, group="version"),
    _number("niji", least=4, to=9, group="version"),
    _number("s", "stylize", to=1000, ranges={"3": (625, 60_000)}),
    _number("c", "chaos", to=100),
    _number("w", "weird", to=3000),
    Parameter(name="raw", group="style"),
    _text("style", group="style"),
    _number("q", "quality", least=0.25, to=4, ranges=dict.fromkeys(_CHARACTER, (0.25, 2))),
    _text("sref"),
    _number("sw", to=1000),
    _number("sv", least=1, to=9),
    _text("oref", versions=_OMNI, group="reference"),
    _number("ow", least=1, to=1000, versions=_OMNI),
    _text("cref", versions=_CHARACTER, group="reference"),
    _number("cw", to=100, versions=_CHARACTER),
    _number("iw", to=3, ranges=dict.fromkeys(("5", "niji 5"), (0, 2))),
    _text("no"),
    _number("seed", to=4_294_967_295),
    _number("stop", least=10, to=100),
    _number("exp", to=100),
    _number("repeat", "r", least=1, to=40),
    _text("p", "personalize", "profile"),
    *(Parameter(name=name, group="speed") for name in ("turbo", "fast", "relax")),
    *(Parameter(name=name) for name in ("tile", "draft", "hd", "sd", "public", "stealth")),
    *(Parameter(name=name) for name in ("video", "loop")),
    Parameter(name="motion", kind=ValueKind.WORD, words=("low", "high")),
    _number("bs", least=1, to=4),
    _text("end"),
    *map(_text, _OLD),
)
BY_NAME: Mapping[str, Parameter] = {
    name: one for one in PARAMETERS for name in (one.name, *one.aliases)
}
"""With their aliases."""

_NAMES = "|".join(sorted(BY_NAME, key=len, reverse=True))
_ANYWHERE = re.compile(rf"--(?!-)(?:[^\w{{}}-]|_)*+({_NAMES})(?![^\W\d_])")
"""Whatever may be one of them, also with spaces, markup or quotes behind its dashes."""
_PUT_TOGETHER = re.compile(r"-[^\w-]*[{},]|--[a-z]*+\s*+[{},]|[{},]\s*+-(?!-)")
"""What groups may put a flag together of."""
_WRITTEN = re.compile(r"(?<![^\s{,])--([a-z]++(?:-[a-z]++)*+)")
_LONG_DASHES = DASHES.translate({ord(hyphen): None for hyphen in "-\u2010\u2011"})
_PHONE_DASHES = re.compile(
    rf"(?<!\S)(?:[{_LONG_DASHES}]|[{DASHES}]{{2}})(?=(?:{_NAMES})(?![^\W\d_]))", re.IGNORECASE
)
_PHONE_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u201e\u201f", '"'))


@dataclass(frozen=True, slots=True)
class Written:
    """A parameter as it stands in a prompt."""

    name: str
    """As it is written there, in small letters; maybe one that there is not."""
    value: str
    """Everything up to the next one, in small letters."""

    @property
    def parameter(self) -> Parameter | None:
        return BY_NAME.get(self.name)

    @property
    def word(self) -> str:
        """The first word of its value, without what people put around it."""
        first, *_ = self.value.split(maxsplit=1) or [""]
        return first.strip("\"'()[]").lstrip("=:").rstrip(".,;")


def put_right(prompt: str) -> str:
    """*prompt* with two dashes and straight quotes where a phone has typed other ones.

    The meaning is the same, and nothing but dashes before parameters and quotes is changed.
    """
    if prompt.isascii():
        return prompt
    return _PHONE_DASHES.sub("--", prompt.translate(_PHONE_QUOTES))


def read_parameters(prompt: str) -> list[Written]:
    """The parameters of *prompt* in their order, `READ_MAX` at the most."""
    text = folded(prompt)
    found = list(islice(_WRITTEN.finditer(text), READ_MAX))
    ends = [one.start() for one in found[1:]] + [len(text)]
    values = (text[one.end() : end].strip() for one, end in zip(found, ends, strict=False))
    return [Written(one[1], value) for one, value in zip(found, values, strict=True)]


def version_of(written: Iterable[Written]) -> str | None:
    """The version that these say, such as ``6`` for 6.1, ``niji 6``, or ``niji`` for any of those;
    ``None`` for none, or several."""
    versions = {
        f"{'niji ' if one.name == 'niji' else ''}{one.word.partition('.')[0]}".strip()
        for one in written
        if one.parameter is not None and one.parameter.says == "version"
    }
    return (versions.pop() or None) if len(versions) == 1 else None


def merge(prompt: str, wanted: Iterable[tuple[str, str]]) -> str:
    """What of *wanted*, names with values, *prompt* does not say otherwise: to be sent behind it.

    In the order of *wanted*, each once. Where it cannot be told what *prompt* says it is taken to
    say it; nothing is added that the version it says does not have, and nothing to no words.
    """
    text = folded(prompt)
    if not prompt or ("{" in text and _PUT_TOGETHER.search(text)):
        return ""
    said = {BY_NAME[found[1]].says for found in _ANYWHERE.finditer(text)}
    version = version_of(read_parameters(prompt))
    parts: list[str] = []
    for name, value in wanted:
        parameter = BY_NAME[name]
        if parameter.says in said or not parameter.is_in(version):
            continue
        said.add(parameter.says)
        parts.append(f"--{name} {value}".rstrip())
        if parameter.says == "version":
            version = version_of([Written(name, value)])
    return " ".join(parts)
