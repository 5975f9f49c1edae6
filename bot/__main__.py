"""Starts the bot: settings, then everything it needs, opened and closed here and nowhere else."""

import asyncio
import logging
import signal
import sys
from contextlib import AsyncExitStack

import aiohttp
import discord

from bot import texts
from bot.api import GenerationApi, PictureDownloads
from bot.client import RemixBot
from bot.clock import Clock
from bot.errors import StoreUnavailable
from bot.jobs.crew import Crew
from bot.jobs.runner import JobRunner
from bot.settings import Settings, SettingsInvalid, load_settings
from bot.store import open_store
from bot.studio import Limits, Studio
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
    try:
        asyncio.run(run(settings))
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
    """Open everything, run the bot until a signal or the end of its connection, close everything.

    Raises `bot.errors.StoreUnavailable`, and what discord.py raises where it cannot log in.
    """
    clock = Clock()
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(
            open_store(settings.database_url.get_secret_value(), clock=clock)
        )
        session = await opened.enter_async_context(aiohttp.ClientSession())
        crew = await opened.enter_async_context(Crew())
        runner = JobRunner(
            api=GenerationApi(
                session,
                base_url=str(settings.vtrix_api_url),
                key=settings.vtrix_api_key.get_secret_value(),
                timeout_s=settings.api_timeout_seconds,
            ),
            downloads=PictureDownloads(session),
            store=store,
            crew=crew,
            clock=clock,
            watch_s=settings.watch_hours * 3600,
        )
        limits = Limits(
            running_per_user=settings.max_running_per_user,
            jobs_per_day=settings.max_jobs_per_day,
            allowed_guilds=settings.allowed_guilds,
        )
        studio = Studio(store=store, runner=runner, limits=limits)
        bot = await opened.enter_async_context(
            RemixBot(
                studio=studio,
                store=store,
                crew=crew,
                clock=clock,
                allowed_guilds=settings.allowed_guilds,
            )
        )
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
