"""What a prompt multiplies is told before it is spent, however it is written."""

import re
import time

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot.prompt_cost import PROMPTS_MAX, TOO_MANY, PromptCost, has_words, prompt_cost

SIXTY = ",".join(f"colour {number}" for number in range(60))


@pytest.mark.parametrize(
    ("prompt", "permutations"),
    [
        ("a red fox", 1),
        ("a {red, green} fox", 2),
        ("a {red, green, blue} {fox, hare}", 6),
        ("a {red, {light, dark} green} fox", 3),
        ("a {fox} in {the snow}", 1),
        ("a {red,} fox", 2),
        ("a {red,, green} fox", 3),
        ("a {,} fox", 2),
        ("a {{red,green},{blue,black}} fox", 4),
        (r"a {red\, green, blue} fox", 3),  # nobody knows whether the API minds backslashes
        (r"a \{red, green\} fox", 2),
        (r"a {red\}, green} fox", 2),
        (r"a \\{red, green} fox", 2),
        ("foxes, hares, and {bears", 1),
        ("a }red, green{ fox", 1),
        ("a ｛red，green｝ fox", 2),  # noqa: RUF001  # full width
        ("a ︷red、green︸ fox", 2),
        ("a ❴red،green❵ fox", 2),  # noqa: RUF001  # of other scripts
        ("{" * 30 + "a,b" + "}" * 30, 2),
    ],
)
def test_braces_stand_for_as_many_prompts_as_they_permute(prompt: str, permutations: int) -> None:
    assert prompt_cost(prompt) == PromptCost(permutations=permutations)


@pytest.mark.parametrize(
    ("prompt", "permutations"),
    [
        ("a {red, green fox", 2),
        ("a :{ {red, green, blue} fox", 3),
        ("a {red, green, blue :{ fox", 3),
        ("{ {a,b}, {a,b}, {a,b}", 8),
    ],
)
def test_braces_that_do_not_match_are_read_as_what_costs_most(
    prompt: str, permutations: int
) -> None:
    assert prompt_cost(prompt).permutations == permutations


@pytest.mark.parametrize(
    "prompt",
    [
        *(f"a {{{SIXTY}}} cat", f"a {{{SIXTY}}} cat :{{", f"a {{{SIXTY} cat"),
        "{a,b}" * 30,
        "{" * 4000 + "a,b" + "}" * 4000,
        *("a fox --repeat 41", "a {fox, hare} --repeat 21", "a fox --repeat many"),
        *("a fox --repeat", "a fox --repeat 1e9", "a fox --repeat 1,000", "a fox --r 0x28"),
        *("a fox --repeat 1{0,5}", "a fox {--repeat 1}0", "a fox {--repeat 1, x}{0, 5}"),
        *("a fox --{re,x}peat 3", "a fox --{repeat,fast} 3", "a fox {--repeat,x} 3"),
        *("a fox --repeat 4x", "a fox --repeat 1 000", "a fox --repeat 1\u202f000"),
        *("a fox --repeat 1'000", "a fox --repeat 4-8", "a fox --repeat 2^9"),
        *("a fox --repeat -4", "a fox -- repeat {4, x}"),
        "--repeat 1 " * 300,
    ],
)
def test_what_stands_for_too_many_prompts_or_cannot_be_told_counts_as_too_many(
    prompt: str,
) -> None:
    assert prompt_cost(prompt) == TOO_MANY
    assert TOO_MANY.prompts > PROMPTS_MAX


TURBO = [
    *("--turbo", "--TURBO", "—turbo"),
    "–turbo",  # noqa: RUF001  # dashes of all kinds
    *("―turbo", "−turbo", "‒turbo", "⸺turbo", "－－turbo", "﹣﹣turbo", "‐‐turbo", "‑‑turbo"),  # noqa: RUF001
    *("ーーturbo", "---turbo", "－－ｔｕｒｂｏ", "--𝐭𝐮𝐫𝐛𝐨", "\u200b--turbo", "-\u200b-turbo"),  # noqa: RUF001
    *("--\u200bturbo", "--tur\u2060bo", "-\xad-tur\xadbo", "\xad\xadtur\xadbo"),
    "-\u034f-\ufe0fturbo",
    "-\u0336-\u0336t\u0336u\u0336r\u0336b\u0336o\u0336",
    *("--t\xfarbo", "-- turbo", "--\u200b\xa0turbo", "--\tturbo", "--\nturbo", "— turbo"),
    *("——turbo", "–-turbo", "ㅡㅡturbo", "ｰｰturbo", "一一turbo", "⎯turbo", "--**turbo**"),  # noqa: RUF001
    *('--"turbo"', "--(turbo)", r"\-\-turbo", r"--tur\bo", r"--turbo\ ", "--{ turbo }"),
    *("-- {turbo}", "\xad\xadturbo", "--turbo\ufe0f", "{--turbo}", "--{turbo}", "-{-turbo}"),
    *("{--}turbo", "--tur{bo}", "--{{turbo}}", "{ --turbo }", '"--turbo"', "--turbo,"),
    "--turbo=1",
]


