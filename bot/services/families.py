"""What a result was made from and what was made from that, as far as somebody may see it."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.actions import MediaKind
from bot.attachments import MESSAGE_LIMIT_BYTES
from bot.errors import ListUnavailable, Rejected
from bot.jobs.result_lookup import ResultLookup
from bot.model import Image, Job
from bot.pictures.opening import in_thread
from bot.pictures.tree import read_thumbnail
from bot.services.access import visible
from bot.services.context import Caller
from bot.services.lookups import JobLookups, StoreDeadline
from bot.store import lookups

if TYPE_CHECKING:
    from bot.pictures.tree import Thumbnail

MEMBERS_MAX = 40
LEVELS = 6
"""As many steps away from the result that somebody asks about."""
LOADED_AT_ONCE = 5
"""As many images of the usual sizes as fit into what one message may hold in memory."""
LOADED_WITHIN_S = 60.0
"""All together, of the 15 minutes that there are for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    job: Job
    parent: int | None
    """The place of what it was made from among all members: an earlier one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    members: tuple[Member, ...]
    """From the first of all on, each one followed by all that was made from it."""
    nearest: tuple[int, ...]
    """Their places, from 0, the nearest first: that of the result that it is the family of."""
    more: bool
    """There may be others, farther away."""


class Families:
    def __init__(self, jobs: JobLookups, results: ResultLookup) -> None:
        self._lookups = jobs
        self._store = jobs.store
        self._results = results

    async def find(self, interaction_id: int, caller: Caller) -> Family:
        """The family of the job that was asked for in this interaction: the nearest `MEMBERS_MAX`.

        It ends where *caller* may not see on, and nothing behind that is looked up. Raises
        `JobUnknown` and `ListUnavailable`.
        """
        time = StoreDeadline(ListUnavailable)
        chosen = await self._lookups.asked_in(interaction_id, caller, time)
        jobs, parents = {chosen.id: chosen}, dict[int, int]()
        top: Job | None = chosen
        found, is_cut = [chosen], False
        for _ in range(LEVELS):
            above: Job | None = None
            made_from = {one_id: one for one in found for one_id in lookups.source_ids(one)}
            async with time.spend():
                if top is not None and (source := top.request.source) is not None:
                    above = await self._store.read(lookups.find_by_api_id, source.job_id)
                below = await self._store.read(
                    lookups.children, found, caller.user_id, limit=MEMBERS_MAX
                )
            near = {one.id: one for one in (*below, above) if one and one.id not in jobs}
            near = dict(sorted(near.items(), key=lambda one: (one[1] is not above, -one[0])))
            seen = await visible(list(near.values()), caller)
            found = seen[: MEMBERS_MAX - len(jobs)]
            is_cut = len(found) < len(seen)
            for one in found:
                jobs[one.id] = one
                if one is above and top is not None:
                    parents[top.id] = one.id
                elif (source := one.request.source) is not None:
                    parents[one.id] = made_from[source.job_id].id
            if is_cut or not found:
                break
            top = above if above in found else None
        return _in_order(jobs, parents, more=is_cut or bool(found))

    async def thumbnails(self, family: Family) -> dict[int, "Thumbnail"]:
        """A small image for each place that has one which can be had, within a minute."""
        wanted = [
            (place, image)
            for place in range(len(family.members))
            if (image := _shown_image(family.members, place)) is not None
        ]
        thumbnails: dict[int, Thumbnail] = {}
        with suppress(TimeoutError):
            async with asyncio.timeout(LOADED_WITHIN_S):
                for start in range(0, len(wanted), LOADED_AT_ONCE):
                    some = wanted[start : start + LOADED_AT_ONCE]
                    images = [image for _, image in some]
                    loading = self._results.loaded(images, MESSAGE_LIMIT_BYTES, None)
                    async with loading as (loaded, _):
                        for (place, _), one in zip(some, loaded, strict=True):
                            if one.file is not None:
                                with suppress(Rejected):
                                    thumbnails[place] = await in_thread(
                                        read_thumbnail, one.file.content
                                    )
        return thumbnails


def _in_order(jobs: Mapping[int, Job], parents: Mapping[int, int], *, more: bool) -> Family:
    children: defaultdict[int, list[int]] = defaultdict(list)
    for child, parent in parents.items():
        children[parent].append(child)
    next_ones, places = [one for one in jobs if one not in parents], dict[int, int]()
    while next_ones:
        job_id = next_ones.pop()
        places[job_id] = len(places)
        next_ones += sorted(children[job_id], reverse=True)
    return Family(
        members=tuple(
            Member(job=jobs[one], parent=places[parents[one]] if one in parents else None)
            for one in places
        ),
        nearest=tuple(places[one] for one in jobs),
        more=more,
    )


def _shown_image(members: Sequence[Member], place: int) -> Image | None:
    """The image of a member that the first one below it was made from; else its first one."""
    below = (one.job.request.source for one in members if one.parent == place)
    used = next((source.image_no for source in below if source is not None), None)
    images = [one for one in members[place].job.images if one.kind is MediaKind.IMAGE]
    return next((one for one in images if one.image_no == used), next(iter(images), None))
