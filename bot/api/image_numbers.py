"""Which image of a job has which number (``imageNo``).

A remix names its image by that number, so a wrong one remixes the wrong image. Moderation can
remove images, so the position alone is not enough. Knows nothing of JSON around the images.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.api.lenient_json import as_number
from bot.model import Image, MediaKind

_NUMBERS = range(100)
"""What is believed of a told number; permutations make more than four images."""
_NAMED = re.compile(r"_([0-3])\.[A-Za-z0-9]+\Z")
"""The provider ends file names so: ``_0.png`` to ``_3.png``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry of a finished job's output: an image, or the place where one was."""

    job_id: str
    url: str | None
    """``None`` for an image that cannot be fetched; it still holds its position."""
    kind: MediaKind
    told: Sequence[object]
    """What the answer says its number is, most trusted first; may hold anything."""


def numbered(candidates: Sequence[Candidate]) -> tuple[Image, ...]:
    """The images among *candidates*, in order, with numbers that are unique within a job id.

    A number is what the answer tells of that image, else the end of its file name where all
    images of its job id have one, else its position. Where that gives two images of one job id
    the same number, what was told counts for nothing, then the file names.
    """
    jobs: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        jobs[candidate.job_id].append(candidate)
    numbers = {job_id: iter(_numbers(entries)) for job_id, entries in jobs.items()}
    return tuple(
        Image(
            job_id=candidate.job_id,
            image_no=next(numbers[candidate.job_id]),
            url=candidate.url,
            kind=candidate.kind,
        )
        for candidate in candidates
        if candidate.url is not None
    )


def _numbers(entries: Sequence[Candidate]) -> list[int]:
    """One number for each of *entries* that has a URL; all have the same job id."""
    present = [(place, entry) for place, entry in enumerate(entries) if entry.url is not None]
    positions = [place for place, _ in present]
    names = [number for _, entry in present if (number := _named(entry.url or "")) is not None]
    known = names if len(names) == len(present) else positions
    told = [_told(entry.told) for _, entry in present]
    mixed = [other if number is None else number for number, other in zip(told, known, strict=True)]
    for numbers in (mixed, known):
        if len(set(numbers)) == len(numbers):
            return numbers
    return positions


def _told(values: Sequence[object]) -> int | None:
    for value in values:
        number = as_number(value)
        if number is not None and number in _NUMBERS:
            return int(number)
    return None


def _named(url: str) -> int | None:
    match = _NAMED.search(urlsplit(url).path)
    return int(match[1]) if match else None
