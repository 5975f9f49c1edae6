"""A language in which nothing else can hide: every sentence stands in brackets.

A sentence that is English wherever it's shown was written past `bot.texts`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, cast

from bot.texts import Texts

LOCALE = "sv-SE"
"""Discord's name of a language that there is none of."""
_SHOWN = {"content", "title", "label", "description", "placeholder"}
"""Where the components, forms and messages of Discord hold words."""


class Pseudo(Texts):
    """English in brackets."""

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        return found if name.startswith("_") else _bracketed(found)


def _bracketed(found: Any) -> Any:
    if isinstance(found, str):
        return f"⟦{found}⟧"
    if isinstance(found, Mapping):
        pairs = cast("Mapping[Any, Any]", found)
        return {key: _bracketed(value) for key, value in pairs.items()}
    if isinstance(found, tuple | list | Iterator):
        return tuple(map(_bracketed, cast("Iterable[Any]", found)))
    if is_dataclass(found) and not isinstance(found, type):
        words = {one.name: _bracketed(getattr(found, one.name)) for one in fields(found)}
        return replace(found, **words)
    return _call(found) if callable(found) else found


def _call(method: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args, **kwargs: _bracketed(method(*args, **kwargs))


def outside(text: str) -> str:
    """What of *text* stands in no brackets."""
    inner = re.compile("⟦[^⟦⟧]*⟧")
    while inner.search(text):
        text = inner.sub("", text)
    return text


def words_in(payload: Any) -> Iterator[str]:
    """Everything in what is sent to Discord that people read."""
    if isinstance(payload, Mapping):
        for key, value in cast("Mapping[str, Any]", payload).items():
            if key in _SHOWN and isinstance(value, str):
                yield value
            elif key == "choices":  # of an autocomplete
                yield from (choice["name"] for choice in value)
            else:
                yield from words_in(value)
    elif isinstance(payload, list):
        for one in cast("list[Any]", payload):
            yield from words_in(one)


def escaped(payload: Any, *people_wrote: str) -> list[str]:
    """What is shown in no brackets, besides what people wrote, addresses, mentions and ids."""
    found: list[str] = []
    for text in words_in(payload):
        left = outside(text)
        for words in people_wrote:
            left = left.replace(words, "")
        left = re.sub(r"https?://\S+|attachment://\S+|<[@#:t][^>]*>|`[^`]*`", "", left)
        if re.search(r"[^\W\d_]", left):
            found.append(text)
    return found
