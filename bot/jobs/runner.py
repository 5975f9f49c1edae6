"""Brings an accepted job to its end: submit once, have it watched until it is done, deliver.

Knows nothing of Discord: what people see goes to a `Screen`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import stamina

from bot.api import GenerationApi, PictureDownloads
from bot.clock import Clock
from bot.errors import (
    ApiBusy,
    ApiUnavailable,
    DeliveryFailed,
    EndedUnseen,
    JobTooOld,
    NothingMade,
    OperatorError,
    RemixbotError,
    StoreUnavailable,
    SubmitUnknown,
    UserError,
)
from bot.incidents import as_told
from bot.jobs.crew import Crew
from bot.jobs.gallery import hang
from bot.jobs.screen import Posted, Screen
from bot.jobs.watching import Watcher
from bot.model import (
    Completed,
    ImagineRequest,
    Job,
    JobState,
    RemixRequest,
    Running,
    TaskState,
)
from bot.store import Store

log = logging.getLogger(__name__)

NOTHING_CHARGED = (
    UserError,
    OperatorError,
    ApiUnavailable,
    ApiBusy,
    StoreUnavailable,
    JobTooOld,
)
"""What only a submit raises that the API did not take: reading goes on after any of these."""

TOKEN_LIFE_S = 14.5 * 60
"""An interaction's token is good for 15 minutes: this long it is kept, and then erased."""
TIDY_EVERY_S = 30.0

DELIVERIES_AT_ONCE = 10
"""Each holds its pictures in memory, up to 24 MiB."""
DELIVERY_PAUSES_S = (30.0, 600.0)
"""Where Discord is out of order for long: the pause before it is tried again, from and to."""


