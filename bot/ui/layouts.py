"""What a job's message looks like: at work, done, failed.

Every layout is built fresh for each send and edit, of dynamic items only and without a timeout:
discord.py would otherwise switch off all buttons of a kind at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import discord

from bot import sentences, texts
from bot.attachments import ResultImage
from bot.errors import JobKept, JobStopped, RemixbotError
from bot.jobs.status_message import Progress
from bot.model import Image, Job
from bot.ui.attachments import show_images, text_file
from bot.ui.buttons import (
    ButtonRows,
    action_buttons,
    in_layout,
    in_view,
    plain_retry_buttons,
    result_buttons,
    retry_buttons,
    stop_button,
)
from bot.ui.content import EVERYTHING, Content
from bot.ui.escape import quote
from bot.ui.uploads import let_go

NO_MENTIONS = discord.AllowedMentions.none()

AT_WORK = discord.Colour(0x5865F2)
DONE = discord.Colour(0x57F287)
PARTLY_DONE = discord.Colour(0xFEE75C)
FAILED = discord.Colour(0xED4245)

STOPPED = (JobStopped, JobKept)
"""What people wanted is no failure."""

PROMPT_MAX = 1200
"""The same from the first answer to the result: what Discord refuses, it refuses before anything is
paid."""
LINKS_MAX = 1800
"""Text in one message may have 4000 characters in all: heading and prompt take less than half."""
PLAIN_PROMPT_MAX = 700
PLAIN_LINKS_MAX = 700
"""A classic message has 2000 characters."""
NEWS_MARKS = 1_000_000_000
STOP_MARKS = 1_400_000_000
END_MARKS = 1_800_000_000
"""Beyond all ids that Discord gives components by itself, which it counts from one."""

Text = discord.ui.TextDisplay[discord.ui.LayoutView]
Line = discord.ui.Separator[discord.ui.LayoutView]
Item = discord.ui.Item[discord.ui.LayoutView]


@dataclass(frozen=True, slots=True)
class LayoutMessage:
    """A message ready to be sent: used once, then closed and built anew."""

    view: discord.ui.LayoutView
    files: list[discord.File]

    def close(self) -> None:
        """It was sent, or will not be: its files are let go."""
        let_go(self.files)


@dataclass(frozen=True, slots=True)
class ClassicMessage:
    """A classic message, for when Discord refuses a `LayoutMessage`: used once."""

    content: str
    view: discord.ui.View
    files: list[discord.File]

    def close(self) -> None:
        """It was sent, or will not be: its files are let go."""
        let_go(self.files)


def final_marker(job: Job) -> int:
    """The mark of the page that ends *job*: by it such a message is found again."""
    return NEWS_MARKS + job.id


def notice_marker(job: Job) -> int:
    """The mark of a notice that there are no images of *job*."""
    return END_MARKS + job.id


def stopped_marker(job: Job) -> int:
    """The mark of the page that says that *job* was stopped when the API had it already."""
    return STOP_MARKS + job.id


def progress_page(
    job: Job,
    progress: Progress,
    *,
    mark: int | None = None,
    started_at: datetime | None = None,
    content: Content = EVERYTHING,
) -> LayoutMessage:
    """What is being made, how far it is, and since when.

    *mark*, 1 to 2**31 - 1, is kept by Discord, so that this very message can be recognised.
    *started_at*: when its turn came, where that is not when it was asked for.
    """
    prompt, _ = quoted_prompt(job, PROMPT_MAX, content, texts.WORDS_WITHHELD)
    heading = texts.STOPPED_HEADING if progress.stopped else texts.progress_heading(job.request)
    lines = _progress_lines(job, progress, started_at or job.created_at)
    blocks: list[Item] = [*as_texts(heading, prompt, "\n".join(lines))]
    if not progress.stopped:
        blocks.append(stop_button(job))
    return container_page(AT_WORK, blocks, mark=stopped_marker(job) if progress.stopped else mark)


def _progress_lines(job: Job, progress: Progress, started_at: datetime) -> list[str]:
    if progress.stopped:
        lines = [texts.STOPPED_AT_WORK]
    elif progress.position is not None:
        lines = [texts.in_line(progress.position.position, progress.position.starts_at)]
    else:
        if progress.unrecorded:
            state = texts.WAITING_TO_SEND
        elif progress.fraction is not None:
            state = texts.bar(progress.fraction)
        else:
            state = texts.WORKING if progress.submitted else texts.SENDING
        lines = [texts.running_since(state, started_at, progress.ends_at)]
        if progress.unrecorded:
            lines.append(texts.UNRECORDED)
        elif progress.refused:
            lines.append(texts.REFUSED)
        elif progress.late:
            lines.append(texts.STILL_WATCHING)
    if job.origin is not None:
        lines.append(texts.origin_line(job.origin.url))
    if not job.destination.bot_is_member and not progress.stopped:
        lines.append(texts.LATE_ONES_DIRECTLY)
    return lines


def result_page(
    job: Job, result_images: Sequence[ResultImage], *, took_s: float, content: Content = EVERYTHING
) -> LayoutMessage:
    """The images, what they were made from, and the buttons to go on."""
    prompt, files = quoted_prompt(job, PROMPT_MAX, content, texts.WORDS_IN_DETAILS)
    content = _seen_by(job, content)
    shown = show_images(
        result_images,
        content,
        alt=job.request.prompt if content.words else "",
        other_files=len(files),
        links_max=LINKS_MAX,
    )
    files += shown.files
    return container_page(
        DONE if shown.uploads else PARTLY_DONE,
        [
            *as_texts(texts.result_heading(job.request), prompt, _about(job, took_s)),
            *as_files(files),
            *shown.gallery(),
            *as_texts(shown.sentence, shown.links, _missing(job)),
            *in_layout(result_buttons(job)),
        ],
        [*files, *shown.uploads],
        mark=final_marker(job),
    )


def found_page(
    images: Sequence[Image], result_images: Sequence[ResultImage], content: Content = EVERYTHING
) -> LayoutMessage:
    """Images of a job that only the API knows, and the buttons to go on."""
    content = replace(content, links=content.links and not content.explicit, alone=True)
    shown = show_images(result_images, content, alt=texts.FOUND_ALT, links_max=LINKS_MAX)
    items = [
        *as_texts(texts.FOUND_HEADING, texts.FOUND_ABOUT),
        *as_files(shown.files),
        *shown.gallery(),
        *as_texts(shown.sentence, shown.links),
        *in_layout(action_buttons(images)),
    ]
    colour = DONE if shown.uploads else PARTLY_DONE
    return container_page(colour, items, [*shown.files, *shown.uploads])


def plain_result(
    job: Job, result_images: Sequence[ResultImage], *, took_s: float, content: Content = EVERYTHING
) -> ClassicMessage:
    """The same in a classic message."""
    prompt, files = quoted_prompt(job, PLAIN_PROMPT_MAX, content, texts.WORDS_IN_DETAILS)
    content = _seen_by(job, content)
    shown = show_images(
        result_images,
        content,
        alt=job.request.prompt if content.words else "",
        other_files=len(files),
        links_max=PLAIN_LINKS_MAX,
    )
    blocks = [texts.result_heading(job.request), prompt, _about(job, took_s)]
    blocks += [shown.sentence, shown.links, _missing(job)]
    return ClassicMessage(
        "\n".join(filter(None, blocks)),
        in_view(result_buttons(job)),
        [*files, *shown.files, *shown.uploads],
    )


def failure_page(
    job: Job, error: RemixbotError, *, nothing_charged: bool, content: Content = EVERYTHING
) -> LayoutMessage:
    """What went wrong, the prompt so that nothing is lost, and a button to try again."""
    prompt, files = quoted_prompt(job, PROMPT_MAX, content, texts.WORDS_IN_FORM)
    heading = what_went_wrong(error, nothing_charged=nothing_charged)
    blocks = as_texts(heading, prompt, texts.asked_by(job.author_id))
    items = [*blocks, *as_files(files), *in_layout(_retries(job, error))]
    colour = AT_WORK if isinstance(error, STOPPED) else FAILED
    return container_page(colour, items, files, mark=final_marker(job))


def plain_failure(
    job: Job, error: RemixbotError, *, nothing_charged: bool, content: Content = EVERYTHING
) -> ClassicMessage:
    """The same in a classic message."""
    prompt, files = quoted_prompt(job, PLAIN_PROMPT_MAX, content, texts.WORDS_IN_FORM)
    heading = what_went_wrong(error, nothing_charged=nothing_charged)
    text = "\n".join((heading, prompt, texts.asked_by(job.author_id)))
    return ClassicMessage(
        text, in_view(plain_retry_buttons(job, kept=isinstance(error, JobKept))), files
    )


def _retries(job: Job, error: RemixbotError) -> ButtonRows:
    return retry_buttons(job, kept=isinstance(error, JobKept))


def notice_page(sentence: str, *, mark: int | None = None) -> LayoutMessage:
    """One plain text: what a job's message becomes where the news are not in it."""
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(Text(sentence, id=mark))
    return LayoutMessage(view, [])


