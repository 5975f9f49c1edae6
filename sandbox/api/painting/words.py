"""What a prompt asks the painter for: its vocabulary, and what of a prompt is not in it.

Pure reading: nothing here chooses at random, and nothing knows how a thing is painted.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeVar

Colour = tuple[int, int, int]
_Choice = TypeVar("_Choice", bound=Enum)


class Place(Enum):
    """The land."""

    HILLS = auto()
    FOREST = auto()
    SEA = auto()
    DESERT = auto()
    SNOW = auto()
    MOUNTAINS = auto()
    CITY = auto()
    SPACE = auto()


class Light(Enum):
    """The hour of the day."""

    DAWN = auto()
    DAY = auto()
    SUNSET = auto()
    NIGHT = auto()


class Weather(Enum):
    """What fills the air."""

    STORM = auto()
    RAIN = auto()
    FOG = auto()
    SNOW = auto()


class Style(Enum):
    """The hand that painted it."""

    OIL = auto()
    PASTEL = auto()
    INK = auto()
    NEON = auto()
    PIXEL = auto()


class Subject(Enum):
    """A thing that stands, floats or flies in the land."""

    BOAT = auto()
    LIGHTHOUSE = auto()
    WHALE = auto()
    HOUSE = auto()
    CASTLE = auto()
    TOWER = auto()
    BRIDGE = auto()
    WINDMILL = auto()
    TENT = auto()
    TREE = auto()
    CACTUS = auto()
    FLOWER = auto()
    PERSON = auto()
    CAT = auto()
    DOG = auto()
    FOX = auto()
    DEER = auto()
    HORSE = auto()
    ELEPHANT = auto()
    BIRD = auto()
    DRAGON = auto()
    BALLOON = auto()
    KITE = auto()
    ROCKET = auto()
    PLANET = auto()


_PLACES: Mapping[Place, str] = {
    Place.HILLS: "hill hills valley meadow meadows field fields grass garden land countryside",
    Place.FOREST: "forest forests wood woods woodland pine pines jungle moss grove",
    Place.SEA: "sea ocean water wave waves lake beach coast shore harbour harbor island river bay",
    Place.DESERT: "desert dune dunes sand sands canyon sahara mars",
    Place.SNOW: "snowy winter ice icy arctic alps glacier snowfield",
    Place.MOUNTAINS: "mountain mountains peak peaks cliff cliffs rock rocks summit",
    Place.CITY: "city town street skyline urban tokyo paris london skyscraper skyscrapers",
    Place.SPACE: "space galaxy cosmos nebula orbit universe",
}
_LIGHTS: Mapping[Light, str] = {
    Light.SUNSET: "sunset dusk evening golden autumn fire lava twilight",
    Light.NIGHT: "night midnight moon moonlight moonlit star stars starry dark aurora nocturnal",
    Light.DAWN: "dawn sunrise morning spring blossom",
    Light.DAY: "day noon midday sunny summer bright daylight",
}
_WEATHERS: Mapping[Weather, str] = {
    Weather.STORM: "storm stormy thunder thunderstorm lightning tempest hurricane",
    Weather.RAIN: "rain rainy raining drizzle",
    Weather.FOG: "fog foggy mist misty haze hazy",
    Weather.SNOW: "snow snowing snowfall snowstorm blizzard snowflakes",
}
_STYLES: Mapping[Style, str] = {
    Style.OIL: "oil impasto painterly",
    Style.PASTEL: "pastel pastels watercolor watercolour chalk",
    Style.INK: "ink sketch drawing woodcut etching pencil engraving",
    Style.NEON: "neon synthwave vaporwave cyberpunk glowing",
    Style.PIXEL: "pixel pixels pixelart voxel retro",
}
_SUBJECTS: Mapping[Subject, str] = {
    Subject.BOAT: "boat boats ship ships sailboat sailboats sail sailing yacht",
    Subject.LIGHTHOUSE: "lighthouse lighthouses beacon",
    Subject.WHALE: "whale whales dolphin dolphins",
    Subject.HOUSE: "house houses cabin cabins cottage cottages hut home barn farm village",
    Subject.CASTLE: "castle castles fortress palace",
    Subject.TOWER: "tower towers temple church pagoda",
    Subject.BRIDGE: "bridge bridges",
    Subject.WINDMILL: "windmill windmills mill",
    Subject.TENT: "tent tents camp camping campsite",
    Subject.TREE: "tree trees oak oaks palm palms",
    Subject.CACTUS: "cactus cacti cactuses",
    Subject.FLOWER: "flower flowers rose roses tulip tulips sunflower sunflowers poppies",
    Subject.PERSON: "person people man woman girl boy child children wizard knight traveller hiker",
    Subject.CAT: "cat cats kitten kittens tiger lion",
    Subject.DOG: "dog dogs puppy wolf wolves",
    Subject.FOX: "fox foxes",
    Subject.DEER: "deer stag stags moose reindeer elk",
    Subject.HORSE: "horse horses pony unicorn camel camels",
    Subject.ELEPHANT: "elephant elephants mammoth",
    Subject.BIRD: "bird birds heron herons gull gulls eagle owl crow crows swan swans",
    Subject.DRAGON: "dragon dragons",
    Subject.BALLOON: "balloon balloons airship",
    Subject.KITE: "kite kites",
    Subject.ROCKET: "rocket rockets spaceship spaceships spacecraft",
    Subject.PLANET: "planet planets saturn jupiter",
}
FLOATING = {Subject.BOAT, Subject.WHALE}
FLYING = {
    *(Subject.BIRD, Subject.DRAGON, Subject.BALLOON, Subject.KITE, Subject.ROCKET, Subject.PLANET)
}
FAR = {Subject.PLANET}
"""Beyond any land."""
MOVING = (FLOATING | FLYING) - FAR
_HOMES: Mapping[Subject, Place] = {
    Subject.BOAT: Place.SEA,
    Subject.LIGHTHOUSE: Place.SEA,
    Subject.WHALE: Place.SEA,
    Subject.CACTUS: Place.DESERT,
    Subject.FOX: Place.FOREST,
    Subject.DEER: Place.FOREST,
    Subject.DRAGON: Place.MOUNTAINS,
    Subject.CASTLE: Place.MOUNTAINS,
    Subject.TOWER: Place.MOUNTAINS,
    Subject.BRIDGE: Place.SEA,
    Subject.ROCKET: Place.SPACE,
    Subject.PLANET: Place.SPACE,
    **dict.fromkeys(
        (
            *(Subject.HOUSE, Subject.WINDMILL, Subject.TENT, Subject.TREE, Subject.FLOWER),
            *(Subject.PERSON, Subject.CAT, Subject.DOG, Subject.HORSE, Subject.ELEPHANT),
            *(Subject.BIRD, Subject.BALLOON, Subject.KITE),
        ),
        Place.HILLS,
    ),
}
"""Where a subject is painted when the prompt names no land."""
_COLOURS: Mapping[str, Colour] = {
    "red": (206, 48, 44),
    "scarlet": (220, 36, 30),
    "crimson": (160, 24, 48),
    "maroon": (112, 22, 34),
    "coral": (248, 128, 104),
    "orange": (238, 128, 40),
    "copper": (184, 112, 60),
    "yellow": (246, 206, 60),
    "gold": (222, 172, 62),
    "lime": (168, 214, 56),
    "olive": (122, 126, 52),
    "green": (64, 150, 78),
    "emerald": (24, 140, 104),
    "turquoise": (56, 184, 188),
    "teal": (28, 128, 132),
    "cyan": (64, 206, 224),
    "azure": (64, 148, 232),
    "blue": (52, 104, 204),
    "navy": (24, 38, 96),
    "indigo": (62, 54, 148),
    "purple": (126, 66, 172),
    "violet": (142, 92, 204),
    "lavender": (188, 168, 226),
    "magenta": (212, 48, 148),
    "pink": (240, 138, 178),
    "brown": (122, 80, 52),
    "beige": (220, 204, 172),
    "white": (240, 240, 236),
    "silver": (186, 192, 200),
    "grey": (136, 140, 146),
    "gray": (136, 140, 146),
    "black": (26, 26, 32),
}
_NUMBERS: Mapping[str, int] = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_FILLERS = frozenset(
    re.findall(
        r"\w+",
        "a an and at by from in into near of on onto over the this that these under with without"
        " falling its to is are as for one very some more much still same but or it all little lots"
        " small big painting art style image hot air silhouette silhouettes",
    )
)
_NOT_WORDS = re.compile(r"https?://\S+|\bsandbox:\S+|(?:^|\s)(?:--|—|–)\w+(?:\s+[^\s-]\S*)?")  # noqa: RUF001  # phones make dashes of two hyphens
_PLURALS = frozenset({"cacti", "people", "children"})
_WORDS = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
PLURAL = 3
"""How many are painted of what is named in the plural, without a number."""
FIGURES_MAX = 4
CAPTION_MAX = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """One kind of thing, as often as the prompt says."""

    subject: Subject
    colour: Colour | None = None
    """As the prompt names it; ``None``: as such things are."""
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a prompt names; ``None`` and empty where it says nothing."""

    place: Place | None
    by_water: bool
    """Water as well as another land."""
    light: Light | None
    weather: Weather | None
    style: Style | None
    tint: Colour | None
    """A colour that belongs to no subject."""
    figures: tuple[Figure, ...]
    caption: str
    """The words that are not in the vocabulary, at most 60 characters."""

    @property
    def home(self) -> Place | None:
        """The land that it names, else the one where its first subject is at home."""
        return self.place or next((_HOMES[figure.subject] for figure in self.figures), None)


