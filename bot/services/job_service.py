"""What people can have made: an action, the same once more, and stop.

Knows nothing of Discord's library: the caller passes in how a job is announced.
"""

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace

from bot.actions import SourceKind
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
from bot.jobs.queue import JobQueue
from bot.jobs.runner import JobRunner
from bot.model import Destination, Job, JobState, MessageLink, NewJob, Request, Source
from bot.prompt_cost import prompt_cost
from bot.services.access import stays_private, visible
from bot.services.context import RequestContext, TargetMessage
from bot.services.lookups import JobLookups, StoreDeadline
from bot.services.masks import MaskChoice, MaskReview, for_a_draft, image_of
from bot.services.prompt_review import PromptReview
from bot.store import lookups, transitions

log = logging.getLogger(__name__)

_AT_WORK = (JobState.SUBMITTING, JobState.RUNNING)
"""What the API has, or may have."""


class JobService:
    def __init__(
        self,
        jobs: JobLookups,
        queue: JobQueue,
        runner: JobRunner,
        review: PromptReview,
        masks: MaskReview,
    ) -> None:
        self._lookups = jobs
        self._store = jobs.store
        self._queue = queue
        self._runner = runner
        self._review = review
        self._masks = masks
        self.access = jobs.access
        self.limits = jobs.limits
        self.availability = jobs.availability

    async def make(
        self,
        request: Request,
        context: RequestContext,
        *,
        of: tuple[JobId | MessageId, int | None] | None = None,
        draft: Job | None = None,
        consented: bool = False,
        part: MaskChoice | None = None,
    ) -> None:
        """Make what *request* asks for, in the background.

        *of*: the image of a job, as somebody called it, in place of its source. *draft*: what was
        kept of this request; it is done once. *consented*: its author has agreed to what it costs.
        *part*: which one of the image is meant; it's drawn, so *context* must have been answered
        for the time being, and then asked about.
        Raises a `bot.errors.UserError` or `StoreUnavailable`; nothing is accepted then.
        """
        time, parent = StoreDeadline(), None
        if of is None and request.source is not None:
            of = JobId(request.source.job_id), request.source.image_no
        if of is not None:
            source, parent = await self._lookups.find_source(*of, context.caller, time)
            request = replace(request, source=source)
            await self._lookups.check_possible(request, parent, time)
            self._lookups.check_age(parent, request, context.destination)
            origin = _shown_link(parent, context.destination, context.origin)
            context = replace(context, origin=origin)
        if draft is None:
            request = await self._review.with_preferences(request, context, time)
        if part is not None:
            await self._ask_about(part, request, context, time=time, parent=parent)
            return
        await self._start(
            request, context, time=time, parent=parent, draft=draft, consented=consented
        )

    async def again(
        self, message: TargetMessage, source: Source | None, context: RequestContext
    ) -> None:
        """Do once more what the job in *message* did, on *source* if it had one.

        Raises `SourceUnknown` if that job is not known, `SourceTooOld`, and whatever else a new job
        raises.
        """
        time, parent, origin, destination = StoreDeadline(), None, None, context.destination
        async with time.spend():
            shown = await self._lookups.shown_in(message)
            if shown is not None and shown.request.action.source is SourceKind.JOB:
                source = shown.request.source
            if source is not None:
                parent = await self._store.read(lookups.find_by_api_id, source.job_id)
        seen = await visible(list(filter(None, [shown, parent])), context.caller)
        if shown is None or shown not in seen:
            raise SourceUnknown
        self._lookups.check_access(context.caller, shown)
        request = replace(shown.request, callback=None)
        if request.source is not None:
            if source is None:
                raise SourceUnknown
            if parent is not None and parent not in seen:
                raise JobUnknown
            request = replace(request, source=source)
            self._lookups.check_age(parent, request, destination)
            origin = _shown_link(parent, destination, shown.origin)
        context = replace(context, origin=origin)
        await self._start(request, context, time=time, parent=parent, shown=shown)

    async def find_stoppable(self, interaction_id: int) -> Job:
        """The job that was asked for in this interaction, whoever may stop it.

        Raises `Rejected` and `StopNotRecorded`.
        """
        job = self._runner.asked_in(interaction_id)
        if job is None:
            async with StoreDeadline(StopNotRecorded).spend():
                job = await self._store.read(lookups.by_interaction, interaction_id)
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

    async def _ask_about(
        self,
        part: MaskChoice,
        request: Request,
        context: RequestContext,
        *,
        time: StoreDeadline,
        parent: Job | None,
    ) -> None:
        """Raises `ConsentMissing` with a preview, else why there is none; both with a draft."""
        option = request.action.mask
        assert option is not None  # noqa: S101  # else there's no part to choose
        kept = await self._masks.kept(part, context.caller, time)
        try:
            mask, preview = await self._masks.draw(part, kept, image_of(request.source, parent))
        except UserError as refusal:
            options = {**request.options, option.name: for_a_draft(part, kept)}
            new = _new_job(replace(request, options=options), context, parent=parent)
            refusal.draft_id = await self._keep(new)
            raise
        request = replace(request, options={**request.options, option.name: mask.text})
        context = replace(context, began_s=asyncio.get_running_loop().time())
        try:
            await self._start(request, context, time=time, parent=parent)
        except ConsentMissing as question:
            question.preview = preview
            raise

    async def _start(
        self,
        request: Request,
        context: RequestContext,
        *,
        time: StoreDeadline,
        parent: Job | None,
        shown: Job | None = None,
        draft: Job | None = None,
        consented: bool = False,
    ) -> None:
        """Row first, then Discord's answer, then the API: each step may be the last.

        *parent* is the job of its source, if that is known, and *shown* the one that it repeats:
        what is made from what is its author's alone is that as well.
        """
        bill, draft_id = prompt_cost(request.sent_prompt), draft.interaction_id if draft else None
        new = _new_job(request, context, parent=parent, shown=shown)
        try:
            self._lookups.check_offered(request.action)
            self._review.check(request, bill)
            if not consented:
                # Who repeats a job knows what became of it.
                await self._review.ask(new, bill, context, time, doubting=shown is None)
            ticket = self._queue.join(new.author_id, new.destination.guild_id)
            job = status = None
            try:
                async with time.spend():
                    job = await self._store.attempt(
                        transitions.accept, new, limits=self.limits, draft_id=draft_id
                    )
                if job is None:  # Discord sent this interaction twice
                    return
                status = await context.announce(job, ticket.position)
            except Exception:  # not the bot's end: the next start looks what people were shown
                if job is not None:
                    with suppress(StoreUnavailable):
                        await self._store.record(transitions.withdraw, job.id, draft_id=draft_id)
                raise
            else:
                self._runner.start(job, status, ticket)
            finally:
                if status is None:
                    ticket.leave()
        except DraftGone:
            raise
        except UserError as refusal:  # also one by Discord, which does not take its words
            refusal.draft_id = draft_id or await self._keep(new)
            refusal.consented, refusal.editable = consented, request.action.has_form
            if isinstance(refusal, ConsentMissing) and refusal.draft_id is None:
                # a question that nobody could answer
                raise StoreUnavailable(detail="no draft could be kept") from None
            raise

    async def _keep(self, new: NewJob) -> int | None:
        """Keep what was refused for a day; its number. ``None`` if the store is silent."""
        try:
            async with StoreDeadline().spend():
                await self._store.write(transitions.keep_draft, new)
        except StoreUnavailable as error:
            log.warning("Failed to keep a refused prompt: %s", error)
            return None
        return new.interaction_id


def _new_job(
    request: Request, context: RequestContext, *, parent: Job | None, shown: Job | None = None
) -> NewJob:
    action, bill, place = request.action, prompt_cost(request.sent_prompt), context.destination
    units = action.units(request.options) * (bill.batch if action.makes_option else 1)
    return context.new_job(
        request,
        private=place.private or stays_private(parent, place) or stays_private(shown, place),
        multiplier=bill.multiplier * units,
        depth=_depth_below(parent),
    )


def _depth_below(parent: Job | None) -> int | None:
    """The depth of what is made from *parent*."""
    if parent is None:
        return None
    if parent.request.source is None:
        return 1
    return parent.depth + 1 if parent.depth else None


def _shown_link(
    source: Job | None, destination: Destination, instead: MessageLink | None
) -> MessageLink | None:
    """The message that shows *source*, else *instead*, as a result at *destination* may name it.

    That is one in its own channel: not everyone sees another one.
    """
    links = [instead]
    if source is not None and not source.destination.private:
        links = [source.posted, source.message, instead]
    return next((one for one in links if one and one.channel_id == destination.channel_id), None)
