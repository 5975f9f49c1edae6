"""Whatever comes over the wire, the result is typed or the error is ours."""

import json
from collections import Counter
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.api.images import image_extension
from bot.api.lenient_json import as_id, as_line, as_number, decoded, shape_of
from bot.api.refusals import normalise_code, read_refusal
from bot.api.wire import parse_task
from bot.backoff import retry_after_s
from bot.errors import ApiUnavailable, OutputUnreadable, RemixbotError
from bot.model import Completed, Failed, Running

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([10**400, -(10**400), "10" * 3000]),
    st.floats(),
    st.text(st.characters(), max_size=20),  # lone surrogates too: JSON can spell them
    st.sampled_from(["https://h/x_0.png", "https://h/x_1.png", "image", "video", "004011003"]),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=20,
)


def objects(**fields: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    """Objects with some of *fields*, each as it should be or anything at all."""
    loose = {name: strategy | ANYTHING for name, strategy in fields.items()}
    return st.fixed_dictionaries({}, optional=loose)


CONTENT = st.lists(
    objects(
        type=st.sampled_from(["image", "video"]),
        url=st.sampled_from([f"https://h/x_{number}.png" for number in range(5)]),
        jobId=st.sampled_from(["a", "b"]),
        imageNo=st.integers(-1, 5),
    ),
    max_size=8,
)
TASKS = objects(
    id=st.just("task"),
    status=st.sampled_from(["completed", "failed", "in_progress"]),
    progress=st.floats(),
    output=st.lists(objects(content=CONTENT), max_size=3),
    error=objects(code=LEAVES, message=LEAVES),
    usage=objects(cost=LEAVES),
    metadata=objects(jobId=LEAVES, imageNo=st.lists(st.integers(0, 3), max_size=8)),
)
ERRORS = objects(
    status=objects(code=LEAVES, error_code=LEAVES, message=LEAVES),
    error=objects(code=LEAVES, message=LEAVES),
    message=LEAVES,
    detail=LEAVES,
)
COMPLETED = st.fixed_dictionaries(
    {
        "id": st.just("task"),
        "status": st.just("completed"),
        "output": st.lists(st.fixed_dictionaries({"content": CONTENT}), max_size=3),
    },
    optional={"metadata": objects(jobId=LEAVES, imageNo=st.lists(st.integers(0, 3)))},
)
HEADERS = st.dictionaries(st.sampled_from(["Retry-After", "Date", "X"]), st.text(max_size=40))
STATUSES = st.sampled_from([200, 201, 302, 400, 401, 402, 403, 404, 413, 418, 422, 429, 500, 503])


@given(TASKS | ANYTHING)
def test_any_json_is_a_task_state_or_says_nothing_of_a_task(body: object) -> None:
    try:
        state = parse_task(body)
    except (ApiUnavailable, OutputUnreadable):
        return
    assert isinstance(state, Running | Completed | Failed)
    assert state.task_id.encode()
    if isinstance(state, Running):
        assert state.fraction is None or 0.0 <= state.fraction <= 1.0
    if isinstance(state, Completed):
        assert state.cost_usd is None or 0 <= state.cost_usd <= Decimal(100)
        assert len(f"{state.cost_usd or 0:f}") < 100


@given(COMPLETED)
def test_numbers_are_unique_within_a_job_whatever_the_answer_tells(body: object) -> None:
    state = parse_task(body)
    assert isinstance(state, Completed)
    for image in state.images:
        assert image.url.startswith(("http://", "https://"))
        assert image.image_no >= 0
        assert image.job_id
    addresses = Counter((image.job_id, image.image_no) for image in state.images)
    assert set(addresses.values()) <= {1}


@given(STATUSES, ERRORS | ANYTHING, HEADERS)
def test_any_json_in_an_error_is_an_error_of_ours(
    status: int, body: object, headers: dict[str, str]
) -> None:
    wait_s = retry_after_s(headers, at_most_s=300)
    error = read_refusal(status, body, retry_after_s=wait_s).error()
    assert isinstance(error, RemixbotError)
    assert str(error).isprintable()


@given(STATUSES, st.binary() | (ERRORS | ANYTHING).map(json.dumps).map(str.encode))
def test_any_bytes_in_an_error_are_an_error_of_ours(status: int, body: bytes) -> None:
    assert isinstance(read_refusal(status, decoded(body)).error(), RemixbotError)


@given(ANYTHING)
def test_values_are_read_or_left(value: object) -> None:
    assert as_line(value).isprintable()
    assert as_id(value) is None or as_id(value) != ""
    assert as_number(value) is None or not isinstance(value, bool)
    code = normalise_code(value)
    assert code is None or (code.isdigit() and len(code) <= 7)


@given(ANYTHING)
def test_a_shape_is_short_and_holds_no_word_of_a_value(value: object) -> None:
    shape = shape_of(value)
    assert shape.isprintable()
    assert 0 < len(shape) <= 600


def test_a_shape_names_keys_and_types() -> None:
    document: dict[str, object] = {"id": "a secret", "a secret": 1, "output": [{"url": None}, 2]}
    document["more"] = {"x": []}
    shape = "{id: text, ?: number, output: [2 of {url: null}], more: {x: []}}"
    assert shape_of(document) == shape
    assert shape_of({f"key{number}": True for number in range(1000)}).endswith("key11: bool, …}")
    deep: object = "a secret"
    for _ in range(100):
        deep = [deep]
    assert "…" in shape_of(deep)
    assert "secret" not in shape_of(deep)


@given(st.binary())
def test_any_bytes_have_an_extension_or_none(content: bytes) -> None:
    assert image_extension(content) in {None, "png", "jpg", "webp", "gif", "mp4", "webm"}


def test_a_body_that_nests_without_end_is_unreadable() -> None:
    assert decoded(b"[" * 500_000) is None
    assert decoded(b'{"a":' * 100_000) is None


def test_a_body_with_an_endless_number_is_unreadable() -> None:
    assert decoded(b"9" * 10_000) is None
