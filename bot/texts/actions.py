"""What actions, their options and all buttons are called."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from bot.actions import IMAGINE, REMIX, Action, Mode, OptionValue
from bot.model import PROMPT_MAX, Request, Source
from bot.texts.formats import Formats


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionWords:
    """What an action is called; ``{image}`` is the number of the image that it's made from."""

    button: str
    title: str
    """Of its form."""
    progress: str
    result: str
    listed: str
    refusals: Mapping[str, str] = field(default_factory=dict[str, str])
    """What to say about each code in the action's `Action.refusals`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionWords:
    name: str
    question: str
    """Above its field in a form."""
    choices: Mapping[OptionValue, tuple[str, str]]
    """Each value's name, and a hint."""


def image_number(source: Source | None) -> int:
    """The number that people know the source's image by."""
    return 1 if source is None or source.image_no is None else source.image_no + 1


class ActionTexts(Formats):
    _actions: ClassVar[Mapping[str, ActionWords]] = {
        IMAGINE.key: ActionWords(
            button="Imagine",
            title="Imagine",
            progress="Creating images",
            result="Imagine",
            listed="Imagine",
            refusals={
                "4001001": "The API needs a prompt. Describe the images.",
                "4001002": f"The API accepts prompts of 1 to {PROMPT_MAX:,} characters. Please "
                "shorten yours.",
            },
        ),
        REMIX.key: ActionWords(
            button="✏️ {image}",
            title="Remix image {image}",
            progress="Remixing image {image}",
            result="Remix of image {image}",
            listed="Remix of image {image}",
            refusals={
                "4011001": "The API needs to know which job to remix. Give a job ID or press an "
                "✏️ button.",
                "4011002": "The API needs to know which image to remix. Choose one from 1 to 4.",
                "4011003": "That job has no image with this number. Choose another one from 1 to "
                "4.",
                "4011004": "The API doesn't know this mode. Choose Strong or Subtle.",
                "4011005": "The API needs a prompt. Describe the new image.",
                "4011006": f"The API accepts prompts of 1 to {PROMPT_MAX:,} characters. Please "
                "shorten yours.",
                "4011007": "The API didn't accept this callback. Use a URL that starts with "
                "http:// or https://.",
            },
        ),
    }
    _newer_action = ActionWords(
        button="Reroll", title="Reroll", progress="Working on it", result="Done", listed="Job"
    )
    """Of a newer version."""
    _options: ClassVar[Mapping[tuple[str, str], OptionWords]] = {
        (REMIX.key, "mode"): OptionWords(
            name="Mode",
            question="Remix strength",
            choices={
                Mode.STRONG: ("Strong", "Can change the whole image"),
                Mode.SUBTLE: ("Subtle", "Stays close to the original"),
            },
        )
    }
    """By action and option; one without words is never shown."""

    prompt_label = "Prompt"
    callback_label = "Callback URL"
    reroll = "Reroll"
    retry = "Retry"
    retry_paid = "Retry (paid)"
    edit = "Edit prompt"
    stop = "Stop"
    stop_anyway = "Stop anyway"
    keep_going = "Keep going"
    show_kept = "Show images"
    more = "More"
    delete = "Delete"
    go_ahead = "Go ahead"
    send_as_it_is = "Send as it is"
    cancel = "Cancel"
    newer = "Newer"
    older = "Older"
    forget_me = "Erase history"

    def reroll_on(self, image_no: int) -> str:
        """Of the source's images, another one than was used."""
        return f"🔄 {image_no + 1}"

    def prompt_part_label(self, number: int, parts: int) -> str:
        return (
            self.prompt_label if parts == 1 else f"{self.prompt_label} (part {number} of {parts})"
        )

    def words_for(self, action: Action) -> ActionWords:
        return self._actions.get(action.key, self._newer_action)

    def action_button(self, action: Action, source: Source) -> str:
        return self.words_for(action).button.format(image=image_number(source))

    def form_title(self, action: Action, source: Source | None) -> str:
        return self.words_for(action).title.format(image=image_number(source))

    def option_words(self, action_key: str, option: str) -> OptionWords | None:
        return self._options.get((action_key, option))

    def options_of(self, request: Request) -> Iterable[tuple[str, str]]:
        """Each option's name with that of its value."""
        for name, value in request.options.items():
            words = self.option_words(request.action.key, name)
            if words is not None and value in words.choices:
                yield words.name, words.choices[value][0]