@pytest.mark.parametrize("flag", TURBO)
@pytest.mark.parametrize("prompt", ["a fox {}", "a fox,{}", "a fox{}", "狐{}", "a fox {} --ar 2:3"])
def test_turbo_counts_in_every_spelling(prompt: str, flag: str) -> None:
    assert prompt_cost(prompt.replace("{}", flag)).multiplier == 2


@pytest.mark.parametrize(
    ("prompt", "multiplier"),
    [
        ("a fox {--turbo,}", 4),
        ("a fox --{turbo,fast}", 4),
        ("a fox --{fast, turbo}", 4),
        ("a fox {--, x } turbo", 4),
        ("a fox {--tur , x}bo", 4),
        ("a fox {--fast, --turbo}", 4),
        ("a fox --{tur,fa}{bo,st}", 8),
        ("a fox --repeat 10", 10),
        ("a fox --r 10", 10),
        ("a fox --r10", 10),
        ("a fox —r ５", 5),  # noqa: RUF001  # full width
        ("a fox --repeat=3", 3),
        ('a fox --repeat "3"', 3),
        ("a fox --repeat\xa0(3)", 3),
        ("a fox --repeat ٣", 3),
        ("a fox -- repeat 3", 3),
        ("a fox — r 3", 3),
        ("a fox --repeat 03, by night", 3),
        ("a fox --r 2.5", 3),
        ("a fox --r 2 --repeat 5 --r 3", 5),
        ("a fox {--r 2, --r 3}", 6),
        ("a fox --repeat {5, 10}", 20),
        ("a {fox, hare} --r 20", 40),
        ("a fox --oref https://a.example/x.png", 2),
        ("a fox --oref https://a.example/x.png --turbo", 2),
        ("a fox --q 2", 2),
        ("a fox --quality 4", 4),
        ("a fox --q .5", 1),
        ("a fox --q 100", 4),
        ("a fox --{q,v} 2", 8),
        ("a {red, green} fox --r 3 --turbo --q 2", 24),
    ],
)
def test_everything_that_multiplies_does(prompt: str, multiplier: int) -> None:
    assert prompt_cost(prompt).multiplier == multiplier


@pytest.mark.parametrize(
    "prompt",
    [
        *("a fox --turbocharged", "a full-turbo r-32", "stripes -- repeat them"),
        *("a lake – quality, not quantity", "a turbo fox, repeat 10 times, q 4"),  # noqa: RUF001
        "a fox --raw --ref 3 --sref 41 --seed 1234 --ar 16:9 --quiet",
        *("a fox --style raw --stylize 750", "an R&B singer – loud", "a {fox}"),  # noqa: RUF001
        *("ラーメンとサーフィン", ""),
    ],
)
def test_what_multiplies_nothing_is_not_asked_about(prompt: str) -> None:
    assert prompt_cost(prompt) == PromptCost()


def test_a_bill_says_how_many_images_come() -> None:
    assert prompt_cost("a {red, green} fox --r 3 --turbo").images == 24
    assert prompt_cost("a fox --turbo").images == 4


@pytest.mark.parametrize(
    "piece",
    ["\xad\xad{", "\xad\xad{t\xad", "{--r", "\\{—", "--{{", "\xad-", "— ", "{a," + "\xad" * 400],
)
def test_the_time_it_takes_grows_with_the_length_of_the_prompt_and_not_with_its_square(
    piece: str,
) -> None:
    def spent(length: int) -> float:
        prompt = (piece * length)[:length]
        spans: list[float] = []
        for _ in range(5):
            began = time.thread_time()
            prompt_cost(prompt)
            spans.append(time.thread_time() - began)
        return min(spans)

    assert spent(65_536) < 64 * spent(4096), "sixteen times as long"


# ------------------------------------------------------------------ properties


PIECES = st.sampled_from(
    (
        *(
            *("a", " ", "fox", "{", "}", ",", "\\", "{a,b}", "{a,{b,c}}", "-", "--", "—", ":{"),
            *("1", "0"),
        ),
        *(
            *("--turbo", "--repeat 2", "--r 3", "--q 2", "--oref x", "--ar 2:3", "turbo"),
            *("repeat", "r"),
        ),
        *("\u200b", "\xad", "狐", "ｔ", "5", ".", "=", "{--turbo}", "--{r,q}", "\n"),  # noqa: RUF001
    )
)
PROMPTS = st.lists(PIECES, max_size=16).map("".join)
GROUPS = st.sampled_from(("{x, y}", "{x}", "{x, {y, z}}", "{--turbo, --fast}"))
FLAGS = st.sampled_from(
    ("--turbo", "--r 2", "--repeat 3", "--q 2", "--oref x", "—turbo", "--ar 1:1")
)


