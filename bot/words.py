"""Words that no prompt may hold, found however they are written."""

import functools
import re
import unicodedata
from collections.abc import Iterable

from bot.letters import ADDED_MARKS, DASHES, TABLE_END, Table, folding, translated

_WRAPPERS = f"_*~|`{DASHES}"
"""Between two words these are what a space is."""
_WRAPPED = re.compile(rf"[{re.escape(_WRAPPERS)}]")
_SPELLED = re.compile(r" \w(?: \w){2,}(?= )")
_ARTICLES = ("a", "i")
"""Single letters that may stand before a word that is spelled."""
_ADDED_MARKS = re.compile(f"[{ADDED_MARKS}]+")
_UNSPACED = re.compile(
    r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u2e80-\u2fdf\u3005-\u3007"
    r"\u3021-\u3029\u3041-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\ua4cf\ua9e0-\ua9ff"
    r"\uaa60-\uaadf\uf900-\ufaff\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
"""Thai, Lao, Tibetan, Burmese, Khmer, Chinese, Japanese and others put no spaces between words."""
_SIGN = "\0"
"""Stands for every sign that is part of no refused word."""


class RefusedWords:
    """Finds *words* in a time that grows with the prompt, and hardly with their number.

    Whole words, whatever their case. Letters that only look different (full width, ligatures) are
    the same; invisible ones and added accents do not count, nor does what stands around a word or
    between its letters: ``_word_``, ``w-o-r-d``. In scripts without spaces a word is found inside
    of others.
    """

    def __init__(self, words: Iterable[str]) -> None:
        forms = {form: word for word in words for form in _forms(word)}
        self._table = _spaced(set("".join(forms))) if forms else []
        self._unwrapped = _unwrapped(self._table) if forms else []
        self._marked = any(map(_ADDED_MARKS.search, forms))
        self._alone: dict[str, str] = {}
        self._phrases: dict[str, str] = {}
        self._inside: dict[str, str] = {}
        for form, word in forms.items():
            tokens = _tokens(form, self._table)
            if _UNSPACED.search(form):
                self._inside[" ".join(_tokens(form, self._unwrapped))] = word
            elif len(tokens) == 1:
                self._alone[tokens[0]] = word
            elif tokens:
                self._phrases[_joined(tokens)] = word

    def find(self, prompt: str) -> str | None:
        """The refused word that *prompt* holds, as it was given; ``None``: none of them."""
        if not (self._alone or self._phrases or self._inside):
            return None
        text = translated(prompt, self._table)
        found = self._find(_ADDED_MARKS.sub("", text))
        if found is None and self._marked and _ADDED_MARKS.search(text):
            found = self._find(text)
        if found is None and self._inside and _WRAPPED.search(prompt):
            found = self._find_inside(prompt)
        return found

    def _find(self, text: str) -> str | None:
        tokens = _apart(text)
        joined = _joined(tokens)
        for token in self._alone.keys() & {*tokens, *_spelled(joined)}:
            return self._alone[token]
        for parts in (self._phrases, self._inside):
            for part, word in parts.items():
                if part in joined:
                    return word
        return None

    def _find_inside(self, prompt: str) -> str | None:
        """What is found where the letters stand together that something was put between."""
        text = _ADDED_MARKS.sub("", translated(prompt, self._unwrapped))
        joined = _joined(_apart(text))
        return next((word for part, word in self._inside.items() if part in joined), None)


def can_be_found(word: str) -> bool:
    """Whether anything of *word* is left to look for."""
    return any(_tokens(form, _spaced(set(form))) for form in _forms(word))


def _forms(word: str) -> set[str]:
    """How *word* may be written: an accent is part of its letter, or a character of its own."""
    return {unicodedata.normalize(form, word) for form in ("NFC", "NFD")}


@functools.cache
def _signs() -> Table:
    """Letters as they are compared, and for all signs the same one."""
    table = folding()
    for code, form in enumerate(table):
        if form == code and unicodedata.category(chr(code))[0] in "PS":
            table[code] = _SIGN
    return table


def _spaced(letters: set[str]) -> Table:
    """The same, but with the signs among *letters*, and spaces for what is put around words."""
    table = _signs().copy()
    for letter in letters:
        if ord(letter) < TABLE_END and table[ord(letter)] == _SIGN:
            table[ord(letter)] = f" {letter} "
    for sign in _WRAPPERS:
        table[ord(sign)] = " "
    return table


def _unwrapped(spaced: Table) -> Table:
    """The same, but with nothing for what is put around words."""
    table = spaced.copy()
    for sign in _WRAPPERS:
        table[ord(sign)] = None
    return table


def _tokens(text: str, table: Table) -> list[str]:
    """The words and signs of *text*."""
    return _apart(translated(text, table))


def _apart(text: str) -> list[str]:
    return text.replace(_SIGN, f" {_SIGN} ").split()


def _joined(tokens: list[str]) -> str:
    return f" {' '.join(tokens)} "


def _spelled(joined: str) -> list[str]:
    """Words that are spelled letter by letter."""
    spelled = [
        run[0].replace(" ", "") for run in _SPELLED.finditer(joined.replace(f" {_SIGN} ", " "))
    ]
    return spelled + [word[1:] for word in spelled if word[0] in _ARTICLES]
