"""What Discord takes of images in one message, and which of them go as files, which as links."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.errors import RemixbotError
from bot.model import Image

MESSAGE_LIMIT_BYTES = 24 * 1024 * 1024
"""Discord takes about 25 MiB in one request; the rest is left to the text around the images."""
MESSAGE_FILES_MAX = 10
GALLERY_ITEMS_MAX = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """An image's bytes, ready to be uploaded."""

    name: str
    """``<job id>_<imageNo>.<extension>``, ASCII letters, digits and ``_.-`` only."""
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultImage:
    """An image of a result: with its file, or with the reason why only its link can be shown."""

    image: Image
    file: ImageFile | None = None
    """Small enough by itself, and together with those before it."""
    problem: RemixbotError | None = None


LoadedImages = tuple[tuple[ResultImage, ...], ImageFile | None]
"""The images of a result, and the one that they were made from, if that is shown beside them."""


def plan_attachments(
    result_images: Sequence[ResultImage], *, other_files: int = 0, as_files: bool = True
) -> tuple[list[ResultImage], list[ResultImage]]:
    """Each image once: those that go as files, and those of which only links are shown.

    Files as far as there is room beside *other_files*, and for a list of the links if there are
    any; all as links unless *as_files*.
    """
    room = min(MESSAGE_FILES_MAX - other_files, GALLERY_ITEMS_MAX)
    if len(result_images) > room or any(one.file is None for one in result_images):
        room -= 1
    if not as_files:
        room = 0
    files = [one for one in result_images[:room] if one.file is not None]
    links = [one for one in result_images[:room] if one.file is None]
    return files, [*links, *result_images[room:]]
