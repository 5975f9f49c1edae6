"""Downloading finished images from wherever the API put them.

Knows nothing of the API's calls or its key: an image's address is somebody else's server. Which
servers may be connected to is in `bot.api.safe_http`.
"""

import asyncio
import io
import re
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urljoin

import aiohttp
import stamina
from yarl import URL

from bot.api.client import FAULTS, USER_AGENT, fault_name
from bot.api.safe_http import AddressRefused, GuardedSession
from bot.errors import ImageTooLarge, ImageUnavailable

ATTEMPTS = 3
AT_ONCE = 32
"""Downloads of all jobs together: a third of the session's connections. Slow images must leave
some to the API, where a submit that finds none fails."""
REDIRECTS_MAX = 3
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_SIGNATURES = re.compile(
    rb"(?P<png>\x89PNG\r\n\x1a\n)|(?P<jpg>\xff\xd8\xff)|(?P<webp>RIFF.{4}WEBP)|(?P<gif>GIF8[79]a)"
    rb"|(?P<mp4>.{4}ftyp(?:iso|mp4|avc|M4V|MSNV|dash))|(?P<webm>\x1a\x45\xdf\xa3.*webm)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    content: bytes
    extension: str
    """Without a dot: ``png``, ``jpg``, ``webp``, ``gif``, ``mp4`` or ``webm``."""


class Room(Protocol):
    """What a download may take of something that others take a part of too."""

    async def expect(self, size_bytes: int | None) -> None:
        """Its size is known before it is read; ``None``: it will show.

        May come again, for another attempt. Raises `ImageTooLarge` if it does not fit.
        """
        ...

    def keep(self, size_bytes: int) -> None:
        """So many bytes of it are kept by now. Raises `ImageTooLarge` if they do not fit."""
        ...


def _may_pass(error: Exception) -> bool:
    return isinstance(error, ImageUnavailable) and error.may_pass


class ImageDownloads:
    """Fetches images over *session*, which its opener closes.

    One attempt takes at most *timeout_s*, redirects included. `AT_ONCE` of them run at a time; the
    others wait for as long as it takes.
    """

    def __init__(self, session: GuardedSession, *, timeout_s: float = 60.0) -> None:
        self._session = session
        self._timeout_s = timeout_s
        self._room = asyncio.Semaphore(AT_ONCE)
        # The whole attempt has its own limit; this one gives up early on a server that fell silent.
        self._timeout = aiohttp.ClientTimeout(connect=timeout_s / 4, sock_read=timeout_s / 4)

    @stamina.retry(on=_may_pass, attempts=ATTEMPTS, timeout=None, wait_initial=0.2, wait_max=3.0)
    async def fetch(self, url: str, *, limit_bytes: int, room: Room | None = None) -> Download:
        """The image at *url*, in up to `ATTEMPTS` attempts on resets, timeouts, 429 and 5xx.

        Raises `ImageTooLarge` over *limit_bytes*, or what *room* has for it, and
        `ImageUnavailable` for anything else: content that is no image, and hosts in private
        networks, included. The details name the host at most: the rest of an address may be a
        signature.
        """
        address = _web_address(url)
        try:
            async with self._room, asyncio.timeout(self._timeout_s):
                for _ in range(REDIRECTS_MAX + 1):
                    async with self._session.get(
                        address,
                        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
                        timeout=self._timeout,
                        allow_redirects=False,
                    ) as response:
                        moved = response.headers.get("Location")
                        if not moved or response.status not in _REDIRECTS:
                            return await _read_image(response, address, limit_bytes, room)
                    address = _web_address(moved, base=address)
        except AddressRefused:
            raise ImageUnavailable(detail=f"not a public address: {_host(address)}") from None
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError, UnicodeError):
            # UnicodeError: a host name that Python cannot even look up, such as "a..b"
            raise ImageUnavailable(detail=f"not a usable address: {_host(address)}") from None
        except FAULTS as fault:
            detail = f"{fault_name(fault)}: {_host(address)}"
            raise ImageUnavailable(detail=detail, may_pass=True) from None
        raise ImageUnavailable(detail=f"too many redirects: {_host(address)}")


async def _read_image(
    response: aiohttp.ClientResponse, address: URL, limit_bytes: int, room: Room | None
) -> Download:
    """Nothing over the limit is kept, and nothing is kept twice."""
    if response.status != 200:
        raise ImageUnavailable(
            detail=f"HTTP {response.status}: {_host(address)}",
            may_pass=response.status == 429 or response.status >= 500,
        )
    if response.content_type.startswith("text/"):
        # The other types count for nothing: stores of files often do not know them.
        raise ImageUnavailable(detail=f"text instead of an image: {_host(address)}")
    packed = "Content-Encoding" in response.headers  # unasked, and then its length says little
    size_bytes = None if packed else response.content_length
    if (size_bytes or 0) > limit_bytes:
        raise ImageTooLarge(limit_bytes=limit_bytes)
    if room is not None:
        await room.expect(size_bytes)
    read = io.BytesIO()
    async for chunk in response.content.iter_chunked(64 * 1024):
        size_bytes = read.tell() + len(chunk)
        if size_bytes > limit_bytes:
            raise ImageTooLarge(limit_bytes=limit_bytes)
        if room is not None:
            room.keep(size_bytes)
        read.write(chunk)
    content = read.getvalue()  # hands out its own bytes, without copying them
    if (extension := image_extension(content)) is None:
        raise ImageUnavailable(detail=f"not an image: {_host(address)}")
    return Download(content=content, extension=extension)


def image_extension(content: bytes) -> str | None:
    """The file name extension for *content*, by its first bytes; ``None``: no image or video.

    The signatures exclude each other, so a server's content type could only agree or be wrong.
    """
    found = _SIGNATURES.match(content, 0, 64)
    return found and found.lastgroup


def _web_address(url: str, *, base: URL | None = None) -> URL:
    """*url*, relative to *base* if given, as it will be asked for.

    Only http and https, and without credentials. Sent as it is written if possible,
    because a new quoting breaks signed addresses.
    Raises `ImageUnavailable`.
    """
    try:
        url = urljoin(str(base), url) if base else url
        address = URL(url, encoded=url.isascii() and " " not in url)
        if url.isprintable() and address.scheme in ("http", "https") and address.host:
            return address.with_user(None)
    except ValueError:
        pass
    raise ImageUnavailable(detail="not an http or https address")


def _host(address: URL) -> str:
    """The host of *address*, with its port if that says something: all that a log may hold."""
    return (address.host_port_subcomponent or "")[:200]
