"""Makes text that people wrote safe to show: no mention, no Markdown, no broken layout.

What Discord shows of it is what they typed, letter by letter. A plain link stays as it is in the
source of the message too: phones copy that, and an image's link is part of many prompts. Discord
takes everything up to the next white space into a link and looks for no markup in there; where a
link has letters that could be taken for markup all the same, it is shown as text.

All of it is linear. What has to be short is cut before it is escaped.
"""

import re
import unicodedata

_SPACE = r"\t\x0b-\r \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
"""JavaScript's white space, by which Discord's client goes, without the line break."""
_BLANK = rf"\n{_SPACE}"
_LINK = re.compile(rf"(https?://)([^{_BLANK}<]+)(<?)")
_NOT_LAST_IN_LINK = ".,:;\"')]"
"""Discord leaves these letters off the end of a link."""
_UNSAFE_IN_LINK = re.compile(
    r"[\\`|\[\]>\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f]"
)

_ESCAPES = {ord(letter): f"\\{letter}" for letter in "\\*_~`|[<"}
_BEGINNING = re.compile(r":(?=//|[\w+\\-]+:)|@(?=everyone|here)")
"""Of the name of an emoji, of a call to all, or of an address that shall be no link."""
_LINE_START = re.compile(
    rf"^[{_SPACE}]*+(?:(?=[#>])|(?=[-+](?:[{_BLANK}#]|\Z))|[0-9]++(?=\.(?:[{_BLANK}]|\Z)))",
    re.MULTILINE,
)
"""What is before the sign of a heading, a quote, a small line, or an item of a list."""

_LETTER_MAX = 64
"""Nothing that looks like one letter is longer in good faith."""
_JOINER = "\u200d"
_JOINED = re.compile(r"[\u200d\u1160-\u11ff\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]")
_HALF_FLAG = re.compile(r"[\U0001f1e6-\U0001f1ff]")


def plain(text: str) -> str:
    """*text* so that Discord shows it letter by letter and it mentions nobody."""
    pieces: list[str] = []
    end = 0
    for start, stop in _links(text):
        pieces += (_as_text(text[end:start]), text[start:stop])
        end = stop
    pieces.append(_as_text(text[end:]))
    return _LINE_START.sub(lambda start: f"{start[0]}\\", "".join(pieces))


def shown(text: str, limit: int) -> str:
    """*text*, made plain: at most *limit* characters, an ellipsis where some are left out.

    *limit* is at least 2. No letter, no escape and no link is cut in two.
    """
    return _fitted(plain(text[: limit + 1]), limit)


def quote(text: str, limit: int) -> tuple[str, bool]:
    """*text*, made plain, as a block quote of at most *limit* characters; whether it is all there.

    Empty lines and white space around the others are left out. *limit* is at least 4.
    """
    lines: list[str] = []
    length = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        lines.append(line[: limit + 1])
        length += len("> ") + len(line) + len("\n")
        if length > limit + 1:
            break
    quoted = "\n".join(f"> {line}" for line in plain("\n".join(lines)).split("\n") if line)
    return _fitted(quoted, limit), len(quoted) <= limit


def shorten(text: str, limit: int) -> str:
    """At most *limit* characters of *text*, an ellipsis at the end where some are left out.

    For what Discord shows without looking for markup. *limit* is at least 1.
    """
    if len(text) <= limit:
        return text
    return text[: _between_letters(text, limit - 1)].rstrip() + "…"


def in_one_line(text: str) -> str:
    """*text* without line breaks, and with one space where there were several."""
    return " ".join(text.split())


def _links(text: str) -> list[tuple[int, int]]:
    """From where to where in *text* there are links that hide nothing."""
    found: list[tuple[int, int]] = []
    for match in _LINK.finditer(text):
        scheme, rest, angle = match.groups()
        rest = rest.rstrip(_NOT_LAST_IN_LINK)
        # an angle is escaped, and the backslash would be part of the link
        if len(rest) > 1 and not angle and _UNSAFE_IN_LINK.search(rest) is None:
            found.append((match.start(), match.start() + len(scheme) + len(rest)))
    return found


def _as_text(text: str) -> str:
    escaped = text.translate(_ESCAPES)
    if ":" in escaped or "@" in escaped:
        return _BEGINNING.sub(lambda sign: f"\\{sign[0]}", escaped)
    return escaped


def _fitted(escaped: str, limit: int) -> str:
    """*escaped*, cut where it is longer than *limit*."""
    if len(escaped) <= limit:
        return escaped
    cut = limit - len(" …")
    for start, stop in _links(escaped):
        if start < cut < stop:
            if start < limit // 2:  # much would be lost: it goes on as text
                whole = escaped[:start] + _as_text(escaped[start:stop]) + escaped[stop:]
                return _fitted(whole, limit)
            cut = start
    head = escaped[: _between_letters(escaped, cut)]
    if (len(head) - len(head.rstrip("\\"))) % 2:
        head = head[:-1]
    head = head.rstrip()
    while head.endswith("\n>"):  # a line of a quote of which nothing is left
        head = head[:-2].rstrip()
    links = _links(f"{head}…")
    apart = head == ">" or (
        links and links[-1][1] > len(head)
    )  # or the ellipsis would belong to it
    return f"{head} …" if apart else f"{head}…"


def _between_letters(text: str, at: int) -> int:
    """The last place up to *at* that is not inside of what looks like one letter."""
    for destination in range(at, max(at - _LETTER_MAX, 0), -1):
        if not _is_joined(text[destination - 1], text[destination]):
            return destination
    return at


def _is_joined(before: str, after: str) -> bool:
    """Whether two neighbouring characters are part of one letter."""
    return (
        before == _JOINER
        or _JOINED.match(after) is not None
        or unicodedata.category(after).startswith("M")
        or (_HALF_FLAG.match(before) is not None and _HALF_FLAG.match(after) is not None)
    )
