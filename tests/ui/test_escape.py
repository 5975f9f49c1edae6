"""What people wrote is shown letter by letter and mentions nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ui.escape import plain, quote, shorten

MENTION = re.compile(r"(?<!\\)<(?:@[!&]?|#)\d+>|@(?:everyone|here)")


@pytest.mark.parametrize(
    "text",
    [
        "@everyone look",
        "@here",
        "<@123456789012345678> hi",
        "<@!123456789012345678>",
        "<@&123456789012345678>",
        "<#123456789012345678>",
        "</remix:123456789012345678>",
        "<t:0:R>",
        "<a:wave:123456789012345678>",
        "<id:guide>",
    ],
)
def test_nothing_of_discords_own_syntax_survives(text: str) -> None:
    shown = plain(text)
    assert not MENTION.search(shown)
    assert not re.search(r"(?<!\\)<", shown)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold** _it_ ~~no~~", r"\*\*bold\*\* \_it\_ \~\~no\~\~"),
        ("`code` ||spoiler||", r"\`code\` \|\|spoiler\|\|"),
        ("# heading", r"\# heading"),
        ("-# small", r"\-# small"),
        ("> quote", r"\> quote"),
        ("1. first", r"1\. first"),
        ("a [link](http://x.example)", r"a \[link](http://x.example)"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_markdown_is_shown_as_typed(text: str, shown: str) -> None:
    assert plain(text) == shown


@given(st.text(), st.integers(2, 400))
def test_shortening_keeps_the_limit_and_says_so(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


@given(st.text(alphabet="\\*_ab \n"), st.integers(8, 60))
def test_a_cut_never_leaves_half_an_escape(text: str, limit: int) -> None:
    short = shorten(quote(text), limit)
    if short.endswith("…"):
        assert not short[:-1].endswith("\\")


@given(st.text())
def test_every_line_of_a_quote_is_quoted(text: str) -> None:
    assert all(line.startswith("> ") for line in quote(text).split("\n") if line)
