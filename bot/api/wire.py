"""The task object of the generation API, both ways: requests out, task states in.

Pure: no network, no HTTP statuses. How refusals look is in `bot.api.refusals`.
"""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bot.actions import ACTIONS, MediaKind, SourceKind
from bot.api.lenient_json import (
    as_array,
    as_id,
    as_line,
    as_number,
    as_object,
    as_plain_decimal,
    shape_of,
)
from bot.api.refusals import cause_of, normalise_code
from bot.errors import ApiUnavailable, OutputUnreadable
from bot.inputs import split_web_address
from bot.model import Completed, Failed, Image, Request, Running, TaskState
from bot.pictures.areas import to_mask

log = logging.getLogger(__name__)

IMAGES_MAX = 100
"""How many of a task's images are looked at; permutations make more than four, not thousands."""

_NUMBERS = range(100)
"""What is believed of a reported number; permutations make more than four images."""
_NAMED = re.compile(r"_([0-3])\.[A-Za-z0-9]+\Z")
"""The provider's file names end like this: ``_0.png`` to ``_3.png``."""
_LISTED = {action.listed_as for action in ACTIONS.values()}
_COST_MAX_USD = 100
"""More than any job costs."""

warned: set[str] = set()
"""What was logged already; once per process is enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """An entry of a finished job's output: an image, or the place where one was."""

    job_id: str
    url: str | None
    """``None`` for an image that can't be fetched; it still holds its position."""
    kind: MediaKind
    reported: int | None
    """The number that the answer gives it."""


def submit_body(request: Request, model: str | None = None) -> dict[str, object]:
    """The JSON body that asks for *request*, by another name of its *model* if one is given."""
    action, source = request.action, request.source
    params: dict[str, object] = {}
    if source is not None and action.source is not SourceKind.NONE:
        params["jobId"] = source.job_id
        if action.source is SourceKind.IMAGE:
            params[action.source_param] = source.image_no
    if prompt := request.sent_prompt:
        params[action.prompt_param] = prompt
    for option in action.options:
        value = request.options.get(option.name, option.default)
        if option.is_mask and value:
            params[option.name] = to_mask(str(value))
        elif not option.flags and not option.is_mask:
            params[option.name] = value
    if request.callback is not None:
        params["callback"] = request.callback
    return {"model": model or action.model, "input": [{"params": params}]}


def parse_task(body: object, asked_for: str | None = None) -> TaskState:
    """The state that a decoded answer tells of.

    Only the id and the status must be there; an unknown status means that the task still runs.
    Who *asked_for* a task gets it under that id, whatever id the answer has, if any: else one odd
    answer would lead away from the task for ever. The words of a `Failed` are the API's own, in
    full. Raises `ApiUnavailable` if the id or the status is missing, and `OutputUnreadable` for
    a finished task: what was paid for is there, and a later answer may say where.
    """
    task = as_object(body)
    task_id = asked_for or task_id_of(body)
    status = task.get("status")
    if task_id is None or not isinstance(status, str):
        raise ApiUnavailable(detail="an answer without an id or a status")
    match status.strip().lower():
        case "completed":
            return _completed(task_id, task)
        case "failed":
            told = task.get("error")
            error = as_object(told)
            words = (
                as_line(one) for one in (error.get("error_message"), error.get("message"), told)
            )
            said = next(filter(None, words), "")
            code = normalise_code(error.get("code"))
            return Failed(task_id=task_id, code=code, cause=cause_of(said), detail=said)
        case _:
            done = as_number(task.get("progress"))
            fraction = None if done is None else float(min(1.0, max(0.0, done)))
            return Running(task_id=task_id, fraction=fraction)


def task_id_of(body: object) -> str | None:
    """The platform's task id in a decoded answer, if there is a usable one."""
    return as_id(as_object(body).get("id"))


