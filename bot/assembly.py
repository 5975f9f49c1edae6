"""Puts the bot together: opens what it needs, and closes it in the reverse order.

Used by the program, by the sandbox and by tests alike, so that all of them run the same bot.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom

from bot.actions import ANIMATE, EXTEND, REROLL
from bot.api import (
    GenerationApi,
    GuardedSession,
    ImageAddresses,
    ImageDownloads,
    open_session,
)
from bot.client import RemixBot
from bot.clock import Clock
from bot.jobs.availability import Availability
from bot.jobs.background import BackgroundTasks
from bot.jobs.image_loader import ImageLoader
from bot.jobs.maintenance import Maintenance
from bot.jobs.poller import TaskPoller
from bot.jobs.queue import JobQueue
from bot.jobs.result_lookup import ResultLookup
from bot.jobs.run import Dependencies, GatewayStatus
from bot.jobs.runner import JobRunner
from bot.limits import Limits, Quota
from bot.refused_words import RefusedWords
from bot.services.access import AccessPolicy
from bot.services.downloads import Downloads
from bot.services.export import Export
from bot.services.families import Families
from bot.services.favorites import Favorites
from bot.services.history import JobHistory
from bot.services.job_service import JobService
from bot.services.lookups import JobLookups
from bot.services.masks import MaskReview
from bot.services.preferences import PreferenceService
from bot.services.prompt_review import PromptReview
from bot.services.recovery import Recovery
from bot.settings import Settings
from bot.store import Store, open_store

BUSY_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The bot, ready to be connected, and what is worth holding of its insides."""

    bot: RemixBot
    store: Store
    background: BackgroundTasks
    runner: JobRunner


@asynccontextmanager
async def assemble(
    settings: Settings, *, clock: Clock, busy_timeout_s: float = BUSY_TIMEOUT_S
) -> AsyncGenerator[Assembled]:
    """Open everything that *settings* name; the bot is not connected yet.

    Raises `bot.errors.StoreUnavailable`.
    """
    async with (
        open_store(
            settings.database_url.get_secret_value(), clock=clock, busy_timeout_s=busy_timeout_s
        ) as store,
        open_session(str(settings.vtrix_api_url)) as session,
        BackgroundTasks() as background,
    ):
        yield _put_together(settings, clock, store, session, background)


def _put_together(
    settings: Settings,
    clock: Clock,
    store: Store,
    session: GuardedSession,
    background: BackgroundTasks,
) -> Assembled:
    limits, api = read_limits(settings), open_api(settings, session)
    gateway_status = GatewayStatus(clock)
    poller = TaskPoller(
        api=api,
        clock=clock,
        watch_s=settings.watch_hours * 3600,
        reads_per_second=settings.max_reads_per_second,
        rng=SystemRandom(),
        may_run=settings.max_running,
    )
    loader = ImageLoader(ImageDownloads(session, timeout_s=settings.picture_timeout_seconds))
    availability = Availability(clock)
    lookups = JobLookups(
        store,
        access=read_access(settings),
        limits=limits,
        availability=availability,
        clock=clock,
    )
    runner = JobRunner(
        Dependencies(
            api=api,
            availability=availability,
            poller=poller,
            loader=loader,
            find_source=lookups.source_image,
            store=store,
            background=background,
            clock=clock,
            gateway_status=gateway_status,
            submit_within_s=settings.submit_within_minutes * 60,
            patience_s=settings.watch_hours * 3600,
        )
    )
    queue = JobQueue(limits=limits, clock=clock, usual_s=poller.typical_s)
    maintenance = Maintenance(
        store=store,
        clock=clock,
        retention=timedelta(days=settings.retention_days) or None,
        attends=lambda: gateway_status.online and runner.takeover.sees_all,
    )
    background.spawn(maintenance.run_periodically(), name="tidying")
    background.spawn(maintenance.erase(), name="erasing")
    background.spawn(queue.notify_waiting(), name="telling who waits")
    results = ResultLookup(api, loader)
    bot = RemixBot(
        jobs=JobService(
            lookups,
            queue,
            runner,
            PromptReview(lookups, ImageAddresses(session)),
            MaskReview(lookups, results),
        ),
        preferences=PreferenceService(lookups),
        export=Export(store, clock),
        history=JobHistory(lookups, results),
        favorites=Favorites(lookups),
        downloads=Downloads(lookups, results),
        families=Families(lookups, results),
        recovery=Recovery(store, queue, runner, maintenance, background=background, clock=clock),
        store=store,
        background=background,
        clock=clock,
        gateway_status=gateway_status,
        discord_timeout_s=settings.discord_timeout_seconds,
    )
    background.spawn(bot.watch_servers(), name="servers that were left")
    return Assembled(bot=bot, store=store, background=background, runner=runner)


def open_api(settings: Settings, session: GuardedSession) -> GenerationApi:
    return GenerationApi(
        session,
        base_url=str(settings.vtrix_api_url),
        key=settings.vtrix_api_key.get_secret_value(),
        timeout_s=settings.api_timeout_seconds,
        models={
            ANIMATE.key: settings.model_animate,
            EXTEND.key: settings.model_extend,
            REROLL.key: settings.model_reroll,
        },
    )


def read_limits(settings: Settings) -> Limits:
    return Limits(
        person=Quota(
            running=settings.max_running_per_user,
            waiting=settings.max_waiting_per_user,
            jobs_per_day=settings.max_jobs_per_day_per_user,
            usd_per_day=settings.max_usd_per_day_per_user,
            usd_per_month=settings.max_usd_per_month_per_user,
        ),
        server=Quota(
            running=settings.max_running_per_server,
            waiting=settings.max_waiting_per_server,
            jobs_per_day=settings.max_jobs_per_day_per_server,
            usd_per_day=settings.max_usd_per_day_per_server,
            usd_per_month=settings.max_usd_per_month_per_server,
        ),
        everybody=Quota(running=settings.max_running, jobs_per_day=settings.max_jobs_per_day),
        remix_within_days=settings.remix_within_days,
        retention_days=settings.retention_days,
        known_price_usd=settings.price_usd,
    )


def read_access(settings: Settings) -> AccessPolicy:
    return AccessPolicy(
        allowed_guilds=settings.allowed_guilds,
        allowed_roles=settings.allowed_roles,
        allowed_channels=settings.allowed_channels,
        direct_messages=settings.allow_dms,
        user_install=settings.allow_user_install,
        results_author_only=settings.result_buttons_for == "author",
        refused_words=RefusedWords(settings.refused_words),
    )
