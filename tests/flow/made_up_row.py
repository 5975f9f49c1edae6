"""Adds an action that nobody has heard of, before anything reads the table: a plugin of pytest.

What it takes: a row in the table, its words, its row in the sandbox. `test_made_up_row.py` uses it.
"""

from types import MappingProxyType
from typing import cast

import bot.actions

SKETCH = bot.actions.Action(
    key="sketch",
    model="midjourney_sketch",
    source=bot.actions.SourceKind.IMAGE,
    prompt=bot.actions.PromptRule.OPTIONAL,
    options=(bot.actions.Option(name="pencil", default="soft", choices=("soft", "hard")),),
    presets={"hard": {"pencil": "hard"}},
    makes=2,
    offered_on=frozenset({bot.actions.MediaKind.IMAGE}),
)
bot.actions.ACTIONS = MappingProxyType({**bot.actions.ACTIONS, SKETCH.key: SKETCH})

# only now, because these read the table
from bot.texts.actions import ActionTexts, ActionWords, OptionWords  # noqa: E402
from sandbox.api import table  # noqa: E402
from sandbox.api.models import Model, Param  # noqa: E402
from sandbox.api.painting.scene import imagine  # noqa: E402

ActionTexts._actions = {  # pyright: ignore[reportPrivateUsage]  # its words
    **ActionTexts._actions,  # pyright: ignore[reportPrivateUsage]  # its words
    SKETCH.key: ActionWords(
        button="Sketch …",
        title="Sketch image {image}",
        progress="Sketching image {image}",
        result="Sketch of image {image}",
        listed="Sketch of image {image}",
        name="Sketch",
        presets={"hard": "Sketch (Hard)"},
    ),
}
ActionTexts._options = {  # pyright: ignore[reportPrivateUsage]  # its words
    **ActionTexts._options,  # pyright: ignore[reportPrivateUsage]  # its words
    (SKETCH.key, "pencil"): OptionWords(
        name="Pencil",
        question="Which pencil",
        choices={"soft": ("Soft", "Gray"), "hard": ("Hard", "Fine")},
    ),
}

# Others have it by this name already.
cast("dict[str, Model]", table.MODELS)[SKETCH.model] = Model(
    name=SKETCH.model,
    code_prefix="004099",
    params=(
        *table.VARIATION.params[:2],
        Param("pencil", lambda value: value in ("soft", "hard"), "pencil must be soft or hard"),
        table.VARIATION.params[3],
    ),
    prompt="remixPrompt",
    source_no="imageNo",
    derive=lambda _order, _parent, prompt, roll, number: imagine(
        prompt or "a sketch", roll=roll, image_no=number
    ),
    count=lambda _: 2,
)
