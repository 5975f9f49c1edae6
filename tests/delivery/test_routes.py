"""The tables of routes and refusals: whole, and the same as in docs/discord.md."""

import re
from itertools import product
from pathlib import Path

import pytest

from bot.delivery.routes import EDITS, Route, open_routes
from bot.ui.content import EVERYTHING
from bot.ui.discord_errors import ABOUT, REFUSALS, About, Then

PAGE = Path(__file__).parents[2] / "docs" / "discord.md"
PUBLIC = {"message": True, "token": True, "public": True, "layout": True, "wanted": True}
PRIVATE = PUBLIC | {"public": False}


def rows() -> list[set[int]]:
    """The codes of each row of the page's table."""
    table = PAGE.read_text(encoding="utf-8").partition("| About | Codes |")[2].partition("\n\n")[0]
    cells = [line.split("|")[2] for line in table.splitlines() if line.count("|") > 3]
    return [{int(code) for code in re.findall(r"\b\d{5,6}\b", cell)} for cell in cells]


def test_what_follows_is_said_of_every_kind_of_refusal() -> None:
    assert set(REFUSALS) == set(About)


def test_the_page_puts_the_codes_together_as_the_code_does() -> None:
    uploads_have_no_code_of_their_own = 50035
    for codes in rows():
        kinds = {ABOUT[code] for code in codes - {uploads_have_no_code_of_their_own}}
        assert len(kinds) <= 1, codes
    assert {code for codes in rows() for code in codes} == set(ABOUT)


def test_the_page_has_the_routes_in_their_order() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    named = [line.split("|")[1].strip() for line in lines if re.match(r"\| [A-Z_]+ \|", line)]
    assert named == [route.name for route in Route]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (PUBLIC, [*EDITS, Route.NEW_MESSAGE, Route.DIRECT_MESSAGE]),
        (PUBLIC | {"token": False}, [EDITS[1], Route.NEW_MESSAGE, Route.DIRECT_MESSAGE]),
        (PUBLIC | {"wanted": False}, [*EDITS, Route.DIRECT_MESSAGE]),
        (PUBLIC | {"layout": False}, [Route.NEW_MESSAGE, Route.DIRECT_MESSAGE]),
        (PRIVATE, [Route.EDIT_BY_TOKEN, Route.DIRECT_MESSAGE]),
        (PRIVATE | {"token": False}, [Route.DIRECT_MESSAGE]),
        (PRIVATE | {"layout": False}, [Route.FOLLOW_UP, Route.DIRECT_MESSAGE]),
    ],
)
def test_the_routes_that_are_open(given: dict[str, bool], expected: list[Route]) -> None:
    assert open_routes(**given) == expected


def test_routes_are_tried_in_the_order_in_which_they_are_listed() -> None:
    for values in product((True, False), repeat=len(PUBLIC)):
        given = dict(zip(PUBLIC, values, strict=True))
        routes = open_routes(**given)
        assert routes == [route for route in Route if route in routes]
        assert routes[-1] is Route.DIRECT_MESSAGE, "there is always one left"


def test_nothing_private_is_ever_posted_in_a_channel() -> None:
    for values in product((True, False), repeat=len(PRIVATE)):
        given = dict(zip(PRIVATE, values, strict=True)) | {"public": False}
        assert not {Route.EDIT_IN_CHANNEL, Route.NEW_MESSAGE} & set(open_routes(**given))


@pytest.mark.parametrize("about", About)
def test_whatever_is_refused_for_ever_comes_to_an_end(about: About) -> None:
    content, left = EVERYTHING, 0
    while (less := content.without(about)) is not None:
        content, left = less, left + 1
    assert left == len(REFUSALS[about].less)


def test_what_may_work_in_a_moment_is_never_taken_for_an_answer() -> None:
    later = {about for about, refusal in REFUSALS.items() if refusal.post is Then.LATER}
    assert later == {About.PASSING, About.FRONT, About.PUT_OFF}
    assert REFUSALS[About.PUT_OFF].edit is Then.NEXT, "edits have limits of their own"
