"""Answers that say no: every shape, every documented code, and waiting times."""

import pytest

from bot.api.refusals import CREDIT_CODES, PARAMETER_CODES, normalise_code, read_refusal
from bot.backoff import retry_after_s
from bot.errors import (
    ApiBusy,
    ApiCreditUsedUp,
    ApiMisused,
    ApiUnavailable,
    GenerationFailed,
    ModelUnknown,
    RemixbotError,
    RequestRefused,
)

NOW = "Wed, 01 Jul 2026 12:00:00 GMT"


def told(error: RemixbotError) -> tuple[type[RemixbotError], dict[str, object]]:
    return type(error), vars(error)


def refused(status: int, document: object) -> RemixbotError:
    return read_refusal(status, document).error()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("004011099", "4011099"),
        (4011099, "4011099"),
        (4011099.0, "4011099"),
        ("8004011099", "4011099"),
        (8004001001, "4001001"),
        (" 40201 ", "40201"),
        ("0040201", "40201"),
        ("7", "7"),
        (0, None),
        ("000", None),
        (-4011099, None),
        (1.5, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (True, None),
        (None, None),
        ("", None),
        ("insufficient_balance", None),
        ("\N{ARABIC-INDIC DIGIT FOUR}" * 7, None),  # digits, but not those of a code
        ([4011099], None),
    ],
)
def test_a_code_is_compared_by_its_last_seven_digits(value: object, code: str | None) -> None:
    assert normalise_code(value) == code


def test_a_prefix_never_turns_a_long_code_into_a_short_one() -> None:
    assert normalise_code("8000040201") == "0040201"


@pytest.mark.parametrize(
    "body",
    [
        {"status": {"code": 400, "message": "no", "error_code": "004011003"}, "data": None},
        {"status": {"code": "004011003", "message": "no"}, "data": None},
        {"error": {"code": 4011003, "message": "no"}, "request_id": "r"},
        {"error": {"code": "8004011003", "error_message": "no"}},
        {"error": "no", "code": 4011003},
        {"message": "no", "error_code": "4011003"},
        {"detail": "no", "code": "004011003"},
        {"status": {}, "error": {"code": 4011003}},
        {"status": {"code": 77}, "error": {"code": 4011003}},
    ],
)
def test_the_code_is_found_in_every_shape(body: object) -> None:
    for status in (400, 422):
        assert told(refused(status, body)) == (RequestRefused, {"code": "4011003"})


@pytest.mark.parametrize(
    "body",
    [
        {"status": {"message": "why"}, "error": {"message": "other"}, "message": "another"},
        {"error": {"message": "why"}},
        {"error": {"error_message": "why"}},
        {"error": "why", "message": "other"},
        {"message": "why", "detail": "other"},
        {"detail": "why"},
        {"detail": "  why\n"},
    ],
)
def test_the_words_are_found_in_every_shape_in_order_of_trust(body: object) -> None:
    expected = (ApiMisused, {"status": 400, "code": None, "detail": "why"})
    assert told(refused(400, body)) == expected


@pytest.mark.parametrize("code", sorted(PARAMETER_CODES))
def test_a_parameter_code_tells_the_person_who_asked(code: str) -> None:
    for spelling in (f"00{code}", int(code), f"8{code}", code):
        error = refused(400, {"error": {"code": spelling}})
        assert told(error) == (RequestRefused, {"code": code})


@pytest.mark.parametrize("code", sorted(CREDIT_CODES))
@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_a_credit_code_means_no_credit_under_any_status(code: str, status: int) -> None:
    body = {"status": {"code": 1, "error_code": int(code)}, "data": None}
    assert told(refused(status, body)) == (ApiCreditUsedUp, {})


@pytest.mark.parametrize("status", [400, 422, 500, 200])
def test_the_codes_for_a_failed_job_and_a_missing_service_have_their_errors(status: int) -> None:
    failed = refused(status, {"error": {"code": 4011098, "message": "m"}})
    assert told(failed) == (GenerationFailed, {"code": "4011098", "cause": None, "detail": "m"})
    gone = refused(status, {"error": {"code": "004011099", "message": "m"}})
    assert told(gone) == told(
        ApiUnavailable(code="4011099", status=status, detail=f"HTTP {status}, 4011099")
    )


@pytest.mark.parametrize("status", [400, 405, 409, 415, 422])
def test_an_unknown_code_is_a_bug_of_ours(status: int) -> None:
    error = refused(status, {"error": {"code": "12345678901", "message": "m"}})
    assert told(error) == (ApiMisused, {"status": status, "code": "5678901", "detail": "m"})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 2.5 ", 2.5),
        ("0", 0.0),
        ("Wed, 01 Jul 2026 12:00:30 GMT", 30.0),
        ("Wed, 01 Jul 2026 11:59:30 GMT", None),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 300.0),
        ("86400", 300.0),
        pytest.param("9" * 5000, 300.0, id="endless number"),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("\N{ARABIC-INDIC DIGIT SEVEN}", None),  # a digit, but not one of HTTP
        ("Wed, 99 Jul 2026 12:00:30 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_a_sane_number_of_seconds(value: str, seconds: float | None) -> None:
    assert retry_after_s({"Retry-After": value, "Date": NOW}, at_most_s=300) == seconds


def test_a_date_to_retry_after_is_counted_from_our_clock_if_the_server_tells_no_time() -> None:
    far_away = {"Retry-After": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert retry_after_s(far_away, at_most_s=300) == 300
    assert retry_after_s(far_away | {"Date": "noon"}, at_most_s=300) == 300
    assert retry_after_s({"Retry-After": NOW.replace("2026", "2016")}, at_most_s=300) is None


def test_a_429_carries_the_time_to_wait() -> None:
    for wait_s in (12.0, None):
        error = read_refusal(429, None, retry_after_s=wait_s).error()
        assert told(error) == (ApiBusy, {"detail": "", "retry_after_s": wait_s})


@pytest.mark.parametrize(
    ("words", "unknown"),
    [
        ("model not found: midjourney_x", True),
        ("Model 'midjourney_x' does not exist", True),
        ("the model midjourney_x is not supported", True),
        ("unknown model", True),
        ("model midjourney_x: imageNo is invalid", False),
        ("model midjourney_x: this image is not supported", False),
        ("no such image", False),
    ],
)
def test_only_an_answer_about_the_model_itself_says_that_it_is_unknown(
    words: str, unknown: bool
) -> None:
    kind = ModelUnknown if unknown else ApiMisused
    assert isinstance(refused(400, {"error": words}), kind)
