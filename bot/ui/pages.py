"""Pages that are shown to one person alone: help, details, usage, and questions.

Nothing here is about a job under way.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import discord

from bot.actions import SOURCE_IMAGES
from bot.limits import Limits, Quota
from bot.model import Image, Job, JobState, Spending, Suggestion, Usage
from bot.pictures.areas import AREAS
from bot.pictures.usage import days_drawn
from bot.prompt_cost import prompt_cost
from bot.services.history import JobDetails
from bot.texts import Texts
from bot.ui.attachments import ALT_TEXT_MAX, link_address, links_file, upload
from bot.ui.buttons import (
    Button,
    Row,
    choice_buttons,
    in_layout,
    panel_buttons,
    style_buttons,
)
from bot.ui.content import EVERYTHING, Content
from bot.ui.custom_ids import ButtonId, Verb
from bot.ui.escape import in_one_line, shorten, shown
from bot.ui.found_pages import find_again_buttons
from bot.ui.layouts import (
    AT_WORK,
    FAILED,
    Item,
    LayoutMessage,
    Line,
    Section,
    Thumbnail,
    as_files,
    as_texts,
    container_page,
    prompt_file,
    quoted_prompt,
)

CHILD_PROMPT_MAX = 40
DETAILS_PROMPT_MAX = 800
DETAILS_LINKS_MAX = 600
CALLBACK_MAX = 200
PARAMETERS_MAX = 300
CHOICE_MAX = 100
"""Discord's limit for the name and for the value of a choice."""


def help_page(t: Texts, limits: Limits) -> LayoutMessage:
    """What the bot can do, and how much of it one may ask for."""
    return container_page(
        AT_WORK,
        [
            *as_texts(t.help_heading, t.help_buttons),
            Line(),
            *as_texts(t.help_commands),
            Line(),
            *as_texts(t.help_good_to_know(limits), t.help_limits(limits)),
        ],
    )


def choices(
    t: Texts, suggestions: list[Suggestion], now: datetime, content: Content = EVERYTHING
) -> list[discord.app_commands.Choice[str]]:
    """What Discord offers to somebody who types a job id."""
    offered: list[discord.app_commands.Choice[str]] = []
    for one in suggestions:
        age = t.age(now - one.created_at)
        name = (in_one_line(one.prompt) if content.words else "") or t.job_choice(one.job_id)
        name = f"{shorten(name, CHOICE_MAX - len(age) - 3)} · {age}"
        if len(one.job_id) <= CHOICE_MAX:
            offered.append(discord.app_commands.Choice(name=name, value=one.job_id))
    return offered


def details_page(
    t: Texts,
    details: JobDetails,
    viewer_id: int,
    content: Content = EVERYTHING,
    *,
    message_id: int | None = None,
) -> LayoutMessage:
    """All about a job, and a button to delete the message with this id.

    Words that Discord refuses come as a file, if it takes that.
    """
    job = details.job
    instead = t.prompt_in_file if content.files else t.prompt_withheld
    prompt, files = quoted_prompt(t, job, DETAILS_PROMPT_MAX, content, instead)
    if not content.words and content.files:
        files = [prompt_file(job)]
    blocks = [t.details_heading, prompt, _facts(t, details, viewer_id, content)]
    if content.links and job.images:
        links = t.image_links((one.image_no, link_address(one)) for one in job.images)
        if len(links) > DETAILS_LINKS_MAX:
            links = t.links_in_file
            files.append(links_file(job.images))
        blocks.append(t.details_line(t.detail_images, links))
    if details.children and content.words:
        lines = [t.children_heading]
        for child in details.children:
            link = child.posted or child.message
            prompt = shown(in_one_line(child.request.prompt), CHILD_PROMPT_MAX)
            lines.append(t.child(child.request, prompt, link.url if link else None))
        blocks.append("\n".join(lines))
    items: list[Item] = [*as_texts(*blocks), *as_files(files)]
    if styles := style_buttons(t, job):
        items += [*as_texts(t.use_as_style), *in_layout([styles])]
    delete = _delete_button(message_id, t)
    items += [Row(*delete)] if delete else []
    return container_page(AT_WORK, items, files)


