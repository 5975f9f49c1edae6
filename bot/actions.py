"""Everything that the API can make, one row each.

The wire body, the checks of what people ask for, buttons, forms, headings, prices and durations
read this table. Something new that the API makes is one row here, its words in `bot.texts`, and
its row in the sandbox.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum, auto
from math import prod
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
    """The API's; for one that is a flag in the prompt, the flag's."""
    default: OptionValue
    choices: tuple[OptionValue, ...] = ()
    """The values there are; none where it is a number between *least* and *most*."""
    least: float = 0
    most: float = 0
    is_mask: bool = False
    """It says which part of the source's image is meant: the text of a `bot.pictures.areas.Mask`,
    empty for none. Its action asks first, and shows that part then."""
    flags: Mapping[OptionValue, str] = field(default_factory=dict[OptionValue, str])
    """For one that the API reads in the prompt: what stands there for each choice."""
    weights: Mapping[OptionValue, int] = field(default_factory=dict[OptionValue, int])
    """How many times the unit's price each choice costs; once where that says nothing. What flags
    cost is read in the prompt, with all others."""

    def read(self, given: OptionValue | None) -> OptionValue:
        """The value that *given* stands for, also as text; the default for nothing.

        Raises `ValueError` where the API doesn't take it.
        """
        if given is None or given == "":
            return self.default
        if self.is_mask:
            return str(given)
        if not self.choices:
            number = float(str(given).replace(",", "."))
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
    """What the API calls it, unless a setting says otherwise."""
    source: SourceKind = SourceKind.NONE
    source_param: str = "imageNo"
    """What the API calls the number of the source's image or video."""
    prompt: PromptRule = PromptRule.REQUIRED
    prompt_param: str = "remixPrompt"
    options: tuple[Option, ...] = ()
    presets: Mapping[str, Options] = field(default_factory=dict[str, Options])
    """Choices of options that have a button of their own, which asks nothing more. Their names are
    in custom ids, so they never change: 1 to 8 of a-z and 0-9."""
    media: MediaKind = MediaKind.IMAGE
    """What it makes."""
    makes: int = 4
    """How many images or videos one job makes, unless moderation removes some."""
    makes_option: str = ""
    """The option that says it instead."""
    offered_on: frozenset[MediaKind] = frozenset()
    """What of a result it has a button for."""
    not_from: frozenset[str] = frozenset()
    """Keys of the actions from whose images the API doesn't make it."""
    listed_as: str = ""
    """What ``available_actions`` calls it, where the API sends that; empty: nothing."""
    on_result: bool = False
    """It has its button under each image right under a result, else in the panel behind More."""
    asks_first: bool = False
    """Nobody starts it without having seen what it costs."""
    refusals: frozenset[str] = frozenset()
    """The API's codes, their last seven digits, for what whoever asked can put right."""
    price_ratio: Decimal = Decimal(1)
    """How many times the known price of an image job one unit of it is taken to cost while nobody
    knows what it does cost. A job is one unit, unless `Option.weights` say otherwise."""

    @property
    def has_form(self) -> bool:
        """There is something to ask before it starts."""
        return self.prompt is not PromptRule.NONE

    def complete(self, options: Options) -> dict[str, OptionValue]:
        """A value for each option: the given one, else the default."""
        return {option.name: options.get(option.name, option.default) for option in self.options}

    def units(self, options: Options) -> int:
        """How many times its unit's price one job with these options costs."""
        chosen = self.complete(options)
        return prod(one.weights.get(chosen[one.name], 1) for one in self.options)

    @property
    def mask(self) -> Option | None:
        """The option that says which part of the source's image is meant, if it has one."""
        return next((one for one in self.options if one.is_mask), None)

    @property
    def price_varies(self) -> bool:
        """What it costs depends on what is chosen."""
        return bool(self.makes_option) or any(one.weights for one in self.options)

    @property
    def least_units(self) -> int:
        """How many times its unit's price the cheapest job costs."""
        return prod(min(one.weights.values(), default=1) for one in self.options)

    def makes_with(self, options: Options) -> int:
        """How many images or videos one job with these options makes."""
        return int(self.complete(options).get(self.makes_option, self.makes))


def _codes(operation: int, parameters: int) -> frozenset[str]:
    """The API's codes for wrong *parameters*, which it counts from 1 within each operation."""
    return frozenset(f"{4_000_000 + operation * 1000 + one}" for one in range(1, parameters + 1))


_IMAGES = frozenset({MediaKind.IMAGE})
_VIDEOS = frozenset({MediaKind.VIDEO})

