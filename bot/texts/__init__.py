"""Every sentence that people read, in their language.

`for_locale` gives the object that speaks it. A language is a subclass of `Texts` with sentences of
its own, in a row of `LANGUAGES`. What one person alone sees is in the language of their Discord,
what everybody sees in that of the server. Sentences are plain text with Discord's Markdown, and
nothing is ever compared with them; what comes from people is escaped before it gets here.
"""

from bot.texts.commands import CommandTexts
from bot.texts.errors import ErrorTexts
from bot.texts.pages import PageTexts


class Texts(CommandTexts, PageTexts, ErrorTexts):
    """All that people read, in English."""


ENGLISH = Texts()
LANGUAGES: dict[str, Texts] = {"en": ENGLISH}
"""By the names that Discord has for them, or the part of those before the dash."""


def for_locale(locale: str | None) -> Texts:
    """The texts in the language that Discord calls *locale*, else in English."""
    name = locale or ""
    return LANGUAGES.get(name) or LANGUAGES.get(name.partition("-")[0]) or ENGLISH
