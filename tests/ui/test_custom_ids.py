"""The ids of all our buttons and forms, where no Discord is needed."""

from typing import Any, cast

import pytest

from bot.actions import ACTIONS, IMAGINE, REMIX, Action, SourceKind
from bot.errors import Rejected
from bot.job_search import JobSearch, read_words
from bot.model import Source
from bot.ui.buttons import Button
from bot.ui.custom_ids import ButtonId, FormId, Verb

JOB = "0b9c1f3a-7d52-4e0f-9a61-2c5d8e7f1a34"
LONGEST = Source("x" * 56, 3)
RENAMED = ("remix:pick:", "remix:imagine:", "remix:edit:-")
NUMBER = 1_423_000_000_000_000_000
EVER_POSTED = {
    f"remix:remix:{JOB}:0": ButtonId("remix", Source(JOB, 0)),
    "remix:remix:a-b_1:3": ButtonId("remix", Source("a-b_1", 3)),
    f"remix:onsource:{JOB}:1": ButtonId("onsource", Source(JOB, 1)),
    f"remix:pick:{JOB}:1": ButtonId("remix", Source(JOB, 1), public=True),
    f"remix:remix:{JOB}:1p": ButtonId("remix", Source(JOB, 1), public=True),
    f"remix:upscale:{JOB}:1": ButtonId("upscale", Source(JOB, 1)),
    f"remix:upscale.creative:{JOB}:1": ButtonId("upscale", Source(JOB, 1), "creative"),
    f"remix:vary.strong:{JOB}:3p": ButtonId("vary", Source(JOB, 3), "strong", public=True),
    f"remix:zoom.15:{JOB}:0": ButtonId("zoom", Source(JOB, 0), "15"),
    f"remix:inpaint:{JOB}:1p": ButtonId("inpaint", Source(JOB, 1), public=True),
    f"remix:pan:{JOB}:0": ButtonId("pan", Source(JOB, 0)),
    f"remix:animate:{JOB}:0": ButtonId("animate", Source(JOB, 0)),
    f"remix:extend:{JOB}:0": ButtonId("extend", Source(JOB, 0)),
    f"remix:reroll:{JOB}:0": ButtonId("reroll", Source(JOB)),
    f"remix:choose.2:{NUMBER}": ButtonId("choose", NUMBER, "2"),
    f"remix:again:{JOB}:2": ButtonId("again", Source(JOB, 2)),
    f"remix:again:{NUMBER}": ButtonId("again", NUMBER),
    "remix:again:7286412345678901234:2": ButtonId("again", Source("7286412345678901234", 2)),
    f"remix:imagine:{JOB}:0": ButtonId("again"),
    "remix:imagine:-:0": ButtonId("again"),
    f"remix:edit:{JOB}:2": ButtonId("edit", Source(JOB, 2)),
    f"remix:edit:{NUMBER}": ButtonId("edit", NUMBER),
    "remix:edit:-:0": ButtonId("edit"),
    f"remix:editfree:{JOB}:2": ButtonId("editfree", Source(JOB, 2)),
    f"remix:editfree:{NUMBER}": ButtonId("editfree", NUMBER),
    **{
        f"remix:{verb}:{NUMBER}": ButtonId(verb, NUMBER)
        for verb in (
            "stop", "stopanyway", "show", "details", "delete", "takedown", "go", "cancel", "keep",
            "retry", "redo", "forget", "askdelete", "choose", "about", "favorite", "download",
            "family",
        )
    },
    f"remix:choose.0:{NUMBER}p": ButtonId("choose", NUMBER, "0", public=True),
    f"remix:about:{NUMBER}p": ButtonId("about", NUMBER, public=True),
    "remix:jobs:4": ButtonId("jobs", 4),
    "remix:settings:2": ButtonId("settings", 2),
    "remix:resetsettings:0": ButtonId("resetsettings", 0),
    f"remix:style:{JOB}:3": ButtonId("style", Source(JOB, 3)),
    "remix:jobs:4:::red fox": ButtonId("jobs", 4, search=JobSearch(words=("red", "fox"))),
    "remix:jobs:0:f:zoom_out:": ButtonId(
        "jobs", 0, search=JobSearch(action="zoom_out", favorites=True)
    ),
    "remix:favorites:4": ButtonId("favorites", 4),
}  # fmt: skip
"""One id of every kind that this version or an earlier one put under a message, and what it says.

Nothing is ever taken out: nobody edits those messages any more.
"""
FORMS_EVER_OPENED: dict[str, tuple[Action, Source | None, bool]] = {
    f"remix:form:{JOB}:2:public:0011aabb": (REMIX, Source(JOB, 2), False),
    "remix:form:remix:2:private:0011aabb": (REMIX, Source("remix", 2), True),
    f"remix:form:remix:{JOB}:2:private:0011aabb": (REMIX, Source(JOB, 2), True),
    "remix:form:imagine:public:0011aabb": (IMAGINE, None, False),
    "remix:form:imagine:private:0011aabb": (IMAGINE, None, True),
}


