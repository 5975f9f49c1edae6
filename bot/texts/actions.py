"""What actions, their options and all buttons are called."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar

from bot.actions import (
    ACTIONS,
    ANIMATE,
    EXTEND,
    IMAGINE,
    INPAINT,
    PAN,
    REMIX,
    REROLL,
    UPSCALE,
    VARY,
    ZOOM,
    Action,
    MediaKind,
    Mode,
    OptionValue,
)
from bot.model import PROMPT_MAX, Image, Request, Source
from bot.pictures.areas import AREAS, parse_mask
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
    name: str
    """What it is called by itself, as where its price is told."""
    presets: Mapping[str, str] = field(default_factory=dict[str, str])
    """What the buttons of its presets say."""
    refusals: Mapping[str, str] = field(default_factory=dict[str, str])
    """What to say about codes in the action's `Action.refusals`, where more than that it was one
    of them is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionWords:
    name: str
    question: str
    """Above its field in a form."""
    choices: Mapping[OptionValue, tuple[str, str]] = field(
        default_factory=dict[OptionValue, tuple[str, str]]
    )
    """Each value's name, and a hint."""
    number: str = ""
    """How a *value* that is a number is written; empty where there are only choices."""


def image_number(source: Source | None) -> int:
    """The number that people know the source's image by."""
    return 1 if source is None or source.image_no is None else source.image_no + 1


