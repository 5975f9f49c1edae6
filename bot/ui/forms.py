"""The form for a prompt: what it shows, and what comes back from it.

A form lives in no memory: its custom id says what it is for, and what people typed is read from the
raw answer, so that a form opened before a restart still works.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any

import discord

from bot.actions import IMAGINE, Option, OptionValue, PromptRule
from bot.errors import SourceTooOld
from bot.model import Request
from bot.texts import Texts
from bot.ui import discord_errors
from bot.ui.custom_ids import FormId
from bot.ui.discord_errors import About
from bot.ui.mask_fields import Label, mask_labels

FIELD_MAX = 4000
"""The most that Discord takes in one text field."""
PROMPT_FIELDS_MAX = 3
FIELDS_MAX = 5
"""Discord's limit. Where a long prompt takes more of them, the last options have their defaults."""
NUMBER_MAX = 8
"""Characters of a number."""

TextInput = discord.ui.TextInput[discord.ui.Modal]

_FOR_WHAT_IS_IN_IT = (About.WORDS, About.LAYOUT, About.FRONT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came back from a form, as typed."""

    prompt: str
    options: Mapping[str, str | None]
    callback: str | None
    chosen: Mapping[str, list[str]]
    """Of fields with any number of values: boxes that are checked, ids of files."""
    files: Mapping[str, Mapping[str, Any]]
    """What is attached, as Discord describes it, by its id."""


class PromptForm(discord.ui.Modal):
    """A prompt in one to three fields, options with a choice, a callback where one was given."""

    def __init__(
        self,
        t: Texts,
        request: Request,
        *,
        private: bool,
        note: str = "",
        price_usd: Decimal | None = None,
        asked_in: int | None = None,
    ) -> None:
        """Filled with *request*; *private*: what comes of it is for one person alone.

        *price_usd* is what the cheapest job of this action costs, if that is known. *asked_in*: the
        interaction in which a job or a draft was asked for that has the options of *request*.
        """
        action, callback = request.action, request.callback
        form_id = FormId(action=action, source=request.source, private=private)
        super().__init__(title=t.form_title(action, request.source), custom_id=form_id.custom_id)
        self._is_filled = bool(request.prompt or callback)
        empty = replace(request, prompt="", callback=callback and "")
        self._empty = partial(
            PromptForm, t, empty, private=private, note=t.left_empty, asked_in=asked_in
        )
        if note:
            self.add_item(discord.ui.TextDisplay[Any](note))
        required = action.prompt is PromptRule.REQUIRED
        parts = split_prompt(request.prompt) if action.prompt is not PromptRule.NONE else []
        for number, part in enumerate(parts, start=1):
            prompt_input = TextInput(
                custom_id=f"prompt-{number}",
                style=discord.TextStyle.paragraph,
                default=part or None,
                required=required and number == 1,
                max_length=FIELD_MAX,
            )
            label = t.prompt_part_label(number, len(parts))
            price = t.price_of(action, price_usd) if price_usd and number == 1 else None
            self.add_item(Label(text=label, description=price, component=prompt_input))
        values = action.complete(request.options)
        room = FIELDS_MAX - len(self.children) - (callback is not None)
        labels = [
            label
            for option in action.options
            for label in _labels(t, action.key, option, values[option.name], asked_in)
        ]
        for label in labels[: max(room, 0)]:
            self.add_item(label)
        if callback is not None:
            address = TextInput(
                custom_id="callback", default=callback, required=False, max_length=FIELD_MAX
            )
            self.add_item(Label(text=t.callback_label, component=address))

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


def _labels(
    t: Texts, action_key: str, option: Option, value: OptionValue, asked_in: int | None
) -> Iterator[Label]:
    """The fields for *option*, filled with *value*; none where there's nothing to choose."""
    words = t.option_words(action_key, option.name)
    if words is None or len(option.choices) == 1:
        return
    if option.is_mask:
        yield from mask_labels(t, option, str(value), asked_in)
        return
    if not option.choices:
        number = TextInput(custom_id=option.name, default=f"{value:g}", max_length=NUMBER_MAX)
        yield Label(text=words.question, component=number)
        return
    choices = [
        discord.RadioGroupOption(
            label=words.choices[choice][0],
            value=str(choice),
            description=words.choices[choice][1],
            default=choice == value,
        )
        for choice in option.choices
    ]
    group = discord.ui.RadioGroup[discord.ui.Modal](custom_id=option.name, options=choices)
    yield Label(text=words.question, component=group)


def fresh_start(t: Texts, too_old: SourceTooOld) -> PromptForm:
    """In place of a remix that the API would refuse: the same words, from nothing."""
    request = Request(action=IMAGINE, prompt=too_old.prompt, callback=too_old.callback)
    return PromptForm(t, request, private=too_old.private, note=t.fresh_start(too_old.days))


def read_form(data: Mapping[str, Any]) -> Filled:
    """What was typed, from the raw data of the interaction."""
    found = list(_fields(data))
    values = {one["custom_id"]: one["value"] for one in found if "value" in one}
    chosen = {one["custom_id"]: list(one["values"]) for one in found if "values" in one}
    resolved: Mapping[str, Any] = data.get("resolved") or {}
    files: Mapping[str, Mapping[str, Any]] = resolved.get("attachments") or {}
    fields = [f"prompt-{number}" for number in range(1, PROMPT_FIELDS_MAX + 1)]
    prompt = join_prompt([values.pop(field, None) or "" for field in fields])
    callback = values.pop("callback", None)
    return Filled(prompt=prompt, callback=callback, options=values, chosen=chosen, files=files)


def form_values(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every field with its value; of several the first."""
    for one in _fields(data):
        yield one["custom_id"], one["value"] if "value" in one else next(iter(one["values"]), None)


def _fields(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every field, whatever it is wrapped in."""
    if "custom_id" in data and ("value" in data or "values" in data):
        yield data
    for component in (*data.get("components", ()), data.get("component")):
        if component is not None:
            yield from _fields(component)


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
