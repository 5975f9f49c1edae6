"""What may be wrong in a prompt: to be asked about before it is paid, and never refused.

What is here is certain to those who wrote Midjourney's documentation, and may be outdated by its
next version. What groups ``{…}`` make of a parameter is not looked at. Takes linear time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum, auto

from bot.prompt_cost import folded
from bot.prompt_parameters import (
    BY_NAME,
    Parameter,
    ValueKind,
    Written,
    read_parameters,
    version_of,
)

TOLD_MAX = 5
"""So many doubts are told at once."""
ADDRESSES_MAX = 4
"""So many addresses are looked at in one prompt."""
_CLOSE = 0.6
_VERY_CLOSE = 0.75
"""For what has a phone's dash before it, which may be prose: how alike a parameter must be."""
_NAME_MAX = 20
_NUMBER = re.compile(r"\d++(?:\.\d++)?|\.\d++")
_RATIO = re.compile(r"0*[1-9]\d{0,4}:0*[1-9]\d{0,4}")
_AT_START = re.compile(r"(?:<?https?://\S++\s*+)++", re.IGNORECASE)
_REFERENCES = re.compile(
    r"(?<!\S)--(?:sref|cref|oref)[\s=]++((?:[\"<]?https?://\S++\s*+)++)", re.IGNORECASE
)
_WEIGHT = re.compile(r"::-?\d{1,5}(?:\.\d{1,3})?\Z")


class DoubtKind(Enum):
    UNKNOWN = auto()
    """There is no such parameter."""
    VALUE = auto()
    """It takes no such value."""
    VERSION = auto()
    """The version that the prompt says does not have it."""
    TWICE = auto()
    NO_IMAGE = auto()
    """What it has an address of is no image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    kind: DoubtKind
    name: str = ""
    """Of the parameter, as it is written, without its dashes."""
    value: str = ""
    """What it says, or the host of an address."""
    version: str | None = None
    """The one that the prompt says."""
    nearest: str = ""
    """What may have been meant."""
    parameter: Parameter | None = None


def doubts_about(prompt: str) -> tuple[Doubt, ...]:
    """What may be wrong with the parameters of *prompt*, `TOLD_MAX` at the most."""
    written = read_parameters(prompt)
    if not written:
        return ()
    version, lower = version_of(written), prompt.lower()
    found = [
        doubt
        for one in dict.fromkeys(written)
        if (doubt := _about(one, version, lower)) is not None
    ]
    if "{" not in folded(prompt):
        found += _doubled(written)
    return tuple(found[:TOLD_MAX])


def _about(one: Written, version: str | None, prompt: str) -> Doubt | None:
    parameter = one.parameter
    if parameter is None:
        likeness = _CLOSE if f"--{one.name}" in prompt else _VERY_CLOSE
        close = get_close_matches(one.name[:_NAME_MAX], BY_NAME, n=1, cutoff=likeness)
        if not close and likeness == _VERY_CLOSE:
            return None
        return Doubt(kind=DoubtKind.UNKNOWN, name=one.name, nearest=next(iter(close), ""))
    if any(sign in one.value for sign in "{}"):
        return None
    if not parameter.is_in(version):
        kind = DoubtKind.VERSION
    elif not _fits(parameter, one.word, version):
        kind = DoubtKind.VALUE
    else:
        return None
    return Doubt(kind=kind, name=one.name, value=one.word, version=version, parameter=parameter)


def _fits(parameter: Parameter, word: str, version: str | None) -> bool:
    match parameter.kind:
        case ValueKind.NUMBER if not word:
            return parameter.name == "niji"
        case ValueKind.NUMBER:
            least, most = parameter.range_in(version)
            return _NUMBER.fullmatch(word) is not None and least <= float(word) <= most
        case ValueKind.RATIO:
            return _RATIO.fullmatch(word) is not None
        case ValueKind.WORD:
            return word in parameter.words
        case ValueKind.NOTHING | ValueKind.TEXT:
            return True


def _doubled(written: Sequence[Written]) -> list[Doubt]:
    """Those with one value that a prompt says more than once, by whichever names."""
    once: set[str] = set()
    found: dict[str, Doubt] = {}
    for one in written:
        parameter = one.parameter
        if parameter is None or parameter.kind not in (ValueKind.NUMBER, ValueKind.RATIO):
            continue
        if parameter.says in once:
            found[parameter.says] = Doubt(kind=DoubtKind.TWICE, name=one.name)
        once.add(parameter.says)
    return list(found.values())


def image_addresses(prompt: str) -> list[str]:
    """The addresses that *prompt* gives as images, `ADDRESSES_MAX` at the most: in front of its
    words, and of references.
    """
    parts = [found[1] for found in _REFERENCES.finditer(prompt)]
    if front := _AT_START.match(prompt):
        parts.insert(0, front[0])
    words = (word for part in parts for word in part.split())
    addresses = [_WEIGHT.sub("", word.strip('<>"').rstrip(",;")) for word in words]
    return list(dict.fromkeys(addresses))[:ADDRESSES_MAX]
