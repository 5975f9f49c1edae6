"""What may be wrong in a prompt, one sentence for each doubt."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from bot.prompt_doubts import Doubt, DoubtKind
from bot.prompt_parameters import ValueKind
from bot.texts.formats import Formats

_SHOWN_MAX = 40


def _code(text: str) -> str:
    """*text*, which is what somebody wrote, so that Discord shows it as it is."""
    line = " ".join(text.replace("`", "'").split())
    return f"`{line if len(line) <= _SHOWN_MAX else f'{line[: _SHOWN_MAX - 1]}…'}`"


class DoubtTexts(Formats):
    def doubt(self, doubt: Doubt) -> str:
        """What is doubted, and what is right."""
        # by its name: another language may have its own
        return getattr(self, self._doubts[doubt.kind].__name__)(doubt)

    def _unknown_parameter(self, doubt: Doubt) -> str:
        unknown = f"I don't know the parameter {_code(f'--{doubt.name}')}."
        return f"{unknown} Did you mean `--{doubt.nearest}`?" if doubt.nearest else unknown

    def _odd_value(self, doubt: Doubt) -> str:
        parameter, name = doubt.parameter, _code(f"--{doubt.name}")
        takes = "another value"
        if parameter is not None and parameter.kind is ValueKind.NUMBER:
            least, most = parameter.range_in(doubt.version)
            takes = f"a number from {least:g} to {most:.10g}"
        elif parameter is not None and parameter.kind is ValueKind.RATIO:
            takes = "two whole numbers like `16:9`"
        elif parameter is not None and parameter.words:
            takes = " or ".join(f"`{word}`" for word in parameter.words)
        elif parameter is not None and parameter.kind is ValueKind.TEXT:
            takes = "an image's address, or a code"
        given = f", not {_code(doubt.value)}" if doubt.value else ""
        return f"{name} takes {takes}{given}."

    def _other_version(self, doubt: Doubt) -> str:
        versions = sorted(doubt.parameter.versions) if doubt.parameter is not None else []
        return (
            f"{_code(f'--{doubt.name}')} works with version {' or '.join(versions)}, not with "
            f"{doubt.version}."
        )

    def _twice(self, doubt: Doubt) -> str:
        return f"{_code(f'--{doubt.name}')} is there more than once."

    def _no_image(self, doubt: Doubt) -> str:
        return f"The address at {_code(doubt.value)} doesn't lead to an image."

    _doubts: ClassVar[Mapping[DoubtKind, Callable[[Any, Any], str]]] = {
        DoubtKind.UNKNOWN: _unknown_parameter,
        DoubtKind.VALUE: _odd_value,
        DoubtKind.VERSION: _other_version,
        DoubtKind.TWICE: _twice,
        DoubtKind.NO_IMAGE: _no_image,
    }
