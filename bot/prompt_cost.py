"""How many times over a prompt is billed.

A prompt is words, groups of options ``{red, green}`` that stand for a prompt each, and flags with
values ``--repeat 3``. What multiplies is said by the API's provider and by Midjourney: each
permutation, ``--repeat`` (``--r``), ``--turbo`` and ``--oref`` (twice), ``--q 2`` and ``--q 4``; of
videos also ``--bs``.

Everything is read in the way that costs most: flags in every spelling that a phone, a word
processor or a trickster makes of them, also where groups put them together (``--{turbo, fast}``);
groups that are not closed; backslashes, which may make letters of braces and commas, or may not;
numbers that are none. So no way to write the same costs less than another, and nothing that is
added makes it less. Takes linear time, and knows nothing of prices.
"""

import re
import unicodedata
from array import array
from dataclasses import dataclass
from itertools import chain, islice
from math import ceil

from bot.characters import (
    ADDED_MARKS,
    IDEOGRAPHS_END,
    TABLE_END,
    UNSEEN,
    codes,
    folded_letters,
    is_blank,
    translated,
)

PROMPTS_MAX = 40
"""Midjourney makes no more of one."""
IMAGES_PER_PROMPT = 4
QUALITY_MAX = 4
BATCH_MAX = 4
"""Videos that one job makes at the most."""
_UNREADABLE = float("inf")
_PARTS_MAX = 64
"""Nobody who stays below so many prompts writes so many braces or flags."""

_NAMES = ("turbo", "oref", "repeat", "r", "quality", "q", "bs")
_INITIALS = "".join(name[0] for name in _NAMES)
_REPEAT = {"repeat", "r"}
_QUALITY = {"quality", "q"}
_BATCH = {"bs"}
_NUMBERED = _REPEAT | _QUALITY | _BATCH
_MARKUP = "\"'“”‘’*_~`|"  # noqa: RUF001  # phones' quotes
_AROUND = f" \t\n\r\xa0\u3000{_MARKUP}(["
"""What may stand between the parts of a flag: keyboards put spaces in, programs quotes."""
_FLAG = re.compile(
    rf"--(?!-)[{_MARKUP}(\[]*+(?=[\s{_INITIALS}])(?P<spaced>\s[\s{_MARKUP}(\[]*+)?"
    rf"(?P<name>{'|'.join(_NAMES)})(?![^\W\d_])"
)
_NUMBER = r"(?:\d++(?:\.\d++)?|\.\d++)"
_VALUE = re.compile(
    rf"[\s=:+＝：{_MARKUP}(\[]*+({_NUMBER})"  # noqa: RUF001  # full width
    r"(?![\w{]|[^\w\s{}]{1,2}\d|\s\d{3}(?!\d))"
)
"""A plain number; what goes on, as in ``1,000``, ``1 000`` or ``4-8``, may be anything."""
_VALUES = re.compile(rf"[\s=:]*\{{\s*({_NUMBER}(?:\s*,\s*{_NUMBER})*)\s*\}}(?![\w.{{}}])")
_GOES_ON = re.compile(r"\}[\d.{]")
"""What stands last in a group may go on behind it."""
_MAY_COUNT = re.compile(r"[^\w{]*+[\d{]")
_ESCAPED = re.compile(r"\\[\\{},](?:\\[\\{},])*+")
"""Signs that a backslash makes letters of; one that is escaped itself escapes nothing."""
_BEGINNINGS = {f"--{name}"[:end] for name in _NAMES for end in range(1, len(name) + 3)}
_WHOLE = tuple(f"--{name}" for name in _NAMES)
_LONGEST = max(map(len, _BEGINNINGS))
_ENDS = {*_AROUND, *"".join(_BEGINNINGS)}
"""With these ends what may be the beginning of a flag."""
_FLAG_ALONE = r"--[a-z]++(?:[\s=:]++(?:\{[\d\s.:,/x%]*+\}|[\w.:,/x%]*\d[\w.:,/%]*+))?+"
_NO_WORDS = re.compile(rf"(?:{_FLAG_ALONE}|[{{}},\\{UNSEEN}]++)++")

