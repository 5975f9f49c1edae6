"""Every error has a sentence of its own that says what to do."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot import errors, incidents
from bot.actions import ANIMATE
from bot.api.refusals import CREDIT_CODES, DOCUMENTED_CODES
from bot.limits import DAY, LimitScope
from bot.model import Request
from bot.prompt_cost import PromptCost
from bot.prompt_doubts import Doubt, DoubtKind
from bot.texts import ENGLISH
from bot.texts.commands import CommandTexts

SAMPLES: dict[str, Any] = {
    "length": 9000,
    "action": "remix",
    "parameter": "mode",
    "size_bytes": 40960,
    "limit": 3,
    "free_at": datetime(2026, 1, 2, tzinfo=UTC),
    "permissions": ("Attach Files", "Send Messages"),
    "code": "4011003",
    "detail": "the log's words",
    "retry_after_s": 1.0,
    "waited_s": 90.0,
    "limit_bytes": 1,
    "status": 400,
    "number": "a1b2c3",
    "width": 1024,
    "height": 1536,
    "may_pass": True,
    "soon": True,
    "days": 3.0,
    "private": False,
    "callback": "the log's words",
    "prompt": "the log's words",
    "whose": LimitScope.SERVER,
    "limit_usd": Decimal(4),
    "cost_usd": Decimal("0.48"),
    "usd": Decimal("0.48"),
    "span": DAY,
    "bill": PromptCost(permutations=3, repeats=2, turbo=True, quality=4),
    "request": Request(action=ANIMATE, prompt="the log's words"),
    "times": 6,
    "channels": (1, 2),
    "word": "gore",
    "option": "sslmode",
    "path": "data/remixbot.db",
    "words": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "task_id": "d758n65e878c73cmdg20",
    "interrupted": False,
    "doubts": (Doubt(kind=DoubtKind.NO_IMAGE, value="a.example"),),
    "added": 0,
}
ALL_VALUES: dict[str, Any] = {
    "reason": errors.Reason,
    "problem": errors.AddressProblem,
    "out_of_order": (False, True),
}


def leaves(kind: type[errors.RemixbotError]) -> Iterator[type[errors.RemixbotError]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from leaves(one)


def samples(kind: type[Any]) -> Iterator[errors.RemixbotError]:
    """One of *kind*, or one for each reason and problem that there is."""
    values = {one.name: SAMPLES.get(one.name) for one in fields(kind) if one.init}
    for name, all_values in ALL_VALUES.items():
        if name in values:
            yield from (kind(**{**values, name: value}) for value in all_values)
            return
    yield kind(**values)


ALL = [
    error
    for kind in sorted(leaves(errors.RemixbotError), key=lambda kind: kind.__name__)
    for error in samples(kind)
]


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_every_error_has_a_sentence_that_fits_a_message(error: errors.RemixbotError) -> None:
    sentence = ENGLISH.describe(error)
    assert sentence[0].isupper()
    assert sentence[-1] in ".`?"
    assert 20 < len(sentence) < 500
    assert "the log's words" not in sentence, "details are for the log"


def test_no_two_errors_share_a_sentence() -> None:
    with_codes = (errors.RequestRefused, errors.GenerationFailed, errors.ApiUnavailable)
    told = [ENGLISH.describe(error) for error in ALL if not isinstance(error, with_codes)]
    assert len(told) > 60
    assert len(set(told)) == len(told)


@pytest.mark.parametrize("code", sorted(DOCUMENTED_CODES - CREDIT_CODES))
def test_every_documented_code_is_said_in_its_own_words(code: str) -> None:
    failures = (errors.RequestRefused, errors.GenerationFailed, errors.ApiUnavailable)
    said = {ENGLISH.describe(failure(code=code)) for failure in failures}
    assert len(said) == 1
    assert said.isdisjoint(ENGLISH.describe(failure(code="9999999")) for failure in failures)


def test_an_unknown_code_has_a_sentence_too() -> None:
    assert "prompt" in ENGLISH.describe(errors.RequestRefused(code="9999999"))
    assert "gave up" in ENGLISH.describe(errors.GenerationFailed(code=None))
    assert "can't reach the API" in ENGLISH.describe(errors.ApiUnavailable())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.ApiUnavailable(status=503), "The API is having trouble (HTTP 503)."),
        (errors.ApiUnavailable(status=200), "an answer that I can't read (HTTP 200)"),
        (errors.ApiUnavailable(), "didn't answer"),
        (errors.SubmitUnknown(status=503), "The API had trouble (HTTP 503) when I sent this job"),
        (errors.SubmitUnknown(status=200), "gave an answer that I can't read (HTTP 200) when"),
        (errors.SubmitUnknown(), "didn't answer"),
        (errors.SubmitUnknown(interrupted=True), "I restarted while this job was being sent"),
        (errors.JobOverdue(90.0), "hasn't finished this job after 90 s"),
        (errors.JobOverdue(90.0, errors.ApiKeyRefused()), "is rejecting my status checks"),
        (
            errors.JobOverdue(90.0, errors.ApiUnavailable()),
            "isn't telling me how this job is doing",
        ),
    ],
)
def test_what_the_api_did_is_said_as_it_was(error: errors.RemixbotError, said: str) -> None:
    sentence = ENGLISH.describe(error)
    assert said in sentence
    assert ("didn't answer" in sentence) is (said == "didn't answer")


@pytest.mark.parametrize("kind", list(leaves(errors.OperatorError)))
def test_the_operator_reads_what_to_fix(kind: type[errors.OperatorError]) -> None:
    assert incidents.FOR_THE_OPERATOR[kind]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0.08", "$0.08"), ("0.080000", "$0.08"), ("0.0125", "$0.0125"), ("2", "$2.00")],
)
def test_money_has_at_least_cents(amount: str, shown: str) -> None:
    assert ENGLISH.usd(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("duration_s", "shown"), [(0.4, "0 s"), (41.2, "41 s"), (119.4, "119 s"), (150, "2 min 30 s")]
)
def test_durations_are_short(duration_s: float, shown: str) -> None:
    assert ENGLISH.seconds(duration_s) == shown


@pytest.mark.parametrize(
    ("depth", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (13, "13th"), (22, "22nd")],
)
def test_a_place_in_a_chain_is_written_as_people_count(depth: int, words: str) -> None:
    assert ENGLISH.nth_edit(depth) == f"{words} edit"


def test_the_bar_grows_with_the_fraction() -> None:
    assert ENGLISH.progress_bar(0) == "`▱▱▱▱▱▱▱▱▱▱` 0%"
    assert ENGLISH.progress_bar(0.46) == "`▰▰▰▰▱▱▱▱▱▱` 46%"
    assert ENGLISH.progress_bar(1) == "`▰▰▰▰▰▰▰▰▰▰` 100%"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (3599, "59 min ago"),
        (3600, "1 h ago"),
        (86_399, "23 h ago"),
        (86_400, "1 day ago"),
        (3 * 86_400, "3 days ago"),
    ],
)
def test_an_age_has_one_unit(seconds: int, words: str) -> None:
    assert ENGLISH.age(timedelta(seconds=seconds)) == words


def test_option_and_command_texts_fit_discords_hundred_characters() -> None:
    said = [words for words in vars(CommandTexts).values() if isinstance(words, str)]
    assert len(said) > 10
    assert [words for words in said if len(words) > 100] == []
