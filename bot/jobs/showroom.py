"""Shows finished pictures once more: nothing is made and nothing is paid.

Knows neither the store nor Discord.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bot.api import GenerationApi
from bot.errors import GenerationFailed, JobUnknown, PicturesMissing, TaskNotFound
from bot.jobs.gallery import Gallery
from bot.jobs.screen import Exhibit
from bot.model import Completed, Picture, Running

SHOWN_AT_ONCE = 5
"""However many people ask: a new result never waits behind more of them for its memory."""


class Showroom:
    """Fetches what was made before from *api*, and its pictures by *gallery*."""

    def __init__(self, api: GenerationApi, gallery: Gallery) -> None:
        self._api = api
        self._gallery = gallery
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
        """*pictures* with their files, as `Gallery.hung` has them; to be posted in the block."""
        hanging = self._gallery.hung(pictures, file_limit_bytes=file_limit_bytes)
        async with self._room, hanging as exhibits:
            yield exhibits