def read_wish(prompt: str) -> Wish:
    """Everything that *prompt* names; flags, addresses and scripted words say nothing."""
    spoken = _WORDS.findall(_NOT_WORDS.sub(" ", prompt))
    words = [word.lower() for word in spoken]
    places = [_PLACE_OF[word] for word in words if word in _PLACE_OF]
    lands = [place for place in places if place is not Place.SEA]
    figures, tint = _figures(words)
    return Wish(
        place=next(iter(lands), next(iter(places), None)),
        by_water=(bool(lands) and Place.SEA in places) or _floats_elsewhere(lands, figures),
        light=_first(_LIGHT_OF, words),
        weather=_first(_WEATHER_OF, words),
        style=_first(_STYLE_OF, words),
        tint=tint,
        figures=figures,
        caption=_caption(
            [said for said, word in zip(spoken, words, strict=True) if not _is_known(word)]
        ),
    )


def _floats_elsewhere(lands: Sequence[Place], figures: Sequence[Figure]) -> bool:
    """Whether something floats where the land is dry: the one that is named, or the first home."""
    home = next(iter(lands), None) or next((_HOMES[one.subject] for one in figures), None)
    return home not in {Place.SEA, Place.SPACE} and any(one.subject in FLOATING for one in figures)


def _figures(words: Sequence[str]) -> tuple[tuple[Figure, ...], Colour | None]:
    """The subjects in order, each kind once, and the first colour that is none of theirs."""
    figures: dict[Subject, Figure] = {}
    colour, tint, count = None, None, 0
    for word in words:
        if word in _COLOURS:
            tint = tint or colour
            colour = _COLOURS[word]
        elif word in _NUMBERS:
            count = _NUMBERS[word]
        elif word in _SUBJECT_OF:
            subject, is_plural = _SUBJECT_OF[word]
            if subject not in figures and len(figures) < FIGURES_MAX:
                figures[subject] = Figure(subject, colour, count or (PLURAL if is_plural else 1))
            colour, count = None, 0
        elif word in _PLACE_OF or word in _LIGHT_OF:  # "a blue sea and a boat"
            tint, colour = tint or colour, None
    return tuple(figures.values()), tint or colour


