"""How SimCord's page gets its images: at once.

SimCord trusts no file: it decodes each one in a process of its own, one after the other, and gives
up every one that finds eight others waiting. Ours come from our own painter, and are square.
"""

import struct

from simcord.preview._media import MediaInfo, MediaWorker

_PNG_START = struct.Struct(">8s4x4sII")


class OwnImages(MediaWorker):
    """Serves PNG files as they are, and leaves all others to SimCord."""

    async def validate(
        self, key: str, blob: bytes, *, media_time: float | None = None
    ) -> MediaInfo:
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