def panel_page(
    t: Texts,
    job: Job,
    image: Image,
    prices: Mapping[str, Decimal],
    content: Content = EVERYTHING,
    *,
    public: bool,
    thumbnail: bytes | None = None,
    off: Collection[str] = (),
    message_id: int | None = None,
) -> LayoutMessage:
    """All that can be made from one *image* of a finished job, and all else that is rarely done
    with it; with a button to delete the message with this id.

    *public*: everybody in the channel sees the result that this was opened under. *off*: the keys
    of actions that aren't offered now.
    """
    number = job.interaction_id
    images = [one for one in job.images if one.image_no in SOURCE_IMAGES]
    makes = panel_buttons(t, job, image, off)
    head: list[Item] = [*as_texts(t.panel_heading(image, len(images)))]
    if makes:
        head += as_texts(
            t.prices({one.button.verb: prices[one.button.verb] for row in makes for one in row})
        )
    files = list[discord.File]()
    if thumbnail is not None and content.files:
        name = t.alt_text(image, "")
        files = [upload(f"thumbnail_{image.image_no}.png", thumbnail, description=name)]
        head = [Section(*head, accessory=Thumbnail(files[0]))]
    choices = [
        Button(
            ButtonId(Verb.CHOOSE, number, str(one.image_no), public),
            t.image_choice(one.image_no),
            discord.ButtonStyle.primary if one == image else discord.ButtonStyle.secondary,
        )
        for one in images
    ]
    details = Button(ButtonId(Verb.DETAILS, number, public=public), t.details)
    items = [
        *head,
        *([Row(*choices)] if len(choices) > 1 else []),
        *in_layout(makes),
        Line(),
        Row(details, *find_again_buttons(t, job), *_delete_button(message_id, t)),
    ]
    return container_page(AT_WORK, items, files)


def unknown_page(t: Texts, message_id: int) -> LayoutMessage:
    """What can be done with the message of a job that nobody knows any more."""
    delete = Row(*_delete_button(message_id, t))
    return container_page(AT_WORK, [*as_texts(t.job_forgotten), delete])


def _delete_button(message_id: int | None, t: Texts) -> list[Button]:
    return [Button(ButtonId(Verb.ASK_TO_DELETE, message_id), t.delete)] if message_id else []


def _facts(t: Texts, details: JobDetails, viewer_id: int, content: Content) -> str:
    job, link = details.job, details.origin
    own, source, of = viewer_id == job.author_id, job.request.source, None
    times = prompt_cost(job.request.sent_prompt).multiplier
    if source is not None:
        is_known = details.parent is not None or link is not None
        of = t.source_image(source, link.url if link else None) if is_known else t.unknown_source
    tells_source = source is not None and (details.parent is not None or own)
    callback = job.request.callback if content.words and own else None
    parameters = job.request.parameters if content.words else ""
    delivered_at = job.ended_at if job.state is JobState.DELIVERED else None
    facts = (
        (t.detail_requester, f"<@{job.author_id}>"),
        (t.detail_settings, parameters and shown(parameters, PARAMETERS_MAX)),
        *t.options_of(job.request, areas_max=len(AREAS)),
        (t.detail_source, of),
        (t.detail_source_job, f"`{source.job_id}`" if source and tells_source else None),
        (t.detail_chain, t.nth_edit(job.depth) if job.depth is not None else None),
        (t.detail_job_id, job.provider_job_id and f"`{job.provider_job_id}`"),
        (t.detail_task_id, job.task_id and f"`{job.task_id}`"),
        (t.detail_log_number, str(job.id)),
        (
            t.detail_requested,
            t.course(job.created_at, job.submitted_at, job.finished_at, delivered_at),
        ),
        (t.detail_cost, t.cost_told(job.cost_usd, job.reserved_usd, times)),
        (t.detail_callback, callback and shown(callback, CALLBACK_MAX)),
    )
    return "\n".join(t.details_line(label, value) for label, value in facts if value)


def delete_page(t: Texts, message_id: int) -> LayoutMessage:
    """Whether a result shall be deleted."""
    button = ButtonId(Verb.CONFIRM_DELETE, message_id)
    return _question(t.delete_question, button, t.delete, t.cancel)


def forget_page(
    t: Texts, author_id: int, ended: int, under_way: int, favorites: int = 0
) -> LayoutMessage:
    """Whether everything of this person shall be forgotten."""
    button = ButtonId(Verb.FORGET, author_id)
    question = t.forget_question(ended, under_way, favorites)
    return _question(question, button, t.forget_me, t.cancel)


