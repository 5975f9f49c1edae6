"""What somebody wants of all their jobs: the page that shows it, and the forms that change it.

Like all of ours, page and forms have no memory: their custom ids say what they are for.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import discord

from bot.preferences import Choice, Preferences
from bot.texts import LANGUAGES, Texts
from bot.ui.buttons import Button, Row
from bot.ui.custom_ids import PREFIX, ButtonId, Verb
from bot.ui.escape import shown
from bot.ui.forms import Label, TextInput, form_values
from bot.ui.layouts import AT_WORK, LayoutMessage, as_texts, container_page

PARTS = (
    ("aspect", "version", "stylize", "chaos", "weird"),
    ("raw", "quality", "style", "reference", "personal"),
    ("private", "pings", "locale"),
)
"""The fields of each form, of which Discord shows five at the most."""
VERSIONS = ("8.1", "8", "7", "6.1", "6", "5.2", "niji 7", "niji 6", "niji 5")
QUALITIES = ("0.5", "1", "2", "4")
TEXT_MAX = {"style": 1000, "reference": 1000, "personal": 100}
SHOWN_MAX = 150
_OPEN = "open"
"""What is chosen where nothing is: Discord takes no empty value."""
_BLANK = asdict(Preferences())
_FORM = re.compile(rf"{PREFIX}settings:form:([0-{len(PARTS) - 1}]):[0-9a-f]{{8}}")

Field = discord.ui.Item[discord.ui.Modal]


def settings_page(t: Texts, chosen: Preferences) -> LayoutMessage:
    """All that somebody has chosen, with the way to change it."""
    blocks = [f"{t.settings_heading}\n{t.settings_about}"]
    for part, names in enumerate(PARTS):
        values = ((name, _said(t, getattr(chosen, name))) for name in _offered(names))
        lines = [t.details_line(t.settings[name][0], value) for name, value in values]
        blocks.append("\n".join([t.settings_parts[part], *lines]))
    buttons = [
        Button(ButtonId(Verb.SETTINGS, part), t.settings_buttons[part])
        for part in range(len(PARTS))
    ]
    if chosen != Preferences():
        reset = ButtonId(Verb.RESET_SETTINGS, 0)
        buttons.append(Button(reset, t.reset_settings, discord.ButtonStyle.danger))
    return container_page(AT_WORK, [*as_texts(*blocks), Row(*buttons)])


def _offered(names: tuple[str, ...]) -> list[str]:
    """Nobody chooses a language where there is one."""
    return [name for name in names if name != "locale" or len(LANGUAGES) > 1]


def _said(t: Texts, value: Choice) -> str:
    if isinstance(value, bool):
        return t.yes if value else t.no
    return shown(value, SHOWN_MAX) if value else t.left_open


class SettingsForm(discord.ui.Modal):
    """One part of what somebody has chosen, to be changed."""

    def __init__(self, t: Texts, chosen: Preferences, part: int) -> None:
        custom_id = f"{PREFIX}settings:form:{part}:{secrets.token_hex(4)}"
        super().__init__(title=t.settings_buttons[part], custom_id=custom_id)
        for name in _offered(PARTS[part]):
            text, hint = t.settings[name]
            field = _field(t, name, getattr(chosen, name))
            self.add_item(Label(text=text, description=hint, component=field))

    def is_finished(self) -> bool:
        """Always, as `bot.ui.forms.PromptForm` is."""
        return True


def _field(t: Texts, name: str, value: Choice) -> Field:
    if isinstance(value, bool):
        return discord.ui.Checkbox[discord.ui.Modal](custom_id=name, default=value)
    chosen = value or _OPEN
    offered = {"quality": QUALITIES, "version": VERSIONS, "locale": tuple(LANGUAGES)}.get(name)
    if offered is None:
        most = TEXT_MAX.get(name, 10)
        return TextInput(
            custom_id=name, default=value or None, required=False, max_length=max(most, len(value))
        )
    labels = {one: one for one in (_OPEN, *offered, chosen)} | {_OPEN: t.left_open}
    if name == "locale":
        labels |= {one: texts.own_name for one, texts in LANGUAGES.items()}
    if name == "quality":
        radios = [
            discord.RadioGroupOption(label=label, value=one, default=one == chosen)
            for one, label in labels.items()
        ]
        return discord.ui.RadioGroup[discord.ui.Modal](custom_id=name, options=radios)
    options = [
        discord.SelectOption(label=label, value=one, default=one == chosen)
        for one, label in labels.items()
    ]
    return discord.ui.Select[discord.ui.Modal](custom_id=name, options=options)


def form_part(custom_id: str) -> int | None:
    """The part of the settings that the form with this id is for; ``None`` for any other form."""
    match = _FORM.fullmatch(custom_id)
    return None if match is None else int(match[1])


def read_settings_form(part: int, data: Mapping[str, Any]) -> dict[str, Choice]:
    """What was chosen, from the raw data of the interaction."""
    chosen: dict[str, Choice] = {}
    for name, value in form_values(data):
        if name in PARTS[part]:
            typed = "" if value in (None, _OPEN) else str(value)
            chosen[name] = bool(value) if isinstance(_BLANK[name], bool) else typed
    return chosen
