"""The ids of all our buttons, where no Discord is needed."""

import pytest

from bot.ui.buttons import ButtonAction
from bot.ui.controls import CONTROLS, is_known
from bot.ui.deeds import PREFIX, ControlAction

IDS = [
    *(f"{PREFIX}{deed}:12" for deed in ControlAction),
    *(f"{PREFIX}{verb}:jobs:3" for verb in ButtonAction),
    f"{PREFIX}imagine:-:0",
    f"{PREFIX}stop:{2**63 - 1}",
]


@pytest.mark.parametrize("custom_id", IDS)
def test_every_id_fits_one_control(custom_id: str) -> None:
    fitting = [
        control for control in CONTROLS if control.__discord_ui_compiled_template__.match(custom_id)
    ]
    assert len(fitting) == 1
    assert is_known(custom_id)
    assert len(custom_id) <= 100


@pytest.mark.parametrize("wrong", ["jobs:-1", "jobs:1 ", "jobs:", f"jobs:{'1' * 21}", "away:1"])
def test_other_ids_fit_none(wrong: str) -> None:
    assert not is_known(f"{PREFIX}{wrong}")
    assert not is_known("jobs:1")


def test_the_ids_of_earlier_versions_still_fit() -> None:
    """They are under messages that nobody will edit any more."""
    for custom_id in ("remix:remix:a-b_1:0", "remix:again:a-b_1:3", "remix:jobs:4"):
        assert is_known(custom_id)