def stop_page(t: Texts, job: Job) -> LayoutMessage:
    """Whether a job that the API has shall be stopped."""
    button = ButtonId(Verb.STOP_ANYWAY, job.interaction_id)
    return _question(t.stop_question, button, t.stop_anyway, t.keep_going)


def _question(question: str, button: ButtonId, yes: str, no: str) -> LayoutMessage:
    """A question with the *button* that does it, and one that does nothing, by their labels."""
    does = Button(button, yes, discord.ButtonStyle.danger)
    keep = Button(ButtonId(Verb.KEEP, button.number), no)
    return container_page(FAILED, [*as_texts(question), Row(does, keep)])


def notice_text_page(sentence: str) -> LayoutMessage:
    return container_page(AT_WORK, as_texts(sentence))


def choose_page(t: Texts, images: Sequence[Image], *, private: bool) -> LayoutMessage:
    """Which image to go on with."""
    buttons = in_layout(choice_buttons(t, images, private=private))
    return container_page(AT_WORK, [*as_texts(t.choose_image), *buttons])


def usage_page(
    t: Texts,
    mine: Usage,
    theirs: Usage | None,
    limits: Limits,
    *,
    charts: Sequence[bytes | None] = (None, None),
    content: Content = EVERYTHING,
) -> LayoutMessage:
    """What a person has used; *theirs* is what the server has, for who may see that.

    *charts* are images of the two, as far as there is something to be seen.
    """
    my_chart, their_chart = charts if content.files else (None, None)
    files = [_chart_file(t, mine, my_chart, "usage.png")] if my_chart else []
    items: list[Item] = [*as_texts(t.usage_heading, *_used(t, mine, limits.person))]
    items += _gallery(files)
    if theirs is not None:
        server = [t.usage_server_heading, *_used(t, theirs, limits.server)]
        if theirs.by_person:
            people = [(f"<@{who}>", spent) for who, spent in theirs.by_person]
            server.append(_bars(t, t.usage_by_person, people))
        more = [_chart_file(t, theirs, their_chart, "server_usage.png")] if their_chart else []
        items += [Line(), *as_texts(*server), *_gallery(more)]
        files += more
    return container_page(AT_WORK, items, files)


def _chart_file(t: Texts, usage: Usage, chart: bytes, name: str) -> discord.File:
    first, *_, last = days_drawn(usage)
    most = max(usage.by_day, key=lambda one: (one[1].usd, one[1].jobs))
    parts = [t.usage_chart_part(t.usage_action(key), spent) for key, spent in usage.by_action]
    alt = t.usage_chart_alt(first, last, most, parts)
    return upload(name, chart, description=shorten(alt, ALT_TEXT_MAX))


def _gallery(files: Sequence[discord.File]) -> list[Item]:
    items = [discord.MediaGalleryItem(file) for file in files]
    return [discord.ui.MediaGallery[discord.ui.LayoutView](*items)] if items else []


def _used(t: Texts, usage: Usage, allowance: Quota) -> list[str]:
    day, month = usage.day, usage.month
    if not month.jobs and not month.usd:
        return [t.usage_nothing]
    jobs, usd = allowance.jobs_per_day, allowance.usd_per_day
    last_day = t.usage_line(t.last_day, day, jobs_limit=jobs, usd_limit=usd)
    last_month = t.usage_line(t.last_month, month, usd_limit=allowance.usd_per_month)
    blocks = [f"{last_day}\n{last_month}"]
    week = usage.today - timedelta(days=7)
    days = [(t.day_name(day), spent) for day, spent in usage.by_day if day > week]
    if days:
        blocks.append(_bars(t, t.usage_by_day, days))
    actions = [(t.usage_action(key), spent) for key, spent in usage.by_action]
    return [*blocks, _bars(t, t.usage_by_action, actions)]


def _bars(t: Texts, heading: str, parts: Sequence[tuple[str, Spending]]) -> str:
    """A bar for each part, the longest one for the most expensive."""
    most = max(spent.usd for _, spent in parts)
    bars = [
        t.usage_bar(float(spent.usd / most) if most else 0.0, spent, name) for name, spent in parts
    ]
    return "\n".join([heading, *bars])
