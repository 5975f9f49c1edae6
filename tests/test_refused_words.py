"""A refused word is found however it is written, and never where it is only part of another one."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.refused_words import RefusedWords, can_be_found

WORDS = RefusedWords(
    (
        *("gore", "Straße", "bad  idea", "\u200b", "c++", "café", "pis"),
        *("裸体", "ポルノ", "กา", "ខ្មែរ", "νύχτα", "порно", "كلب", "כלב"),
    )
)


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("GORE everywhere", "gore"),
        ("no (gore)!", "gore"),
        ("ｇｏｒｅ", "gore"),  # noqa: RUF001  # full width
        ("𝓰𝓸𝓻𝓮 and 𝕘𝕠𝕣𝕖", "gore"),  # noqa: RUF001  # mathematical letters
        ("⒢⒪⒭⒠", "gore"),
        ("go\u200bre", "gore"),
        ("g\xado\u2063r\u3164e\ufe0f", "gore"),
        ("go\U000e0067re", "gore"),
        ("g\u0336o\u0336r\u0336e\u0336", "gore"),
        ("go\u0301re", "gore"),
        ("_gore_", "gore"),
        ("**gore**, ~~gore~~", "gore"),
        ("||gore||", "gore"),
        ("a_gore_b", "gore"),
        ("full-gore", "gore"),
        ("g-o-r-e", "gore"),
        ("a g o r e thing", "gore"),
        ("G.O.R.E.", "gore"),
        ("a long STRASSE", "Straße"),
        ("such a bad\nidea", "bad  idea"),
        ("such a bad_idea", "bad  idea"),
        ("such a *bad* idea", "bad  idea"),
        ("written in C++", "c++"),
        ("a CAFÉ", "café"),
        ("a cafe\u0301", "café"),
        ("一张裸体照片", "裸体"),
        ("一张裸\u200b体照片", "裸体"),
        ("一张**裸**体照片", "裸体"),
        ("古いﾎﾟﾙﾉ映画", "ポルノ"),
        ("นกกาบินสูง", "กา"),
        ("ជាភាសាខ្មែរដែរ", "ខ្មែរ"),
        ("gоre", "gore"),  # noqa: RUF001  # Cyrillic
        ("GΟRΕ", "gore"),  # noqa: RUF001  # Greek
        ("ɢᴏʀᴇ", "gore"),
        ("ցօɾҽ", "gore"),  # Armenian and others
        ("ꓖꓳꓣꓰ", "gore"),  # noqa: RUF001  # Lisu
        ("🅖🅞🅡🅔", "gore"),
        ("🅶🅾🆁🅴", "gore"),
        ("🇬🇴🇷🇪", "gore"),
        ("go🦊re", "gore"),
        ("a🦊gore", "gore"),
        ("go-re", "gore"),
        ("go**re**", "gore"),
        ("g🦊o🦊r🦊e", "gore"),
        ("g . o . r . e", "gore"),
        ("bad🦊idea", "bad  idea"),
        ("b a d i d e a", "bad  idea"),
        ("a 裸 体", "裸体"),
        ("裸🦊体", "裸体"),
        ("裸·体", "裸体"),
        ("ポ・ル・ノ", "ポルノ"),  # noqa: RUF001  # a letter
        ("ΝΎΧΤΑ, Νύχτα", "νύχτα"),  # Greek
        ("Пopнo ПОРНО", "порно"),  # Cyrillic, some of it Latin
        ("كـلـب", "كلب"),
        ("كَلْبٌ", "كلب"),
        ("כֶּלֶב", "כלב"),
        ("PİS pıs", "pis"),  # noqa: RUF001  # Turkish
    ],
)
def test_a_refused_word_is_found_however_it_is_written(prompt: str, word: str) -> None:
    assert WORDS.find(prompt) == word


@pytest.mark.parametrize(
    "prompt",
    [
        *("Al Gory", "gored", "allegore", "straßen", "a bad, idea", "bad. Idea", "c+", "a cafe"),
        *("a g o r e d", "go re"),
        "裸，体",  # noqa: RUF001  # a comma of full width
        *("a g0re", "a thebad ideal", "порн", ""),
    ],
)
def test_parts_of_words_are_no_refused_words(prompt: str) -> None:
    assert WORDS.find(prompt) is None


def test_a_word_is_not_found_in_a_longer_one() -> None:
    words = RefusedWords(("peg", "ass", "cunt", "the rapist", "cock", "sex"))
    innocent = (
        *("a pegboard", "p-e-g-b-o-a-r-d", "a glass, first class, bass-assembly", "schöpegung"),
        *("Scunthorpe, Essex, Middlesex", "a therapist with a peacock, cocktails", "a ss"),
        "a sextant_in_sussex",
        "секс",  # another word to its readers
    )
    for prompt in innocent:
        assert words.find(prompt) is None, prompt


INVISIBLE = (
    *("\u200b", "\u2060", "\xad", "\ufe0f", "\U000e0041", "\u3164", "\u034f", "\u0336", "\u20dd"),
)
WRAPPERS = ("", " ", "_", "**", "||", "(", ")", ", ", "`", "\n", "…", "🦊")


@given(
    st.sampled_from(("gore", "裸体", "กา", "straße")),
    st.lists(st.sampled_from((*INVISIBLE, "")), min_size=5, max_size=5),
    st.sampled_from(WRAPPERS),
    st.sampled_from(WRAPPERS),
    st.sampled_from((str.upper, str.lower, str.title)),
)
def test_no_invisible_letter_and_nothing_around_it_hides_a_word(
    word: str, invisible: list[str], before: str, after: str, case: type[str]
) -> None:
    hidden = "".join(letter + mark for letter, mark in zip(case(word), invisible, strict=False))
    rest = case(word)[5:]
    assert WORDS.find(f"x{before or ' '}{hidden}{rest}{after or ' '}y") is not None


@given(st.text(max_size=60))
def test_no_prompt_breaks_the_search(prompt: str) -> None:
    assert WORDS.find(f"{prompt} gore {prompt}") is not None
    assert RefusedWords(()).find(prompt) is None


def test_every_compatible_form_of_a_letter_counts_as_the_letter() -> None:
    words = RefusedWords(("xax",))
    for code in range(0x20000):
        letter = chr(code)
        if unicodedata.normalize("NFKC", letter).casefold() == "a":
            assert words.find(f"x{letter}x") == "xax", hex(code)


@pytest.mark.parametrize("word", ["\u200b", "--", "_", " ", "\u3164\ufe0f"])
def test_what_nobody_sees_cannot_be_refused(word: str) -> None:
    assert not can_be_found(word)
    assert can_be_found(f"{word}a{word}")
