"""The list of jobs and its buttons, where no Discord is needed."""

from bot.ui.buttons import PREFIX
from bot.ui.controls import CONTROLS, is_known


def test_no_id_fits_two_controls() -> None:
    for custom_id in (f"{PREFIX}jobs:12", f"{PREFIX}again:jobs:3", f"{PREFIX}imagine:-:0"):
        fitting = [
            control
            for control in CONTROLS
            if control.__discord_ui_compiled_template__.match(custom_id)
        ]
        assert len(fitting) == 1, custom_id
        assert is_known(custom_id)
    for custom_id in (f"{PREFIX}jobs:12345", f"{PREFIX}jobs:-1", f"{PREFIX}jobs:1 ", "jobs:1"):
        assert not is_known(custom_id)
