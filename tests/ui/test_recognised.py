"""What a message of ours told people is known again, whatever its language and its version."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.delivery.inspection import read
from bot.errors import ApiUnavailable, JobOverdue, RemixbotError, StoreUnavailable
from bot.jobs.status_message import Shown, Told
from bot.texts import ENGLISH, LANGUAGES
from bot.ui.layouts import (
    ClassicMessage,
    LayoutMessage,
    failure_page,
    notice_marker,
    notice_page,
    plain_failure,
)
from tests.pseudo import LOCALE, Pseudo
from tests.test_texts import ALL
from tests.ui.test_every_language import foreign

BEFORE = (
    "I cannot write anything down at the moment, so I did not accept this. Nothing was charged. "
    "Please try again in a few minutes."
)
OVERDUE = JobOverdue(90.0)


@pytest.fixture(autouse=True)
def pseudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LANGUAGES, LOCALE, Pseudo())


def shown_in(content: str = "", components: Any = (), *, answers: int = 1) -> Shown | None:
    """What is read of such a message, which answers this interaction."""
    message = SimpleNamespace(
        id=3,
        channel=SimpleNamespace(id=2),
        content=content,
        components=[_component(one) for one in components],
        interaction_metadata=SimpleNamespace(id=answers),
    )
    return read(cast("Any", message), foreign())


def _component(told: Any) -> Any:
    children = [_component(one) for one in told.get("components", ())]
    return SimpleNamespace(**{**told, "children": children})


def sent(page: LayoutMessage | ClassicMessage) -> Shown | None:
    content = page.content if isinstance(page, ClassicMessage) else ""
    return shown_in(content, page.view.to_components())


@pytest.mark.parametrize(
    "said", [ENGLISH.describe(StoreUnavailable()), Pseudo().describe(StoreUnavailable()), BEFORE]
)
def test_a_refusal_of_any_version_in_any_language_is_one_still(said: str) -> None:
    shown = shown_in(said)
    assert shown is not None
    assert (shown.said, shown.uncharged) == (Told.REFUSED, True)
    assert shown_in(said, answers=2) is None, "it answers another interaction"


@pytest.mark.parametrize("layout", [failure_page, plain_failure])
@pytest.mark.parametrize(("error", "uncharged"), [(ApiUnavailable(), True), (OVERDUE, False)])
async def test_a_failure_in_any_language_says_whether_it_cost_anything(
    layout: Any, error: RemixbotError, uncharged: bool
) -> None:
    shown = sent(layout(foreign(), error, nothing_charged=uncharged))
    assert shown is not None
    assert (shown.said, shown.uncharged) == (Told.FAILURE, uncharged)


@pytest.mark.parametrize("uncharged", [True, False])
async def test_so_does_a_notice_of_one(uncharged: bool) -> None:
    mark = notice_marker(foreign(), uncharged=uncharged)
    shown = sent(notice_page("⟦see there⟧", mark=mark))
    assert shown is not None
    assert (shown.said, shown.uncharged) == (Told.FAILURE, uncharged)


async def test_a_failure_of_an_earlier_version_says_so_in_its_words() -> None:
    page = failure_page(foreign(), OVERDUE, nothing_charged=False)
    shown = shown_in("Nothing was charged.", page.view.to_components())
    assert shown is not None
    assert (shown.said, shown.uncharged) == (Told.FAILURE, True)


@pytest.mark.parametrize("error", ALL, ids=repr)
def test_that_nothing_was_charged_is_said_once(error: RemixbotError) -> None:
    said = ENGLISH.what_went_wrong(error, nothing_charged=True)
    assert said.count(ENGLISH.nothing_charged) == 1
