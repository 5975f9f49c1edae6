"""What people name a job by: its id, a link to a message or an image, the name of a file.

Pure functions. Whether a job exists is not known here.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.characters import IGNORED
from bot.errors import Reason, Rejected

_POINTER_MAX = 2000
"""How much is read of what is to point at a job: a message with a link in it."""

_UUID_LIKE = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
_BARE_LIKE = r"[0-9a-f]{32}|[0-9a-v]{20}"
"""A UUID without its dashes; a task id of the platform."""
_DIGITS_LIKE = r"[0-9]{17,20}"
"""An id of Discord's, or one of the provider's other ones."""
_ANY_LIKE = rf"(?:{_UUID_LIKE}|{_BARE_LIKE}|{_DIGITS_LIKE})"

_DASHES = dict.fromkeys((*range(0x2010, 0x2016), 0x2212), "-")
_UNSEEN = re.compile(f"[{IGNORED}]+")
_QUOTED = re.compile(r"%([2-7][0-9a-f])", re.IGNORECASE)
_BARE_ID = re.compile(r"[A-Za-z0-9_-]{1,56}")
_UUID = re.compile(
    r"[0-9a-fA-F](?<![0-9a-zA-Z].)"  # the first letter before what precedes it: found much sooner
    r"(?i:[0-9a-f]{7}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-zA-Z])"
)
_DENSE_ID = re.compile(
    r"(?=.*[a-z])(?:(?=(?:.*[0-9]){2})[0-9a-z]{16,56}|[0-9a-v]{19}[0g])|[0-9]{19}", re.IGNORECASE
)
"""A task id of the platform is an xid (github.com/rs/xid), so its last letter holds a single bit:
one in two hundred has fewer than two digits."""
_MESSAGE_ID = re.compile(_DIGITS_LIKE)
_TORN_UUID = re.compile(
    r"([0-9a-fA-F](?<![0-9a-zA-Z].)(?i:[0-9a-f]{7}))[\s-]{1,3}(?i:([0-9a-f]{4})[\s-]{1,3}"
    r"([0-9a-f]{4})[\s-]{1,3}([0-9a-f]{4})[\s-]{1,3}([0-9a-f]{12}))(?![0-9a-zA-Z])"
)
"""With blanks for its dashes, or broken into two lines at one."""
_AROUND = "<>()[]{}\"'`|*.,;:!?"
"""What people put around a word."""
_ID_IN_TEXT = re.compile(
    r"[0-9a-vA-V](?<![0-9a-zA-Z@].)"
    r"(?i:(?<=[0-9a-f])[0-9a-f]{31}|[0-9a-v]{19}|(?<=[0-9])[0-9]{16,19})(?![0-9a-zA-Z])"
)
_SPOILER = re.compile(r"(?:SPOILER_)+")
_NUMBERED = re.compile(r"_[0-9](?:[0-9]?[.%]|(?<=[0-9a-zA-Z]{12}_.))")
_WORDS_MAX = 100
"""Nobody writes more words that may be names of files around the one that is."""
_UPLOAD = re.compile(r"([A-Za-z0-9_-]{1,56})_([0-9]{1,2})\.[A-Za-z0-9]{2,5}")
_RENAMED = re.compile(rf"(?<![0-9a-z])({_ANY_LIKE})_([0-9]{{1,2}})(?![0-9])", re.IGNORECASE)
"""Who has such a file twice gets ``…_1_1.png``, ``Copy of …_1.png``, or what programs think of."""
_STORED = re.compile(rf"/({_UUID_LIKE})/[0-9]_([0-9])\.[a-z]{{2,5}}", re.IGNORECASE)
"""The end of an address at which the provider keeps an image."""
_URL = re.compile(
    r"[a-zA-Z0-9-](?<![\w.@+-].)"
    r"(?i:(?<=[a-z])[a-z]{1,9}://|[a-z0-9-]{0,62}\.(?:[a-z0-9-]{1,63}\.){0,7}[a-z]{2,10}/)"
    r"[^\s<>()\[\]\"'`|]+"
)
"""An address, also without what it begins with."""
_MESSAGE = re.compile(
    r"[dD](?<![\w-].)(?i:iscord(?:(?:app)?\.com(?::443)?|://-)"
    r"/channels/(?:(?:@|%40)me|[0-9]{1,20})/[0-9]{1,20}/([0-9]{1,20})(?![0-9]))"
)
_MARKUP = re.compile(r"<(?:@[!&]?|#|/|a?:|id:)[^<>]*>")
"""What Discord makes of a mention, an emoji or a command: its digits are no job."""
_COPIED = re.compile(rf"[0-9](?<![\w-].)[0-9]{{16,19}}-({_DIGITS_LIKE})(?![\w-])")
"""What Discord copies with Shift held: the channel's id and the message's."""


@dataclass(frozen=True, slots=True)
class JobId:
    """An id: the provider's job id, or one of our task ids."""

    value: str
    typed: bool = field(default=False, compare=False)
    """Somebody wrote it, so it may be anything; else a button of ours says it."""


