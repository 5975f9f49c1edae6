"""What a job's message looks like: at work, done, failed.

Every layout is built fresh for each send and edit, of dynamic items only and without a timeout:
discord.py would otherwise switch off all buttons of a kind at once.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import discord

from bot.attachments import MESSAGE_FILES_MAX, ImageFile, ResultImage
from bot.errors import JobKept, JobStopped, RemixbotError
from bot.jobs.status_message import Progress
from bot.model import Image, Job
from bot.texts import Texts, for_locale
from bot.ui.attachments import let_go, show_images, upload
from bot.ui.buttons import (
    found_buttons,
    in_layout,
    in_view,
    plain_retry_buttons,
    result_buttons,
    retry_buttons,
    stop_button,
)
from bot.ui.content import EVERYTHING, Content
from bot.ui.escape import quote, shown

NO_MENTIONS = discord.AllowedMentions.none()

AT_WORK = discord.Colour(0x5865F2)
DONE = discord.Colour(0x57F287)
PARTLY_DONE = discord.Colour(0xFEE75C)
FAILED = discord.Colour(0xED4245)

STOPPED = (JobStopped, JobKept)
"""What people wanted is no failure."""

QUOTED_PROMPT_MAX = 1200
"""The same from the first answer to the result: what Discord refuses, it refuses before anything is
paid."""
LINKS_MAX = 1800
"""Text in one message may have 4000 characters in all: heading and prompt take less than half."""
PARAMETERS_MAX = 200
PLAIN_PROMPT_MAX = 700
PLAIN_LINKS_MAX = 700
"""A classic message has 2000 characters."""
UNCHARGED_MARKS = 600_000_000
NEWS_MARKS = 1_000_000_000
STOP_MARKS = 1_400_000_000
END_MARKS = 1_800_000_000
"""Beyond all ids that Discord gives components by itself, which it counts from one."""

Text = discord.ui.TextDisplay[discord.ui.LayoutView]
Line = discord.ui.Separator[discord.ui.LayoutView]
Section = discord.ui.Section[discord.ui.LayoutView]
Thumbnail = discord.ui.Thumbnail[discord.ui.LayoutView]
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


def notice_marker(job: Job, *, uncharged: bool) -> int:
    """The mark of a notice that there are no images of *job*, and whether they cost anything."""
    return (UNCHARGED_MARKS if uncharged else END_MARKS) + job.id


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
    t = for_locale(job.locale)
    prompt, _ = quoted_prompt(t, job, QUOTED_PROMPT_MAX, content, t.prompt_withheld)
    heading = t.stopped_heading if progress.stopped else t.progress_heading(job.request)
    lines = _progress_lines(t, job, progress, started_at or job.created_at)
    lines = [*filter(None, [_settings_line(t, job, content)]), *lines]
    blocks: list[Item] = [*as_texts(heading, prompt, "\n".join(lines))]
    if not progress.stopped:
        blocks.append(stop_button(t, job))
    return container_page(AT_WORK, blocks, mark=stopped_marker(job) if progress.stopped else mark)


def _progress_lines(t: Texts, job: Job, progress: Progress, started_at: datetime) -> list[str]:
    if progress.stopped:
        lines = [t.stopped_at_work]
    elif progress.position is not None:
        lines = [t.in_line(progress.position.position, progress.position.starts_at)]
    else:
        if progress.unrecorded:
            state = t.waiting_to_send
        elif progress.fraction is not None:
            state = t.progress_bar(progress.fraction)
        else:
            state = t.working if progress.submitted else t.sending
        lines = [t.running_since(state, started_at, progress.ends_at)]
        if progress.unrecorded:
            lines.append(t.unrecorded)
        elif progress.refused:
            lines.append(t.reads_refused)
        elif progress.late:
            lines.append(t.still_watching)
    if job.origin is not None:
        lines.append(t.origin_line(job.origin.url))
    if not job.destination.bot_is_member and not progress.stopped:
        lines.append(t.late_ones_directly)
    return lines


def result_page(
    job: Job,
    result_images: Sequence[ResultImage],
    source: ImageFile | None = None,
    *,
    took_s: float,
    off: Collection[str] = (),
    content: Content = EVERYTHING,
) -> LayoutMessage:
    """The images, what they were made from, and the buttons to go on, but for actions that are
    *off*, by key.

    *source* stands small beside the text, in messages to more than one person.
    """
    t = for_locale(job.locale)
    prompt, files = quoted_prompt(t, job, QUOTED_PROMPT_MAX, content, t.prompt_in_more)
    content = _seen_by(job, content)
    shown = show_images(
        t,
        result_images,
        content,
        alt=(content.words and job.request.prompt) or t.listed_name(job.request),
        other_files=len(files),
        links_max=LINKS_MAX,
    )
    whose, figures = _about(t, job, took_s, content)
    head: list[Item] = [*as_texts(t.result_heading(job.request), prompt, whose)]
    beside = list[discord.File]()
    has_room = len(files) + len(result_images) + 1 < MESSAGE_FILES_MAX  # one place is for the links
    if source is not None and content.source and content.files and not content.alone and has_room:
        name, alt = source.name.rpartition(".")[2], t.source_alt_text(job.request.source)
        beside = [upload(f"source.{name}", source.content, description=alt)]
        head = [Section(*head, accessory=Thumbnail(beside[0]))]
    files += shown.files
    return container_page(
        DONE if shown.uploads else PARTLY_DONE,
        [
            *head,
            *as_texts(figures),
            *as_files(files),
            *shown.gallery(),
            *as_texts(shown.sentence, shown.links, _missing(t, job)),
            *in_layout(result_buttons(t, job, off)),
        ],
        [*files, *shown.uploads, *beside],
        mark=final_marker(job),
    )


def found_page(
    t: Texts,
    images: Sequence[Image],
    result_images: Sequence[ResultImage],
    content: Content = EVERYTHING,
    *,
    off: Collection[str] = (),
) -> LayoutMessage:
    """Images of a job that only the API knows, and the buttons to go on."""
    content = replace(content, links=content.links and not content.explicit, alone=True)
    shown = show_images(t, result_images, content, alt=t.found_alt, links_max=LINKS_MAX)
    items = [
        *as_texts(t.found_heading, t.found_about),
        *as_files(shown.files),
        *shown.gallery(),
        *as_texts(shown.sentence, shown.links),
        *in_layout(found_buttons(t, images, off)),
    ]
    colour = DONE if shown.uploads else PARTLY_DONE
    return container_page(colour, items, [*shown.files, *shown.uploads])


def plain_result(
    job: Job,
    result_images: Sequence[ResultImage],
    *,
    took_s: float,
    off: Collection[str] = (),
    content: Content = EVERYTHING,
) -> ClassicMessage:
    """The same in a classic message."""
    t = for_locale(job.locale)
    prompt, files = quoted_prompt(t, job, PLAIN_PROMPT_MAX, content, t.prompt_in_more)
    content = _seen_by(job, content)
    shown = show_images(
        t,
        result_images,
        content,
        alt=(content.words and job.request.prompt) or t.listed_name(job.request),
        other_files=len(files),
        links_max=PLAIN_LINKS_MAX,
    )
    blocks = [t.result_heading(job.request), prompt, *_about(t, job, took_s, content)]
    blocks += [shown.sentence, shown.links, _missing(t, job)]
    return ClassicMessage(
        "\n".join(filter(None, blocks)),
        in_view(result_buttons(t, job, off)),
        [*files, *shown.files, *shown.uploads],
    )


def failure_page(
    job: Job, error: RemixbotError, *, nothing_charged: bool, content: Content = EVERYTHING
) -> LayoutMessage:
    """What went wrong, the prompt so that nothing is lost, and a button to try again."""
    t = for_locale(job.locale)
    prompt, files = quoted_prompt(t, job, QUOTED_PROMPT_MAX, content, t.prompt_in_form)
    heading = t.what_went_wrong(error, nothing_charged=nothing_charged)
    blocks = as_texts(heading, prompt, t.asked_by(job.author_id))
    items = [
        *blocks,
        *as_files(files),
        *in_layout(
            retry_buttons(t, job, kept=isinstance(error, JobKept), uncharged=nothing_charged)
        ),
    ]
    colour = AT_WORK if isinstance(error, STOPPED) else FAILED
    return container_page(colour, items, files, mark=final_marker(job))


def plain_failure(
    job: Job, error: RemixbotError, *, nothing_charged: bool, content: Content = EVERYTHING
) -> ClassicMessage:
    """The same in a classic message."""
    t = for_locale(job.locale)
    prompt, files = quoted_prompt(t, job, PLAIN_PROMPT_MAX, content, t.prompt_in_form)
    heading = t.what_went_wrong(error, nothing_charged=nothing_charged)
    text = "\n".join((heading, prompt, t.asked_by(job.author_id)))
    buttons = plain_retry_buttons(
        t, job, kept=isinstance(error, JobKept), uncharged=nothing_charged
    )
    return ClassicMessage(text, in_view(buttons), files)


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


def _settings_line(t: Texts, job: Job, content: Content) -> str:
    """What its author's settings have added to its prompt; empty for nothing."""
    parameters = job.request.parameters if content.words else ""
    return t.with_settings(shown(parameters, PARAMETERS_MAX)) if parameters else ""