@given(PROMPTS, PROMPTS, GROUPS | FLAGS)
@example("--repeat 2", "}1", "{x, y}")
def test_a_group_or_flag_that_is_added_never_lowers_the_bill(
    before: str, after: str, added: str
) -> None:
    in_a_flag = before.rstrip(" \n\\{\u200b\xad").endswith(("-", "—"))
    in_a_number = before[-1:].isdigit() and after[:1].isdigit()
    assume(not in_a_flag and not in_a_number)  # ``-- {x} turbo`` is none, nor is ``1 {x} 000``
    bill = prompt_cost(f"{before} {after}")
    assert prompt_cost(f"{before} {added} {after}").multiplier >= bill.multiplier


@given(PROMPTS, st.sampled_from(TURBO), st.sampled_from(("", " ", ", ", "狐")))
def test_no_spelling_of_a_flag_is_cheaper_than_another(
    prompt: str, spelling: str, between: str
) -> None:
    plain = prompt_cost(f"a fox {between}--turbo {prompt}")
    assert prompt_cost(f"a fox {between}{spelling} {prompt}").multiplier >= plain.multiplier


INVISIBLE = ("\u200b", "\u2060", "\ufe0f", "\xad", "\U000e0041", "\u3164")


@given(PROMPTS, st.data())
def test_letters_that_nobody_sees_make_nothing_cheaper(prompt: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(prompt)))
    hidden = prompt[:at] + data.draw(st.sampled_from(INVISIBLE)) + prompt[at:]
    assert prompt_cost(hidden).multiplier >= prompt_cost(prompt).multiplier


@given(PROMPTS)
def test_case_and_width_of_letters_make_nothing_cheaper(prompt: str) -> None:
    wide = "".join(
        chr(ord(letter) + 0xFEE0) if letter.isalnum() and letter.isascii() else letter
        for letter in prompt
    )
    for other in (prompt.upper(), wide):
        assert prompt_cost(other).multiplier >= prompt_cost(prompt).multiplier


@given(st.text() | PROMPTS)
def test_no_prompt_breaks_the_counting(prompt: str) -> None:
    bill = prompt_cost(prompt)
    assert bill == TOO_MANY or 1 <= bill.prompts <= PROMPTS_MAX
    assert 1 <= bill.quality <= 4
    assert isinstance(has_words(prompt), bool)


LETTERS = st.sampled_from(
    (
        *("a", "fox ", " ", "-", "--", " --", "tur", "bo", "turbo ", "re", "peat", " 2", "3"),
        *("r ", "q 2"),
    )
)


def in_braces(options: list[str]) -> str:
    return f"{{{','.join(options)}}}"


WRITTEN = st.recursive(
    LETTERS,
    lambda parts: (
        st.lists(parts, max_size=4).map("".join)
        | st.lists(parts, min_size=1, max_size=3).map(in_braces)
    ),
    max_leaves=12,
)


def written_out(prompt: str) -> list[str]:
    """The prompts that *prompt* stands for, one by one."""
    group = re.search(r"\{([^{}]*)\}", prompt)
    if group is None:
        return [prompt]
    before, after = prompt[: group.start()], prompt[group.end() :]
    return [
        one
        for option in group[1].split(",")
        for one in written_out(f"{before}{option.strip()}{after}")
    ]


def costs(prompt: str) -> int:
    """What a prompt without groups costs: flags in their plainest form."""
    repeats = re.findall(r"--(?:repeat|r) ?(\d+)\b", prompt)
    quality = re.findall(r"--q ?(\d+)\b", prompt)
    times = max(1, *map(int, repeats), 1) * min(max(1, *map(int, quality), 1), 4)
    return times * (2 if re.search(r"--turbo\b", prompt) else 1)


@given(WRITTEN.filter(lambda prompt: prompt.count("{") < 5))
@example("a {red --turbo, {blue, green} --r 3} fox")
def test_a_bill_is_never_below_what_the_prompts_cost_one_by_one(prompt: str) -> None:
    prompts = written_out(prompt)
    if re.search(r"\{[^{}]*\{", prompt):
        prompts = list(set(prompts))  # what is nested is written out several times
    assert prompt_cost(prompt).multiplier >= sum(map(costs, prompts))
