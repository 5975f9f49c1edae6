"""Files on their way to Discord, whose bytes are let go as soon as the request is over.

discord.py leaves cycles of references behind a message with files, and in them the files, until
the garbage collector comes by.
"""

import io
from collections.abc import Iterable

import discord


class _Bytes(io.BytesIO):
    """Reads *content*, which others may hold as well, without ever copying the whole of it."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._content = content

    def getbuffer(self) -> memoryview:
        # aiohttp asks only how long it is; the inherited method would copy what others hold too.
        return memoryview(self._content)

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._content = b""
        super().close()  # discord.py has replaced `close` by something that does nothing


def upload(name: str, content: bytes, *, description: str | None = None) -> discord.File:
    """A file of this name; `let_go` of it when the request is over."""
    return discord.File(_Bytes(content), filename=name, description=description)


def let_go(files: Iterable[discord.File]) -> None:
    """These files are sent, or will not be."""
    for file in files:
        if isinstance(file.fp, _Bytes):
            file.fp.let_go()
