"""What of a message Discord takes: everything at first, and less after each refusal."""

from dataclasses import dataclass, replace

from bot.ui.faults import About


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message may hold."""

    words: bool = True
    """What people wrote."""
    files: bool = True
    """Pictures as files."""
    links: bool = True
    """Addresses of pictures that have no file."""
    layout: bool = True
    """Components; else it is a classic message."""
    explicit: bool = False
    """Discord found the pictures explicit: their links are for one person's eyes alone."""
    alone: bool = False
    """One person sees it, in direct messages, where buttons need not work."""

    def without(self, refused: About) -> "Content | None":
        """What is left to try after Discord *refused* this; ``None`` where that changes nothing."""
        match refused:
            case About.LAYOUT if self.layout:
                return replace(self, layout=False)
            case About.WORDS | About.LAYOUT if self.words:
                return replace(self, words=False)
            case About.FILES if self.files:
                return replace(self, files=False, explicit=True)
            case About.WORDS | About.FILES if self.files or self.links:
                return replace(self, files=False, links=False)
            case About.SIZE if self.files:
                return replace(self, files=False)
            case _:
                return None


EVERYTHING = Content()
