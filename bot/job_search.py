"""What somebody looks for among their jobs: words of prompts, one action, what they have kept.

It is written into the ids of the buttons that turn the pages, so it's short and has no signs of
any language of queries: words are letters, digits and the marks on them, and nothing else.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

WORDS_MAX = 60
"""Of all words with a space between each two, in the units that Discord counts (UTF-16): what an id
of 100 leaves beside the longest page and action."""


LOOKED_AT = 1000
"""Characters of a text: more than that is no search, and would take a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSearch:
    words: tuple[str, ...] = ()
    """All of them stand in the prompt."""
    action: str | None = None
    """The key of the action."""
    favorites: bool = False
    """Only what they have kept."""

    @property
    def is_empty(self) -> bool:
        """It looks for nothing: all jobs fit."""
        return not (self.words or self.action or self.favorites)


def read_words(text: str) -> tuple[tuple[str, ...], bool]:
    """The words of *text*, as many as there is room for, and whether those are all.

    One that is longer than all the room is cut.
    """
    words: list[str] = []
    left = WORDS_MAX
    for word in _words(text[:LOOKED_AT]):
        length = _units(word)
        if length > left:
            if not words:
                words.append(word.encode("utf-16-le")[: 2 * left].decode("utf-16-le", "ignore"))
            return tuple(words), False
        words.append(word)
        left -= length + 1
    return tuple(words), len(text) <= LOOKED_AT


def _words(text: str) -> Iterator[str]:
    letters: list[str] = []
    for character in f"{text} ":
        if unicodedata.category(character)[0] in "LNM":
            letters.append(character)
        elif letters:
            word = "".join(letters)
            letters.clear()
            if any(map(str.isalnum, word)):  # marks alone, such as those of emoji, are no word
                yield word


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
