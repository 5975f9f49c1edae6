"""The images of a message: those that have files by them, the others by their links.

discord.py leaves cycles of references behind a message with files, and in them the files, until
the garbage collector comes by: so their bytes are let go as soon as the request is over.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import discord

from bot.attachments import ResultImage, plan_attachments
from bot.errors import ImageUnavailable
from bot.model import Image
from bot.texts import Texts
from bot.ui.content import Content
from bot.ui.escape import shorten

ALT_TEXT_MAX = 256


@dataclass(frozen=True, slots=True)
class ShownImages:
    """How images are shown in a message."""

    uploads: list[discord.File]
    """Those that go as files."""
    links: str
    """Lines with the links of the others."""
    files: list[discord.File]
    """Their addresses, where the links are too long for the text."""
    sentence: str
    """What to say where images are missing."""

    def gallery(self) -> list[discord.ui.MediaGallery[discord.ui.LayoutView]]:
        items = [discord.MediaGalleryItem(upload) for upload in self.uploads]
        return [discord.ui.MediaGallery[discord.ui.LayoutView](*items)] if items else []


def show_images(
    t: Texts,
    result_images: Sequence[ResultImage],
    content: Content,
    *,
    alt: str,
    other_files: int = 0,
    links_max: int,
) -> ShownImages:
    """*result_images* as far as *content* has them, beside *other_files*; *alt* is what they show.

    The links have *links_max* characters at the most.
    """
    with_files, with_links = plan_attachments(
        result_images, other_files=other_files, as_files=content.files
    )
    uploads = [
        upload(
            one.file.name,
            one.file.content,
            description=shorten(t.alt_text(one.image, alt), ALT_TEXT_MAX),
        )
        for one in with_files
        if one.file is not None
    ]
    if with_links and not content.links:  # Discord refuses them, or what they lead to
        if uploads:
            sentence = t.links_withheld if content.alone else t.links_in_more
        else:
            sentence = t.images_withheld if content.alone else t.images_in_more
        return ShownImages(uploads, "", [], sentence)
    sentence = "" if uploads else t.not_one_image
    large = t.refused_by_discord if content.refused else t.too_large_to_post
    reasons = [
        (one.image, t.not_downloaded if isinstance(one.problem, ImageUnavailable) else large)
        for one in with_links
    ]
    lines = "\n".join(
        t.image_by_link(image, link_address(image), reason) for image, reason in reasons
    )
    if len(lines) <= links_max:
        return ShownImages(uploads, lines, [], sentence)
    lines = "\n".join(t.image_in_file(image, reason) for image, reason in reasons)
    files = [links_file(one.image for one in with_links)]
    return ShownImages(uploads, lines, files, sentence)


def links_file(images: Iterable[Image]) -> discord.File:
    return upload("links.txt", "\n".join(image.url for image in images).encode())


def link_address(image: Image) -> str:
    """Its address as it can stand in a link of ours."""
    return image.url.replace("(", "%28").replace(")", "%29")


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
