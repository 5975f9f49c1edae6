"""What of a message Discord takes: everything at first, and less after each refusal."""

from dataclasses import dataclass, replace

from bot.ui.discord_errors import REFUSALS, About


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message may hold."""

    words: bool = True
    """What people wrote."""
    files: bool = True
    """Images as files."""
    source: bool = True
    """The image that others were made from, beside them."""
    links: bool = True
    """Addresses of images that have no file."""
    layout: bool = True
    """Components; else it is a classic message."""
    refused: bool = False
    """Discord did not take the files, whatever it has against them; else they are too large."""
    explicit: bool = False
    """Discord found the images explicit: their links are for one person's eyes alone."""
    alone: bool = False
    """One person sees it, in direct messages, where buttons need not work."""

    def without(self, refused: About) -> "Content | None":
        """What is left to try after Discord *refused* this; ``None`` where that changes nothing."""
        part = next((one for one in REFUSALS[refused].less if getattr(self, one)), None)
        if part is None:
            return None
        left = replace(self, **{part: False})
        if part == "files" and refused is not About.SIZE:
            left = replace(left, refused=True, explicit=refused is About.FILES or self.explicit)
        return left


EVERYTHING = Content()
