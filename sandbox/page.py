"""The page that shows the world: SimCord's preview, which here moves by itself and loses no click.

SimCord made its preview for developers, who refresh it themselves. It is a refresh that loses
clicks: one that arrives meanwhile, and one that was made on what was shown before. So a refresh and
a click take turns here, and no click is too old. Knows nothing of the bot.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import simcord
from simcord.backend.access import can_access_message
from simcord.preview import Preview

from sandbox.image_worker import OwnImages
from sandbox.page_server import PageServer
from sandbox.world import World

LOOK_S = 0.2
"""How often the page looks for news. It refreshes only where there is some."""


class LivePage(Preview):
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
        self._turn = asyncio.Lock()
        self._server = PageServer(self, port)
        self._media_worker = OwnImages()

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        return self

    async def follow(self) -> None:
        """Show what happens in the world, until the page is closed."""
        shown = -1
        while not self._closed:
            self._world.keep_time()
            happened = len(self._world.env.http_requests)
            if happened != shown:
                try:
                    await self.refresh()
                    shown = happened
                except (simcord.SetupError, TimeoutError):
                    pass  # the world is busy: the next look will do
            await asyncio.sleep(LOOK_S)

    async def refresh(self) -> None:
        async with self._turn:
            await super().refresh()
            page = self._python
            if page is not None:  # the one that a page which is loaded from now on starts from
                page.target_id = self._initial_target(page.viewer, page.channel_id)
                page.window_end_id = page.target_id

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            self._world.keep_time()
            self._advance_presentation_time()
            page = self._pages.get(context_id or "")
            if page is None:
                return await super()._action(context_id, body)
            # as if made on what is shown now: messages and their buttons keep their ids
            receipt = await super()._action(
                context_id, {**body, "published_revision": page.revision}
            )
            answers = [one for one in receipt["outcomes"] if one["kind"] == "response"]
            if answers:  # the next refresh scrolls there
                page.target_id = int(answers[-1]["messageId"])
            return receipt

    def _initial_target(self, viewer: Any, channel_id: int) -> int | None:
        """The newest message, whoever wrote it: where Discord opens a channel."""
        messages = self.env.backend.messages.get(channel_id, {}).values()
        seen = (
            message.id
            for message in messages
            if can_access_message(self.env, channel_id, message, viewer, history=True)
        )
        return max(seen, default=None)


def _time_zone() -> str:
    """The machine's time zone by its name, as SimCord wants it; UTC where it has none."""
    _, _, name = str(Path("/etc/localtime").resolve()).partition("zoneinfo/")
    return name or "UTC"
