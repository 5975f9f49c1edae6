"""What of a message Discord takes: everything at first, and less after each refusal."""

from dataclasses import dataclass, replace

from bot.ui.discord_errors import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message may hold."""

    words: bool = True
    """What people wrote."""
    files: bool = True
    """Images as files."""
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
        match refused:
            case About.LAYOUT if self.layout:
                left = replace(self, layout=False)
            case About.WORDS | About.LAYOUT | About.FRONT if self.words:
                left = replace(self, words=False)
            case About.FILES if self.files:
                left = replace(self, files=False, refused=True, explicit=True)
            case About.UPLOADS | About.LAYOUT if self.files:
                left = replace(self, files=False, refused=True)
            case About.WORDS | About.FILES | About.LAYOUT if self.links:
                left = replace(self, links=False)
            case About.WORDS if self.files:
                left = replace(self, files=False, refused=True)
            case About.SIZE if self.files:
                left = replace(self, files=False)
            case _:
                left = None
        return left


EVERYTHING = Content()