class ActionTexts(Formats):
    _actions: ClassVar[Mapping[str, ActionWords]] = {
        IMAGINE.key: ActionWords(
            name="Imagine",
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
            name="Remix",
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
        UPSCALE.key: ActionWords(
            button="U{image}",
            title="Upscale image {image}",
            progress="Upscaling image {image}",
            result="Upscale of image {image}",
            listed="Upscale of image {image}",
            name="Upscale",
            presets={"standard": "Upscale (Standard)", "creative": "Upscale (Creative)"},
        ),
        VARY.key: ActionWords(
            button="Vary …",
            title="Vary image {image}",
            progress="Varying image {image}",
            result="Variations of image {image}",
            listed="Variations of image {image}",
            name="Vary",
            presets={"subtle": "Vary (Subtle)", "strong": "Vary (Strong)"},
        ),
        ZOOM.key: ActionWords(
            button="Zoom …",
            title="Zoom out of image {image}",
            progress="Zooming out of image {image}",
            result="Zoom out of image {image}",
            listed="Zoom out of image {image}",
            name="Zoom",
            presets={"15": "Zoom Out 1.5x", "2": "Zoom Out 2x"},
        ),
        PAN.key: ActionWords(
            button="Pan …",
            title="Pan image {image}",
            progress="Panning image {image}",
            result="Pan of image {image}",
            listed="Pan of image {image}",
            name="Pan",
            presets={"left": "⬅️", "up": "⬆️", "down": "⬇️", "right": "➡️"},
        ),
        INPAINT.key: ActionWords(
            button="Vary (Region) …",
            title="Vary a region of image {image}",
            progress="Varying a region of image {image}",
            result="Variations of a region of image {image}",
            listed="Variations of a region of image {image}",
            name="Vary (Region)",
        ),
        ANIMATE.key: ActionWords(
            button="Animate …",
            title="Animate image {image}",
            progress="Animating image {image}",
            result="Animation of image {image}",
            listed="Animation of image {image}",
            name="Animate",
        ),
        EXTEND.key: ActionWords(
            button="Extend {image}",
            title="Extend video {image}",
            progress="Extending video {image}",
            result="Extension of video {image}",
            listed="Extension of video {image}",
            name="Extend",
        ),
        REROLL.key: ActionWords(
            name="Reroll",
            button="Reroll",
            title="Reroll",
            progress="Rerolling",
            result="Reroll",
            listed="Reroll",
        ),
    }
    _newer_action = ActionWords(
        name="Job",
        button="Reroll",
        title="Reroll",
        progress="Working on it",
        result="Done",
        listed="Job",
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
        ),
        (UPSCALE.key, "type"): OptionWords(
            name="Type",
            question="Upscale type",
            choices={
                0: ("Standard", "Keeps every detail as it is"),
                1: ("Creative", "Adds new details"),
            },
        ),
        (VARY.key, "type"): OptionWords(
            name="Strength",
            question="Variation strength",
            choices={
                1: ("Strong", "Can change the whole image"),
                0: ("Subtle", "Stays close to the original"),
            },
        ),
        (ZOOM.key, "scale"): OptionWords(
            name="Scale", question="How far to zoom out, from 1.1 to 2", number="{value:g}x"
        ),
        (PAN.key, "direction"): OptionWords(
            name="Direction",
            question="Direction",
            choices={
                3: ("Left", "Adds to the left side"),
                2: ("Up", "Adds to the top"),
                0: ("Down", "Adds to the bottom"),
                1: ("Right", "Adds to the right side"),
            },
        ),
        (PAN.key, "scale"): OptionWords(
            name="Scale", question="How far to pan, from 1.1 to 3", number="{value:g}x"
        ),
        (INPAINT.key, "mask"): OptionWords(name="Areas", question="Areas to change"),
        (ANIMATE.key, "videoType"): OptionWords(
            name="Resolution",
            question="Resolution",
            choices={
                0: ("480p", "Four videos cost about as much as 8 jobs with images"),
                1: ("720p", "Four videos cost about as much as 26 jobs with images"),
            },
        ),
        (ANIMATE.key, "motion"): OptionWords(
            name="Motion",
            question="Motion",
            choices={
                "low": ("Low motion", "Calm; sometimes nothing moves"),
                "high": ("High motion", "Lively; sometimes too much moves"),
            },
        ),
        (ANIMATE.key, "loop"): OptionWords(
            name="Loop",
            question="Loop",
            choices={
                0: ("No loop", "Ends wherever it wants"),
                1: ("Loop", "Ends where it began"),
            },
        ),
        (ANIMATE.key, "bs"): OptionWords(
            name="Videos",
            question="How many videos",
            choices={
                1: ("1 video", "A quarter of the price"),
                2: ("2 videos", "Half the price"),
                4: ("4 videos", "The full price"),
            },
        ),
    }
    """By action and option; one without words is never shown."""

    area_names: ClassVar[Mapping[int, str]] = dict(
        zip(
            AREAS,
            (
                *("Top left", "Top", "Top right"),
                *("Left", "Middle", "Right"),
                *("Bottom left", "Bottom", "Bottom right"),
            ),
            strict=True,
        )
    )
    """Of the nine that an image is divided into."""
    areas_label = "Areas to change"
    areas_hint = (
        "The rest of the image stays as it is. You'll see a preview before anything is paid."
    )
    mask_label = "Or a mask"
    mask_hint = "A PNG of the image's shape: white is changed, black stays."
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
    details = "Details"
    delete = "Delete"
    download = "Download"
    family = "Family tree"
    favorite = "⭐ Favorite"
    go_ahead = "Go ahead"
    send_as_it_is = "Send as it is"
    cancel = "Cancel"
    newer = "Newer"
    older = "Older"
    forget_me = "Erase history"

    def counted(self, media: MediaKind, count: int, marks: str = "") -> str:
        """So many images or videos; *marks* go around the number."""
        return f"{marks}{count:,}{marks} {media.value}{'' if count == 1 else 's'}"

    def image_choice(self, image_no: int) -> str:
        """Of the panel that is about one of a result's images."""
        return f"{image_no + 1}"

    def panel_heading(self, image: Image, count: int) -> str:
        name = f"{image.kind.value.capitalize()} {image.image_no + 1}"
        return f"### {name} of {count:,}" if count > 1 else f"### {name}"

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

    def listed_name(self, request: Request) -> str:
        """What a job is called in a list."""
        return self.words_for(request.action).listed.format(image=image_number(request.source))

    def preset_button(self, action: Action, preset: str) -> str:
        return self.words_for(action).presets.get(preset, preset)

    def action_name(self, action: Action) -> str:
        return self.words_for(action).name

    def price_of(self, action: Action, usd: Decimal) -> str:
        """What the cheapest job of *action* costs."""
        about = self.usd(usd)
        return f"Costs {about} or more" if action.price_varies else f"Costs about {about}"

    def prices(self, prices: Mapping[str, Decimal]) -> str:
        """What the cheapest job of each action costs, by key, in one small line."""
        same = defaultdict[str, list[str]](list)
        for key, usd in prices.items():
            since = "from " if ACTIONS[key].price_varies else ""
            same[f"{since}{self.usd(usd)}"].append(self.action_name(ACTIONS[key]))
        return "-# " + " · ".join(f"{self.listed(names)}: {said}" for said, names in same.items())

    def option_words(self, action_key: str, option: str) -> OptionWords | None:
        return self._options.get((action_key, option))

    def keep_mask(self, named: str) -> str:
        """The box that is checked as long as an earlier mask stays."""
        return f"Same as before: {named}"

    def part_named(self, text: str, *, areas_max: int = len(AREAS)) -> str:
        """Which part of an image a mask's *text* means, with the names of *areas_max* areas at the
        most; empty if it can't be read."""
        try:
            mask = parse_mask(text)
        except ValueError:
            return ""
        if not mask.areas:
            parts = len(mask.polygons)
            return f"a mask of {parts} part{'' if parts == 1 else 's'}"
        if len(mask.areas) > areas_max:
            return f"{len(mask.areas)} of {len(AREAS)} areas"
        return ", ".join(self.area_names[area].lower() for area in mask.areas)

    def part_of(self, request: Request) -> str:
        """Which part of its source *request* changes; empty if that is all of it."""
        mask = request.action.mask
        return self.part_named(str(request.options.get(mask.name, ""))) if mask else ""

    def preview_alt(self, request: Request) -> str:
        """Of the image on which that part is drawn."""
        name = f"Image {image_number(request.source)}"
        return f"{name}, with what would change marked: {self.part_of(request)}"

    def options_of(self, request: Request, *, areas_max: int = 3) -> Iterable[tuple[str, str]]:
        """Each option's name with that of its value."""
        mask = request.action.mask
        for name, value in request.options.items():
            words = self.option_words(request.action.key, name)
            if words is not None and mask is not None and name == mask.name:
                if part := self.part_named(str(value), areas_max=areas_max):
                    yield words.name, part[0].upper() + part[1:]
                continue
            if words is not None and value in words.choices:
                yield words.name, words.choices[value][0]
            elif words is not None and words.number and not isinstance(value, str):
                yield words.name, words.number.format(value=value)
