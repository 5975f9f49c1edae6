"""What a prompt multiplies is told before it is spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bill import PERMUTATIONS_MAX, Bill, read_bill


@pytest.mark.parametrize(
    ("prompt", "permutations"),
    [
        ("a red fox", 1),
        ("a {red, green} fox", 2),
        ("a {red, green, blue} {fox, hare}", 6),
        ("a {red, {light, dark} green} fox", 3),
        ("a {fox} in {the snow}", 1),
        ("a {red,} fox", 2),
        (r"a {red\, green, blue} fox", 2),
        (r"a \{red, green\} fox", 1),
        ("a {red, green fox", 1),
        ("a }red, green{ fox", 1),
        ("foxes, hares, and {bears", 1),
        ("{a,b}" * 30, PERMUTATIONS_MAX),
    ],
)
def test_braces_stand_for_as_many_prompts_as_they_permute(prompt: str, permutations: int) -> None:
    assert read_bill(prompt) == Bill(permutations, turbo=False)


@pytest.mark.parametrize(
    ("prompt", "turbo"),
    [
        ("a fox --turbo", True),
        ("a fox —turbo", True),
        ("a fox --TURBO --ar 2:3", True),
        ("a fox --turbocharged", False),
        ("a fox-- turbo", False),
        ("a turbo fox", False),
    ],
)
def test_turbo_is_a_parameter_and_not_a_word(prompt: str, turbo: bool) -> None:
    assert read_bill(prompt).turbo is turbo


def test_both_multiply() -> None:
    assert read_bill("a {red, green, blue} fox --turbo").multiplier == 6


@given(st.text(alphabet="{},\\ a-turbo", max_size=300))
def test_no_prompt_breaks_the_counting(prompt: str) -> None:
    assert 1 <= read_bill(prompt).permutations <= PERMUTATIONS_MAX


def test_the_deepest_braces_are_counted_too() -> None:
    assert read_bill("{" * 4000 + "a,b" + "}" * 4000).permutations == 2
