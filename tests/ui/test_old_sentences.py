"""What an earlier version told people is understood by this one."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.delivery.inspection import read
from bot.errors import RemixbotError, StoreUnavailable
from bot.jobs.status_message import Told
from bot.texts import ENGLISH
from tests.test_texts import ALL, sample
from tests.ui.test_pages_fit import job

BEFORE = (
    "I cannot write anything down at the moment, so I did not accept this. Nothing was charged. "
    "Please try again in a few minutes."
)


@pytest.mark.parametrize(
    "said",
    [
        ENGLISH.describe(StoreUnavailable()),
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
    said = ENGLISH.what_went_wrong(sample(kind), nothing_charged=True)
    assert said.count(ENGLISH.nothing_charged) == 1
