"""Images as files: painted when first asked for, in a thread, and kept while there is room."""

import asyncio
from collections import OrderedDict
from typing import Protocol

from sandbox.api.painting.scene import Scene

_ROOM_BYTES = 32 * 1024 * 1024


class Painter(Protocol):
    """Makes the file of a scene; *big* asks for one of over 10 MiB."""

    def __call__(self, scene: Scene, *, big: bool = False) -> bytes: ...


class Album:
    """The most recently used images, 32 MiB of them."""

    def __init__(self, painter: Painter) -> None:
        self._painter = painter
        self._files: OrderedDict[tuple[Scene, bool], bytes] = OrderedDict()
        self._size_bytes = 0

    async def file(self, scene: Scene, *, big: bool) -> bytes:
        """The file of a scene, from the album or newly painted."""
        key = scene, big
        file = self._files.get(key)
        if file is None:
            file = await asyncio.to_thread(self._painter, scene, big=big)
        self._keep(key, file)
        return file

    def _keep(self, key: tuple[Scene, bool], file: bytes) -> None:
        self._size_bytes += len(file) - len(self._files.pop(key, b""))
        self._files[key] = file
        while self._size_bytes > _ROOM_BYTES and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._size_bytes -= len(oldest)
