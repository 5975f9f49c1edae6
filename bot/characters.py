"""What can be seen of a text, and which letters are the same to a reader.

Everything here takes time in proportion to the length of the text, whatever its letters:
`unicodedata.normalize` does not, so single letters are looked up in a table instead.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain
from string import ascii_lowercase

IGNORED = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
"""What shows nothing by itself, for a regular expression: ``Default_Ignorable_Code_Point``."""
ADDED_MARKS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
"""Accents that no script needs: a letter with one of its own is one character."""
DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2e3a\u2e3b\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs."""
_BLANKS = "\u2800\U0001d159"
"""A sign of Braille and a note, both without a dot or a head."""
_UNSEEN = {"Cc", "Cf", "Cs", "Zs", "Zl", "Zp", "Mn", "Me"}
"""Categories of what is not seen where there is nothing else."""
_WITH_FORMS = (
    range(0x3400),
    range(0xA640, 0xA800),
    range(0xAB30, 0xABC0),
    range(0xF900, 0x10000),
    range(0x10400, 0x10CC0),
    range(0x118A0, 0x118E0),
    range(0x16E40, 0x16E80),
    range(0x1D400, 0x1D800),
    range(0x1E000, 0x1E100),
    range(0x1E900, 0x1F300),
    range(0x1FBF0, 0x1FC00),
    range(0x2F800, 0x2FA20),
)
"""Where there are letters that have other forms."""
_LOOK_ALIKES = {
    "a": "ɑαаꭺᴀᎪᗅꓮ",
    "b": "βвьʙᏴᏼᗷꓐ",
    "c": "ϲсⲥᴄᏟꓚ",
    "d": "ԁᴅᎠᗞᗪꓓ",
    "e": "εеҽᴇⴹᎬꓰ",
    "f": "ϝքꜰᖴꓝ",
    "g": "ɡցԍɢᏀꓖ",
    "h": "һհнʜⲏᎻᏂᕼꓧΗ",
    "i": "ıɩɪιіꙇӏᎥ",
    "j": "ϳјᴊᎫᒍꓙ",
    "k": "κкᴋⲕᏦᛕꓗ",
    "l": "ʟǀⳑᏞᒪꓡ",
    "m": "мᴍⲙᎷᗰꓟΜ",
    "n": "ηոռɴⲛꓠΝ",
    "o": "οоօᴏᴑⲟჿⵔꓳ",
    "p": "ρрᴘⲣᏢᑭꓑ",
    "q": "ԛգզⵕ",
    "r": "ʀɾᴦⲅꭇᎡᏒᖇꓣ",
    "s": "ѕꜱտᏕᏚꓢ",
    "t": "τтᴛⲧᎢꓔ",
    "u": "υսᴜʋꭒᑌꓴ",
    "v": "νѵᴠᏙᐯꓦ",
    "w": "ωѡԝաɯᴡᎳᏔꓪ",
    "x": "χхⲭⵝᕁꓫ",
    "y": "γуүყʏɣⲩꓬΥ",
    "z": "ζᴢᏃꓜ",
}
"""Letters of other scripts and of phonetics that look like Latin ones; those of which only one case
does, or each like another one (``Ν``, ``ν``), as they look."""
_FRAMED = (0x1F150, 0x1F170, 0x1F1E6)
"""The first ones of alphabets in circles, in squares, and of those that flags are made of."""
_FOLDED_MAX = 3
"""A few letters fold into a whole sentence: those stay as they are."""


UNSEEN = f"{IGNORED}{_BLANKS}\ud800-\udfff" + "".join(
    re.escape(letter)
    for letter in map(chr, chain(range(0x3400), range(0xA000, 0xAC00), range(0xE000, 0x10000)))
    if unicodedata.category(letter) in _UNSEEN
)
"""What is not seen where there is nothing else, for a regular expression, without the accents of
scripts beyond the first plane: to look for so many ranges takes long."""
_MAY_BE_SEEN = re.compile(f"[^{UNSEEN}]")


def is_blank(text: str) -> bool:
    """Whether nothing of *text* can be seen."""
    found = _MAY_BE_SEEN.search(text)
    if found is None or _is_seen(found[0]):
        return found is None
    return not any(map(_is_seen, set(text)))


def _is_seen(letter: str) -> bool:
    return unicodedata.category(letter) not in _UNSEEN and _MAY_BE_SEEN.match(letter) is not None


SIGNS_END = 0x20000
"""Beyond there are only ideographs, and what nobody sees."""
IDEOGRAPHS_END = 0x32400
TABLE_END = 0x40000
"""`str.translate` takes long over what a table does not have."""
_BEYOND = b"\xf1\xf2\xf3\xf4"
"""With these begins in UTF-8 what is beyond."""


def translated(text: str, table: Sequence[int | str | None]) -> str:
    """*text*, each of its letters as *table* has it; without surrogates, and without what nobody
    sees beyond the table's end.

    `str.translate` is several times faster by a sequence than by a dictionary.
    """
    # no regular expression: that takes long where every other letter is beyond
    within = text.encode(errors="ignore").translate(None, _BEYOND).decode(errors="ignore")
    return within.translate(table)


def codes(letters: str) -> Iterator[int]:
    """Of all *letters*, which are written as for a regular expression."""
    for first, last in re.findall("(.)(?:-(.))?", letters):
        yield from range(ord(first), ord(last or first) + 1)


def folded_letters() -> dict[int, str | None]:
    """Letters without case and in one form, ``None`` for what shows nothing; no others.

    The form is that of NFKC, letter by letter, and Latin where it looks so; what is no letter stays
    as it is.
    """
    plain = {alike: letter for letter, alikes in _LOOK_ALIKES.items() for alike in alikes}
    forms: dict[int, str | None] = {}
    for code in chain(*_WITH_FORMS):
        letter = chr(code)
        if unicodedata.decomposition(letter) or letter.casefold() != letter:
            form = _folded(letter)
            if form != letter:
                forms[code] = plain.get(form, form)
    forms.update(dict.fromkeys(code for code in codes(IGNORED) if code < TABLE_END))
    forms.update((ord(alike), letter) for alike, letter in plain.items())
    for first in _FRAMED:
        forms.update(enumerate(ascii_lowercase, first))
    return forms


def _folded(letter: str) -> str:
    form = unicodedata.normalize("NFKC", letter).casefold()
    letters = [
        one
        for one in unicodedata.normalize("NFKC", form)
        if one.isalnum() or unicodedata.category(one).startswith("M")
    ]
    return "".join(letters) if 0 < len(letters) <= _FOLDED_MAX else letter
