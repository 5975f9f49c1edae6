"""Shows finished images once more: nothing is made and nothing is paid.

Knows neither the store nor Discord.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from bot.api import GenerationApi
from bot.attachments import LoadedImages
from bot.errors import GenerationFailed, ImagesMissing, JobUnknown, TaskNotFound
from bot.jobs.image_loader import ImageLoader
from bot.model import Completed, Image, Running

SHOWN_AT_ONCE = 5
"""However many people ask: a new result never waits behind more of them for its memory."""


class ResultLookup:
    """Fetches what was made before from *api*, and its images by *loader*."""

    def __init__(self, api: GenerationApi, loader: ImageLoader) -> None:
        self._api = api
        self._loader = loader
        self._room = asyncio.Semaphore(SHOWN_AT_ONCE)

    async def look_up(self, task_id: str) -> Completed:
        """The finished task with this id, read once.

        Raises `JobUnknown`, `ImagesMissing` where it has none (yet), `GenerationFailed`, and
        what `GenerationApi.fetch` raises besides.
        """
        try:
            state = await self._api.fetch(task_id)
        except TaskNotFound:
            raise JobUnknown from None
        if isinstance(state, Completed) and state.images:
            return state
        if isinstance(state, Running | Completed):
            raise ImagesMissing
        raise GenerationFailed(code=state.code, cause=state.cause, detail=state.detail)

    @asynccontextmanager
    async def loaded(
        self, images: Sequence[Image], file_limit_bytes: int, source: Image | None
    ) -> AsyncGenerator[LoadedImages]:
        """*images* with their files, as `ImageLoader.loaded` has them; post them in the block."""
        hanging = self._loader.loaded(images, file_limit_bytes=file_limit_bytes, source=source)
        async with self._room, hanging as loaded:
            yield loaded
