"""What somebody wants of all their jobs: parameters behind each prompt, and how they are answered.

Frozen data only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

Choice = str | bool
"""What is chosen for one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Empty for what its owner leaves open."""

    aspect: str = ""
    version: str = ""
    """``7``, or ``niji 6``."""
    stylize: str = ""
    chaos: str = ""
    weird: str = ""
    raw: bool = False
    quality: str = ""
    style: str = ""
    """Addresses and codes of a style reference."""
    reference: str = ""
    """The address of a character or an object: which parameter that is depends on the version."""
    personal: str = ""
    """Codes of personalization."""
    locale: str = ""
    """The language of replies, in place of that of their Discord."""
    pings: bool = True
    private: bool = False
    """Unless a command says otherwise."""

    @property
    def parameters(self) -> list[tuple[str, str]]:
        """What is wanted behind a prompt, for `bot.prompt_parameters.merge`."""
        name, _, number = self.version.rpartition(" ")
        wanted = [
            ("ar", self.aspect),
            (name or "v", number),
            ("s", self.stylize),
            ("c", self.chaos),
            ("w", self.weird),
            ("q", self.quality),
            ("sref", self.style),
            ("oref", self.reference),
            ("cref", self.reference),
            ("p", self.personal),
        ]
        chosen = [(name, value) for name, value in wanted if value]
        return [*chosen, ("raw", "")] if self.raw else chosen

    @classmethod
    def of(cls, kept: Mapping[str, object]) -> "Preferences":
        """What is *kept* of them, also by another version."""
        blank = cls()
        chosen: dict[str, Any] = {
            name: kept[name]
            for name in kept.keys() & {one.name for one in fields(cls)}
            if type(kept[name]) is type(getattr(blank, name))
        }
        return cls(**chosen)
