"""What people keep to find it again: anything that they may see, for as long as they may."""

from dataclasses import dataclass

from bot.errors import ImagesMissing, JobUnknown, ListUnavailable
from bot.model import Job
from bot.services.access import seen_by, visible
from bot.services.context import Caller, TargetMessage
from bot.services.history import LISTED, PAGES_MAX
from bot.services.lookups import JobLookups, StoreDeadline
from bot.store import favorites


@dataclass(frozen=True, slots=True, kw_only=True)
class FavoriteList:
    """A page of what somebody has kept, the last one first."""

    jobs: tuple[Job | None, ...]
    """``None`` for one that they may not see, or of which that can't be told now."""
    page: int
    """From 0."""
    more: bool
    """There are older ones."""


class Favorites:
    def __init__(self, jobs: JobLookups) -> None:
        self._lookups = jobs
        self._store = jobs.store

    async def toggle(self, message: TargetMessage, caller: Caller) -> bool:
        """Keep the job in this message, or keep it no longer; whether it is kept now.

        What they may not see any more they can still let go of. Raises `JobUnknown`,
        `ImagesMissing` and `ListUnavailable`.
        """
        time = StoreDeadline(ListUnavailable)
        async with time.spend():
            job = await self._lookups.shown_in(message)
            if job is None:
                raise JobUnknown
            if await self._store.write(favorites.drop, caller.user_id, job.id):
                return False
        if await seen_by(caller, job) is None:
            raise JobUnknown
        if not job.images:
            raise ImagesMissing
        async with time.spend():
            if not await self._store.write(favorites.keep, caller.user_id, job.id):
                raise JobUnknown
        return True

    async def page_of(self, caller: Caller, page: int) -> FavoriteList:
        """One page of what they have kept, from 0; the first one if *page* has none.

        Raises `ListUnavailable`.
        """
        page = min(page, PAGES_MAX)
        async with StoreDeadline(ListUnavailable).spend():
            jobs = await self._store.read(
                favorites.favorites_of, caller.user_id, offset=page * LISTED, limit=LISTED + 1
            )
        if page and not jobs:
            return await self.page_of(caller, 0)
        listed = jobs[:LISTED]
        seen = {job.id for job in await visible(listed, caller)}
        return FavoriteList(
            jobs=tuple(job if job.id in seen else None for job in listed),
            page=page,
            more=len(jobs) > LISTED,
        )
