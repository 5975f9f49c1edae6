"""What people want of all their jobs, and how they choose it."""

import logging
from collections.abc import Mapping

from bot.errors import ImagesMissing, ListUnavailable, StoreUnavailable
from bot.job_ids import JobId, MessageId
from bot.preferences import Choice, Preferences
from bot.services.context import Caller
from bot.services.lookups import JobLookups, StoreDeadline
from bot.store import preferences

log = logging.getLogger(__name__)


class PreferenceService:
    def __init__(self, jobs: JobLookups) -> None:
        self._lookups = jobs
        self._store = jobs.store

    async def of(self, person_id: int, *, before_a_job: bool = False) -> Preferences:
        """What this person wants. Raises `ListUnavailable`, or `StoreUnavailable` *before_a_job*:
        then it is none that was accepted."""
        failure = StoreUnavailable if before_a_job else ListUnavailable
        async with StoreDeadline(failure).spend():
            return await self._store.read(preferences.preferences_of, person_id)

    async def wants_pings(self, person_id: int) -> bool:
        """Whether a reply may mention them. True also if the store is silent; never raises."""
        try:
            return (await self.of(person_id)).pings
        except ListUnavailable as error:
            log.warning("Failed to look up whether somebody wants pings: %s", error)
            return True

    async def change(self, person_id: int, changes: Mapping[str, Choice]) -> Preferences:
        """Set these; all of them as they are now. Raises `ListUnavailable`."""
        async with StoreDeadline(ListUnavailable).spend():
            return await self._store.write(preferences.change, person_id, changes)

    async def reset(self, person_id: int) -> None:
        """Forget what this person has chosen. Raises `ListUnavailable`."""
        async with StoreDeadline(ListUnavailable).spend():
            await self._store.write(preferences.reset, person_id)

    async def address_of(self, job: JobId | MessageId, image_no: int | None, caller: Caller) -> str:
        """The address of this image at the API, for who may go on from it.

        Raises what `JobLookups.find_source` raises, and `ImagesMissing` where nobody knows it.
        """
        time = StoreDeadline(ListUnavailable)
        source, made = await self._lookups.find_source(job, image_no, caller, time)
        images = made.images if made is not None else ()
        for image in images:
            if image.image_no == source.image_no and image.job_id == source.job_id:
                return image.url
        raise ImagesMissing