def container_page(
    colour: discord.Colour,
    items: Iterable[Item],
    files: list[discord.File] | None = None,
    *,
    mark: int | None = None,
) -> LayoutMessage:
    """A message in a frame of this colour."""
    view = discord.ui.LayoutView(timeout=None)
    container = discord.ui.Container[discord.ui.LayoutView](*items, accent_colour=colour, id=mark)
    view.add_item(container)
    return LayoutMessage(view, files or [])


def _about(job: Job, took_s: float) -> str:
    source, origin = job.request.source, job.origin
    details = texts.details(
        options=texts.chosen(job.request),
        parent=texts.parent_image(source, origin.url if origin else None) if source else None,
        duration_s=took_s,
        cost_usd=job.cost_usd,
    )
    return f"{texts.asked_by(job.author_id)}\n{details}"


def what_went_wrong(error: RemixbotError, *, nothing_charged: bool) -> str:
    """Why there are no images, and whether that cost anything."""
    sentence = sentences.describe(error)
    if nothing_charged and type(error) not in sentences.SAY_NOTHING_CHARGED:
        sentence = f"{sentence} {texts.NOTHING_CHARGED}"
    stopped = isinstance(error, STOPPED)
    return f"{texts.STOPPED_HEADING if stopped else texts.FAILURE_HEADING}\n{sentence}"