def _caption(unknown: Sequence[str]) -> str:
    caption = ""
    for word in dict.fromkeys(unknown):
        longer = f"{caption} {word}".strip()
        if len(longer) > CAPTION_MAX:
            return f"{caption} …".strip()
        caption = longer
    return caption


def _is_known(word: str) -> bool:
    return any(word in known for known in _VOCABULARY)


def _first(choices: Mapping[str, _Choice], words: Iterable[str]) -> _Choice | None:
    return next((choices[word] for word in words if word in choices), None)


def _by_word(lines: Mapping[_Choice, str]) -> dict[str, _Choice]:
    return {word: choice for choice, line in lines.items() for word in line.split()}


_PLACE_OF = _by_word(_PLACES)
_LIGHT_OF = _by_word(_LIGHTS)
_WEATHER_OF = _by_word(_WEATHERS)
_STYLE_OF = _by_word(_STYLES)
_SUBJECT_OF = {
    word: (subject, word in _PLURALS or (word.endswith("s") and word != "cactus"))
    for word, subject in _by_word(_SUBJECTS).items()
}
_VOCABULARY = (
    *(_PLACE_OF, _LIGHT_OF, _WEATHER_OF, _STYLE_OF, _SUBJECT_OF, _COLOURS, _NUMBERS, _FILLERS),
)
