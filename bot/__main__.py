"""Starts the bot, and says in one sentence why where it cannot start."""

import asyncio
import logging
import signal
import sys

import discord

from bot import texts
from bot.assembly import assemble
from bot.client import RemixBot
from bot.clock import Clock
from bot.errors import StoreInUse, StoreTooNew, StoreUnavailable
from bot.settings import Settings, SettingsInvalid, load_settings
from bot.ui import faults

OK, CANNOT_RUN, SETTINGS_WRONG = 0, 1, 2


def main() -> int:
    """Run until stopped; the exit code: 0 stopped, 1 cannot run, 2 settings missing or wrong."""
    try:
        settings = load_settings()
    except SettingsInvalid as error:
        _complain(texts.SETTINGS_INTRO, *(f"  {problem}" for problem in error.problems))
        return SETTINGS_WRONG
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    )
    # At DEBUG discord.py writes whole events to the log, and with them every interaction's token.
    logging.getLogger("discord").setLevel(max(logging.getLogger().level, logging.INFO))
    try:
        asyncio.run(run(settings))
    except (StoreTooNew, StoreInUse) as error:
        _complain(texts.describe(error))
        return CANNOT_RUN
    except StoreUnavailable as error:
        _complain(texts.database_unusable(error.detail))
        return CANNOT_RUN
    except discord.LoginFailure:
        _complain(texts.LOGIN_REFUSED)
        return CANNOT_RUN
    except faults.FAULTS:
        _complain(texts.NO_NETWORK)
        return CANNOT_RUN
    return OK


async def run(settings: Settings) -> None:
    """Run the bot until a signal or the end of its connection.

    Raises `bot.errors.StoreUnavailable`, and what discord.py raises where it cannot log in.
    """
    async with assemble(settings, clock=Clock()) as assembled, assembled.bot as bot:
        await _until_stopped(bot, settings.discord_token.get_secret_value())


async def _until_stopped(bot: RemixBot, token: str) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    running = asyncio.create_task(bot.start(token), name="discord")
    stopping = asyncio.create_task(stopped.wait(), name="signals")
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if running.done():
        await running
    else:
        await bot.close()
        await asyncio.gather(running, return_exceptions=True)


def _complain(*lines: str) -> None:
    sys.stderr.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    sys.exit(main())
