"""What people can have made: an action, the same once more, and stop.

Knows nothing of Discord's library: the caller passes in how a job is announced.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from bot.clock import Clock
from bot.errors import (
    ConsentMissing,
    DraftGone,
    JobUnknown,
    Reason,
    Rejected,
    SourceUnknown,
    StopNotRecorded,
    StoreUnavailable,
    UserError,
)
from bot.job_ids import JobId, MessageId
from bot.jobs.queue import JobQueue, Ticket
from bot.jobs.runner import JobRunner
from bot.limits import Limits
from bot.model import (
    Destination,
    Job,
    JobState,
    MessageLink,
    NewJob,
    Request,
    Source,
)
from bot.prompt_cost import PROMPTS_MAX, prompt_cost
from bot.services.access import AccessPolicy, Caller, TargetMessage
from bot.services.context import Announce, RequestContext
from bot.services.lookups import StoreDeadline, check_age, find_source, shown_in
from bot.services.visibility import seen_by, standing, stays_private, visible
from bot.store import Store, counting, lookups, transitions

log = logging.getLogger(__name__)

_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
"""What the API has, or may have."""


class JobService:
    """The use cases. One for the whole bot."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        runner: JobRunner,
        *,
        access: AccessPolicy,
        limits: Limits,
        clock: Clock,
    ) -> None:
        self._store = store
        self._queue = queue
        self._runner = runner
        self.access = access
        self.limits = limits
        self._clock = clock

    async def make(
        self,
        request: Request,
        *,
        of: tuple[JobId | MessageId, int | None] | None = None,
        caller: Caller,
        context: RequestContext,
        announce: Announce,
    ) -> None:
        """Make what *request* asks for, in the background; *of* an image of a job in place of its
        source. *caller* is who asks.

        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """
        time, private, parent = StoreDeadline(), False, None
        if of is not None:
            source, parent = await find_source(self._store, *of, caller, self.access, time=time)
            request = replace(request, source=source)
            private = self._check_source(parent, request, context)
            origin = _shown_link(parent, context.destination) or context.origin
            context = replace(context, origin=origin)
        await self._start(request, context, announce, time=time, parent=parent, private=private)

    async def again(
        self,
        *,
        message: TargetMessage,
        source: Source | None,
        caller: Caller,
        context: RequestContext,
        announce: Announce,
    ) -> None:
        """Do once more what the job in *message* did, on *source* if it had one.

        Raises `SourceUnknown` if that job is not known, `SourceTooOld`, and whatever else a new job
        raises.
        """
        time, parent, origin = StoreDeadline(), None, None
        async with time.spend():
            shown = await shown_in(self._store, message)
            if source is not None:
                parent = await self._store.read(lookups.find_by_api_id, source.job_id)
        seen = await visible(list(filter(None, [shown, parent])), caller)
        if shown is None or shown not in seen:
            raise SourceUnknown
        self.access.check_result_access(standing(caller, shown), shown.author_id)
        private = stays_private(shown, context.destination)
        request = replace(shown.request, callback=None)
        if request.source is not None:
            if source is None:
                raise SourceUnknown
            if parent is not None and parent not in seen:
                raise JobUnknown
            request = replace(request, source=source)
            private |= self._check_source(parent, request, context)
            shown_at = _here(shown.origin, context.destination)
            origin = _shown_link(parent, context.destination) or shown_at
        context = replace(context, origin=origin)
        await self._start(request, context, announce, time=time, parent=parent, private=private)

    async def resubmit_draft(
        self,
        draft: Job,
        *,
        consented: bool,
        caller: Caller,
        context: RequestContext,
        announce: Announce,
    ) -> None:
        """Do what *draft* asks for, once. *consented*: its author has agreed to what it costs.

        Whether they may is checked again. Raises `DraftGone` if it was done before, `SourceTooOld`,
        and whatever else a new job raises.
        """
        time, private, parent = StoreDeadline(), False, None
        if (source := draft.request.source) is not None:
            async with time.spend():
                parent = await self._store.read(lookups.find_by_api_id, source.job_id)
            if parent is not None:
                if await seen_by(caller, parent) is None:
                    raise JobUnknown
                self.access.check_result_access(standing(caller, parent), parent.author_id)
            private = self._check_source(parent, draft.request, context)
        await self._start(
            draft.request,
            replace(context, origin=draft.origin),
            announce,
            time=time,
            parent=parent,
            private=private,
            draft=draft,
            consented=consented,
        )

    async def find_stoppable(self, interaction_id: int) -> Job:
        """The job that was asked for in this interaction, whoever may stop it.

        Raises `Rejected` and `StopNotRecorded`.
        """
        job = self._runner.asked_in(interaction_id)
        if job is None:
            try:
                async with StoreDeadline().spend():
                    job = await self._store.read(lookups.by_interaction, interaction_id)
            except StoreUnavailable as error:
                raise StopNotRecorded(detail=error.detail) from None
        if job is None:
            raise Rejected(Reason.NOTHING_TO_STOP)
        return job

    async def stop(self, job: Job, *, anyway: bool = False) -> Job | None:
        """Stop *job*; the job as it is now if the API has it.

        ``None``: it was not sent yet, and its message says so in a moment. One that the API has is
        left alone unless *anyway*: it may cost as much all the same, and its author shall know.
        Raises `Rejected` and `StopNotRecorded`.
        """
        followed, now = self._runner.asked_in(job.interaction_id) is not None, None
        try:
            async with StoreDeadline().spend():
                stop = self._store.record if followed else self._store.write
                state = await stop(transitions.stop, job.id, unsent_only=not anyway)
                if state is None and not anyway:
                    now = await self._store.read(lookups.get, job.id)
        except StoreUnavailable as error:
            if not followed:
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
            raise Rejected(Reason.NOTHING_TO_STOP)
        log.info("Job %d: stopped while %s", job.id, state.value)
        return None if state is JobState.ACCEPTED else job

    # ------------------------------------------------------------------ how a job begins

    def _check_source(self, source: Job | None, wanted: Request, context: RequestContext) -> bool:
        """Whether what is made from *source* is its author's alone. Raises `SourceTooOld`."""
        private = stays_private(source, context.destination)
        check_age(
            source,
            wanted.prompt,
            self.limits.remix_within_days,
            self._clock,
            private=private or context.destination.private,
            callback=wanted.callback,
        )
        return private

    async def _start(
        self,
        request: Request,
        context: RequestContext,
        announce: Announce,
        *,
        time: StoreDeadline,
        parent: Job | None,
        private: bool,
        draft: Job | None = None,
        consented: bool = False,
    ) -> None:
        """Row first, then Discord's answer, then the API: each step may be the last.

        *parent* is the job of its source, if that is known. *private*: it is made from something
        that is its author's alone, and so is that as well.
        """
        bill, destination = prompt_cost(request.prompt), context.destination
        private = private or destination.private
        new = NewJob(
            request=request,
            author_id=context.author_id,
            destination=replace(destination, private=private),
            interaction_id=context.interaction_id,
            origin=context.origin,
            application_id=context.application_id,
            interaction_token=context.interaction_token,
            locale=context.locale_of(private=private),
            multiplier=bill.multiplier,
            depth=_depth_below(parent),
        )
        try:
            self.access.check_words(request.prompt)
            if bill.prompts > PROMPTS_MAX:
                raise Rejected(Reason.TOO_MANY_PROMPTS)
            async with time.spend():
                if bill.multiplier > 1 and not consented:
                    known = self.limits.known_price_usd
                    usd = await self._store.read(counting.price, request.action, known=known)
                    raise ConsentMissing(bill=bill, usd=usd * bill.multiplier)
                accepted = await self._accept(new, draft)
            if accepted is None:  # Discord sent this interaction twice
                return
            job, ticket = accepted
            try:
                status = await announce(job, ticket.position)
            except asyncio.CancelledError:  # the end: the next start looks what people were shown
                ticket.leave()
                raise
            except Exception:
                ticket.leave()
                draft_id = draft.interaction_id if draft else None
                with suppress(StoreUnavailable):
                    await self._store.record(transitions.withdraw, job.id, draft_id=draft_id)
                raise
        except DraftGone:
            raise
        except UserError as refusal:  # also one by Discord, which does not take its words
            refusal.draft_id = draft.interaction_id if draft else await self._keep(new)
            raise
        self._runner.start(job, status, ticket)

    async def _accept(self, new: NewJob, draft: Job | None) -> tuple[Job, Ticket] | None:
        """The job with its place in the queue; ``None`` if its interaction came before."""
        ticket = self._queue.join(new.author_id, new.destination.guild_id)
        job = None
        try:
            draft_id = draft.interaction_id if draft else None
            job = await self._store.attempt(
                transitions.accept, new, limits=self.limits, draft_id=draft_id
            )
        finally:
            if job is None:
                ticket.leave()
        return None if job is None else (job, ticket)

    async def _keep(self, new: NewJob) -> int | None:
        """Keep what was refused for a day; its number. ``None`` if the store is silent."""
        try:
            async with StoreDeadline().spend():
                await self._store.write(transitions.keep_draft, new)
        except StoreUnavailable as error:
            log.warning("Failed to keep a refused prompt: %s", error)
            return None
        return new.interaction_id


def _depth_below(parent: Job | None) -> int | None:
    """The depth of what is made from *parent*."""
    if parent is None:
        return None
    if parent.request.source is None:
        return 1
    return parent.depth + 1 if parent.depth else None


def _shown_link(source: Job | None, destination: Destination) -> MessageLink | None:
    """The message that shows *source*, as a result at *destination* may name it."""
    if source is None or source.destination.private:
        return None
    return _here(source.posted, destination) or _here(source.message, destination)


def _here(link: MessageLink | None, destination: Destination) -> MessageLink | None:
    """*link* if it leads to the channel of *destination*: not everyone sees another one."""
    return link if link is not None and link.channel_id == destination.channel_id else None
