"""The images of a message: those that have files by them, the others by their links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import discord

from bot import texts
from bot.errors import ImageTooLarge, ImageUnavailable
from bot.jobs.image_loader import without_files
from bot.jobs.status_message import ResultImage
from bot.model import Image
from bot.ui.content import Content
from bot.ui.escape import shorten
from bot.ui.uploads import upload

ALT_TEXT_MAX = 256


def uploads_of(prompt: str, result_images: Sequence[ResultImage]) -> list[discord.File]:
    uploads: list[discord.File] = []
    for result_image in result_images:
        if result_image.file is not None:
            alt = shorten(texts.alt_text(result_image.image.image_no) + prompt, ALT_TEXT_MAX)
            uploads.append(
                upload(result_image.file.name, result_image.file.content, description=alt)
            )
    return uploads


def media_gallery(
    uploads: Sequence[discord.File],
) -> list[discord.ui.MediaGallery[discord.ui.LayoutView]]:
    items = [discord.MediaGalleryItem(upload) for upload in uploads]
    return [discord.ui.MediaGallery[discord.ui.LayoutView](*items)] if items else []


def _within(room: int, result_images: Sequence[ResultImage]) -> list[ResultImage]:
    """*result_images* with no more than *room* files, one place of it kept for a list of links."""
    if (
        any(result_image.file is None for result_image in result_images)
        or len(result_images) > room
    ):
        room -= 1
    too_many = ImageTooLarge(limit_bytes=0)
    return [
        result_image if position < room else replace(result_image, file=None, problem=too_many)
        for position, result_image in enumerate(result_images)
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """How images are shown: those that have files by them, the others by their links."""

    result_images: list[ResultImage]
    links: str
    files: list[discord.File]
    """Where the links are too long for the text."""
    withheld: bool
    """Some have no file, and Discord refuses their links or what they lead to."""

    def sentence(self, *, alone: bool = True) -> str:
        """What to say where images are missing; unless *alone*, Details has their links."""
        some = any(one.file for one in self.result_images)
        if self.withheld and some:
            return texts.LINKS_WITHHELD if alone else texts.LINKS_IN_DETAILS
        if self.withheld:
            return texts.IMAGES_WITHHELD if alone else texts.IMAGES_IN_DETAILS
        return "" if some else texts.NOT_ONE_IMAGE


def show(result_images: Sequence[ResultImage], content: Content, room: int, limit: int) -> Shown:
    """*result_images* in a message with room for so many files, and links of so many characters."""
    if not content.files:
        result_images = without_files(result_images)
    result_images = _within(room, result_images)
    linked = [result_image for result_image in result_images if result_image.file is None]
    if not content.links:
        return Shown(result_images, "", [], withheld=bool(linked))
    lines = "\n".join(_link(result_image, content) for result_image in linked)
    if len(lines) <= limit:
        return Shown(result_images, lines, [], withheld=False)
    lines = "\n".join(_link_in_file(result_image, content) for result_image in linked)
    return Shown(result_images, lines, [links_file(one.image for one in linked)], withheld=False)


def links_file(images: Iterable[Image]) -> discord.File:
    """The addresses of *images* as a text file."""
    return text_file("links.txt", "\n".join(image.url for image in images))


def _reason(result_image: ResultImage, content: Content) -> str:
    if content.refused and not isinstance(result_image.problem, ImageUnavailable):
        return texts.REFUSED_BY_DISCORD
    too_large = isinstance(result_image.problem, ImageTooLarge)
    return texts.TOO_LARGE_TO_POST if too_large else texts.NOT_DOWNLOADED


def _link(result_image: ResultImage, content: Content) -> str:
    url = link_address(result_image.image)
    return texts.image_by_link(result_image.image.image_no, url, _reason(result_image, content))


def link_address(image: Image) -> str:
    """Its address as it can stand in a link of ours."""
    return image.url.replace("(", "%28").replace(")", "%29")


def _link_in_file(result_image: ResultImage, content: Content) -> str:
    return texts.image_in_file(result_image.image.image_no, _reason(result_image, content))


def text_file(name: str, text: str) -> discord.File:
    """*text* as a file."""
    return upload(name, text.encode())
