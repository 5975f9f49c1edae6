"""What Discord refuses for what it says or shows: AutoMod, harmful links, explicit images.

discord.world.filters.refuse_words("evil", AUTOMOD)
discord.world.filters.refuse_images = True
discord.world.filters.refuse_file("source.png", EXPLICIT)
"""

import mimetypes
from collections.abc import Iterable

from discord_server.rules import Refused
from discord_server.things import Channel

AUTOMOD, AUTOMOD_TITLE, HARMFUL_LINK, EXPLICIT = 200000, 200001, 240000, 20009
PROBLEMS = {
    AUTOMOD: "Message was blocked by automatic moderation",
    AUTOMOD_TITLE: "Title was blocked by automatic moderation",
    HARMFUL_LINK: "Message blocked by harmful links filter",
    EXPLICIT: "Explicit content cannot be sent to the desired recipient(s)",
}
OF_GUILDS = (AUTOMOD, AUTOMOD_TITLE)
"""Rules of a guild, which hold nowhere else."""


class Filters:
    """What is refused at the moment: nothing, until a test says so."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._files: dict[str, int] = {}
        self.refuse_images = False

    def refuse_words(self, words: str, code: int) -> None:
        """Refuse every message with *words* in it from now on, whoever may see it."""
        self._words[words] = code

    def refuse_file(self, name: str, code: int) -> None:
        """Refuse every message that brings along a file of this name."""
        self._files[name] = code

    def clear(self) -> None:
        self._words.clear()
        self._files.clear()
        self.refuse_images = False

    def check(self, channel: Channel, said: Iterable[str], names: Iterable[str]) -> None:
        """Raises `Refused` where a message with these texts and files is not taken."""
        everything = "\n".join(said)
        for words, code in self._words.items():
            if words in everything and (code not in OF_GUILDS or channel.guild_id is not None):
                raise Refused(400, code, PROBLEMS[code])
        for name in names:
            content_type = mimetypes.guess_type(name)[0] or ""
            explicit = self.refuse_images and content_type.startswith("image/")
            code = EXPLICIT if explicit else self._files.get(name)
            if code is not None:
                raise Refused(400, code, PROBLEMS.get(code, "Not this file"))
