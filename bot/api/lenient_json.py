"""Reading JSON that may hold anything: every function takes any document and never raises.

Knows no field names; those are in `bot.api.wire` and `bot.api.refusals`.
"""

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import cast

_ID_MAX = 256
"""Characters; far above every id seen, far below what would hurt a database or a log."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,39}")
_KEYS_MAX = 12
_SHAPE_MAX = 600
_TYPES: Mapping[type[object], str] = {
    bool: "bool",
    int: "number",
    float: "number",
    str: "text",
    type(None): "null",
    dict: "{}",
    list: "[]",
}
_WORD = re.compile(r"\w+")
_SHORT = 2
"""Letters of words that tell nothing."""
_PLAIN_DECIMAL = re.compile(r"[0-9]{1,12}(\.[0-9]{1,60})?")
"""As people write an amount: no sign, no exponent, no underscore; short enough to count with."""


def decoded(body: bytes) -> object:
    """The JSON document in *body*; ``None`` if there is none that can be read."""
    try:
        return cast("object", json.loads(body))
    except (ValueError, RecursionError):  # RecursionError: a body of nothing but opening brackets
        return None


def as_object(value: object) -> Mapping[str, object]:
    """*value* if it is a JSON object, else an empty one."""
    return cast("Mapping[str, object]", value) if isinstance(value, dict) else {}


def as_array(value: object) -> Sequence[object]:
    """*value* if it is a JSON array, else an empty one."""
    return cast("Sequence[object]", value) if isinstance(value, list) else ()


def as_line(value: object) -> str:
    """*value* if it is a string, as one line of printable characters; else ``""``."""
    if not isinstance(value, str):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in value)
    return " ".join(printable.split())


def unquoted(words: str, said: Iterable[str]) -> str:
    """*words*, with an ellipsis for each that *said* has too: what people write is for no log."""
    written = " ".join(said).casefold()

    def kept(found: re.Match[str]) -> str:
        word = found[0].casefold()
        if word.isascii():
            quoted = len(word) > _SHORT and word in written
        else:
            # Some scripts have no spaces: the quote may be a piece of what looks like one word.
            quoted = any(word[at : at + 2] in written for at in range(len(word)))
        return "…" if quoted else found[0]

    return _WORD.sub(kept, words)


def as_id(value: object) -> str | None:
    """An id of any shape, as text: a printable string or a whole number, 1 to 256 characters."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value < 10**64 else None
    if not isinstance(value, str):
        return None
    text = value.strip()
    return text if text.isprintable() and 0 < len(text) <= _ID_MAX else None


def as_number(value: object) -> int | float | None:
    """A number, or a string that holds one; never a bool, NaN or an infinity."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return value if isinstance(value, float) and math.isfinite(value) else None


def as_plain_decimal(value: object) -> Decimal | None:
    """A number of at most 12 digits, with a fraction of at most 60 or none, or its text.

    Never negative, and nothing but digits and one point: "1_000", "1e3" and "NaN" are none.
    """
    if isinstance(value, float) and 0 <= value < 10**12:  # NaN is not
        value = f"{value:.12f}".rstrip("0").rstrip(".")
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12:
        value = str(value)
    if not isinstance(value, str) or not _PLAIN_DECIMAL.fullmatch(text := value.strip()):
        return None
    return Decimal(text)


def shape_of(value: object, depth: int = 6) -> str:
    """Which keys and types *value* has, for a log: none of its words, at most 600 characters.

    Of a list the first entry stands for all. A key that is no name is not written out either, nor
    is anything below *depth*.
    """
    if entries := as_object(value):
        if not depth:
            return "{…}"
        parts = [
            f"{key if _NAME.fullmatch(key) else '?'}: {shape_of(held, depth - 1)}"
            for key, held in islice(entries.items(), _KEYS_MAX)
        ]
        shape = "{" + ", ".join(parts + ["…"] * (len(entries) > _KEYS_MAX)) + "}"
    elif items := as_array(value):
        shape = f"[{len(items)} of {shape_of(items[0], depth - 1)}]" if depth else "[…]"
    else:
        shape = _TYPES.get(type(value), "…")
    return shape[:_SHAPE_MAX]
