"""A form gives back what was typed, letter by letter, with no memory of its own."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions import IMAGINE, INPAINT, REMIX, Mode
from bot.errors import OptionInvalid
from bot.inputs import read_options
from bot.model import PROMPT_MAX, Request, Source
from bot.texts import ENGLISH
from bot.ui.forms import (
    FIELD_MAX,
    PROMPT_FIELDS_MAX,
    PromptForm,
    join_prompt,
    read_form,
    split_prompt,
)

SOURCE = Source("b4a0f9f3-1a9e-4d0e-9a52-0c3f2b1d7e66", 2)


def long_text(words: str, length: int) -> str:
    return (words * (length // len(words) + 1))[:length].strip()


prompts = st.builds(
    long_text,
    st.text(alphabet="ab \nä🦊", min_size=1, max_size=300).filter(str.strip),
    st.integers(1, PROMPT_MAX),
)


def submitted(form: PromptForm) -> dict[str, Any]:
    """The raw data of a form that was sent off untouched."""
    data = form.to_dict()

    def answer(component: dict[str, Any]) -> dict[str, Any]:
        if "component" in component:
            return {"type": 18, "component": answer(component["component"])}
        chosen = [one["value"] for one in component.get("options", ()) if one.get("default")]
        value = chosen[0] if chosen else component.get("value", "")
        return {"type": component["type"], "custom_id": component["custom_id"], "value": value}

    return {
        "custom_id": data["custom_id"],
        "components": [answer(one) for one in data["components"]],
    }


@given(prompts)
def test_a_split_prompt_joins_to_the_same_prompt(prompt: str) -> None:
    parts = split_prompt(prompt)
    assert 1 <= len(parts) <= PROMPT_FIELDS_MAX
    assert all(len(part) <= FIELD_MAX for part in parts)
    assert join_prompt(parts) == prompt


@given(prompts)
def test_trimmed_fields_lose_no_word(prompt: str) -> None:
    trimmed = [part.strip() for part in split_prompt(prompt)]
    assert join_prompt(trimmed).split() == prompt.split()


def test_a_prompt_is_cut_at_white_space_where_there_is_some() -> None:
    prompt = long_text("seven words are better than any one ", 8000)
    first, second, *_ = split_prompt(prompt)
    assert first.endswith(" ")
    assert second[0] != " "


def test_a_single_word_of_8192_letters_fits_as_well() -> None:
    assert split_prompt("x" * PROMPT_MAX) == ["x" * 4000, "x" * 4000, "x" * 192]


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("length", [0, 12, 4000, 4001, 8192])
async def test_an_untouched_form_gives_back_what_it_was_filled_with(
    mode: Mode, length: int
) -> None:
    prompt = long_text("a fox in the snow, ", length) if length else ""
    request = Request(action=REMIX, source=SOURCE, prompt=prompt, options={"mode": mode})
    form = PromptForm(ENGLISH, request, private=False)
    filled = read_form(submitted(form))
    assert (filled.prompt, filled.callback) == (prompt, None)
    assert read_options(REMIX, filled.options) == {"mode": mode}


async def test_a_callback_rides_along() -> None:
    request = Request(action=IMAGINE, callback="https://a.example/done")
    form = PromptForm(ENGLISH, request, private=True)
    assert read_form(submitted(form)).callback == "https://a.example/done"


async def test_the_largest_form_keeps_discords_limits() -> None:
    longest = Request(
        action=REMIX,
        source=Source("x" * 56, 3),
        prompt="x" * PROMPT_MAX,
        callback="https://a.example",
    )
    data = PromptForm(ENGLISH, longest, private=True).to_dict()
    assert len(data["custom_id"]) <= 100
    assert len(data["title"]) <= 45
    assert len(data["components"]) <= 5


@pytest.mark.parametrize(
    ("mask", "boxes", "checked"),
    [
        ("", 9, []),
        ("1000x1000 areas 2,9", 9, ["2", "9"]),
        ("1000x1000 points 0,0 9,0 9,9", 10, ["as:9223372036854775807"]),
    ],
)
async def test_a_form_for_a_part_of_an_image_keeps_discords_limits(
    mask: str, boxes: int, checked: list[str]
) -> None:
    request = Request(
        action=INPAINT, source=SOURCE, prompt="x" * PROMPT_MAX, options={"mask": mask}
    )
    form = PromptForm(ENGLISH, request, private=True, asked_in=2**63 - 1)
    *prompts, areas, file = form.to_dict()["components"]
    assert len(prompts) == 3
    for label in (areas, file):
        assert len(label["label"]) <= 45
        assert len(label["description"]) <= 100
    options = areas["component"]["options"]
    assert len(options) == areas["component"]["max_values"] == boxes
    assert all(len(one["label"]) <= 100 for one in options)
    assert [one["value"] for one in options if one.get("default")] == checked
    assert not areas["component"]["required"]
    assert not file["component"]["required"]


@pytest.mark.parametrize("value", ["2", "strong"])
def test_a_mode_out_of_nowhere_is_refused(value: str) -> None:
    filled = read_form({"components": [{"type": 21, "custom_id": "mode", "value": value}]})
    with pytest.raises(OptionInvalid):
        read_options(REMIX, filled.options)
