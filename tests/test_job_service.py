"""The rules of asking: what is checked, in what order, and how long it may take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from bot.actions import IMAGINE, INPAINT, REMIX
from bot.api import GenerationApi, ImageAddresses, ImageDownloads, open_session
from bot.clock import Clock
from bot.errors import Reason, Rejected, StoreUnavailable, WaitingLimitReached
from bot.job_ids import JobId, MessageId
from bot.jobs.availability import Availability
from bot.jobs.background import BackgroundTasks
from bot.jobs.image_loader import ImageLoader
from bot.jobs.maintenance import Maintenance
from bot.jobs.poller import TaskPoller
from bot.jobs.queue import JobQueue, QueuePosition
from bot.jobs.result_lookup import ResultLookup
from bot.jobs.run import Dependencies, GatewayStatus
from bot.jobs.runner import JobRunner
from bot.jobs.status_message import StatusMessage
from bot.limits import Limits, Quota
from bot.model import Destination, Job, MessageLink, NewJob, Request, Source
from bot.services.access import AccessPolicy
from bot.services.context import Announce, Caller, RequestContext
from bot.services.history import JobHistory
from bot.services.job_service import JobService
from bot.services.lookups import JobLookups
from bot.services.masks import MaskChoice, MaskReview
from bot.services.prompt_review import PromptReview
from bot.services.recovery import Recovery
from bot.store import Store, lookups, open_store, transitions
from sandbox.api import GenerationServer
from tests.flow.sim import KEY, paint_dot
from tests.patience import EASY

PLACE = Destination(guild_id=1, channel_id=2, private=False, file_limit_bytes=1000)


def context(announce: Announce, interaction_id: int) -> RequestContext:
    return RequestContext(
        caller=Caller(user_id=7),
        announce=announce,
        destination=PLACE,
        interaction_id=interaction_id,
    )


class Rooms:
    """The use cases with all that is behind them."""

    def __init__(
        self,
        jobs: JobService,
        history: JobHistory,
        recovery: Recovery,
        store: Store,
        api: GenerationServer,
    ) -> None:
        self.jobs = jobs
        self.history = history
        self.recovery = recovery
        self.store = store
        self.api = api
        self.announced: list[Job] = []
        self.fault: Exception | None = None

    async def announce(self, job: Job, _: QueuePosition | None) -> StatusMessage:
        if self.fault is not None:
            raise self.fault
        self.announced.append(job)
        return SilentStatusMessage()

    async def imagine(self, interaction_id: int = 1) -> None:
        request = Request(action=IMAGINE, prompt="x")
        await self.jobs.make(request, context(self.announce, interaction_id))


class SilentStatusMessage:
    """A screen that nobody looks at."""

    message_id = 99

    def __init__(self) -> None:
        self.failed = asyncio.Event()

    async def inspect(self) -> None: ...

    def show(self, progress: object) -> None: ...

    async def deliver(self, *_: object, **__: object) -> MessageLink:
        return MessageLink(guild_id=1, channel_id=2, message_id=self.message_id)

    async def fail(self, *_: object, **__: object) -> MessageLink:
        self.failed.set()
        return MessageLink(guild_id=1, channel_id=2, message_id=self.message_id)

    async def ping(self, *_: object, **__: object) -> None: ...


async def never(*_: Any, **__: Any) -> Any:
    await asyncio.Event().wait()


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database may take longer than the second that people are kept waiting."""
    for name, value in EASY.items():
        monkeypatch.setattr(name, value)


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncGenerator[Rooms]:
    clock = Clock()
    async with AsyncExitStack() as opened:
        api = await opened.enter_async_context(GenerationServer(painter=paint_dot))
        url = f"sqlite+aiosqlite:///{tmp_path}/remixbot.db"
        store = await opened.enter_async_context(open_store(url, clock=clock))
        session = await opened.enter_async_context(open_session(api.url))
        client = GenerationApi(session, base_url=api.url, key=KEY)
        loader = ImageLoader(ImageDownloads(session))
        background = await opened.enter_async_context(BackgroundTasks())
        limits = Limits(person=Quota(running=3, waiting=1))
        access, availability = AccessPolicy(), Availability(clock)
        found = JobLookups(
            store, access=access, limits=limits, availability=availability, clock=clock
        )
        runner = JobRunner(
            Dependencies(
                api=client,
                availability=availability,
                poller=TaskPoller(
                    api=client, clock=clock, watch_s=60, reads_per_second=100, rng=SystemRandom()
                ),
                loader=loader,
                find_source=found.source_image,
                store=store,
                background=background,
                clock=clock,
                gateway_status=GatewayStatus(clock),
                submit_within_s=60,
                patience_s=60,
            )
        )
        queue = JobQueue(limits=limits, clock=clock, usual_s=lambda: 48.0)
        jobs = JobService(
            found,
            queue,
            runner,
            PromptReview(found, ImageAddresses(session)),
            MaskReview(found, ResultLookup(client, loader)),
        )
        maintenance = Maintenance(store=store, clock=clock, retention=None, attends=lambda: True)
        recovery = Recovery(store, queue, runner, maintenance, background=background, clock=clock)
        history = JobHistory(found, ResultLookup(client, loader))
        yield Rooms(jobs, history, recovery, store, api)


