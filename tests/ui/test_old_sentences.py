"""What an earlier version told people is understood by this one."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot import sentences, texts
from bot.delivery.inspection import read
from bot.errors import RemixbotError, StoreUnavailable
from bot.jobs.status_message import Told
from bot.ui.layouts import what_went_wrong
from tests.test_texts import ALL, sample
from tests.ui.test_pages_fit import job

BEFORE = (
    "I cannot write anything down at the moment, so I did not accept this. Nothing was charged. "
    "Please try again in a few minutes."
)


@pytest.mark.parametrize(
    "said",
    [
        sentences.describe(StoreUnavailable()),
        BEFORE,
    ],
)
def test_a_refusal_of_any_version_is_one_still(said: str) -> None:
    message = cast(
        "Any", SimpleNamespace(id=3, channel=SimpleNamespace(id=2), content=said, components=[])
    )
    shown = read(message, job())
    assert shown is not None
    assert (shown.said, shown.uncharged) == (Told.REFUSED, True)


@pytest.mark.parametrize("kind", ALL)
def test_that_nothing_was_charged_is_said_once(kind: type[RemixbotError]) -> None:
    said = what_went_wrong(sample(kind), nothing_charged=True)
    assert said.count(texts.NOTHING_CHARGED) == 1
    in_sentence = texts.NOTHING_CHARGED in sentences.describe(sample(kind))
    assert in_sentence is (kind in sentences.SAY_NOTHING_CHARGED)
