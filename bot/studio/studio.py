"""What people can have made: imagine, remix, do it again, and stop.

Knows nothing of Discord's library: the caller passes in how a job is announced.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from bot.bill import PROMPTS_MAX, Bill, read_bill
from bot.clock import Clock
from bot.errors import (
    ConsentMissing,
    DraftGone,
    JobUnknown,
    NothingToStop,
    SourceUnknown,
    StopNotRecorded,
    StoreUnavailable,
    TooManyPrompts,
    UserError,
)
from bot.inputs import JobId, MessageId
from bot.jobs.housekeeping import Housekeeper
from bot.jobs.queue import JobQueue, Ticket
from bot.jobs.runner import JobRunner
from bot.jobs.screen import Screen
from bot.limits import Limits
from bot.model import (
    Draft,
    ImagineRequest,
    Job,
    JobState,
    MessageLink,
    Mode,
    NewJob,
    Place,
    RemixRequest,
    Request,
    Source,
)
from bot.store import Store
from bot.studio.asking import Announce, Asking
from bot.studio.house import House, MessageAtHand, Visitor, admit_to_job
from bot.studio.lookups import StoreTime, check_age, find_source, shown_in, store_budget
from bot.studio.sight import seen_by, standing, stays_private, visible

log = logging.getLogger(__name__)

RESUME_PAUSE_S = 5.0
"""Between two tries to read what an earlier process left open."""
_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
"""What the API has, or may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants."""

    request: Request
    origin: MessageLink | None = None
    """The message that its source is taken from."""
    private: bool = False
    """It is made from something that is its author's alone, and so is that as well."""


AskStore = Callable[[StoreTime], Awaitable[Wanted]]
"""Finds out what somebody wants."""

RESUMED_AT_ONCE = 50
"""Between so many jobs that go on after a start everything else has its turn."""