def _completed(task_id: str, task: Mapping[str, object]) -> Completed:
    metadata = as_object(task.get("metadata"))
    cost = as_object(task.get("usage")).get("cost")
    cost_usd = as_plain_decimal(cost)
    if cost_usd is None or cost_usd > _COST_MAX_USD:
        cost_usd = None
        if cost is not None:
            _warn_once(
                f"Task %s: the cost in the answer is not a number from 0 to {_COST_MAX_USD}, using "
                "the estimate instead (logged once)",
                task_id,
            )
    output = task.get("output")
    entries = as_array(output)
    contents = [as_object(entry).get("content") for entry in entries]
    lists_are_lists = all(isinstance(found, list) for found in (output, *contents) if found)
    if not lists_are_lists or not all(isinstance(entry, dict) for entry in entries if entry):
        raise OutputUnreadable(task_id=task_id, detail=shape_of(task), cost_usd=cost_usd)
    items = [as_object(item) for content in contents for item in as_array(content)][:IMAGES_MAX]
    ids = (as_id(item.get("jobId")) for item in items)
    job_id = next(filter(None, ids), None) or as_id(metadata.get("jobId"))
    if job_id is None:  # no image names its own either
        _warn_once(
            "Task %s: no job id in the answer, using the task id instead (logged once)", task_id
        )
        job_id = task_id
    listed = as_array(metadata.get("imageNo"))
    beside = listed if len(listed) == len(items) else [None] * len(items)
    images = _numbered(
        [
            candidate
            for item, number in zip(items, beside, strict=True)
            if (candidate := _candidate(item, number, job_id)) is not None
        ]
    )
    if (listed_actions := _available_actions(task)) is not None:
        images = tuple(
            replace(one, available=listed_actions.get(one.image_no, frozenset())) for one in images
        )
    if items and not images:
        log.warning("Task %s: could not find an image in %s", task_id, shape_of(task))
    return Completed(
        task_id=task_id,
        job_id=images[0].job_id if images else job_id,
        images=images,
        cost_usd=cost_usd,
    )


def _available_actions(task: Mapping[str, object]) -> dict[int, frozenset[str]] | None:
    """What the answer says that can be made from each image number; ``None``: it says nothing.

    It is at the top, in the output or in the metadata, lists image numbers for most actions, and
    says yes or no to those that take a whole job.
    """
    output = task.get("output")
    for place in (task, *as_array(output), as_object(output), as_object(task.get("metadata"))):
        listed = as_object(as_object(place).get("available_actions"))
        if listed:
            numbers = {
                name: _NUMBERS if said is True else [as_number(one) for one in as_array(said)]
                for name, said in listed.items()
                if name in _LISTED
            }
            return {
                number: frozenset(name for name, those in numbers.items() if number in those)
                for number in _NUMBERS
            }
    return None


def _warn_once(message: str, task_id: str) -> None:
    if message not in warned:
        warned.add(message)
        log.warning(message, task_id)


def _candidate(item: Mapping[str, object], beside: object, job_id: str) -> _Candidate | None:
    """What *item* may become; ``None`` for a type that is not shown (and has no position).

    *beside* is the number that the answer's metadata has for it.
    """
    try:
        kind = MediaKind(as_line(item.get("type")).lower() or MediaKind.IMAGE)
    except ValueError:
        return None
    url = item.get("url")
    url = url.strip() if isinstance(url, str) else ""
    inside = as_object(item.get("metadata")).get("imageNo")
    reported = map(as_number, (item.get("imageNo"), inside, beside))
    return _Candidate(
        job_id=as_id(item.get("jobId")) or job_id,
        url=url.replace(" ", "%20") if split_web_address(url) else None,
        kind=kind,
        reported=next((int(one) for one in reported if one is not None and one in _NUMBERS), None),
    )


def _numbered(candidates: Sequence[_Candidate]) -> tuple[Image, ...]:
    """The images among *candidates*, in order, with numbers that are unique within a job id.

    A remix names its image by that number, so a wrong one remixes the wrong image; and moderation
    can remove images. A number is the one that was reported, else the end of the file name if all
    images of that job id have one, else the position. If that gives two images of one job id the
    same number, what was reported counts for nothing, then the file names.
    """
    jobs: defaultdict[str, list[_Candidate]] = defaultdict(list)
    for candidate in candidates:
        jobs[candidate.job_id].append(candidate)
    numbers: dict[str, Iterator[int]] = {}
    for job_id, entries in jobs.items():
        positions = [place for place, entry in enumerate(entries) if entry.url is not None]
        named = [_NAMED.search(urlsplit(one.url).path) for one in entries if one.url is not None]
        names = [int(match[1]) for match in named if match is not None]
        known = names if len(names) == len(positions) else positions
        reported = [entry.reported for entry in entries if entry.url is not None]
        mixed = [known[at] if number is None else number for at, number in enumerate(reported)]
        unique = (one for one in (mixed, known, positions) if len(set(one)) == len(one))
        numbers[job_id] = iter(next(unique))
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
