"""Everything that the API can make, one row each.

The wire body, the checks of what people ask for, buttons, forms, headings, prices and durations
read this table. Something new that the API makes of a prompt is one row here, its words in
`bot.texts`, and its row in the sandbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum, auto
from types import MappingProxyType

OptionValue = int | float | str
Options = Mapping[str, OptionValue]
"""The values of an action's options, by the names that the API has for them."""

SOURCE_IMAGES = range(4)
"""The image numbers (``imageNo``) that the API takes as a source."""


class MediaKind(StrEnum):
    """What a finished job holds; anything else that the API names is left out."""

    IMAGE = "image"
    VIDEO = "video"


class SourceKind(Enum):
    """What an action is made from, besides a prompt."""

    NONE = auto()
    JOB = auto()
    """A finished job as a whole."""
    IMAGE = auto()
    """One image, or one video, of a finished job."""


class PromptRule(Enum):
    NONE = auto()
    OPTIONAL = auto()
    REQUIRED = auto()


class Mode(IntEnum):
    """How far a remix may go from its source; the values are the API's."""

    STRONG = 0
    SUBTLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """A parameter that people choose, or that is always the same: then it has one choice."""

    name: str
    """The API's."""
    default: OptionValue
    choices: tuple[OptionValue, ...] = ()
    """The values there are; none where it is a number between *least* and *most*."""
    least: float = 0
    most: float = 0

    def read(self, given: OptionValue | None) -> OptionValue:
        """The value that *given* stands for, also as text; the default for nothing.

        Raises `ValueError` where the API doesn't take it.
        """
        if given is None or given == "":
            return self.default
        if not self.choices:
            number = float(given)
            if self.least <= number <= self.most:
                return number
        for choice in self.choices:
            if str(choice) == str(given):
                return choice
        raise ValueError(given)


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    key: str
    """In the database and in custom ids, so it never changes: 1 to 13 of a-z and ``_``."""
    model: str
    """What the API calls it."""
    source: SourceKind = SourceKind.NONE
    source_param: str = "imageNo"
    """What the API calls the number of the source's image or video."""
    prompt: PromptRule = PromptRule.REQUIRED
    prompt_param: str = "remixPrompt"
    options: tuple[Option, ...] = ()
    makes: int = 4
    """How many images or videos one job makes, unless moderation removes some."""
    offered_on: frozenset[MediaKind] = frozenset()
    """What of a result it has a button for."""
    refusals: frozenset[str] = frozenset()
    """The API's codes, their last seven digits, for what whoever asked can put right."""
    price_factor: int = 1
    """How many times the known price it is taken to cost while nobody knows what it does cost."""

    def complete(self, options: Options) -> dict[str, OptionValue]:
        """A value for each option: the given one, else the default."""
        return {option.name: options.get(option.name, option.default) for option in self.options}


IMAGINE = Action(
    key="imagine",
    model="midjourney_diffusion",
    prompt_param="text",
    refusals=frozenset({"4001001", "4001002"}),
)
"""From a text alone; whoever starts over starts here."""
REMIX = Action(
    key="remix",
    model="midjourney_remix",
    source=SourceKind.IMAGE,
    options=(Option(name="mode", default=Mode.STRONG, choices=tuple(Mode)),),
    offered_on=frozenset({MediaKind.IMAGE}),
    refusals=frozenset(str(code) for code in range(4011001, 4011008)),
)

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {action.key: action for action in (IMAGINE, REMIX)}
)


def find_action(key: str) -> Action:
    """The action with this key. For one of a newer version, a row that the API refuses."""
    return ACTIONS.get(key) or Action(key=key, model=key, prompt=PromptRule.OPTIONAL)
