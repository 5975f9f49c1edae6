"""What we need of SimCord and it keeps to itself: no other module touches its private members.

`PRIVATE` names each one; a test says which of them an upgrade has taken away.
"""

import asyncio
import struct
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import av
import discord
import simcord
from PIL.Image import Image
from simcord.backend.access import can_access_message
from simcord.preview import Preview
from simcord.preview._media import MediaInfo, MediaWorker
from simcord.preview._server import PreviewServer

PRIVATE: Mapping[type, tuple[str, ...]] = {
    simcord.Env: ("_record_error", "_settle_internal"),
    Preview: ("_action", "_initial_target", "_media_worker", "_pages", "_server"),
    PreviewServer: ("_static",),
}
"""Beside the two modules imported above."""
FIRST_PAGE = "python"
"""The page that every page which is loaded later starts from."""

_STYLE = """
.component-gallery { margin-top: 8px; }
.component-gallery .media-lightbox-trigger { width: 100%; }
.gallery-image { aspect-ratio: 1; }
.component-gallery:not(:has(> figure:nth-child(2))) .gallery-image { object-fit: contain; }
.component-section { grid-template-columns: minmax(0, 1fr) auto; margin: 0; }
.channel-message:focus { outline: 2px solid #5865f2; outline-offset: 4px; border-radius: 8px; }
"""
"""Keeps an image's place free until it is loaded: whoever reads the newest message stays there. One
that is alone in its gallery is seen whole, however wide. On a phone as well, a small image stands
beside the text, as Discord has it."""
_LINKS = Path(__file__).with_name("links.js")
_PNG_START = struct.Struct(">8s4x4sII")


class QuickEnv(simcord.Env):
    """Looks every *looks_every_s* whether the bot has done its work, for *settle_timeout* always:
    SimCord looks twenty times a second, and gives a bot that begins five seconds.
    """

    def __init__(self, bot: Any, *, settle_timeout: float, looks_every_s: float) -> None:
        super().__init__(bot, settle_timeout=settle_timeout)
        self._looks_every_s = looks_every_s

    async def _settle_internal(self, **options: Any) -> None:
        options["idle"], options["timeout"] = self._looks_every_s, None
        await super()._settle_internal(**options)

    def _record_error(self, error: BaseException) -> None:
        """What a command raises is no alarm: the tree tells people, who see that, as tests do."""
        if not isinstance(error, discord.app_commands.AppCommandError):
            super()._record_error(error)


class PatientPreview(Preview):
    """SimCord's preview, in which a refresh and a click take turns, and no click is too old.

    SimCord made it for developers, who refresh it themselves. It is a refresh that loses clicks:
    one that arrives meanwhile, and one that was made on what was shown before.
    """

    def __init__(self, *args: Any, port: int, **options: Any) -> None:
        super().__init__(*args, port=port, **options)
        self._turn = asyncio.Lock()
        self._server = _OwnPage(self, port)
        self._media_worker = _OwnImages()

    def before_action(self) -> None:
        """Called before each click, in its turn."""

    async def refresh(self) -> None:
        async with self._turn:
            await super().refresh()
            page = self._pages.get(FIRST_PAGE)
            if page is not None:
                page.target_id = self._initial_target(page.viewer, page.channel_id)
                page.window_end_id = page.target_id

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            self.before_action()
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


class _OwnPage(PreviewServer):
    """SimCord's own server, whose style and program end with ours: where images and links go."""

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        if request.path == "/preview.css":
            response.text += _STYLE
        elif request.path == "/app.js":
            response.text += _LINKS.read_text(encoding="utf-8")
        return response


class _OwnImages(MediaWorker):
    """Serves PNG and MP4 files as they are, and leaves all others to SimCord.

    SimCord trusts no file: it decodes each in a process of its own, one after the other, makes
    videos anew in another format, and gives up every one that finds eight others waiting. Ours come
    from our own painter.
    """

    async def validate(
        self, key: str, blob: bytes, *, media_time: float | None = None
    ) -> MediaInfo:
        if blob[4:8] == b"ftyp":
            return await asyncio.to_thread(_video, blob)
        head = blob[: _PNG_START.size]
        if len(head) < _PNG_START.size or not head.startswith(b"\x89PNG\r\n\x1a\n"):
            return await super().validate(key, blob, media_time=media_time)
        _, _, width, height = _PNG_START.unpack(head)
        return MediaInfo(
            "PNG",
            width,
            height,
            frames=1,
            decoded_bytes=width * height * 4,
            normalized=blob,
            content_type="image/png",
            capture=blob,
            poster=blob,
            memory_limited=True,
        )


def _video(blob: bytes) -> MediaInfo:
    """An MP4 of our own, its first frame as the still."""
    with av.open(BytesIO(blob), "r") as file:
        stream = file.streams.video[0]
        first = cast("Image", next(file.decode(video=0)).to_image())  # pyright: ignore[reportUnknownMemberType]  # PyAV leaves its types out
        frames, duration_s = stream.frames, float((file.duration or 0) / av.time_base)
    still = BytesIO()
    first.save(still, "PNG")
    return MediaInfo(
        "MP4",
        *first.size,
        frames=frames,
        decoded_bytes=first.width * first.height * 4,
        normalized=blob,
        content_type="video/mp4",
        kind="video",
        duration=duration_s,
        capture=still.getvalue(),
        poster=still.getvalue(),
        memory_limited=True,
    )
