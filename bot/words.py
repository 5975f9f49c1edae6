"""Words that no prompt may hold, found however they are written."""

import functools
import re
import unicodedata
from collections.abc import Iterable
from itertools import islice

from bot.letters import ADDED_MARKS, DASHES, SIGNS_END, TABLE_END, Table, codes, folding, translated

_WRAPPERS = f"_*~|`·•‧・･{DASHES}"
"""Between two words these are what a space is, and so are symbols (``🦊``)."""
_WRAPPER = "\1"
"""Stands for each of them."""
_SPELLED = re.compile(r" [^ ](?: [^ ]){2,}(?= )")
_ARTICLES = ("a", "i")
"""Single letters that may stand before a word that is spelled."""
_ADDED_MARKS = re.compile(f"[{ADDED_MARKS}]+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u2fdf\u3005-\u3007"
    r"\u3021-\u3029\u3041-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua9e0-\ua9ff"
    r"\uaa60-\uaadf\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese and others put no spaces between words."""
_VOWELS = (
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
)
"""What Hebrew and Arabic words may be written with or without."""
_SIGN = "\0"
"""Stands for every sign that is part of no refused word."""


class RefusedWords:
    """Finds *words* in a time that grows with the prompt, and hardly with their number.

    Whole words, whatever their case. Letters that only look different (full width, ligatures) are
    the same, and so are those of other scripts that look alike; invisible ones and added accents do
    not count, nor does what stands around a word or between its letters: ``_word_``, ``w-o-r-d``,
    ``wo**rd**``. In scripts without spaces a word is found inside of others.
    """

    def __init__(self, words: Iterable[str]) -> None:
        forms = {form: word for word in words for form in _forms(word)}
        self._marked = any(map(_ADDED_MARKS.search, forms))
        self._table = _table(set("".join(forms)), marked=self._marked) if forms else []
        self._alone: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self._phrases: dict[re.Pattern[str], tuple[set[str], str]] = {}
        self._inside: dict[str, str] = {}
        for form, word in forms.items():
            tokens = _tokens(form, self._table)
            whole = "".join(tokens)
            if _UNSPACED.search(form):
                self._inside[whole] = word
            elif len(tokens) == 1:
                self._alone[whole] = word
            elif tokens:
                self._phrases[_in_a_row(tokens)] = ({*tokens}, word)
            self._spelled[whole] = word
        # by the first letters an alternation passes over most of a text
        self._any_inside = re.compile("|".join(map(re.escape, self._inside)) or r"(?!)")

    def find(self, prompt: str) -> str | None:
        """The refused word that *prompt* holds, as it was given; ``None``: none of them."""
        if not self._spelled:
            return None
        text = translated(prompt, self._table)
        if not self._marked or text.isascii():
            return self._find(text)
        found = self._find(_ADDED_MARKS.sub("", text))
        if found is None and _ADDED_MARKS.search(text):
            found = self._find(text)
        return found

    def _find(self, text: str) -> str | None:
        spaced, joined = text.replace(_WRAPPER, " "), text.replace(_WRAPPER, "")
        words = spaced.replace(_SIGN, " ").split()
        known = set(words)
        for word in self._alone.keys() & known:
            return self._alone[word]
        for phrase, (needed, word) in self._phrases.items():
            if needed <= known and phrase.search(spaced):
                return word
        for word in self._spelled.keys() & _spelled(words):
            return self._spelled[word]
        if len(joined) < len(text):
            for word in self._alone.keys() & set(joined.replace(_SIGN, " ").split()):
                return self._alone[word]
        if joined.isascii():
            return None
        inside = self._any_inside.search("".join(joined.split()))
        return inside and self._inside[inside[0]]


def can_be_found(word: str) -> bool:
    """Whether anything of *word* is left to look for."""
    return any(_tokens(form, _table(set(form), marked=True)) for form in _forms(word))


def _forms(word: str) -> set[str]:
    """How *word* may be written.

    An accent is part of its letter, or a character of its own; of some letters only the small or
    the capital one looks like a Latin one.
    """
    cases = (word, word.lower(), word.upper(), word.title())
    return {unicodedata.normalize(form, case) for form in ("NFC", "NFD") for case in cases}


@functools.cache
def _signs() -> Table:
    """Letters as they are compared, and for all signs the same one."""
    table = folding()
    for code, form in islice(enumerate(table), SIGNS_END):
        if form == code:
            category = unicodedata.category(chr(code))
            if category in ("So", "Sk"):
                table[code] = _WRAPPER
            elif category[0] in "PS":
                table[code] = _SIGN
    for code in codes(_VOWELS):
        table[code] = None
    for sign in _WRAPPERS:
        table[ord(sign)] = _WRAPPER
    return table


def _table(letters: set[str], *, marked: bool) -> Table:
    """The same, but with the signs among *letters*, and without added accents unless *marked*."""
    table = _signs().copy()
    for letter in letters:
        if ord(letter) < TABLE_END and table[ord(letter)] == _SIGN:
            table[ord(letter)] = f" {letter} "
    if not marked:
        for code in codes(ADDED_MARKS):
            table[code] = None
    return table


def _tokens(text: str, table: Table) -> list[str]:
    """The words and signs of *text*."""
    return translated(text, table).replace(_WRAPPER, " ").replace(_SIGN, f" {_SIGN} ").split()


def _in_a_row(tokens: list[str]) -> re.Pattern[str]:
    """Finds them one after the other, with nothing but white space between them."""
    row = r"\s+".join(map(re.escape, tokens))
    return re.compile(rf"(?<![^\s{_SIGN}]){row}(?![^\s{_SIGN}])")


def _spelled(words: list[str]) -> set[str]:
    """What is spelled letter by letter among *words*."""
    runs = _SPELLED.findall(f" {' '.join(words)} ")
    spelled = {run.replace(" ", "") for run in runs}
    return spelled | {word[1:] for word in spelled if word[0] in _ARTICLES}
