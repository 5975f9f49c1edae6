"""Puts the bot together: opens what it needs, in order, and closes it in the other one.

The one place where the rooms meet. Used by the program, by the sandbox and by tests alike, so that
all of them run the same bot.
"""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from random import SystemRandom

from bot.api import GenerationApi, PictureDownloads, open_session
from bot.client import RemixBot
from bot.clock import Clock
from bot.jobs.crew import Crew
from bot.jobs.runner import JobRunner
from bot.jobs.showroom import Showroom
from bot.jobs.watching import Watcher
from bot.settings import Settings
from bot.store import Store, open_store
from bot.studio import Limits, Studio

BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The bot, ready to be connected, and what is worth holding of its insides."""

    bot: RemixBot
    store: Store
    crew: Crew


@asynccontextmanager
async def assemble(
    settings: Settings, *, clock: Clock, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> AsyncGenerator[Assembled]:
    """Open everything that *settings* name; the bot is not connected yet.

    Raises `bot.errors.StoreUnavailable`.
    """
    async with AsyncExitStack() as opened:
        store = await opened.enter_async_context(
            open_store(
                settings.database_url.get_secret_value(), clock=clock, busy_timeout_s=busy_timeout_s
            )
        )
        session = await opened.enter_async_context(open_session(str(settings.vtrix_api_url)))
        crew = await opened.enter_async_context(Crew())
        api = GenerationApi(
            session,
            base_url=str(settings.vtrix_api_url),
            key=settings.vtrix_api_key.get_secret_value(),
            timeout_s=settings.api_timeout_seconds,
        )
        watcher = Watcher(
            api=api,
            clock=clock,
            watch_s=settings.watch_hours * 3600,
            reads_per_second=settings.max_reads_per_second,
            rng=SystemRandom(),
        )
        downloads = PictureDownloads(session, timeout_s=settings.picture_timeout_seconds)
        runner = JobRunner(
            api=api,
            watcher=watcher,
            downloads=downloads,
            store=store,
            crew=crew,
            clock=clock,
            submit_within_s=settings.submit_within_minutes * 60,
            patience_s=settings.watch_hours * 3600,
        )
        crew.spawn(runner.tidy(), name="tidying")
        limits = Limits(
            running_per_user=settings.max_running_per_user,
            jobs_per_day=settings.max_jobs_per_day,
            remix_within_days=settings.remix_within_days,
            allowed_guilds=settings.allowed_guilds,
        )
        bot = RemixBot(
            studio=Studio(
                store=store,
                runner=runner,
                showroom=Showroom(api, downloads),
                limits=limits,
                clock=clock,
            ),
            store=store,
            crew=crew,
            clock=clock,
            allowed_guilds=settings.allowed_guilds,
            discord_timeout_s=settings.discord_timeout_seconds,
        )
        yield Assembled(bot=bot, store=store, crew=crew)
