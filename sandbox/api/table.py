"""All models, one row each: what it takes, what it makes, what that costs, how it paints.

Documented are the codes of remix, and 1 of diffusion; those of the others are numbered in the same
way, which is a guess.
"""

from collections.abc import Mapping, Sequence

from sandbox.api.checks import is_http_url, is_integer, is_number
from sandbox.api.mask import is_mask
from sandbox.api.models import Media, Model, Order, Param
from sandbox.api.painting import edits
from sandbox.api.painting.scene import Scene, imagine, remix_strongly, remix_subtly
from sandbox.api.painting.view import Direction

PROMPT_MAX = 8192


def _job() -> Param:
    return Param(
        "jobId",
        lambda value: isinstance(value, str) and bool(value.strip()),
        "jobId is required",
        has_one_code=True,
    )


def _one_of(name: str, values: Sequence[int], *, required: bool = True) -> Param:
    return Param(
        name,
        lambda value: is_integer(value) and value in values,
        f"{name} must be one of {(*values,)}",
        required=required,
    )


def _scale(most: float) -> Param:
    return Param(
        "scale",
        lambda value: is_number(value) and 1.1 <= value <= most,
        f"scale must be 1.1 to {most}",
    )


def _prompt(name: str, *, required: bool = False) -> Param:
    return Param(
        name,
        lambda value: isinstance(value, str) and 1 <= len(value) <= PROMPT_MAX,
        f"{name} must have 1 to {PROMPT_MAX} characters",
        required=required,
    )


_CALLBACK = Param("callback", is_http_url, "callback must be an http or https URL", required=False)
_IMAGE = _one_of("imageNo", range(4))
_MASK = Param(
    "mask", is_mask, "mask must have areas of 500 to 4096, each with 3 or more points, or a url"
)
_DIRECTIONS = (Direction.DOWN, Direction.RIGHT, Direction.UP, Direction.LEFT)


_EXTENSIONS_MAX = 4
_TIMES = {False: 8, True: 26}
"""How many times as much as a job that makes images four videos cost; the large ones more."""


def _is_no_upscale(scene: Scene) -> str | None:
    if scene.take:
        return "Not_Support"
    return "Job_ReUpscale_Not_Support" if scene.enlarged > 1 else None


def _is_extended_out(scene: Scene) -> str | None:
    can = scene.take is not None and len(scene.take.moves) <= _EXTENSIONS_MAX
    return None if can else "Not_Support"


def _diffusion(
    _order: Order, _parent: Scene | None, prompt: str | None, roll: int, number: int
) -> Scene:
    return imagine(prompt or "", roll=roll, image_no=number)


def _from(parent: Scene | None) -> Scene:
    if parent is None:
        raise ValueError("made from nothing")
    return parent


def _variation(
    order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int
) -> Scene:
    vary = edits.vary_strongly if order.number("type") else edits.vary_subtly
    return vary(_from(parent), prompt, roll=roll, image_no=number)


def _upscale(order: Order, parent: Scene | None, _: str | None, _roll: int, _number: int) -> Scene:
    return edits.upscale(_from(parent), creative=bool(order.number("type")))


def _pan(order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int) -> Scene:
    return edits.pan(
        _from(parent),
        prompt,
        direction=_DIRECTIONS[int(order.number("direction"))],
        scale=order.number("scale"),
        roll=roll,
        image_no=number,
    )


def _outpaint(
    order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int
) -> Scene:
    return edits.zoom_out(
        _from(parent), prompt, scale=order.number("scale"), roll=roll, image_no=number
    )


def _inpaint(
    order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int
) -> Scene:
    return edits.inpaint(_from(parent), prompt, areas=order.areas, roll=roll, image_no=number)


def _remix(order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int) -> Scene:
    remix = remix_subtly if order.number("mode") else remix_strongly
    return remix(_from(parent), prompt or "", roll=roll, image_no=number)