IMAGINE = Action(
    key="imagine",
    model="midjourney_diffusion",
    prompt_param="text",
    refusals=_codes(1, 2),
)
"""From a text alone; whoever starts over starts here."""
REMIX = Action(
    key="remix",
    model="midjourney_remix",
    source=SourceKind.IMAGE,
    options=(Option(name="mode", default=Mode.STRONG, choices=tuple(Mode)),),
    offered_on=_IMAGES,
    listed_as="remix",
    on_result=True,
    refusals=_codes(11, 7),
)
UPSCALE = Action(
    key="upscale",
    model="midjourney_upscale",
    source=SourceKind.IMAGE,
    prompt=PromptRule.NONE,
    options=(Option(name="type", default=0, choices=(0, 1)),),
    presets={"standard": {"type": 0}, "creative": {"type": 1}},
    makes=1,
    offered_on=_IMAGES,
    not_from=frozenset({"upscale"}),
    listed_as="upscale",
    on_result=True,
    refusals=_codes(3, 5),
)
VARY = Action(
    key="vary",
    model="midjourney_variation",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    # the other way round than the mode of a remix
    options=(Option(name="type", default=1, choices=(1, 0)),),
    presets={"subtle": {"type": 0}, "strong": {"type": 1}},
    offered_on=_IMAGES,
    listed_as="variation",
    refusals=_codes(2, 7),
)
ZOOM = Action(
    key="zoom",
    model="midjourney_outpaint",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    options=(Option(name="scale", default=2.0, least=1.1, most=2.0),),
    presets={"15": {"scale": 1.5}, "2": {"scale": 2.0}},
    offered_on=_IMAGES,
    listed_as="outpaint",
    refusals=_codes(9, 7),
)
PAN = Action(
    key="pan",
    model="midjourney_pan",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    options=(
        Option(name="direction", default=3, choices=(3, 2, 0, 1)),
        Option(name="scale", default=1.5, least=1.1, most=3.0),
    ),
    presets={
        "left": {"direction": 3},
        "up": {"direction": 2},
        "down": {"direction": 0},
        "right": {"direction": 1},
    },
    offered_on=_IMAGES,
    listed_as="pan",
    refusals=_codes(8, 8),
)
INPAINT = Action(
    key="inpaint",
    model="midjourney_inpaint",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    options=(Option(name="mask", default="", is_mask=True),),
    offered_on=_IMAGES,
    listed_as="inpaint",
    asks_first=True,
    refusals=_codes(10, 7),
)
ANIMATE = Action(
    key="animate",
    model="midjourney_video_diffusion",
    source=SourceKind.IMAGE,
    prompt=PromptRule.OPTIONAL,
    prompt_param="prompt",
    options=(
        Option(
            name="bs",
            default=4,
            choices=(1, 2, 4),
            flags={1: "--bs 1", 2: "--bs 2", 4: "--bs 4"},
        ),
        Option(name="videoType", default=0, choices=(0, 1), weights={0: 4, 1: 13}),
        Option(
            name="motion",
            default="low",
            choices=("low", "high"),
            flags={"low": "--motion low", "high": "--motion high"},
        ),
        Option(name="loop", default=0, choices=(0, 1), flags={0: "", 1: "--loop"}),
    ),
    media=MediaKind.VIDEO,
    makes_option="bs",
    offered_on=_IMAGES,
    asks_first=True,
    refusals=_codes(17, 6),
    price_ratio=Decimal("0.5"),  # four videos cost 8 times an image job in 480p, 26 times in 720p
)
EXTEND = Action(
    key="extend",
    model="midjourney_extend_video",
    source=SourceKind.IMAGE,
    source_param="videoNo",
    prompt=PromptRule.OPTIONAL,
    prompt_param="prompt",
    media=MediaKind.VIDEO,
    offered_on=_VIDEOS,
    on_result=True,
    asks_first=True,
    refusals=_codes(18, 5),
    price_ratio=Decimal(26),  # as much as in 720p, until it is known
)
REROLL = Action(
    key="reroll",
    model="midjourney_reroll",
    source=SourceKind.JOB,
    prompt=PromptRule.NONE,
    listed_as="reroll",
    refusals=_codes(4, 2),
)

ACTIONS: Mapping[str, Action] = MappingProxyType(
    {
        action.key: action
        for action in (IMAGINE, REMIX, UPSCALE, VARY, ZOOM, PAN, INPAINT, ANIMATE, EXTEND, REROLL)
    }
)
EXTENSIONS_MAX = 4
"""How often a video can be extended."""


def find_action(key: str) -> Action:
    """The action with this key. For one of a newer version, a row that the API refuses."""
    return ACTIONS.get(key) or Action(key=key, model=key, prompt=PromptRule.OPTIONAL)