def as_texts(*blocks: str) -> list[Text]:
    """Each block in a component of its own, or a quote would swallow the lines below it."""
    return [Text(block) for block in blocks if block]


def quoted_prompt(
    job: Job, limit: int, content: Content, instead: str
) -> tuple[str, list[discord.File]]:
    """The prompt as a quote; whole in a file besides, where the quote has to be cut.

    Where Discord refuses its words, *instead* says so.
    """
    if not content.words:
        return texts.WORDS_WITHHELD if content.alone else instead, []
    quoted, whole = quote(job.request.prompt, limit)
    return quoted, [] if whole else [prompt_file(job)]


def prompt_file(job: Job) -> discord.File:
    """The whole prompt as a text file."""
    return text_file("prompt.txt", job.request.prompt)


def as_files(files: Iterable[discord.File]) -> list[discord.ui.File[discord.ui.LayoutView]]:
    return [discord.ui.File[discord.ui.LayoutView](file) for file in files]


def _seen_by(job: Job, content: Content) -> Content:
    """*content* without the links of explicit images, unless one person alone sees them."""
    if content.explicit and not (content.alone or job.destination.private):
        return replace(content, links=False)
    return content


def _missing(job: Job) -> str:
    """A line that names the images that the API did not send."""
    there, makes = {image.image_no for image in job.images}, job.request.action.makes
    gone = [image_no for image_no in range(makes) if image_no not in there]
    return texts.missing_images(gone) if gone and len(job.images) < makes else ""
