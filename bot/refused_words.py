"""Words that no prompt may hold, found however they are written."""

import functools
import re
import unicodedata
from collections.abc import Iterable

from bot.characters import (
    ADDED_MARKS,
    DASHES,
    IDEOGRAPHS_END,
    SIGNS_END,
    TABLE_END,
    codes,
    folded_letters,
    translated,
)

_WRAPPERS = f"_*~|`·•‧・･{DASHES}"
"""Between two words these are what a space is, and so are symbols (``🦊``)."""
_WRAPPER = "\1"
"""Stands for each of them."""
_SPELLED = re.compile(r" [^ ](?: [^ ](?= )){2,}+")
_ARTICLES = ("a", "i")
"""Single letters that may stand before a word that is spelled."""
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
_Table = list[int | str | None]
"""For `translated`."""


class RefusedWords:
    """Finds *words* in a time that grows with the prompt, and hardly with their number.

    Whole words, whatever their case. Letters that only look different (full width, ligatures) are
    the same, and so are those of other scripts that look alike; invisible ones and added accents do
    not count, nor does what stands around a word or between its letters: ``_word_``, ``w-o-r-d``,
    ``wo**rd**``. In scripts without spaces a word is found inside of others.
    """

    def __init__(self, words: Iterable[str]) -> None:
        forms = {form: word for word in words for form in _forms(word)}
        letters = set("".join(forms))
        self._marks = letters & set(map(chr, codes(ADDED_MARKS)))
        self._table = _table(letters) if forms else []
        self._signs = set(filter(_is_sign, letters))
        self._alone: dict[str, str] = {}
        self._spelled: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._inside: dict[str, str] = {}
        for form, word in forms.items():
            tokens = self._tokens(translated(form, self._table))
            whole = "".join(tokens)
            if _UNSPACED.search(form):
                self._inside[whole] = word
            elif len(tokens) == 1:
                self._alone[whole] = word
            elif tokens:
                self._phrases[_in_a_row(tokens)] = word
            if tokens:
                self._spelled[whole] = word
        self._parts = {phrase: {*phrase.split()} - self._signs for phrase in self._phrases}
        self._letters = {frozenset(whole) - self._signs for whole in self._spelled}
        self._any_inside = _any_of(self._inside)

    def find(self, prompt: str) -> str | None:
        """The refused word that *prompt* holds, as it was given; ``None``: none of them."""
        if not self._spelled:
            return None
        marked = plain = translated(prompt, self._table)
        for mark in self._marks:
            plain = plain.replace(mark, "")
        found = self._find(plain)
        return self._find(marked) if found is None and len(plain) < len(marked) else found

    def _find(self, text: str) -> str | None:
        known = self._words(text.replace(_WRAPPER, " "))
        for word in self._alone.keys() & known:
            return self._alone[word]
        likely = [phrase for phrase, parts in self._parts.items() if parts <= known]
        if likely or any(letters <= known for letters in self._letters):
            row = _in_a_row(self._tokens(text))
            for phrase in likely:
                if phrase in row:
                    return self._phrases[phrase]
            for word in self._spelled.keys() & _spelled(row.replace(f"{_SIGN} ", "")):
                return self._spelled[word]
        joined = text.replace(_WRAPPER, "")
        if len(joined) < len(text):
            for word in self._alone.keys() & self._words(joined):
                return self._alone[word]
        if joined.isascii():
            return None
        inside = self._any_inside.search(joined.replace(" ", ""))
        return inside and self._inside[inside[1]]

    def _words(self, text: str) -> set[str]:
        for sign in (_SIGN, *self._signs):
            text = text.replace(sign, " ")
        return set(text.split())

    def _tokens(self, text: str) -> list[str]:
        """The words and signs of *text*."""
        text = text.replace(_WRAPPER, " ")
        for sign in (_SIGN, *self._signs):
            text = text.replace(sign, f" {sign} ")
        return text.split()


def can_be_found(word: str) -> bool:
    """Whether anything of *word* is left to look for."""
    return any(
        translated(form, _table(set(form))).replace(_WRAPPER, " ").strip() for form in _forms(word)
    )


def _forms(word: str) -> set[str]:
    """How *word* may be written.

    An accent is part of its letter, or a character of its own; of some letters only the small or
    the capital one looks like a Latin one.
    """
    cases = (word, word.lower(), word.upper(), word.title())
    return {unicodedata.normalize(form, case) for form in ("NFC", "NFD") for case in cases}


@functools.cache
def _signs() -> _Table:
    """Letters as they are compared, and for all signs and all white space the same one."""
    forms = folded_letters()
    table: _Table = [*range(IDEOGRAPHS_END), *[None] * (TABLE_END - IDEOGRAPHS_END)]
    for code, form in forms.items():
        table[code] = form
    for code, letter in enumerate(map(chr, range(SIGNS_END))):
        if code in forms:
            continue
        category = unicodedata.category(letter)
        if letter.isspace():
            table[code] = " "
        elif category in ("So", "Sk"):
            table[code] = _WRAPPER
        elif category[0] in "PS":
            table[code] = _SIGN
    for code in codes(_VOWELS):
        table[code] = None
    for sign in _WRAPPERS:
        table[ord(sign)] = _WRAPPER
    return table


def _table(letters: set[str]) -> _Table:
    """The same, but with the signs among *letters*, and without the other added accents."""
    table = _signs().copy()
    for letter in letters:
        if _is_sign(letter):
            table[ord(letter)] = letter
    for code in codes(ADDED_MARKS):
        if chr(code) not in letters:
            table[code] = None
    return table


def _is_sign(letter: str) -> bool:
    return ord(letter) < TABLE_END and _signs()[ord(letter)] == _SIGN


def _in_a_row(tokens: list[str]) -> str:
    """*tokens* one after the other, with nothing but a space between them."""
    return f" {' '.join(tokens)} "


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    """Finds any of *words* inside of a text, and has it in its group."""
    words = list(filter(None, words))
    any_word = "|".join(map(re.escape, words)) or r"(?!)"
    if any(len(word) == 1 for word in words) or not words:
        return re.compile(f"({any_word})")
    # by the first two letters it passes quickly over what only begins like one of them
    first, second = ("".join(re.escape(word[at]) for word in words) for at in (0, 1))
    return re.compile(f"[{first}][{second}](?<=(?=({any_word}))..)", re.DOTALL)


def _spelled(row: str) -> set[str]:
    """What is spelled letter by letter in *row*."""
    runs = _SPELLED.findall(row)
    spelled = set("\n".join(runs).replace(" ", "").split("\n"))
    return spelled | {word[1:] for word in spelled if word[:1] in _ARTICLES}