@pytest.mark.parametrize(("custom_id", "says"), EVER_POSTED.items())
async def test_every_button_that_was_ever_posted_says_what_it_said(
    custom_id: str, says: ButtonId
) -> None:
    match = Button.__discord_ui_compiled_template__.match(custom_id)
    assert match is not None, "or discord.py would not pass it on"
    button = await Button.from_custom_id(cast("Any", None), cast("Any", None), match)
    assert button.button == ButtonId.read(custom_id) == says
    assert button.custom_id == custom_id
    assert says.custom_id == custom_id or custom_id.startswith(RENAMED)


def test_none_is_missing_in_that_list() -> None:
    sourced = {action.key for action in ACTIONS.values() if action.source is not SourceKind.NONE}
    assert {says.verb for says in EVER_POSTED.values()} == {*Verb, *sourced}


@pytest.mark.parametrize(("custom_id", "says"), FORMS_EVER_OPENED.items())
def test_every_form_that_was_ever_opened_is_for_what_it_was_for(
    custom_id: str, says: tuple[Action, Source | None, bool]
) -> None:
    form = FormId.read(custom_id)
    assert (form.action, form.source, form.private) == says


@pytest.mark.parametrize("action", ACTIONS.values(), ids=list(ACTIONS))
def test_a_forms_id_says_what_it_is_for_and_fits(action: Action) -> None:
    source = None if action.source is SourceKind.NONE else LONGEST
    form_id = FormId(action=action, source=source, private=True)
    assert FormId.read(form_id.custom_id) == form_id
    assert len(form_id.custom_id) <= 100
    assert form_id.custom_id != FormId(action=action, source=source, private=True).custom_id


@pytest.mark.parametrize("verb", [*Verb, *ACTIONS])
def test_a_buttons_id_fits(verb: str) -> None:
    presets = ACTIONS[verb].presets if verb in ACTIONS else ()
    for preset in ("", *presets):
        assert len(ButtonId(verb, LONGEST, preset, public=True).custom_id) <= 100
    assert len(ButtonId(verb, 2**63 - 1).custom_id) <= 100


@pytest.mark.parametrize("letter", ["x", "狐", "\U0001d523"])
def test_the_longest_search_fits_the_id_of_a_button(letter: str) -> None:
    words, _ = read_words(letter * 100)
    search = JobSearch(words=words, action="x" * 13, favorites=True)
    button = ButtonId(Verb.JOBS, 10_001, search=search)
    assert len(button.custom_id.encode("utf-16-le")) <= 2 * 100
    assert ButtonId.read(button.custom_id) == button


@pytest.mark.parametrize(
    "wrong",
    [
        "remix:jobs:1:", "remix:jobs:1:x::a", "remix:jobs:1::A:a", f"remix:jobs:1:::{'x' * 61}",
        "remix:jobs:-1", "remix:jobs:1 ", "remix:jobs:", f"remix:jobs:{'1' * 21}", "remix:away:1",
        "remix:remix:1", "remix:remix:a:4", "remix:pick:12", f"remix:stop:{JOB}:0", "jobs:1",
        "remix:again:None", "remix:form:imagine:public:0011aabb",
    ],
)  # fmt: skip
def test_other_ids_are_no_button(wrong: str) -> None:
    assert ButtonId.read(wrong) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "remix:form:", "remix:form:a:7:public:0011aabb", "remix:form:public:0011aabb", "other",
        "remix:form:remix:public:0011aabb", "remix:form:imagine:job:2:public:0011aabb",
    ],
)  # fmt: skip
def test_an_unknown_form_is_said_to_be_old(wrong: str) -> None:
    with pytest.raises(Rejected, match="UNSUPPORTED_COMPONENT"):
        FormId.read(wrong)
