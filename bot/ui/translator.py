"""What Discord's menus say of our commands, in every language that there is."""

from collections.abc import Callable

import discord
from discord import app_commands

from bot.texts import ENGLISH, Texts, for_locale

Say = Callable[[Texts], str]


def said(say: Say) -> app_commands.locale_str:
    """A name or description of a command: what *say* takes of the texts."""
    return app_commands.locale_str(say(ENGLISH), say=say)


class Translator(app_commands.Translator):
    """Gives Discord each language besides English, which is what it shows everybody else."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002  # discord.py's signature
    ) -> str | None:
        say: Say | None = string.extras.get("say")
        t = for_locale(locale.value)
        return None if say is None or t is ENGLISH else say(t)
