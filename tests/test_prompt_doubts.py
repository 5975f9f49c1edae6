"""What may be wrong in a prompt is said, and what is right, or may be, is not doubted."""

import pytest

from bot.prompt_doubts import ADDRESSES_MAX, TOLD_MAX, Doubt, doubts_about, image_addresses
from bot.texts import ENGLISH


def told(prompt: str) -> list[str]:
    return [ENGLISH.doubt(doubt) for doubt in doubts_about(prompt)]


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("--aspct 16:9", "I don't know the parameter `--aspct`. Did you mean `--aspect`?"),
        ("—aspct 16:9", "I don't know the parameter `--aspct`. Did you mean `--aspect`?"),
        ("--aspect-ratio 1:1", "parameter `--aspect-ratio`. Did you mean `--aspect`?"),
        ("--running wild", "I don't know the parameter `--running`."),
        ("--s 5000", "`--s` takes a number from 0 to 1000, not `5000`."),
        ("--stylize high", "`--stylize` takes a number from 0 to 1000, not `high`."),
        ("--s", "`--s` takes a number from 0 to 1000."),
        ("--seed 4294967296", "a number from 0 to 4294967295, not `4294967296`"),
        ("--v 6 --q 4", "`--q` takes a number from 0.25 to 2, not `4`."),
        ("--ar 16x9", "`--ar` takes two whole numbers like `16:9`, not `16x9`."),
        ("--ar 0:1", "not `0:1`"),
        ("--motion wild", "`--motion` takes `low` or `high`, not `wild`."),
        ("--oref https://a.example/x.png --v 8", "`--oref` works with version 7, not with 8."),
        ("--oref x --niji 6", "`--oref` works with version 7, not with niji 6."),
        ("--cref x --v 7.0", "`--cref` works with version 6 or niji 6, not with 7."),
        ("--ar 1:1 --s 5 --aspect 2:3", "`--aspect` is there more than once."),
        ("--v 7 --niji 6", "`--niji` is there more than once."),
    ],
)
def test_a_doubt_says_what_is_right(prompt: str, said: str) -> None:
    [sentence] = told(f"a fox {prompt}")
    assert said in sentence


@pytest.mark.parametrize(
    "prompt",
    [
        "a fox",
        "a fox —running wild — but where",
        "a well--known fox",
        "a fox --ar 16:9, --chaos 100 --w 3000 --s=0 --raw --tile --no dogs --exp 25",
        'a fox --ar "16:9" --q .5 --iw 2.5 --seed 4294967295 --stop 10 --r 4 --draft --fast',
        "a fox --v 7 --oref https://a.example/x.png --ow 400 --sref random --sw 1000 --sv 6",
        "a fox --niji --style cute --cref https://a.example/x.png --cw 0",
        "a fox --oref https://a.example/x.png",  # nobody knows the version that the API takes
        "a fox {--ar 1:1, --ar 2:3} --s {100, 2000}",
        "a fox --p abc123 --profile xyz --v 8.1 --hd",
        "a fox --v 3 --s 60000",
        "a fox --sref 1 --sref 2 --no a --no b",
    ],
)
def test_what_may_be_right_is_not_doubted(prompt: str) -> None:
    assert told(prompt) == []


def test_of_many_doubts_a_few_are_told_and_none_breaks_out_of_its_sentence() -> None:
    many = doubts_about("a fox " + " ".join(f"--x{letter} 1" for letter in "abcdefghijk"))
    assert len(many) == TOLD_MAX
    [sentence] = told(f"a fox --ar `@everyone{'x' * 100}`")
    assert "not `'@everyonexxx" in sentence
    assert sentence.count("`") == 6
    assert len(sentence) < 120


@pytest.mark.parametrize(
    ("prompt", "addresses"),
    [
        ("a fox at https://a.example/page", []),
        ("https://a.example/x.png a fox", ["https://a.example/x.png"]),
        ("<https://a.example/1> https://a.example/2, a fox", [1, 2]),
        ("a fox --sref https://a.example/1::2 https://a.example/2 123 --ar 1:1", [1, 2]),
        ('a fox --oref "https://a.example/1" --cref=https://a.example/1', [1]),
        (" ".join(f"https://a.example/{number}" for number in range(1, 9)), [1, 2, 3, 4]),
    ],
)
def test_addresses_of_images_are_those_in_front_and_those_of_references(
    prompt: str, addresses: list[int | str]
) -> None:
    found = image_addresses(prompt)
    assert found == [
        one if isinstance(one, str) else f"https://a.example/{one}" for one in addresses
    ]
    assert len(found) <= ADDRESSES_MAX


def test_a_doubt_is_told_once_however_often_it_is_there() -> None:
    assert [type(one) for one in doubts_about("a fox --xyzw 1 --xyzw 1")] == [Doubt]
