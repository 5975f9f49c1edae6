"""Parameters are read as Midjourney reads them, and settings are put behind prompts once."""

import re
import time
from collections import Counter

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.characters import DASHES
from bot.prompt_cost import folded, prompt_cost
from bot.prompt_doubts import doubts_about, image_addresses
from bot.prompt_parameters import BY_NAME, merge, put_right, read_parameters, version_of

URL = "https://a.example/Fox.png"
WANTED = [
    ("ar", "16:9"),
    ("v", "7"),
    ("s", "250"),
    ("raw", ""),
    ("q", "4"),
    ("sref", URL),
    ("oref", URL),
    ("cref", URL),
]
ALL = f"--ar 16:9 --v 7 --s 250 --raw --q 4 --sref {URL} --oref {URL}"
PIECES = st.sampled_from(
    [
        *("a fox", " ", "--", "—", "-", "{", "}", ", ", '"', "“", "\\", "\u200b", ":", "1", "16:9"),
        *("ar", "aspect", "v 6", "niji", "s 5", "stylize", "raw", "style", "q 2", "--ar 1:1"),
        *(" --s 50", " —v 8", " --turbo", " --repeat 2", " {red, green}", "--{ar,v} ", f" {URL}"),
    ]
)  # what a flag, or a prompt that looks as if it had one, is made of
PROMPTS = st.lists(PIECES, max_size=12).map("".join)
CHOSEN = st.lists(st.sampled_from(WANTED), max_size=8)


@pytest.mark.parametrize(
    ("prompt", "sent"),
    [
        ("a fox —ar 16:9", "a fox --ar 16:9"),
        ("a fox –ar 16:9 ―V 7", "a fox --ar 16:9 --V 7"),  # noqa: RUF001  # dashes of phones
        ("a fox –-s 50", "a fox --s 50"),  # noqa: RUF001
        ("a sign “OPEN” —no text", 'a sign "OPEN" --no text'),
        ("a fox — running", "a fox — running"),
        ("a fox —running", "a fox —running"),
        ("a well—known fox", "a well—known fox"),
        ("a fox’s tail --ar 16:9", "a fox’s tail --ar 16:9"),  # noqa: RUF001
    ],
)
def test_dashes_and_quotes_of_phones_are_put_right_where_they_mean_something(
    prompt: str, sent: str
) -> None:
    assert put_right(prompt) == sent


@given(PROMPTS)
def test_putting_right_changes_dashes_and_quotes_alone_and_no_bill(prompt: str) -> None:
    right = put_right(prompt)
    signs = re.compile(f'[{DASHES}"\u201c-\u201f]')
    assert signs.sub("", right) == signs.sub("", prompt)
    assert folded(right).replace('"', "") == re.sub('["\u201c-\u201f]', "", folded(prompt))
    assert prompt_cost(right) == prompt_cost(prompt)
    assert put_right(right) == right


@pytest.mark.parametrize(
    ("prompt", "version"),
    [
        ("a fox", None),
        ("a fox --v 6.1", "6"),
        ("a fox —VERSION 7", "7"),
        ("a fox --niji 6 --ar 1:1", "niji 6"),
        ("a fox --niji", "niji"),
        ("a fox --v 6 --v 7", None),
        ("a fox v 7", None),
    ],
)
def test_the_version_is_the_one_that_a_prompt_says(prompt: str, version: str | None) -> None:
    assert version_of(read_parameters(prompt)) == version


def test_a_value_goes_up_to_the_next_parameter() -> None:
    found = read_parameters("a fox --no dogs, cats --ar 16:9, --tile")
    assert [(one.name, one.value, one.word) for one in found] == [
        ("no", "dogs, cats", "dogs"),
        ("ar", "16:9,", "16:9"),
        ("tile", "", ""),
    ]


@pytest.mark.parametrize(
    ("prompt", "left_out"),
    [
        ("a fox", ()),
        ("a fox --aspect 1:1", ("ar",)),
        ("a fox —ar 1:1", ("ar",)),
        ("a fox --stylize 3 --QUALITY 1", ("s", "q")),
        ("a fox --style cute", ("raw",)),
        ("a fox --cref x --v 7", ("oref", "v")),
        ("a fox --v 8", ("v", "oref")),
        ("a fox --niji", ("v", "oref")),
        ("a fox -- ar 1:1", ("ar",)),  # nobody knows whether the API reads that
        ("a {red, green} fox", ()),
        ("a fox {--ar 1:1, --ar 2:3}", ("ar",)),
        ("the raw quality of stylize", ()),
    ],
)
def test_settings_are_sent_where_the_prompt_does_not_say_otherwise(
    prompt: str, left_out: tuple[str, ...]
) -> None:
    names = [name for name, _ in WANTED if name not in (*left_out, "cref")]
    if "--niji" in prompt:
        names.append("cref")  # in place of the other reference
    merged = merge(prompt, WANTED)
    assert re.findall(r"--(\w+)", merged) == names
    assert names != [name for name, _ in WANTED if name != "cref"] or merged == ALL


@pytest.mark.parametrize("prompt", ["", "a fox --{ar,v} 2", "a fox {-}-ar 1:1", "a --a{r} 1:1"])
def test_where_nobody_can_tell_what_a_prompt_says_nothing_is_added(prompt: str) -> None:
    assert merge(prompt, WANTED) == ""


def counted(text: str) -> Counter[str]:
    """How often each of them is in *text*, by whichever name."""
    names = re.findall(r"--[\s\"]*([a-z]+)", folded(text))
    return Counter(BY_NAME[name].says for name in names if name in BY_NAME)


@given(PROMPTS, CHOSEN)
@example("a fox --aspect 1:1", [("ar", "16:9"), ("ar", "1:1")])
def test_merging_doubles_nothing_and_makes_no_bill_smaller(
    prompt: str, wanted: list[tuple[str, str]]
) -> None:
    merged = merge(prompt, wanted)
    sent = " ".join(filter(None, (prompt, merged)))
    before, after = counted(prompt), counted(sent)
    assert [name for name, count in after.items() if count > max(before[name], 1)] == []
    assert prompt_cost(sent).multiplier >= prompt_cost(prompt).multiplier
    assert merge(sent, wanted) == "", "never twice"


@pytest.mark.parametrize(
    "piece", ["--ab ", "—ar ", "-{", "--a-", "- ", "{--ar 1,", "“-", "--sref <https://", "-" * 9]
)
def test_the_time_it_takes_grows_with_the_length_of_the_prompt_and_not_with_its_square(
    piece: str,
) -> None:
    def spent(length: int) -> float:
        prompt = (piece * length)[:length]
        spans: list[float] = []
        for _ in range(5):
            began = time.thread_time()
            merge(prompt, WANTED)
            put_right(prompt)
            doubts_about(prompt)
            image_addresses(prompt)
            spans.append(time.thread_time() - began)
        return min(spans)

    assert spent(65_536) < 64 * spent(4096), "sixteen times as long"
