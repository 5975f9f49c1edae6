"""The rules of asking: what is checked, in what order, and how long it may take."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack
from pathlib import Path
from random import SystemRandom
from typing import Any

import pytest

from bot.api import GenerationApi, PictureDownloads, open_session
from bot.clock import Clock
from bot.errors import StoreUnavailable, WaitingLimitReached
from bot.inputs import JobId, MessageId
from bot.jobs.crew import Crew
from bot.jobs.gallery import Gallery
from bot.jobs.housekeeping import Housekeeper
from bot.jobs.presence import Presence
from bot.jobs.queue import JobQueue, Turn
from bot.jobs.runner import JobRunner
from bot.jobs.screen import Posted, Screen
from bot.jobs.showroom import Showroom
from bot.jobs.watching import Watcher
from bot.limits import Allowance, Limits
from bot.model import ImagineRequest, Job, Mode, NewJob, Place, Source
from bot.store import Store, open_store
from bot.studio import Archive, Asking, House, Sketch, Studio, Visitor
from sandbox.api import GenerationServer
from tests.flow.sim import KEY, paint_dot

PLACE = Place(guild_id=1, channel_id=2, private=False, file_limit_bytes=1000)


def asking(interaction_id: int = 1) -> Asking:
    return Asking(author_id=7, place=PLACE, interaction_id=interaction_id)


class Rooms:
    """A studio with all that is behind it."""

    def __init__(
        self, studio: Studio, archive: Archive, store: Store, api: GenerationServer
    ) -> None:
        self.studio = studio
        self.archive = archive
        self.store = store
        self.api = api
        self.announced: list[Job] = []
        self.fault: Exception | None = None

    async def announce(self, job: Job, _: Turn | None) -> Screen:
        if self.fault is not None:
            raise self.fault
        self.announced.append(job)
        return SilentScreen()

    async def imagine(self, interaction_id: int = 1) -> None:
        await self.studio.imagine(
            prompt="x", callback=None, asking=asking(interaction_id), announce=self.announce
        )


class SilentScreen:
    """A screen that nobody looks at."""

    message_id = 99

    def __init__(self) -> None:
        self.failed = asyncio.Event()

    async def look(self) -> None: ...

    def show(self, progress: object) -> None: ...

    def stopped(self) -> None: ...

    async def deliver(self, *_: object, **__: object) -> Posted:
        return Posted(channel_id=2, message_id=self.message_id)

    async def fail(self, *_: object, **__: object) -> Posted:
        self.failed.set()
        return Posted(channel_id=2, message_id=self.message_id)

    async def ping(self, *_: object, **__: object) -> None: ...


async def never(*_: Any, **__: Any) -> Any:
    await asyncio.Event().wait()


@pytest.fixture
async def rooms(tmp_path: Path) -> AsyncGenerator[Rooms]:
    clock = Clock()
    async with AsyncExitStack() as opened:
        api = await opened.enter_async_context(GenerationServer(painter=paint_dot))
        url = f"sqlite+aiosqlite:///{tmp_path}/remixbot.db"
        store = await opened.enter_async_context(open_store(url, clock=clock))
        session = await opened.enter_async_context(open_session(api.url))
        client = GenerationApi(session, base_url=api.url, key=KEY)
        gallery = Gallery(PictureDownloads(session))
        runner = JobRunner(
            api=client,
            watcher=Watcher(
                api=client, clock=clock, watch_s=60, reads_per_second=100, rng=SystemRandom()
            ),
            gallery=gallery,
            store=store,
            crew=await opened.enter_async_context(Crew()),
            clock=clock,
            presence=Presence(clock),
            submit_within_s=60,
            patience_s=60,
        )
        limits = Limits(person=Allowance(running=3, waiting=1))
        studio = Studio(
            store=store,
            queue=JobQueue(limits=limits, clock=clock, usual_s=lambda: 48.0),
            runner=runner,
            housekeeper=Housekeeper(store=store, clock=clock, retention=None, attends=lambda: True),
            house=House(),
            limits=limits,
            clock=clock,
        )
        showroom = Showroom(client, gallery)
        archive = Archive(store=store, showroom=showroom, house=House(), limits=limits, clock=clock)
        yield Rooms(studio, archive, store, api)


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
    assert await rooms.store.job(1) is None
    assert rooms.api.submit_calls == 0


async def test_a_silent_store_is_waited_for_one_second_and_nothing_is_accepted(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.studio.lookups.STORE_BUDGET_S", 0.05)
    monkeypatch.setattr(rooms.store, "accept", never)
    for number in range(5):  # one more than there is room for: none of them keeps a place
        with pytest.raises(StoreUnavailable):
            await rooms.imagine(number)
    assert not rooms.announced


async def test_a_stop_before_the_job_is_followed_is_heeded_at_once(rooms: Rooms) -> None:
    for number in (1, 2, 3):
        await rooms.imagine(number)

    async def stopped_at_once(job: Job, turn: Turn | None) -> Screen:
        assert turn is not None
        assert await rooms.studio.stop(job.interaction_id, Visitor(user_id=7)) is None
        return screen

    screen = SilentScreen()
    await rooms.studio.imagine(
        prompt="x", callback=None, asking=asking(4), announce=stopped_at_once
    )
    await asyncio.wait_for(screen.failed.wait(), 10)
    assert rooms.api.submit_calls <= 3


async def test_a_form_opens_empty_where_the_store_is_silent(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.studio.lookups.STORE_BUDGET_S", 0.05)
    monkeypatch.setattr(rooms.store, "by_id", never)
    monkeypatch.setattr(rooms.store, "by_message", never)
    sketch = await rooms.archive.sketch(JobId("some-job"), 2, Visitor(user_id=7), PLACE)
    assert sketch == Sketch(source=Source("some-job", 2), prompt="", mode=Mode.STRONG)
    with pytest.raises(StoreUnavailable):
        await rooms.archive.sketch(MessageId(5), 2, Visitor(user_id=7), PLACE)


@pytest.fixture
async def old(tmp_path: Path) -> Job | None:
    """What an earlier process left open."""
    async with open_store(f"sqlite+aiosqlite:///{tmp_path}/remixbot.db", clock=Clock()) as store:
        request = ImagineRequest(prompt="old")
        return await store.accept(
            NewJob(request=request, author_id=8, place=PLACE, interaction_id=50)
        )


async def test_a_job_asked_for_during_the_start_is_not_taken_for_an_old_one(
    old: Job | None, rooms: Rooms
) -> None:
    left_open = await rooms.studio.left_open()
    await rooms.imagine(51)
    gone_on: list[Job] = []

    def screen_of(job: Job) -> Screen:
        gone_on.append(job)
        return SilentScreen()

    assert left_open is not None
    await rooms.studio.resume(left_open, screen_of)
    await rooms.api.until(lambda: len(rooms.api.submits) == 2)
    assert gone_on == [old]
    assert sorted(job.prompt for job in rooms.api.submits) == ["old", "x"]
