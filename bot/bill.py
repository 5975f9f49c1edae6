"""How many times over a prompt is billed.

The API bills each permutation of ``{red, green}`` on its own, and ``--turbo`` twice (both said by
its provider). Knows nothing of prices.
"""

import re
from dataclasses import dataclass

PERMUTATIONS_MAX = 1_000_000
"""Nobody counts further."""

_TURBO = re.compile(r"(?<!\S)(?:--|—|–)turbo\b", re.IGNORECASE)  # noqa: RUF001  # phones make dashes


@dataclass(frozen=True, slots=True)
class Bill:
    """By what a job costs more than one."""

    permutations: int
    """At least 1."""
    turbo: bool

    @property
    def multiplier(self) -> int:
        return self.permutations * (2 if self.turbo else 1)


def read_bill(prompt: str) -> Bill:
    """What *prompt* multiplies."""
    return Bill(permutations=_permutations(prompt), turbo=_TURBO.search(prompt) is not None)


def _permutations(prompt: str) -> int:
    """How many prompts *prompt* stands for: groups multiply, what commas part adds up.

    Groups may be nested; ``\\,``, ``\\{`` and ``\\}`` are letters. Braces that do not match are
    letters too.
    """
    if not _balanced(prompt):
        return 1
    outer: list[tuple[int, int]] = []
    added, product = 0, 1
    escaped = False
    for letter in prompt:
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == "{":
            outer.append((added, product))
            added, product = 0, 1
        elif letter == "," and outer:
            added, product = added + product, 1
        elif letter == "}":
            group = added + product
            added, product = outer.pop()
            product = min(product * group, PERMUTATIONS_MAX)
    return product


def _balanced(prompt: str) -> bool:
    depth = 0
    for brace in re.findall(r"\\.|[{}]", prompt, re.DOTALL):
        depth += {"{": 1, "}": -1}.get(brace, 0)
        if depth < 0:
            return False
    return depth == 0