_HYPHENS = "-\u058a\u05be\u1173\u1806\u2010\u2011\u2043\u30fc\u3161\u4e00\uff70"
"""Two of them are as good as ``--``; of every other dash one is."""
_OTHER_DASHES = "\u02d7\u203e\u207b\u208b\u2212\u23af\u2500\u2501\u2504\u2505\u254c\u254d\u2796"
_LONG_DASH = "\u2014"
_SOFT_HYPHEN = "\xad"
_SOFT_DASHES = re.compile(
    rf"{_SOFT_HYPHEN}(?<!{_SOFT_HYPHEN}{{2}})(?:{_SOFT_HYPHEN}++-?+|-|(?<=-{_SOFT_HYPHEN}))"
    rf"(?=[{{{_SOFT_HYPHEN}]*+(?:"
    + "|".join(f"{_SOFT_HYPHEN}*+".join(name) for name in _NAMES)
    + "))"
)
"""Two dashes or more where a flag may go on, one of them a word processor's hyphen: that is seen at
the end of a line only, and a dash to some."""
_SIGNS = {
    "{": "\u2774\u2983\ufe37\ufe5b\uff5b",
    "}": "\u2775\u2984\ufe38\ufe5c\uff5d",
    ",": "\u060c\u3001\ufe10\ufe11\ufe50\ufe51\uff0c\uff64",
    "-": _HYPHENS,
    _LONG_DASH: _OTHER_DASHES,
}
"""What is read as each of them: keyboards of other scripts have braces and commas of their own."""
_ACCENTED = (range(0xC0, 0x250), range(0x1E00, 0x1F00))
"""Latin letters, with and without accents."""
_WITH_DASHES = (range(0x3100), range(0xFE00, 0x11000))
"""Where Unicode has dashes."""
_GONE = 0xD800
"""Stands for what shows nothing; a surrogate, of which `translated` leaves none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptCost:
    """By what a job costs more than one."""

    permutations: int = 1
    """How many prompts its groups stand for."""
    repeats: int = 1
    """How often each of them is made."""
    turbo: bool = False
    oref: bool = False
    """Made in turbo, whatever else is asked for."""
    quality: int = 1
    """1 to 4."""
    batch: int = 1
    """Videos that ``--bs`` asks for, 1 to 4; says nothing of images."""

    @property
    def prompts(self) -> int:
        return self.permutations * self.repeats

    @property
    def images(self) -> int:
        """How many come of it."""
        return self.prompts * IMAGES_PER_PROMPT

    @property
    def multiplier(self) -> int:
        return self.prompts * self.quality * (2 if self.turbo or self.oref else 1)


TOO_MANY = PromptCost(
    permutations=PROMPTS_MAX + 1,
    repeats=PROMPTS_MAX + 1,
    turbo=True,
    oref=True,
    quality=QUALITY_MAX,
    batch=BATCH_MAX,
)
"""Of a prompt that stands for more than `PROMPTS_MAX`, or of which that cannot be told."""


def prompt_cost(prompt: str) -> PromptCost:
    """What *prompt* multiplies; `TOO_MANY` if that is out of all proportion."""
    text = folded(prompt)
    if text.count("{") > _PARTS_MAX:
        return TOO_MANY
    if "\\" not in text:
        return _read(text)
    bill = _read(_ESCAPED.sub("\0", text))
    if bill is TOO_MANY:
        return bill
    return max(bill, _read(text.replace("\\", "")), key=lambda read: (read.multiplier, read.batch))


def has_words(prompt: str) -> bool:
    """Whether *prompt* is more than flags with numbers: the API makes nothing of those alone."""
    if prompt[:1].isalnum() and not is_blank(prompt[0]):
        return True
    text = folded(prompt)
    if at_start := _NO_WORDS.match(text):
        text = text[at_start.end() :]
    # the first letter of the others decides for most texts
    return not (is_blank(text[:1]) and is_blank(_NO_WORDS.sub("", text)))


def _read(text: str) -> PromptCost:
    """The bill of *text*, which is plain."""
    permutations, names = _read_groups(text)
    if permutations > PROMPTS_MAX:
        return TOO_MANY
    flags = list(islice(_FLAG.finditer(text), _PARTS_MAX))
    if len(flags) == _PARTS_MAX:
        return TOO_MANY
    repeats = 1.0 if names.isdisjoint(_REPEAT) else _UNREADABLE
    quality = 1.0 if names.isdisjoint(_QUALITY) else _UNREADABLE
    batch = 1.0 if names.isdisjoint(_BATCH) else _UNREADABLE
    in_groups = range(text.find("{"), text.rfind("}")) if "{" in text else range(0)
    goes_on = _GOES_ON.search(text) is not None
    for flag in flags:
        name, value, in_group = flag["name"], _value(text, flag.end()), flag.start() in in_groups
        countable = in_group or _MAY_COUNT.match(text, flag.end()) is not None
        if name in _NUMBERED and flag["spaced"] and not countable:
            continue  # prose, as in "stripes -- repeat them"
        if goes_on and in_group:
            value = _UNREADABLE
        if name in _REPEAT:
            repeats = max(repeats, value)
        elif name in _QUALITY:
            quality = max(quality, value)
        elif name in _BATCH:
            batch = max(batch, value)
        names.add(name)
    if permutations * repeats > PROMPTS_MAX:
        return TOO_MANY
    return PromptCost(
        permutations=permutations,
        repeats=ceil(repeats),
        turbo="turbo" in names,
        oref="oref" in names,
        quality=ceil(min(quality, QUALITY_MAX)),
        batch=ceil(min(batch, BATCH_MAX)),
    )


def _value(text: str, at: int) -> float:
    """The number behind a flag, the largest one of a group of numbers."""
    if number := _VALUE.match(text, at):
        return float(number[1])
    if group := _VALUES.match(text, at):
        return max(map(float, group[1].split(",")))
    return _UNREADABLE


# ------------------------------------------------------------------ groups

_OPENING, _SIGN = re.compile(r"\{"), re.compile("[{},]")
_Begun = frozenset[str]
"""What may be the beginning of a flag that goes on behind a brace or a comma."""


@dataclass(slots=True)
class _Group:
    """A group that is open; the lowest one is the whole text."""

    entry: _Begun = frozenset()
    exits: _Begun = frozenset()
    added: int = 0
    """The prompts of its options so far."""
    product: int = 1
    """Those of the option that is being read."""
    as_letters: int = 1
    """The prompts of all that is in it, if its own brace and commas were only letters."""

    def hold(self, prompts: int) -> None:
        self.product *= prompts
        self.as_letters *= prompts


def _read_groups(text: str) -> tuple[int, set[str]]:
    """How many prompts *text* stands for, 1 to 41, and the flags that its groups put together.

    Groups multiply, what commas part adds up, also inside of other groups. A group that is not
    closed ends with the text, if that makes more of it.
    """
    names: set[str] = set()
    opened = [_Group()]
    begun: _Begun = frozenset()
    end = parts = 0
    while found := (_SIGN if len(opened) > 1 else _OPENING).search(text, end):
        sign, group = found[0], opened[-1]
        begun = _follow(begun, text[end : found.start()], sign, names)
        end = found.end()
        parts += 1
        if sign == "{":
            opened.append(_Group(entry=begun))
        elif sign == ",":
            group.added += group.product
            group.product = 1
            group.exits |= begun
            begun = group.entry
        else:
            opened.pop()
            opened[-1].hold(group.added + group.product)
            begun |= group.exits
        if parts > _PARTS_MAX or max(group.added, opened[-1].as_letters) > PROMPTS_MAX:
            return TOO_MANY.permutations, names
    _follow(begun, text[end:], "", names)
    while len(opened) > 1:
        group = opened.pop()
        opened[-1].hold(max(group.added + group.product, group.as_letters))
    return min(opened[0].product, TOO_MANY.permutations), names


def _follow(begun: _Begun, letters: str, sign: str, names: set[str]) -> _Begun:
    """What may go on behind *letters* and *sign*; flags that are whole now join *names*."""
    if not begun and letters[-1:] not in _ENDS:
        return begun
    stripped = letters.strip(_AROUND)
    if not stripped:
        return begun
    if sign != "{" or stripped[-1] == "-":
        letters = stripped  # spaces around an option are no part of it
    elif begun:
        letters = letters.lstrip(_AROUND)
    tail = letters[-_LONGEST:]
    last = tail.rfind("-")
    going = {tail[last:], tail[max(last - 1, 0) :]} & _BEGINNINGS if last >= 0 else set[str]()
    for beginning in begun if letters[:2] != "--" else ():
        whole = beginning + letters[:_LONGEST]
        if whole.startswith(_WHOLE) and (flag := _FLAG.match(whole)):
            names.add(flag["name"])
        if whole in _BEGINNINGS:
            going.add(whole)
    return frozenset(going)


# ------------------------------------------------------------------ letters


def _table() -> "array[int]":
    """For `translated`; a list would take ten times the memory."""
    table = array("I", range(IDEOGRAPHS_END)) + array("I", [_GONE]) * (TABLE_END - IDEOGRAPHS_END)
    for code, form in folded_letters().items():
        if form is None or len(form) == 1:  # in no flag are two letters that have one form together
            table[code] = _GONE if form is None else ord(form)
    for code in chain(*_WITH_DASHES):
        if unicodedata.category(chr(code)) == "Pd":
            table[code] = ord(_LONG_DASH)
    for code in chain(*_ACCENTED):
        letter = unicodedata.normalize("NFD", chr(code))[0].lower()
        if letter.isascii():
            table[code] = ord(letter)
    for code in codes(ADDED_MARKS):
        table[code] = _GONE
    for plain, signs in _SIGNS.items():
        for sign in signs:
            table[ord(sign)] = ord(plain)
    table[ord(_SOFT_HYPHEN)] = ord(_SOFT_HYPHEN)
    return table


_PLAIN = _table()


def folded(prompt: str) -> str:
    """*prompt* with a plain letter for each that looks like one, and two dashes before flags.

    In linear time.

    More than two in a row say no more than two, and would be looked at one by one.
    """
    if prompt.isascii():
        text = prompt.lower()
    else:
        text = translated(prompt, _PLAIN).replace(chr(_GONE), "")
        text = _shortened(text, _LONG_DASH).replace(_LONG_DASH, "--")
        if _SOFT_HYPHEN in text:
            text = _with_soft_dashes(text).replace(_SOFT_HYPHEN, "")
    return _shortened(text, "-")


def _with_soft_dashes(text: str) -> str:
    """*text* with dashes for soft hyphens where a flag may go on, which may be past braces."""
    if text.count("{") > _PARTS_MAX:
        return text  # they are too many anyway, and each hyphen would be looked past all of them
    text = _shortened(text, _SOFT_HYPHEN)
    for _ in range(2):  # those between two dashes add nothing; every other one each time
        text = text.replace(f"-{_SOFT_HYPHEN}-", "--")
    return _SOFT_DASHES.sub("--", text)


def _shortened(text: str, letter: str) -> str:
    """*text* with two of *letter* wherever there are more in a row."""
    while 4 * letter in text:
        text = text.replace(4 * letter, 2 * letter)
    return text.replace(3 * letter, 2 * letter)
