"""Shows finished pictures once more: nothing is made and nothing is paid.

Knows neither the store nor Discord.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bot.api import GenerationApi, PictureDownloads
from bot.errors import GenerationFailed, JobUnknown, PicturesMissing, TaskNotFound
from bot.jobs.gallery import hang
from bot.jobs.screen import Exhibit
from bot.model import Completed, Picture, Running

SHOWN_AT_ONCE = 5
"""Each holds its pictures in memory, up to 24 MiB."""


class Showroom:
    """Fetches what was made before from *api*, and its pictures by *downloads*."""

    def __init__(self, api: GenerationApi, downloads: PictureDownloads) -> None:
        self._api = api
        self._downloads = downloads
        self._room = asyncio.Semaphore(SHOWN_AT_ONCE)

    async def look_up(self, task_id: str) -> Completed:
        """The finished task with this id, read once.

        Raises `JobUnknown`, `PicturesMissing` where it has none (yet), `GenerationFailed`, and
        what `GenerationApi.fetch` raises besides.
        """
        try:
            state = await self._api.fetch(task_id)
        except TaskNotFound:
            raise JobUnknown from None
        if isinstance(state, Completed) and state.pictures:
            return state
        if isinstance(state, Running | Completed):
            raise PicturesMissing
        raise GenerationFailed(code=state.code, detail=state.detail)

    @asynccontextmanager
    async def hung(
        self, pictures: Sequence[Picture], file_limit_bytes: int
    ) -> AsyncGenerator[tuple[Exhibit, ...]]:
        """*pictures* with their files, as `hang` fetches them; to be posted inside the block."""
        async with self._room:
            yield await hang(pictures, self._downloads, file_limit_bytes=file_limit_bytes)
