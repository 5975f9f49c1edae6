"""The page that shows the world: SimCord's preview, which here moves by itself.

Knows nothing of the bot.
"""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Self

import simcord

from sandbox.simcord_private import PatientPreview
from sandbox.world import World

LOOK_S = 0.2
"""How often the page looks for news. It refreshes only where there is some."""


class LivePage(PatientPreview):
    """The world's channel, as either of its people; use it with ``async with``.

    *port* 0 takes a free one; entering raises `simcord.SetupError` where it cannot be had.
    """

    def __init__(self, world: World, *, port: int = 0) -> None:
        super().__init__(
            world.env,
            world.channel,
            world.people,
            layout="channel",
            display="responsive",
            width=960,
            height=720,
            locale="en-US",
            timezone=_time_zone(),
            presentation_time=None,
            assets=None,
            port=port,
        )
        self._world = world

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def follow(self) -> None:
        """Show what happens in the world, until the page is closed."""
        shown = -1
        closed = asyncio.create_task(self.wait_closed(), name="page closed")
        while not closed.done():
            self._world.keep_time()
            happened = len(self._world.env.http_requests)
            if happened != shown:
                try:
                    await self.refresh()
                    shown = happened
                except (simcord.SetupError, TimeoutError):
                    pass  # the world is busy: the next look will do
            await asyncio.wait({closed}, timeout=LOOK_S)

    def before_action(self) -> None:
        self._world.keep_time()
        self.capture_time = datetime.fromisoformat(self.env.backend.now_iso())


def _time_zone() -> str:
    """The machine's time zone by its name, as SimCord wants it; UTC where it has none."""
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name or "UTC"
