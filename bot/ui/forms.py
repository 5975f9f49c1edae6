"""The form for a prompt: what it shows, and what comes back from it.

A form lives in no memory: its custom id says what it is for, and what people typed is read from the
raw answer, so that a form opened before a restart still works.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord

from bot.actions import IMAGINE, Option, Options, OptionValue, PromptRule
from bot.errors import SourceTooOld
from bot.model import Request
from bot.texts import Texts
from bot.texts.actions import OptionWords
from bot.ui import discord_errors
from bot.ui.custom_ids import FormId
from bot.ui.discord_errors import About

FIELD_MAX = 4000
"""The most that Discord takes in one text field."""
PROMPT_FIELDS_MAX = 3
_FOR_WHAT_IS_IN_IT = (About.WORDS, About.LAYOUT, About.FRONT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back from a form, as typed."""

    prompt: str
    options: Mapping[str, str | None]
    callback: str | None


class PromptForm(discord.ui.Modal):
    """A prompt in one to three fields, options with a choice, a callback where one was given."""

    def __init__(
        self,
        t: Texts,
        form_id: FormId,
        *,
        prompt: str = "",
        options: Options | None = None,
        callback: str | None = None,
        note: str = "",
    ) -> None:
        action = form_id.action
        title = t.form_title(action, form_id.source)
        super().__init__(title=title, custom_id=form_id.custom_id)
        self._empty = partial(
            PromptForm, t, form_id, options=options, callback=callback and "", note=t.left_empty
        )
        self._is_filled = bool(prompt or callback)
        if note:
            self.add_item(discord.ui.TextDisplay[Any](note))
        required = action.prompt is PromptRule.REQUIRED
        parts = split_prompt(prompt) if action.prompt is not PromptRule.NONE else []
        for number, part in enumerate(parts, start=1):
            field = _prompt_field(t, number, len(parts), part, required=required and number == 1)
            self.add_item(field)
        values = action.complete(options or {})
        for option in action.options:
            words = t.option_words(action.key, option.name)
            if words is not None and len(option.choices) > 1:
                self.add_item(_option_field(words, option, values[option.name]))
        if callback is not None:
            self.add_item(_callback_field(t, callback))

    async def open(self, interaction: discord.Interaction[Any]) -> None:
        """Answer *interaction* with this form; left empty where Discord refuses what is in it."""
        try:
            await interaction.response.send_modal(self)
        except discord.HTTPException as fault:
            if not self._is_filled or discord_errors.about(fault) not in _FOR_WHAT_IS_IN_IT:
                raise
            await self._empty().open(interaction)

    def is_finished(self) -> bool:
        """Always: discord.py then keeps no form in memory, and none can be taken for another."""
        return True


def fresh_start(t: Texts, too_old: SourceTooOld) -> PromptForm:
    """In place of a remix that the API would refuse: the same words, from nothing."""
    return PromptForm(
        t,
        FormId(action=IMAGINE, private=too_old.private),
        prompt=too_old.prompt,
        callback=too_old.callback,
        note=t.fresh_start(too_old.days),
    )


def filled_in(t: Texts, form_id: FormId, request: Request, *, with_callback: bool) -> PromptForm:
    """The form for *request* once more."""
    return PromptForm(
        t,
        form_id,
        prompt=request.prompt,
        options=request.options,
        callback=request.callback if with_callback else None,
    )


def _prompt_field(
    t: Texts, number: int, parts: int, part: str, *, required: bool
) -> discord.ui.Label[discord.ui.Modal]:
    return discord.ui.Label(
        text=t.prompt_part_label(number, parts),
        component=discord.ui.TextInput[discord.ui.Modal](
            custom_id=f"prompt-{number}",
            style=discord.TextStyle.paragraph,
            default=part or None,
            required=required,
            max_length=FIELD_MAX,
        ),
    )


def _option_field(
    words: OptionWords, option: Option, value: OptionValue
) -> discord.ui.Label[discord.ui.Modal]:
    return discord.ui.Label(
        text=words.question,
        component=discord.ui.RadioGroup[discord.ui.Modal](
            custom_id=option.name,
            options=[
                discord.RadioGroupOption(
                    label=words.choices[choice][0],
                    value=str(choice),
                    description=words.choices[choice][1],
                    default=choice == value,
                )
                for choice in option.choices
            ],
        ),
    )


def _callback_field(t: Texts, callback: str) -> discord.ui.Label[discord.ui.Modal]:
    return discord.ui.Label(
        text=t.callback_label,
        component=discord.ui.TextInput[discord.ui.Modal](
            custom_id="callback", default=callback, required=False, max_length=FIELD_MAX
        ),
    )


def read_form(data: Mapping[str, Any]) -> Filled:
    """What was typed, from the raw data of the interaction."""
    values = dict(_values(data))
    fields = [f"prompt-{number}" for number in range(1, PROMPT_FIELDS_MAX + 1)]
    prompt = join_prompt([values.pop(field, None) or "" for field in fields])
    return Filled(prompt=prompt, callback=values.pop("callback", None), options=values)


def _values(data: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Every field with its value, whatever it is wrapped in."""
    if "custom_id" in data and "value" in data:
        yield data["custom_id"], data["value"]
    for component in (*data.get("components", ()), data.get("component")):
        if component is not None:
            yield from _values(component)


def split_prompt(prompt: str) -> list[str]:
    """One to three parts of at most 4000 characters that make *prompt* when put together.

    Cuts behind white space where there is some early enough for the rest to fit.
    """
    parts: list[str] = []
    while len(prompt) > FIELD_MAX:
        fields_left = PROMPT_FIELDS_MAX - len(parts) - 1
        least = max(1, len(prompt) - fields_left * FIELD_MAX)
        cuts = (at for at in range(FIELD_MAX, least - 1, -1) if prompt[at - 1].isspace())
        cut = next(cuts, FIELD_MAX)
        parts.append(prompt[:cut])
        prompt = prompt[cut:]
    return [*parts, prompt]


def join_prompt(parts: list[str]) -> str:
    """The prompt that *parts* make.

    Discord may trim the fields, so a space goes where two parts would run together, unless the
    first one is full: then the cut was inside a word.
    """
    prompt = ""
    full = True
    for part in filter(None, parts):
        apart = full or prompt[-1].isspace() or part[0].isspace()
        prompt += part if apart else f" {part}"
        full = len(part) >= FIELD_MAX
    return prompt
