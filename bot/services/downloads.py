"""All images of a job in one file, for who may see it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from bot.errors import ImagesMissing, ListUnavailable
from bot.jobs.archive import Archive, archived
from bot.jobs.result_lookup import ResultLookup
from bot.model import Job
from bot.services.context import Caller
from bot.services.lookups import JobLookups, StoreDeadline


class Downloads:
    def __init__(self, jobs: JobLookups, results: ResultLookup) -> None:
        self._lookups = jobs
        self._results = results

    async def find(self, interaction_id: int, caller: Caller) -> Job:
        """The job that was asked for in this interaction, with its images.

        Raises `JobUnknown`, `ImagesMissing` and `ListUnavailable`.
        """
        job = await self._lookups.asked_in(interaction_id, caller, StoreDeadline(ListUnavailable))
        if not job.images:
            raise ImagesMissing
        return job

    @asynccontextmanager
    async def archive(self, job: Job, limit_bytes: int) -> AsyncGenerator[Archive]:
        """Its images as far as they fit into *limit_bytes*; to be posted inside the block."""
        made_at = job.finished_at or job.created_at
        async with archived(
            self._results, job.images, limit_bytes=limit_bytes, made_at=made_at
        ) as archive:
            yield archive
