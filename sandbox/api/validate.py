"""Reads a submit: a JSON body in, an `Order` or a `Refusal` out.

Parameters are checked in the order of their codes; unknown ones are ignored. What the source is, is
not known here.
"""

from collections.abc import Mapping

from sandbox.api.checks import is_array, is_integer, is_object
from sandbox.api.models import Model, Order, Source
from sandbox.api.painting.scene import Scene
from sandbox.api.refusals import bad_parameter, not_supported, unknown_model, wrong_shape
from sandbox.api.table import MODELS


def read_order(body: object, models: Mapping[str, Model] = MODELS) -> Order:
    """The order in a body ``{"model": …, "input": [{"params": {…}}]}``. Raises `Refusal`."""
    if not is_object(body):
        raise wrong_shape("the body is not an object")
    name = body.get("model")
    if not isinstance(name, str) or not name:
        raise wrong_shape("model: field required")
    params = _params(body.get("input"))
    if name not in models:
        raise unknown_model(name)
    model = models[name]
    _check(model, params)
    prompt = params.get(model.prompt) if model.prompt else None
    return Order(
        model=model,
        params=params,
        prompt=prompt if isinstance(prompt, str) else None,
        source=_source(model, params),
    )


def check_source(order: Order, scenes: Mapping[int, Scene]) -> None:
    """Raises `Refusal` where its source's job, with these scenes, is no source of such an order."""
    model, number = order.model, order.source.image_no if order.source else None
    if number is not None and model.source_no is not None and number not in scenes:
        message = f"{model.source_no} {number} does not exist"
        raise bad_parameter(model.code_of(model.source_no), message)
    for scene in scenes.values() if number is None else (scenes[number],):
        if (reason := model.refuses(scene)) is not None:
            raise not_supported(reason)


def _params(entries: object) -> dict[str, object]:
    if not is_array(entries) or len(entries) != 1:
        raise wrong_shape("input: exactly one entry is required")
    entry = entries[0]
    if not is_object(entry):
        raise wrong_shape("input[0] is not an object")
    params = entry.get("params")
    if not is_object(params):
        raise wrong_shape("input[0].params is not an object")
    return params


def _check(model: Model, params: Mapping[str, object]) -> None:
    for param in model.params:
        value = params.get(param.name)
        if value is None and param.required:
            raise bad_parameter(
                model.code_of(param.name, missing=True), f"{param.name} is required"
            )
        if param.name in params and not param.takes(value):
            raise bad_parameter(model.code_of(param.name), param.rule)


def _source(model: Model, params: Mapping[str, object]) -> Source | None:
    job_id = params.get("jobId")
    if not model.needs_source or not isinstance(job_id, str):
        return None
    number = params.get(model.source_no) if model.source_no else None
    return Source(job_id=job_id, image_no=number if is_integer(number) else None)
