"""Which image of a job has which number (``imageNo``).

A remix names its image by that number, so a wrong one remixes the wrong image. Moderation can
remove images, so the position alone is not enough.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.model import Image, MediaKind

_NAMED = re.compile(r"_([0-3])\.[A-Za-z0-9]+\Z")
"""The provider's file names end like this: ``_0.png`` to ``_3.png``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An entry of a finished job's output: an image, or the place where one was."""

    job_id: str
    url: str | None
    """``None`` for an image that can't be fetched; it still holds its position."""
    kind: MediaKind
    reported: int | None
    """The number that the answer gives it."""


def numbered(candidates: Sequence[Candidate]) -> tuple[Image, ...]:
    """The images among *candidates*, in order, with numbers that are unique within a job id.

    A number is the one that was reported, else the end of the file name if all images of that job
    id have one, else the position. If that gives two images of one job id the same number, what was
    reported counts for nothing, then the file names.
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
    positions = [place for place, entry in enumerate(entries) if entry.url is not None]
    named = [_NAMED.search(urlsplit(one.url).path) for one in entries if one.url is not None]
    names = [int(match[1]) for match in named if match is not None]
    known = names if len(names) == len(positions) else positions
    reported = [entry.reported for entry in entries if entry.url is not None]
    mixed = [known[at] if number is None else number for at, number in enumerate(reported)]
    for numbers in (mixed, known):
        if len(set(numbers)) == len(numbers):
            return numbers
    return positions
