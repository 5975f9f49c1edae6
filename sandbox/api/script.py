"""The words that script what the sandbox does: in a prompt, or as the API key.

`Word` and `Key` are the only lists: the reader, the server and the text of ``--help`` all use them.
Nothing here acts on a word.
"""

import re
from collections.abc import Mapping
from enum import Enum
from textwrap import fill

_SYNTAX = re.compile(r"\bsandbox:(next:)?([a-z]+)(?:=(\d{1,6}(?:\.\d{1,3})?))?", re.IGNORECASE)

_NEXT = (
    "sandbox:next:word is for whatever is made from these images without a prompt of its own, such "
    "as an upscale: sandbox:next:fail"
)


class Word(Enum):
    """A word in a prompt, written ``sandbox:word`` or ``sandbox:word=number``.

    ``sandbox:next:word`` is for whatever is made from these images without a prompt of its own.
    """

    # ---- the submit
    BUSY = "busy", "the submit is refused: 429 with Retry-After"
    DOWN = "down", "the submit is refused: 503, service unavailable"
    HTML = "html", "the submit is refused: 502, a page of HTML"
    MODERATED = "moderated", "the submit is refused: 403, sensitive content detected"
    NOMODEL = "nomodel", "the submit is refused: 400, no such model"
    RESET = "reset", "the job is accepted, and the connection drops before the answer"
    HANG = "hang", "the job is accepted, and the submit is never answered"
    # ---- the job
    SECONDS = "seconds=N", "the job takes exactly N seconds, whatever the speed"
    SLOW = "slow", "the job takes two minutes at speed 1"
    FAIL = "fail", "the job fails at its end"
    NONE = "none", "the job completes without output"
    IMAGES = "images=N", "the job makes N images (0 to 16; over 4 as permutations do)"
    MISSING = "missing=N", "image number N (from 0) is removed by moderation; may be repeated"
    NOJOBID = "nojobid", "the answers hold no jobId; remixes name the task id"
    ACTIONS = (
        "actions[=N]",
        (
            "the completed task says what can be made of each image, in available_actions: "
            "at the top (1, or no N), in output (2) or in metadata (3)"
        ),
    )
    # ---- reading the task
    NOPROGRESS = "noprogress", "the answers hold no progress"
    BACKWARDS = "backwards", "progress goes backwards once, half-way"
    FLAKY = "flaky", "every second read of the task is a 500"
    UNPAID = "unpaid=N", "the first N reads of the task are refused: 402, no credit"
    LOST = "lost", "every read of the task is a 404"
    TRUNCATED = "truncated", "every read of the task is JSON that is cut off"
    DRIP = "drip", "every read of the task comes byte by byte, one a second at speed 1"
    SILENCE = "silence", "no read of the task is ever answered"
    # ---- the images
    BIG = "big", "the images are files of 12 MiB"
    GONE = "gone", "the images' addresses give 404"

    def __init__(self, form: str, meaning: str) -> None:
        self.form = form
        self.meaning = meaning
        self.word = form.partition("=N")[0].removesuffix("[")
        self._takes = {True, False} if form.endswith("[=N]") else {form.endswith("=N")}

    def takes(self, number: str) -> bool:
        """Whether it can stand with this number, or without one where it is empty."""
        return bool(number) in self._takes


class Key(Enum):
    """An API key that is refused; every other key is taken."""

    REFUSED = "refused", "every call is answered with 401, the key is not valid"
    EMPTY = "empty", "every call is answered with 402, no credit"
    FORBIDDEN = "forbidden", "every call is answered with 403, no permission"

    def __init__(self, form: str, meaning: str) -> None:
        self.form = form
        self.meaning = meaning


class Script:
    """The words found in one prompt."""

    def __init__(self, found: Mapping[Word, tuple[float, ...]]) -> None:
        self._found = found

    def __contains__(self, word: Word) -> bool:
        return word in self._found

    def numbers(self, word: Word) -> tuple[float, ...]:
        """All numbers given with a word, in the order of the prompt."""
        return self._found.get(word, ())

    def number(self, word: Word) -> float | None:
        """The last number given with a word."""
        return self.numbers(word)[-1] if self.numbers(word) else None


def read_script(prompt: str, *, for_next: bool = False) -> Script:
    """The scripted words of a prompt, or those in it *for_next*.

    Unknown ones, and ones without their number, are ignored.
    """
    known = {word.word: word for word in Word}
    found: dict[Word, tuple[float, ...]] = {}
    for follows, name, number in _SYNTAX.findall(prompt):
        word = known.get(name.lower())
        if bool(follows) != for_next or word is None or not word.takes(number):
            continue
        found[word] = (*found.get(word, ()), float(number)) if number else ()
    return Script(found)


def help_text() -> str:
    """All words and keys, as ``--help`` shows them."""
    lines = ["Words in a prompt script what happens; several may stand in one prompt:", ""]
    lines += [_entry(f"sandbox:{word.form}", word.meaning) for word in Word]
    lines += ["", fill(_NEXT, 96), "", "Any API key is taken, but for these:", ""]
    lines += [_entry(key.form, key.meaning) for key in Key]
    return "\n".join(lines)


def _entry(form: str, meaning: str) -> str:
    return fill(meaning, 96, initial_indent=f"  {form:<22}", subsequent_indent=" " * 24)