@dataclass(frozen=True, slots=True)
class MessageId:
    """A Discord message that may show a job of ours."""

    value: int


def read_job(text: str) -> JobId | MessageId:
    """What *text* points at: an id, a link to a message or an image, or a file name of ours.

    There may be other text around it, and the id may be written in capitals or without its dashes.
    Raises `Rejected`.
    """
    text = text[:_POINTER_MAX]
    if not text.isascii():
        # Programs put in other letters and dashes, and what nobody sees. Letter by letter: the
        # whole of some texts takes `normalize` a long time.
        forms = {letter: unicodedata.normalize("NFKC", letter) for letter in set(text)}
        text = "".join(map(forms.__getitem__, _UNSEEN.sub("", text)))[:_POINTER_MAX]
        text = text.translate(_DASHES)
    text = _unquoted(text.strip())
    bare = text.strip(_AROUND)
    if link := _MESSAGE.search(text) or _COPIED.search(text):
        return MessageId(int(link[1]))
    if _BARE_ID.fullmatch(bare) and not _RENAMED.search(bare):
        return JobId(bare, typed=True)
    named = list(_ids_in(_MARKUP.sub(" ", text)))
    likely = filter(could_be_an_id, named)
    if job_id := next(likely, None) or next(iter(named), None):
        return JobId(job_id, typed=True)
    raise Rejected(Reason.JOB_ID_INVALID)


def read_upload(name: str) -> tuple[str, int] | None:
    """The job id and image number in the name, or the address, of a file that we uploaded.

    Files that somebody renamed, as far as programs do it, are understood, and so is the address of
    an image at the provider's. ``None`` for anything else.
    """
    path = _unquoted(name).partition("?")[0].partition("#")[0]
    found = _STORED.search(path)
    if found is None:
        file_name = _SPOILER.sub("", path.rpartition("/")[2], count=1)
        found = _RENAMED.search(file_name) or _UPLOAD.fullmatch(file_name)
    return found and (found[1], int(found[2]))


def messages_linked(text: str) -> Iterator[MessageId]:
    """The messages that *text* has links to."""
    for link in _MESSAGE.finditer(text):
        yield MessageId(int(link[1]))


def uploads_linked(text: str) -> Iterator[tuple[str, int]]:
    """The images of ours that *text* has links to, as `read_upload` reads them."""
    for url in _URL.finditer(text):
        if upload := read_upload(url[0]):
            yield upload


def _unquoted(text: str) -> str:
    """*text* with the letters for which it has percent signs, as far as ids and links have such."""
    return _QUOTED.sub(lambda quoted: chr(int(quoted[1], 16)), text)


def _ids_in(text: str) -> Iterator[str]:
    """All that may be an id of a job in *text*, the likeliest first."""
    yield from (found[0] for found in _UUID.finditer(text))
    yield from ("-".join(found.groups()) for found in _TORN_UUID.finditer(text))
    for word in list(filter(_NUMBERED.search, text.split()))[:_WORDS_MAX]:
        if upload := read_upload(word.strip("<>()[]\"'`|,;")):
            yield upload[0]
    # Addresses are full of digits that mean something else.
    addresses = [found[0] for found in _URL.finditer(text)]
    between = _URL.sub(" ", text) if addresses else text
    yield from (found[0] for found in _ID_IN_TEXT.finditer(between))
    for address in addresses:
        parts = address.partition("?")[0].split("/")
        yield from (part for part in parts if _DENSE_ID.fullmatch(part) and not part.isdecimal())


def is_uuid(job_id: str) -> bool:
    """Whether *job_id* looks like most of the provider's: nobody calls a file so by accident."""
    return _UUID.fullmatch(job_id) is not None


def may_be_known(job: JobId) -> bool:
    """Whether the API may know *job* although the store does not."""
    return not job.typed or could_be_an_id(job.value)


def could_be_an_id(job_id: str) -> bool:
    """Whether *job_id* may be one of the provider's: they have no one shape, but none is a word."""
    return is_uuid(job_id) or _DENSE_ID.fullmatch(job_id) is not None


def could_be_a_message(job_id: str) -> bool:
    """Whether *job_id* may be the id of a Discord message, as "Copy Message ID" gives it."""
    return _MESSAGE_ID.fullmatch(job_id) is not None


def plain_id(job_id: str) -> str:
    """*job_id* as it is compared: people write UUIDs in capitals, and without their dashes."""
    return job_id.replace("-", "").lower()


def same_id(one: str, other: str | None) -> bool:
    """Whether both are spellings of one id."""
    return other is not None and plain_id(one) == plain_id(other)
