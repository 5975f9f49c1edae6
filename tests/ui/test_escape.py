"""What people wrote is shown letter by letter, its links can be copied, and it mentions nobody."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ui.escape import in_one_line, plain, quote, shorten, shown
from tests.ui.markdown import Node, kinds, render, seen

HARMLESS = {"text", "url"}

PIECES = (
    *"\\*_~`|[]()<>#@:-+.!=/?&\n\t \"'",
    *("a", "1", "é", "ツ", "狐", "🦊", "\u200d", "\u0301", "\u3000", "\ufeff", "\r", "\u2028"),
    *("**", "__", "~~", "||", "```", ">>> ", "> ", "- ", "-# ", "# ", "### ", "1. ", " \n", "  "),
    *("](", "[a]", "(http://evil.example)", "<@1>", "<#1>", "<t:1:R>", "<a:b:1>", "<id:guide>"),
    *("@everyone", "@here", ":fox:", "::skin-tone-2:", "http://", "https://", "https://a.example/"),
    *("https://a.example/x_y_z.png?a=*b*&c=~~d~~", "HTTPS://A.B/c_d", "ftp://a_b_", "{", "}", "\\"),
)
TYPED = st.one_of(st.lists(st.sampled_from(PIECES), max_size=24).map("".join), st.text(max_size=80))

LINKS = [
    "https://s.mj.run/aB_c-D_e",
    "https://cdn.discordapp.com/attachments/1/2/my_fox_(1).png?ex=6_5&is=6*4&hm=a~b~c&",
    "http://a.example/__init__.py#L1",
    "https://a.example/{x,y}",
]


@given(TYPED)
@example("[a] [b](http://evil.example)")
@example("   \n# big")
@example("https://a.example/[x](http://evil.example)")
@example("https://a.example/||x||")
@example("https://a.example/\ufeff**b**")
@example("¯\\_(ツ)_/¯ ¯_(ツ)_/¯")
@example(":fox_face: a:b:c ::fox:")
@example("<https://a.example/x_y>")
def test_what_is_seen_is_what_was_typed_and_nothing_of_it_is_markup(text: str) -> None:
    nodes = render(plain(text))
    assert seen(nodes) == text
    assert kinds(nodes) <= HARMLESS


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("around", ["{}", "a fox --sref {} --sw 100", "({}), and", "{}\n{}", "_{}"])
def test_a_link_is_copied_as_it_was_typed(link: str, around: str) -> None:
    text = around.format(link, link)
    assert link in plain(text), "in the source of the message too, which is what phones copy"
    urls = [node.shown for node in render(plain(text)) if node.kind == "url"]
    assert set(urls) == {link}


def test_a_link_that_could_hide_markup_is_no_link() -> None:
    nodes = render(plain("https://a.example/[x](http://evil.example)"))
    assert nodes == (Node("text", "https://a.example/[x](http://evil.example)"),)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a red fox, 16:9 -- v6.1 (by night)", "a red fox, 16:9 -- v6.1 (by night)"),
        ("a fox --ar 16:9 --sref 123", "a fox --ar 16:9 --sref 123"),
        ("**bold** _it_ ~~no~~", r"\*\*bold\*\* \_it\_ \~\~no\~\~"),
        ("`code` ||spoiler||", r"\`code\` \|\|spoiler\|\|"),
        ("# heading", r"\# heading"),
        ("a #1 fox", "a #1 fox"),
        ("-# small", r"\-# small"),
        ("--ar 2:3", "--ar 2:3"),
        ("> quote", r"\> quote"),
        ("1. first", r"1\. first"),
        ("1.5 foxes", "1.5 foxes"),
        ("a [link](http://x.example)", r"a \[link](http://x.example)"),
        ("back\\slash", r"back\\slash"),
    ],
)
def test_only_what_means_something_is_escaped(text: str, escaped: str) -> None:
    assert plain(text) == escaped


# ------------------------------------------------------------------ quoted


def lines_of(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@given(TYPED)
def test_a_quote_shows_every_line_and_is_nothing_but_a_quote(text: str) -> None:
    quoted, whole = quote(text, 4000)
    nodes = render(quoted)
    assert whole
    assert kinds(nodes) <= HARMLESS | {"quote"}
    assert len(nodes) <= 1
    assert lines_of(seen(nodes)) == lines_of(text)
    assert all(line.startswith("> ") for line in quoted.split("\n") if line)


# ------------------------------------------------------------------ shortened


def is_beginning(short: str, text: str) -> bool:
    assert short.endswith("…")
    return text.startswith(short[:-1].rstrip())


@given(TYPED, st.integers(2, 120))
@example("https://a.example/x_y_z", 12)
@example("a https://a.example/x_y_z", 25)
def test_what_is_cut_keeps_the_limit_and_cuts_nothing_in_two(text: str, limit: int) -> None:
    short = shown(text, limit)
    nodes = render(short)
    assert len(short) <= limit
    assert kinds(nodes) <= HARMLESS
    assert seen(nodes) == text or is_beginning(seen(nodes), text)
    typed = {node.shown for node in render(plain(text)) if node.kind == "url"}
    assert {node.shown for node in nodes if node.kind == "url"} <= typed, "half a link leads astray"


@given(TYPED, st.integers(4, 120))
def test_a_quote_that_is_cut_says_so(text: str, limit: int) -> None:
    quoted, whole = quote(text, limit)
    nodes = render(quoted)
    assert len(quoted) <= limit
    assert kinds(nodes) <= HARMLESS | {"quote"}
    if whole:
        assert lines_of(seen(nodes)) == lines_of(text)
    else:
        assert seen(nodes).endswith("…")
        assert is_beginning("\n".join(lines_of(seen(nodes))), "\n".join(lines_of(text)))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("a red fox", 9, "a red fox"),
        ("a red fox and a hare", 10, "a red fox…"),
        ("ab\U0001f468\u200d\U0001f469\u200d\U0001f467cd", 6, "ab…"),
        ("ab\U0001f1e9\U0001f1eacd", 4, "ab…"),
        ("abe\u0301\u0302\u0303cd", 5, "ab…"),
        ("ab\U0001f44d\U0001f3fdcd", 4, "ab…"),
        ("ab\u1112\u1161\u11abcd", 5, "ab…"),
        ("e" + "\u0301" * 200, 80, "e" + "\u0301" * 78 + "…"),
    ],
)
def test_no_letter_is_cut_in_two(text: str, limit: int, short: str) -> None:
    assert shorten(text, limit) == short
    assert len(shown(text, limit)) <= limit


@given(st.text(), st.integers(2, 400))
def test_shortening_keeps_the_limit_and_says_so(text: str, limit: int) -> None:
    short = shorten(text, limit)
    assert len(short) <= limit
    assert short == text or is_beginning(short, text)


@given(st.text())
def test_one_line_has_no_breaks(text: str) -> None:
    assert not re.search(r"[\n\r\t]|\s\s", in_one_line(text))
