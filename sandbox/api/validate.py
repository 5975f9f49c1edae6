"""Reads a submit: a JSON body in, an `Order` or a `Refusal` out.

Parameters are checked in the order of their codes; unknown ones are ignored. Whether a source job
exists is not known here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import count, islice
from typing import TypeGuard
from urllib.parse import urlsplit

from sandbox.api.refusals import Model, Refusal, bad_parameter, unknown_model, wrong_shape

PROMPT_MAX = 8192


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The image that a remix starts from, as the order names it."""

    job_id: str
    image_no: int
    """0 to 3."""
    subtle: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A submit whose every value is good."""

    model: Model
    params: Mapping[str, object]
    """As they came."""
    prompt: str
    source: Source | None = None
    """None for an image from text alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a model takes. Its codes count that from 1, in this order."""

    takes_image: bool = False
    options: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """The values of each, the default first."""
    prompt: str
    """What it calls the prompt."""


RULES = {
    Model.REMIX: Rules(takes_image=True, options={"mode": (0, 1)}, prompt="remixPrompt"),
    Model.DIFFUSION: Rules(prompt="text"),
}

Refuse = Callable[[int, str], Refusal]


def read_order(body: object) -> Order:
    """The order in a body ``{"model": …, "input": [{"params": {…}}]}``. Raises `Refusal`."""
    if not _is_object(body):
        raise wrong_shape("the body is not an object")
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise wrong_shape("model: field required")
    params = _params(body.get("input"))
    if name not in set(Model):
        raise unknown_model(name)
    model = Model(name)
    rules, numbers = RULES[model], count(1)
    refuse = partial(bad_parameter, model)
    source = _source(params, refuse, numbers) if rules.takes_image else None
    for option, values in rules.options.items():
        number, value = next(numbers), params.get(option, values[0])
        if not _is_integer(value) or value not in values:
            raise refuse(number, f"{option} must be one of {values}")
    prompt = _prompt(params.get(rules.prompt), refuse, numbers)
    if "callback" in params and not _is_http_url(params["callback"]):
        raise refuse(next(numbers), "callback must be an http or https URL")
    return Order(model=model, params=params, prompt=prompt, source=source)


def check_image_exists(source: Source, image_numbers: frozenset[int]) -> None:
    """Raises `Refusal` where the source's job has no such image."""
    if source.image_no not in image_numbers:
        raise bad_parameter(Model.REMIX, 3, f"imageNo {source.image_no} does not exist")


def _params(entries: object) -> dict[str, object]:
    if not _is_array(entries) or len(entries) != 1:
        raise wrong_shape("input: exactly one entry is required")
    entry = entries[0]
    if not _is_object(entry):
        raise wrong_shape("input[0] is not an object")
    params = entry.get("params")
    if not _is_object(params):
        raise wrong_shape("input[0].params is not an object")
    return params


def _source(params: Mapping[str, object], refuse: Refuse, numbers: Iterator[int]) -> Source:
    no_job, no_image, wrong_image = islice(numbers, 3)
    job_id = params.get("jobId")
    if not isinstance(job_id, str) or not job_id.strip():
        raise refuse(no_job, "jobId is required")
    image_no = params.get("imageNo")
    if image_no is None:
        raise refuse(no_image, "imageNo is required")
    if not _is_integer(image_no) or not 0 <= image_no <= 3:
        raise refuse(wrong_image, "imageNo must be 0, 1, 2 or 3")
    return Source(job_id=job_id, image_no=image_no, subtle=params.get("mode") == 1)


def _prompt(value: object, refuse: Refuse, numbers: Iterator[int]) -> str:
    missing, wrong_length = islice(numbers, 2)
    if not isinstance(value, str):
        raise refuse(missing, "the prompt is required")
    if not 1 <= len(value) <= PROMPT_MAX:
        raise refuse(wrong_length, f"the prompt must have 1 to {PROMPT_MAX} characters")
    return value


def _is_http_url(value: object) -> bool:
    if not isinstance(value, str) or any(character.isspace() for character in value):
        return False
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def _is_integer(value: object) -> TypeGuard[int]:
    """JSON's true and 1.0 are no integers here, although Python would let them pass."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_object(value: object) -> TypeGuard[dict[str, object]]:
    return isinstance(value, dict)


def _is_array(value: object) -> TypeGuard[list[object]]:
    return isinstance(value, list)
