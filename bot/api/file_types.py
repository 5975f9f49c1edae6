"""Which kind of file a download is, told from its first bytes.

Looks at signatures only: whether the rest of the file is sound shows when it is drawn.
"""

from collections.abc import Callable

_MP4_BRANDS = (b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash")


def _png(head: bytes) -> bool:
    return head.startswith(b"\x89PNG\r\n\x1a\n")


def _jpg(head: bytes) -> bool:
    return head.startswith(b"\xff\xd8\xff")


def _webp(head: bytes) -> bool:
    return head.startswith(b"RIFF") and head[8:12] == b"WEBP"


def _gif(head: bytes) -> bool:
    return head.startswith((b"GIF87a", b"GIF89a"))


def _mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12].startswith(_MP4_BRANDS)


def _webm(head: bytes) -> bool:
    return head.startswith(b"\x1a\x45\xdf\xa3") and b"webm" in head


_SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    "png": _png,
    "jpg": _jpg,
    "webp": _webp,
    "gif": _gif,
    "mp4": _mp4,
    "webm": _webm,
}


def image_extension(content: bytes) -> str | None:
    """The file name extension for *content*; ``None`` where it is no image or video we know.

    The signatures exclude each other, so a server's content type could only agree or be wrong.
    """
    head = content[:64]
    return next((extension for extension, fits in _SIGNATURES.items() if fits(head)), None)
