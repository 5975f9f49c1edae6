"""The task object of the generation API, both ways: requests out, task states in.

Pure: no network, no HTTP statuses. How refusals look is in `bot.api.refusals`; which image has
which number is in `bot.api.image_numbers`.
"""

import logging
import threading
from collections.abc import Mapping
from decimal import Decimal
from urllib.parse import urlsplit

from bot.actions import MediaKind, SourceKind
from bot.api.image_numbers import Candidate, numbered
from bot.api.lenient_json import (
    as_array,
    as_id,
    as_line,
    as_number,
    as_object,
    as_plain_decimal,
    shape_of,
)
from bot.api.refusals import normalise_code
from bot.errors import ApiUnavailable, OutputUnreadable
from bot.model import (
    Completed,
    Failed,
    Image,
    Request,
    Running,
    TaskState,
)

log = logging.getLogger(__name__)

IMAGES_MAX = 100
"""How many of a task's images are looked at; permutations make more than four, not thousands."""

_COST_MAX_USD = 100
"""More than any job costs."""

fallback_was_logged = threading.Event()
"""Set once a finished task without a provider job id was logged; once per process is enough."""
cost_was_logged = threading.Event()
"""Set once a cost that is not believed was logged."""


def submit_body(request: Request) -> dict[str, object]:
    """The JSON body that asks for *request*."""
    action, source = request.action, request.source
    params: dict[str, object] = {}
    if source is not None and action.source is not SourceKind.NONE:
        params["jobId"] = source.job_id
        if action.source is SourceKind.IMAGE:
            params[action.source_param] = source.image_no
    if request.prompt:
        params[action.prompt_param] = request.prompt
    params |= action.complete(request.options)
    if request.callback is not None:
        params["callback"] = request.callback
    return {"model": action.model, "input": [{"params": params}]}


def parse_task(body: object, asked_for: str | None = None) -> TaskState:
    """The state that a decoded answer tells of.

    Only the id and the status must be there; an unknown status means that the task still runs.
    Who *asked_for* a task gets it under that id, whatever id the answer has, if any: else one odd
    answer would lead away from the task for ever. The words of a `Failed` are the API's own, in
    full. Raises `ApiUnavailable` where the id or the status is missing, and `OutputUnreadable` for
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
            return _failed(task_id, task.get("error"))
        case _:
            return Running(task_id=task_id, fraction=_fraction(task.get("progress")))


def task_id_of(body: object) -> str | None:
    """The platform's task id in a decoded answer, where there is a usable one."""
    return as_id(as_object(body).get("id"))


def _completed(task_id: str, task: Mapping[str, object]) -> Completed:
    metadata = as_object(task.get("metadata"))
    cost_usd = _cost(as_object(task.get("usage")).get("cost"), task_id)
    items = _items(task.get("output"))
    if items is None:
        raise OutputUnreadable(task_id=task_id, shape=shape_of(task), cost_usd=cost_usd)
    job_id = _job_id(items, metadata)
    if job_id is None:
        _log_fallback_once(task_id)
        job_id = task_id
    images = _images(items, metadata, job_id)
    if items and not images:
        log.warning("Task %s: could not find an image in %s", task_id, shape_of(task))
    return Completed(
        task_id=task_id,
        job_id=images[0].job_id if images else job_id,
        images=images,
        cost_usd=cost_usd,
    )


def _items(output: object) -> list[object] | None:
    """The first `IMAGES_MAX` that *output* lists, none where it is absent or empty.

    ``None`` where it cannot be read.
    """
    entries = as_array(output)
    contents = [as_object(entry).get("content") for entry in entries]
    lists_are_lists = all(isinstance(found, list) for found in (output, *contents) if found)
    if not lists_are_lists or not all(isinstance(entry, dict) for entry in entries if entry):
        return None
    return [item for content in contents for item in as_array(content)][:IMAGES_MAX]


def _job_id(items: list[object], metadata: Mapping[str, object]) -> str | None:
    """The provider's job id for images that do not name their own."""
    for item in items:
        if (job_id := as_id(as_object(item).get("jobId"))) is not None:
            return job_id
    return as_id(metadata.get("jobId"))


def _log_fallback_once(task_id: str) -> None:
    if not fallback_was_logged.is_set():
        fallback_was_logged.set()
        log.warning(
            "Task %s: no job id in the answer, using the task id instead (logged once)", task_id
        )


def _images(items: list[object], metadata: Mapping[str, object], job_id: str) -> tuple[Image, ...]:
    """What can be shown of *items*; other types, and items without a web address, are left out."""
    listed = as_array(metadata.get("imageNo"))
    told_beside = listed if len(listed) == len(items) else [None] * len(items)
    candidates = [
        _candidate(as_object(item), beside, job_id)
        for item, beside in zip(items, told_beside, strict=True)
    ]
    return numbered([candidate for candidate in candidates if candidate is not None])


def _candidate(item: Mapping[str, object], beside: object, job_id: str) -> Candidate | None:
    """What *item* may become; ``None`` for a type that is not shown (and has no position)."""
    try:
        kind = MediaKind(as_line(item.get("type")).lower() or MediaKind.IMAGE)
    except ValueError:
        return None
    inside = as_object(item.get("metadata")).get("imageNo")
    return Candidate(
        job_id=as_id(item.get("jobId")) or job_id,
        url=_web_address(item.get("url")),
        kind=kind,
        told=(item.get("imageNo"), inside, beside),
    )


def _web_address(value: object) -> str | None:
    if not isinstance(value, str) or not (url := value.strip()).isprintable():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url.replace(" ", "%20") if parts.scheme in ("http", "https") and parts.netloc else None


def _failed(task_id: str, error: object) -> Failed:
    told = as_object(error)
    return Failed(
        task_id=task_id,
        code=normalise_code(told.get("code")),
        detail=as_line(told.get("error_message")) or as_line(told.get("message")) or as_line(error),
    )


def _fraction(value: object) -> float | None:
    number = as_number(value)
    return None if number is None else float(min(1.0, max(0.0, number)))


def _cost(value: object, task_id: str) -> Decimal | None:
    """US dollars, 0 to `_COST_MAX_USD`; anything that no job can cost is not believed."""
    cost = as_plain_decimal(value)
    if cost is not None and cost <= _COST_MAX_USD:
        return cost
    if value is not None and not cost_was_logged.is_set():
        cost_was_logged.set()
        log.warning(
            "Task %s: the cost in the answer is not a number from 0 to %d, using the estimate "
            "instead (logged once)",
            task_id,
            _COST_MAX_USD,
        )
    return None