def _video(order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int) -> Scene:
    large = bool(order.number("videoType"))
    return edits.animate(_from(parent), prompt, large=large, roll=roll, image_no=number)


def _extension(
    _order: Order, parent: Scene | None, prompt: str | None, roll: int, number: int
) -> Scene:
    return edits.extend(_from(parent), prompt, roll=roll, image_no=number)


def _videos(order: Order) -> int:
    """As many as ``--bs`` says."""
    asked = edits.video_flags(order.prompt or "").get("bs")
    return int(asked) if asked in {"1", "2"} else 4


def _video_times(order: Order, parent: Scene | None) -> float:
    large = parent.take.large if parent and parent.take else bool(order.number("videoType"))
    return _TIMES[large] * _videos(order) / 4


DIFFUSION = Model(
    name="midjourney_diffusion",
    code_prefix="8004001",
    params=(_prompt("text", required=True), _CALLBACK),
    prompt="text",
    derive=_diffusion,
)
VARIATION = Model(
    name="midjourney_variation",
    code_prefix="004002",
    params=(_job(), _IMAGE, _one_of("type", (0, 1)), _prompt("remixPrompt"), _CALLBACK),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=_variation,
    listed_as="variation",
)
UPSCALE = Model(
    name="midjourney_upscale",
    code_prefix="004003",
    params=(_job(), _IMAGE, _one_of("type", (0, 1)), _CALLBACK),
    source_no="imageNo",
    derive=_upscale,
    count=lambda _: 1,
    refuses=_is_no_upscale,
    listed_as="upscale",
)
REROLL = Model(
    name="midjourney_reroll",
    code_prefix="004004",
    params=(_job(), _CALLBACK),
    derive=None,
    refuses=lambda scene: "Not_Support" if scene.enlarged > 1 or scene.take else None,
    listed_as="reroll",
)
PAN = Model(
    name="midjourney_pan",
    code_prefix="004008",
    params=(
        *(_job(), _IMAGE, _one_of("direction", range(4)), _scale(3.0)),
        *(_prompt("remixPrompt"), _CALLBACK),
    ),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=_pan,
    listed_as="pan",
)
OUTPAINT = Model(
    name="midjourney_outpaint",
    code_prefix="004009",
    params=(_job(), _IMAGE, _scale(2.0), _prompt("remixPrompt"), _CALLBACK),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=_outpaint,
    listed_as="outpaint",
)
INPAINT = Model(
    name="midjourney_inpaint",
    code_prefix="004010",
    params=(_job(), _IMAGE, _MASK, _prompt("remixPrompt"), _CALLBACK),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=_inpaint,
    listed_as="inpaint",
)
REMIX = Model(
    name="midjourney_remix",
    code_prefix="004011",
    params=(
        *(_job(), _IMAGE, _one_of("mode", (0, 1), required=False)),
        *(_prompt("remixPrompt", required=True), _CALLBACK),
    ),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=_remix,
    listed_as="remix",
)
VIDEO = Model(
    name="midjourney_video_diffusion",
    code_prefix="004017",
    params=(
        *(_job(), _IMAGE, _one_of("videoType", (0, 1), required=False)),
        *(_prompt("prompt"), _CALLBACK),
    ),
    prompt="prompt",
    source_no="imageNo",
    derive=_video,
    makes=Media.VIDEO,
    count=_videos,
    times_price=_video_times,
)
EXTEND = Model(
    name="midjourney_extend_video",
    code_prefix="004018",
    params=(_job(), _one_of("videoNo", range(4)), _prompt("prompt"), _CALLBACK),
    prompt="prompt",
    source_no="videoNo",
    derive=_extension,
    makes=Media.VIDEO,
    count=_videos,
    times_price=_video_times,
    refuses=_is_extended_out,
)
MODELS: Mapping[str, Model] = {
    model.name: model
    for model in (
        *(DIFFUSION, VARIATION, UPSCALE, REROLL, PAN, OUTPAINT, INPAINT, REMIX),
        *(VIDEO, EXTEND),
    )
}