class JobRunner:
    """Follows every job that was started, each in a task of *crew*.

    A job that an earlier process left unsent is submitted within *submit_within_s* seconds of when
    it was asked for. News that Discord does not take for a passing reason is brought again for
    *patience_s* seconds.
    """

    def __init__(
        self,
        *,
        api: GenerationApi,
        watcher: Watcher,
        downloads: PictureDownloads,
        store: Store,
        crew: Crew,
        clock: Clock,
        submit_within_s: float,
        patience_s: float,
    ) -> None:
        self._api = api
        self._watcher = watcher
        self._downloads = downloads
        self._store = store
        self._crew = crew
        self._clock = clock
        self._submit_within_s = submit_within_s
        self._patience_s = patience_s
        self._deliveries = asyncio.Semaphore(DELIVERIES_AT_ONCE)

    async def prepare(self) -> None:
        """Take in how long jobs took before this start, and erase tokens that are of no use.

        Raises `StoreUnavailable`.
        """
        await self._erase_tokens()
        for kind in (ImagineRequest, RemixRequest):
            self._watcher.learn(kind, reversed(await self._store.recent_durations(kind)))

    def start(self, job: Job, screen: Screen) -> asyncio.Task[None]:
        """Run *job* in the background, from the state in which it is to its end."""
        return self._crew.spawn(self._run(job, screen), name=f"job {job.id}")

    async def _run(self, job: Job, screen: Screen) -> None:
        age_s = (self._clock.now() - job.created_at).total_seconds()
        began = self._clock.monotonic() - max(age_s, 0.0)
        try:
            if screen.message_id is None:
                await screen.locate()
            completed = await self._complete(job, screen, began)
        except Exception as raised:
            await self._tell(job, screen, as_told(raised, f"job {job.id}"), began)
        else:
            await self._deliver(job, completed, screen, began)

    # ------------------------------------------------------------------ to the pictures

    async def _complete(self, job: Job, screen: Screen, began: float) -> Completed:
        """Bring *job* to its pictures, from wherever an earlier process may have left it.

        A job that was on its way to the API then is never sent again: nobody knows whether it
        arrived, and a second submit is a second bill.
        """
        match job.state:
            case JobState.ACCEPTED:
                if self._clock.monotonic() - began > self._submit_within_s:
                    raise JobTooOld
                state = await self._submit(job, screen)
            case JobState.RUNNING if job.task_id is not None:
                state = Running(task_id=job.task_id)
            case JobState.FINISHED if job.task_id is not None:
                return Completed(
                    task_id=job.task_id,
                    job_id=job.provider_job_id or job.task_id,
                    pictures=job.pictures,
                    cost_usd=job.cost_usd,
                )
            case JobState.FAILED:
                raise EndedUnseen
            case _:
                raise SubmitUnknown(detail=f"found {job.state.value}")
        completed = await self._watcher.follow(state, job, screen, began)
        await self._record(job, lambda: self._store.finish(job.id, completed))
        self._watcher.learn(type(job.request), [self._clock.monotonic() - began])
        if not completed.pictures:
            raise NothingMade
        return completed

    async def _submit(self, job: Job, screen: Screen) -> TaskState:
        if not await self._store.begin_submit(job.id, screen.message_id):
            raise StoreUnavailable(detail="the job is no longer waiting to be submitted")
        try:
            state = await self._api.submit(job.request)
        except ApiBusy as busy:
            self._watcher.slow_down(busy.retry_after_s)
            raise
        log.info("Job %d is task %s", job.id, state.task_id)
        await self._record(job, lambda: self._store.begin_run(job.id, state.task_id))
        return state

    # ------------------------------------------------------------------ to people

    async def _deliver(self, job: Job, completed: Completed, screen: Screen, began: float) -> None:
        """Show the pictures; a result that nobody can be given is kept, with the reason."""
        finished = replace(
            job,
            state=JobState.FINISHED,
            task_id=completed.task_id,
            provider_job_id=completed.job_id,
            pictures=completed.pictures,
            cost_usd=completed.cost_usd,
        )
        took_s = self._clock.monotonic() - began

        async def bring() -> Posted:
            exhibits = await hang(
                completed.pictures, self._downloads, file_limit_bytes=job.place.file_limit_bytes
            )
            return await screen.deliver(finished, exhibits, took_s=took_s)

        try:
            posted = await self._persistently(job, bring)
        except Exception as raised:  # a bug as well must not cost anybody what was paid for
            as_told(raised, f"delivery of job {job.id}")
            problem = raised.detail if isinstance(raised, DeliveryFailed) else type(raised).__name__
            await self._record(job, lambda: self._store.undelivered(job.id, problem))
            return
        log.info("Job %d is delivered after %.0f s", job.id, took_s)

        async def keep() -> None:
            await self._store.finish(job.id, completed)  # where it could not be recorded before
            await self._store.delivered(job.id, posted.message_id, channel_id=posted.channel_id)

        await self._record(job, keep)
        await screen.ping(posted, delivered=True, took_s=took_s)

    async def _tell(self, job: Job, screen: Screen, error: RemixbotError, began: float) -> None:
        """End *job* without pictures, and make sure that its author hears of it."""
        if isinstance(error, SubmitUnknown):
            await self._record(job, lambda: self._store.lose(job.id))
        else:
            await self._record(job, lambda: self._store.fail(job.id, type(error).__name__))
        took_s = self._clock.monotonic() - began
        uncharged = isinstance(error, NOTHING_CHARGED)
        try:
            posted = await self._persistently(
                job, lambda: screen.fail(job, error, nothing_charged=uncharged)
            )
        except DeliveryFailed as fault:
            log.warning("Job %d: its author could not be told: %s", job.id, fault.detail)
            return
        await self._record(job, lambda: self._store.told(job.id, posted.message_id))
        await screen.ping(posted, delivered=False, took_s=took_s)

    async def _persistently(self, job: Job, bring: Callable[[], Awaitable[Posted]]) -> Posted:
        """*bring*, again after a pause while what hinders it may pass.

        Pictures are fetched anew each time, so that no pause keeps them in memory. Raises
        `DeliveryFailed` where no way is left, or none was open for as long as we try.
        """
        until = self._clock.monotonic() + self._patience_s
        pause_s, longest_s = DELIVERY_PAUSES_S
        while True:
            try:
                async with self._deliveries:
                    return await bring()
            except DeliveryFailed as fault:
                if not fault.may_pass or self._clock.monotonic() + pause_s > until:
                    raise
                log.warning("Job %d, again in %.0f s: %s", job.id, pause_s, fault)
            await self._clock.sleep(pause_s)
            pause_s = min(2 * pause_s, longest_s)

    # ------------------------------------------------------------------ keeping the books

    async def _record(self, job: Job, write: Callable[[], Awaitable[object]]) -> None:
        """Write to the store; a database that stays away must not cost anybody the pictures."""
        try:
            async for attempt in stamina.retry_context(on=StoreUnavailable, attempts=4):
                with attempt:
                    await write()
        except StoreUnavailable as error:
            log.error("Job %d: its progress could not be recorded: %s", job.id, error)

    async def tidy(self) -> None:
        """Erase tokens as they become useless; ends only when it is cancelled."""
        while True:
            await self._clock.sleep(TIDY_EVERY_S)
            try:
                await self._erase_tokens()
            except StoreUnavailable as error:
                log.warning("Old tokens could not be erased, the next try follows: %s", error)

    async def _erase_tokens(self) -> None:
        await self._store.erase_tokens(self._clock.now() - timedelta(seconds=TOKEN_LIFE_S))