class Studio:
    """The use cases. One for the whole bot."""

    def __init__(
        self,
        *,
        store: Store,
        queue: JobQueue,
        runner: JobRunner,
        housekeeper: Housekeeper,
        house: House,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._runner = runner
        self._housekeeper = housekeeper
        self.house = house
        self.limits = limits
        self._clock = clock

    async def imagine(
        self, *, prompt: str, callback: str | None, asking: Asking, announce: Announce
    ) -> None:
        """Make four pictures from *prompt*, in the background.

        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """

        async def request(_: StoreTime) -> Wanted:
            return Wanted(request=ImagineRequest(prompt=prompt, callback=callback))

        await self._start(request, asking, announce)

    async def remix(
        self,
        *,
        job: JobId | MessageId,
        image_no: int,
        prompt: str,
        mode: Mode,
        callback: str | None,
        visitor: Visitor,
        asking: Asking,
        announce: Announce,
    ) -> None:
        """Remix a picture of *job*, in the background; *visitor* is who asks.

        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """

        async def request(time: StoreTime) -> Wanted:
            source, parent = await find_source(
                self._store, job, image_no, visitor, self.house, time=time
            )
            private = self._check_source(parent, prompt, asking)
            wanted = RemixRequest(source=source, prompt=prompt, mode=mode, callback=callback)
            origin = _shown_link(parent, asking.place)
            return Wanted(request=wanted, origin=origin, private=private)

        await self._start(request, asking, announce)

    async def again(
        self,
        *,
        message: MessageAtHand,
        source: Source | None,
        visitor: Visitor,
        asking: Asking,
        announce: Announce,
    ) -> None:
        """Do once more what the job in *message* did, on *source* where it was a remix.

        Raises `SourceUnknown` where that job is not known, `SourceTooOld`, and whatever else a new
        job raises.
        """

        async def request(time: StoreTime) -> Wanted:
            parent = None
            async with time.spend():
                shown = await shown_in(self._store, message)
                if source is not None:
                    parent = await self._store.by_id(source.job_id)
            seen = await visible(list(filter(None, [shown, parent])), visitor)
            if shown is None or shown not in seen:
                raise SourceUnknown
            self.house.admit_to_result(standing(visitor, shown), shown.author_id)
            private = stays_private(shown, asking.place)
            match shown.request:
                case ImagineRequest() as imagined:
                    return Wanted(request=replace(imagined, callback=None), private=private)
                case RemixRequest() as remix if source:
                    if parent is not None and parent not in seen:
                        raise JobUnknown
                    private |= self._check_source(parent, remix.prompt, asking)
                    wanted = replace(remix, source=source, callback=None)
                    origin = _shown_link(parent, asking.place) or _here(shown.origin, asking.place)
                    return Wanted(request=wanted, origin=origin, private=private)
                case _:
                    raise SourceUnknown

        await self._start(request, replace(asking, origin=None), announce)

    async def take_up(
        self,
        draft: Draft,
        *,
        consented: bool,
        visitor: Visitor,
        asking: Asking,
        announce: Announce,
    ) -> None:
        """Do what *draft* asks for, once. *consented*: its author has agreed to what it costs.

        Whether they may is asked anew. Raises `DraftGone` where it was done before,
        `SourceTooOld`, and whatever else a new job raises.
        """

        async def request(time: StoreTime) -> Wanted:
            private = False
            if isinstance(draft.request, RemixRequest):
                async with time.spend():
                    parent = await self._store.by_id(draft.request.source.job_id)
                if parent is not None:
                    if await seen_by(visitor, parent) is None:
                        raise JobUnknown
                    self.house.admit_to_result(standing(visitor, parent), parent.author_id)
                private = self._check_source(parent, draft.request.prompt, asking)
            return Wanted(request=draft.request, origin=draft.origin, private=private)

        asking = replace(asking, origin=None)
        await self._start(request, asking, announce, draft=draft, consented=consented)

    async def stop(
        self, interaction_id: int, visitor: Visitor, *, anyway: bool = False
    ) -> Job | None:
        """Stop the job that was asked for in this interaction; the job where the API has it.

        ``None``: it was not sent yet, and its message says so in a moment. One that the API has is
        left alone unless *anyway*: it may cost as much all the same, and its author shall know.
        Raises `NothingToStop`, `NotYours` and `StopNotRecorded`.
        """
        job = self._runner.asked_in(interaction_id)
        followed, now = job is not None, None
        try:
            async with store_budget():
                job = job or await self._store.by_interaction(interaction_id)
                if job is None:
                    raise NothingToStop
                admit_to_job(visitor, job.author_id)
                state = await self._store.stop(job.id, insist=followed, unsent_only=not anyway)
                if state is None and not anyway:
                    now = await self._store.job(job.id)
        except StoreUnavailable as error:
            if job is None or not followed:
                raise StopNotRecorded(detail=error.detail) from None
            # The store keeps that until it can be written.
            state = self._runner.stop(job.id, unsent_only=not anyway)
            if state is JobState.RUNNING and not anyway:
                return job
        else:
            if state is not None:
                self._runner.stop(job.id)
        if now is not None and now.state in _AT_WORK and now.stopped_at is None:
            return now
        if state is None:
            raise NothingToStop
        log.info("Job %d was stopped: it was %s", job.id, state.value)
        return None if state is JobState.ACCEPTED else job

    # ------------------------------------------------------------------ after a start

    async def left_open(self) -> list[Job] | None:
        """Every job that an earlier process left open; ``None`` where the database does not answer.

        To be asked before anybody can ask for one, so that tokens and old jobs are erased by then.
        """
        try:
            await self._runner.prepare(await self._housekeeper.prepare())
            return await self._store.left_open()
        except StoreUnavailable as error:
            log.error("Jobs that an earlier process left open have to wait: %s", error)
            return None

    async def resume_later(self, screen_of: Callable[[Job], Screen]) -> None:
        """Go on with what an earlier process left open, as soon as the database answers."""
        while (jobs := await self.left_open()) is None:
            await self._clock.sleep(RESUME_PAUSE_S)
        await self.resume(jobs, screen_of)

    async def resume(self, jobs: Sequence[Job], screen_of: Callable[[Job], Screen]) -> None:
        """Go on with *jobs* that an earlier process left open, in the order they were asked for.

        What the API has already takes its room first, whatever the limits are now. All have their
        places in the queue before anything else happens; then they start, a few at a time, so that
        thousands keep nobody else waiting.
        """
        tickets: dict[int, Ticket] = {}
        for job in sorted(jobs, key=lambda job: job.state is JobState.ACCEPTED):
            who, where = job.author_id, job.place.guild_id
            if job.state is JobState.ACCEPTED:
                tickets[job.id] = self._queue.join(who, where, forced=True)
            else:
                tickets[job.id] = self._queue.resume(who, where)
        await self._queue.foresee()
        for number, job in enumerate(jobs, start=1):
            log.info("Job %d goes on: it was %s", job.id, job.state.value)
            self._runner.start(job, screen_of(job), tickets[job.id], resumed=True)
            if number % RESUMED_AT_ONCE == 0:
                await asyncio.sleep(0)
        self._housekeeper.all_are_followed = True

    # ------------------------------------------------------------------ how a job begins

    def _check_source(self, source: Job | None, prompt: str, asking: Asking) -> bool:
        """Whether what is made from *source* is its author's alone. Raises `SourceTooOld`."""
        private = stays_private(source, asking.place)
        check_age(source, prompt, self.limits.remix_within_days, self._clock, private=private)
        return private

    async def _start(
        self,
        request: AskStore,
        asking: Asking,
        announce: Announce,
        *,
        draft: Draft | None = None,
        consented: bool = False,
    ) -> None:
        """Row first, then Discord's answer, then the API: each step may be the last."""
        new = None
        time = StoreTime()
        try:
            wanted = await request(time)
            bill = read_bill(wanted.request.prompt)
            new = _new_job(wanted, asking, bill)
            self.house.check_words(new.request.prompt)
            if bill.prompts > PROMPTS_MAX:
                raise TooManyPrompts(limit=PROMPTS_MAX)
            async with time.spend():
                if not consented:
                    await self._ask_consent(new.request, bill)
                accepted = await self._accept(new, draft)
        except DraftGone:
            raise
        except UserError as refusal:
            if new is not None:
                refusal.draft_id = draft.id if draft else await self._keep(new)
            raise
        if accepted is None:  # Discord sent this interaction twice
            return
        job, ticket = accepted
        try:
            screen = await announce(job, ticket.turn)
        except asyncio.CancelledError:  # the end: the next start looks what people were shown
            ticket.leave()
            raise
        except Exception as raised:
            ticket.leave()
            with suppress(StoreUnavailable):
                await self._store.withdraw(job.id, draft=draft, guild_id=job.place.guild_id)
            if isinstance(raised, UserError):  # Discord does not take its words
                raised.draft_id = draft.id if draft else await self._keep(new)
            raise
        self._runner.start(job, screen, ticket)

    async def _ask_consent(self, wanted: Request, bill: Bill) -> None:
        """Raises `ConsentMissing` where the prompt is billed several times over."""
        if bill.multiplier > 1:
            price = await self._store.price(type(wanted), known=self.limits.known_price_usd)
            raise ConsentMissing(bill=bill, usd=price * bill.multiplier)

    async def _accept(self, new: NewJob, draft: Draft | None) -> tuple[Job, Ticket] | None:
        """The job with its place in the queue; ``None`` where its interaction came before."""
        ticket = self._queue.join(new.author_id, new.place.guild_id)
        job = None
        try:
            draft_id = draft.id if draft else None
            job = await self._store.accept(new, limits=self.limits, draft_id=draft_id)
        finally:
            if job is None:
                ticket.leave()
        return None if job is None else (job, ticket)

    async def _keep(self, new: NewJob) -> int | None:
        """Keep what was refused for a day; its number. ``None`` where the store is silent."""
        draft = Draft(
            id=new.interaction_id,
            author_id=new.author_id,
            request=new.request,
            private=new.place.private,
            origin=new.origin,
        )
        try:
            async with store_budget():
                await self._store.keep_draft(draft, guild_id=new.place.guild_id)
        except StoreUnavailable as error:
            log.warning("A prompt that was refused is not kept: %s", error)
            return None
        return draft.id


def _shown_link(source: Job | None, place: Place) -> MessageLink | None:
    """The message that shows *source*, as a result at *place* may name it."""
    if source is None or source.place.private:
        return None
    return _here(source.posted, place) or _here(source.message, place)


def _here(link: MessageLink | None, place: Place) -> MessageLink | None:
    """*link* where it leads to the channel of *place*: not all who see that may see another one."""
    return link if link is not None and link.channel_id == place.channel_id else None


def _new_job(wanted: Wanted, asking: Asking, bill: Bill) -> NewJob:
    place = asking.place
    return NewJob(
        request=wanted.request,
        author_id=asking.author_id,
        place=replace(place, private=place.private or wanted.private),
        interaction_id=asking.interaction_id,
        origin=wanted.origin or asking.origin,
        application_id=asking.application_id,
        interaction_token=asking.interaction_token,
        multiplier=bill.multiplier,
    )
