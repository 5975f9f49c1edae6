"""The pictures of a message: those that have files by them, the others by their links."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import discord

from bot import texts
from bot.errors import PictureTooLarge, PictureUnavailable
from bot.jobs.gallery import without_files
from bot.jobs.screen import Exhibit
from bot.model import Picture
from bot.ui.content import Content
from bot.ui.escape import shorten
from bot.ui.uploads import upload

ALT_TEXT_MAX = 256


def uploads_of(prompt: str, exhibits: Sequence[Exhibit]) -> list[discord.File]:
    uploads: list[discord.File] = []
    for exhibit in exhibits:
        if exhibit.file is not None:
            alt = shorten(texts.alt_text(exhibit.picture.image_no) + prompt, ALT_TEXT_MAX)
            uploads.append(upload(exhibit.file.name, exhibit.file.content, description=alt))
    return uploads


def gallery(
    uploads: Sequence[discord.File],
) -> list[discord.ui.MediaGallery[discord.ui.LayoutView]]:
    items = [discord.MediaGalleryItem(upload) for upload in uploads]
    return [discord.ui.MediaGallery[discord.ui.LayoutView](*items)] if items else []


def _within(room: int, exhibits: Sequence[Exhibit]) -> list[Exhibit]:
    """*exhibits* with no more than *room* files, one place of it kept for a list of links."""
    if any(exhibit.file is None for exhibit in exhibits) or len(exhibits) > room:
        room -= 1
    too_many = PictureTooLarge(limit_bytes=0)
    return [
        exhibit if position < room else replace(exhibit, file=None, problem=too_many)
        for position, exhibit in enumerate(exhibits)
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """How pictures are shown: those that have files by them, the others by their links."""

    exhibits: list[Exhibit]
    links: str
    files: list[discord.File]
    """Where the links are too long for the text."""
    withheld: bool
    """Some have no file, and Discord refuses their links or what they lead to."""

    def sentence(self, *, alone: bool = True) -> str:
        """What to say where pictures are missing; unless *alone*, Details has their links."""
        some = any(one.file for one in self.exhibits)
        if self.withheld and some:
            return texts.LINKS_WITHHELD if alone else texts.LINKS_IN_DETAILS
        if self.withheld:
            return texts.PICTURES_WITHHELD if alone else texts.PICTURES_IN_DETAILS
        return "" if some else texts.NOT_ONE_PICTURE


def show(exhibits: Sequence[Exhibit], content: Content, room: int, limit: int) -> Shown:
    """*exhibits* in a message with room for so many files, and links of so many characters."""
    if not content.files:
        exhibits = without_files(exhibits)
    exhibits = _within(room, exhibits)
    linked = [exhibit for exhibit in exhibits if exhibit.file is None]
    if not content.links:
        return Shown(exhibits, "", [], withheld=bool(linked))
    lines = "\n".join(_link(exhibit, content) for exhibit in linked)
    if len(lines) <= limit:
        return Shown(exhibits, lines, [], withheld=False)
    lines = "\n".join(_link_in_file(exhibit, content) for exhibit in linked)
    return Shown(exhibits, lines, [links_file(one.picture for one in linked)], withheld=False)


def links_file(pictures: Iterable[Picture]) -> discord.File:
    """The addresses of *pictures* as a text file."""
    return text_file("links.txt", "\n".join(picture.url for picture in pictures))


def _reason(exhibit: Exhibit, content: Content) -> str:
    if content.refused and not isinstance(exhibit.problem, PictureUnavailable):
        return texts.REFUSED_BY_DISCORD
    too_large = isinstance(exhibit.problem, PictureTooLarge)
    return texts.TOO_LARGE_TO_POST if too_large else texts.NOT_DOWNLOADED


def _link(exhibit: Exhibit, content: Content) -> str:
    url = link_address(exhibit.picture)
    return texts.picture_by_link(exhibit.picture.image_no, url, _reason(exhibit, content))


def link_address(picture: Picture) -> str:
    """Its address as it can stand in a link of ours."""
    return picture.url.replace("(", "%28").replace(")", "%29")


def _link_in_file(exhibit: Exhibit, content: Content) -> str:
    return texts.picture_in_file(exhibit.picture.image_no, _reason(exhibit, content))


def text_file(name: str, text: str) -> discord.File:
    """*text* as a file."""
    return upload(name, text.encode())