async def test_the_same_interaction_twice_makes_one_job(rooms: Rooms) -> None:
    await asyncio.gather(rooms.imagine(), rooms.imagine())
    await rooms.api.until(lambda: len(rooms.api.submits) == 1)
    assert len(rooms.announced) == 1
    for number in (2, 3, 4):
        await rooms.imagine(number)
    assert len(rooms.announced) == 4, "three run and one waits"
    with pytest.raises(WaitingLimitReached):
        await rooms.imagine(5)


async def test_a_job_that_could_not_be_announced_leaves_no_trace(rooms: Rooms) -> None:
    rooms.fault = OSError("Discord is away")
    for number in range(5):
        with pytest.raises(OSError, match="away"):
            await rooms.imagine(number)
    assert await rooms.store.read(lookups.get, 1) is None
    assert rooms.api.submit_calls == 0


async def test_a_silent_store_is_waited_for_one_second_and_nothing_is_accepted(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.lookups.STORE_BUDGET_S", 0.05)
    monkeypatch.setattr(rooms.store, "attempt", never)
    for number in range(5):  # one more than there is room for: none of them keeps a place
        with pytest.raises(StoreUnavailable):
            await rooms.imagine(number)
    assert not rooms.announced


async def test_a_mask_is_kept_for_nobody_but_its_author(rooms: Rooms) -> None:
    source = Source("0b9c1f3a-7d52-4e0f-9a61-2c5d8e7f1a34", 1)
    mask = {"mask": "1000x1000 points 0,0 9,0 9,9"}
    request, place = Request(action=INPAINT, source=source), context(rooms.announce, 1)
    draft = place.new_job(replace(request, options=mask), private=False, multiplier=1, depth=None)
    for author_id, why in ((7, Reason.IMAGE_GONE), (8, Reason.MASK_GONE)):
        kept = replace(draft, author_id=author_id, interaction_id=author_id)
        await rooms.store.write(transitions.keep_draft, kept)
        with pytest.raises(Rejected) as refused:
            await rooms.jobs.make(
                request, context(rooms.announce, 100), part=MaskChoice(kept=author_id)
            )
        assert refused.value.reason is why


async def test_a_stop_before_the_job_is_followed_is_heeded_at_once(rooms: Rooms) -> None:
    for number in (1, 2, 3):
        await rooms.imagine(number)

    async def stopped_at_once(job: Job, turn: QueuePosition | None) -> StatusMessage:
        assert turn is not None
        assert await rooms.jobs.stop(job) is None
        return status

    status = SilentStatusMessage()
    await rooms.jobs.make(Request(action=IMAGINE, prompt="x"), context(stopped_at_once, 4))
    await asyncio.wait_for(status.failed.wait(), 10)
    assert rooms.api.submit_calls <= 3


async def test_a_form_opens_empty_where_the_store_is_silent(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.services.lookups.STORE_BUDGET_S", 0.05)
    monkeypatch.setattr(rooms.store, "read", never)
    form = await rooms.history.prefill(REMIX, (JobId("some-job"), 2), Caller(user_id=7), PLACE)
    assert form == (Request(action=REMIX, source=Source("some-job", 2)), None)
    with pytest.raises(StoreUnavailable):
        await rooms.history.prefill(REMIX, (MessageId(5), 2), Caller(user_id=7), PLACE)


@pytest.fixture
async def old(tmp_path: Path) -> Job | None:
    """What an earlier process left open."""
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/remixbot.db", clock=Clock()) as store:
        request = Request(action=IMAGINE, prompt="old")
        return await store.attempt(
            transitions.accept,
            NewJob(request=request, author_id=8, destination=PLACE, interaction_id=50),
        )


async def test_a_job_asked_for_during_the_start_is_not_taken_for_an_old_one(
    old: Job | None, rooms: Rooms
) -> None:
    await rooms.recovery.load()
    await rooms.imagine(51)
    gone_on: list[Job] = []

    def status_of(job: Job) -> StatusMessage:
        gone_on.append(job)
        return SilentStatusMessage()

    for _ in range(2):  # as often as Discord says that the bot is there
        await rooms.recovery.run(status_of)
    await rooms.api.until(lambda: len(rooms.api.submits) == 2)
    assert gone_on == [old]
    assert sorted(job.prompt for job in rooms.api.submits) == ["old", "x"]
