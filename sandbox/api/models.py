"""What a model is, and what an order for one says; the models are in `sandbox.api.table`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from sandbox.api.mask import Area, areas_of
from sandbox.api.painting.scene import Scene


class Media(Enum):
    """What a file is: its ``type`` in an answer, how its name ends, its content type."""

    IMAGE = "image", ".png", "image/png"
    VIDEO = "video", ".mp4", "video/mp4"

    def __init__(self, kind: str, suffix: str, content_type: str) -> None:
        self.kind = kind
        self.suffix = suffix
        self.content_type = content_type


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter, and what is good for it.

    It has a code for its absence, if it is required, and one for a wrong value.
    """

    name: str
    takes: Callable[[object], bool]
    rule: str
    """What is good, in words."""
    required: bool = True
    has_one_code: bool = False
    """Whether a wrong value is as good as none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What an order is made from, as it names it."""

    job_id: str
    image_no: int | None
    """0 to 3, of an image or a video; None for the job as a whole."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """A submit whose every value is good."""

    model: "Model"
    params: Mapping[str, object]
    """As they came."""
    prompt: str | None
    """None where there is none."""
    source: Source | None = None
    """None for an image from text alone."""

    def number(self, name: str) -> float:
        """The value of a parameter that is a number; 0 is the default of all that have one."""
        value = self.params.get(name, 0)
        if not isinstance(value, int | float):
            raise TypeError(name)
        return value

    @cached_property
    def areas(self) -> tuple[Area, ...]:
        """What its mask covers."""
        return areas_of(self.params["mask"])


Derive = Callable[[Order, Scene | None, str | None, int, int], Scene]
"""What an image shows: of an order, its source's scene, the image's own prompt, how often the same
was ordered before, and the image's number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model. Its codes count its parameters from 1, in their order."""

    name: str
    code_prefix: str
    """Its codes without their last three digits."""
    params: tuple[Param, ...]
    prompt: str | None = None
    """Which parameter is the prompt."""
    source_no: str | None = None
    """Which parameter is the number of the source's image or video."""
    derive: Derive | None
    """None where it does once more what its source did."""
    makes: Media = Media.IMAGE
    count: Callable[[Order], int] = lambda _: 4
    """How many images or videos one prompt makes."""
    times_price: Callable[[Order, Scene | None], float] = lambda _, __: 1
    """How many times as much as a job that makes images it costs."""
    refuses: Callable[[Scene], str | None] = lambda scene: "Not_Support" if scene.take else None
    """In the provider's words, why it makes nothing of a scene."""
    listed_as: str | None = None
    """Its name in ``available_actions``."""

    @property
    def needs_source(self) -> bool:
        return any(param.name == "jobId" for param in self.params)

    def code(self, number: int) -> str:
        """A code in full: ``004011003``."""
        return f"{self.code_prefix}{number:03}"

    def code_of(self, name: str, *, missing: bool = False) -> str:
        """The code for a parameter that is wrong, or *missing*."""
        number = 0
        for param in self.params:
            has_both = param.required and not param.has_one_code
            if param.name == name:
                return self.code(number + (2 if has_both and not missing else 1))
            number += 2 if has_both else 1
        raise KeyError(name)