def _about(t: Texts, job: Job, took_s: float, content: Content) -> tuple[str, str]:
    """Whose it is and what it was made from; then its figures, which need a line of their own."""
    added = _settings_line(t, job, content)
    made_from = t.made_from(job.request, job.origin.url if job.origin else None)
    whose = "\n".join(filter(None, [added, t.asked_by(job.author_id), made_from]))
    return whose, t.result_figures(depth=job.depth, duration_s=took_s, cost_usd=job.cost_usd)


def as_texts(*blocks: str) -> list[Text]:
    """Each block in a component of its own, or a quote would swallow the lines below it."""
    return [Text(block) for block in blocks if block]


def quoted_prompt(
    t: Texts, job: Job, limit: int, content: Content, instead: str
) -> tuple[str, list[discord.File]]:
    """The prompt as a quote; whole in a file besides, where the quote has to be cut.

    Where Discord refuses its words, *instead* says so.
    """
    if not content.words:
        return t.prompt_withheld if content.alone else instead, []
    quoted, whole = quote(job.request.prompt, limit)
    return quoted, [] if whole else [prompt_file(job)]


def prompt_file(job: Job) -> discord.File:
    """The whole prompt as a text file."""
    return upload("prompt.txt", job.request.prompt.encode())


def as_files(files: Iterable[discord.File]) -> list[discord.ui.File[discord.ui.LayoutView]]:
    return [discord.ui.File[discord.ui.LayoutView](file) for file in files]


def _seen_by(job: Job, content: Content) -> Content:
    """*content* without the links of explicit images, unless one person alone sees them."""
    if content.explicit and not (content.alone or job.destination.private):
        return replace(content, links=False)
    return content


def _missing(t: Texts, job: Job) -> str:
    """A line that names the images that the API did not send."""
    there, makes = {image.image_no for image in job.images}, job.request.makes
    gone = [image_no for image_no in range(makes) if image_no not in there]
    return (
        t.missing_images(job.request.action.media, gone) if gone and len(job.images) < makes else ""
    )
