"""Which part of an image somebody means: what they chose becomes a mask, and is drawn for them.

Knows nothing of Discord's library: the caller says how an attached file is read.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.attachments import MESSAGE_LIMIT_BYTES
from bot.errors import ImageTooLarge, ImageUnavailable, Reason, Rejected, RemixbotError
from bot.job_ids import same_id
from bot.jobs.result_lookup import ResultLookup
from bot.model import Image, Job, Source
from bot.pictures.areas import Mask, choose_areas, fitted, parse_mask
from bot.pictures.mask_files import read_mask
from bot.pictures.opening import image_size, in_thread
from bot.pictures.preview import draw_preview
from bot.services.access import seen_by
from bot.services.context import Caller
from bot.services.lookups import JobLookups, StoreDeadline
from bot.store import lookups

_ANY_SIZE = (1000, 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskChoice:
    """Which part somebody chose: areas or a file, else the same as before."""

    areas: tuple[int, ...] = ()
    read_file: Callable[[], Awaitable[bytes]] | None = None
    """Reads the file that they attached. Raises `Rejected`."""
    kept: int | None = None
    """The interaction in which a job or a draft was asked for whose mask it stays otherwise."""


class MaskReview:
    """Makes masks of choices; the images come by *results*."""

    def __init__(self, jobs: JobLookups, results: ResultLookup) -> None:
        self._store = jobs.store
        self._results = results

    async def kept(self, choice: MaskChoice, caller: Caller, time: StoreDeadline) -> Mask | None:
        """The mask that stays if no other one is given; ``None`` also if it's gone or not theirs.

        Raises what *time* does.
        """
        if choice.kept is None:
            return None
        async with time.spend():
            job = await self._store.read(lookups.by_interaction, choice.kept)
            draft = None if job else await self._store.read(lookups.draft, choice.kept)
        own = draft if draft is not None and draft.author_id == caller.user_id else None
        known = own or await seen_by(caller, job)
        mask = known and known.request.action.mask
        if known is None or mask is None:
            return None
        with suppress(ValueError):
            return parse_mask(str(known.request.options.get(mask.name, "")))
        return None

    async def draw(
        self, choice: MaskChoice, kept: Mask | None, image: Image | None
    ) -> tuple[Mask, bytes]:
        """The mask for this *image*, and a JPEG that shows it on it.

        Raises `Rejected` for a choice that is none, for a file that is no mask, and where there's
        no such image, and `MaskShapeWrong`.
        """
        file, areas = None, choice.areas
        if choice.read_file is not None:
            if areas:
                raise Rejected(Reason.MASK_TWICE)
            file = await choice.read_file()
        elif not areas and kept is None:
            raise Rejected(Reason.MASK_EMPTY if choice.kept is None else Reason.MASK_GONE)
        if image is None:
            raise Rejected(Reason.IMAGE_GONE)
        async with self._results.loaded([image], MESSAGE_LIMIT_BYTES, None) as ([loaded], _):
            if loaded.file is None:
                raise Rejected(_why_missing(loaded.problem))
            content = loaded.file.content
            size = await in_thread(image_size, content)
            if file is not None:
                mask = await in_thread(read_mask, file, size)
            elif kept is not None and not areas:
                mask = fitted(kept, size)
            else:
                mask = choose_areas(areas, size)
            return mask, await in_thread(draw_preview, content, mask)


def for_a_draft(choice: MaskChoice, kept: Mask | None) -> str:
    """The text of what was chosen, for an image that is not known yet; empty for a file."""
    if choice.areas:
        with suppress(Rejected):
            return choose_areas(choice.areas, _ANY_SIZE).text
    return kept.text if kept is not None and choice.read_file is None else ""


def image_of(source: Source | None, job: Job | None) -> Image | None:
    """The image of *job* that *source* names, if it's known."""
    if source is None or job is None:
        return None
    images = [one for one in job.images if one.image_no == source.image_no]
    return next(
        (one for one in images if same_id(one.job_id, source.job_id)), next(iter(images), None)
    )


def _why_missing(problem: RemixbotError | None) -> Reason:
    if isinstance(problem, ImageTooLarge):
        return Reason.IMAGE_UNREADABLE
    may_pass = isinstance(problem, ImageUnavailable) and problem.may_pass
    return Reason.IMAGE_SILENT if may_pass else Reason.IMAGE_GONE
