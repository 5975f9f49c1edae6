"""Pages that are shown to one person alone: help, details, usage, and questions.

Nothing here is about a job under way.
"""

from collections.abc import Iterable, Sequence

import discord

from bot import texts
from bot.limits import Limits, Quota
from bot.model import Image, Job, Source, Spending, Usage
from bot.services import JobDetails
from bot.texts import Fact
from bot.ui.attachments import link_address, links_file
from bot.ui.buttons import Button, Row, choice_buttons, in_layout
from bot.ui.content import EVERYTHING, Content
from bot.ui.custom_ids import ButtonId, Verb
from bot.ui.escape import in_one_line, shown
from bot.ui.layouts import (
    AT_WORK,
    FAILED,
    LayoutMessage,
    Line,
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


def help_page(limits: Limits) -> LayoutMessage:
    """What the bot can do, and how much of it one may ask for."""
    return container_page(
        AT_WORK,
        [
            *as_texts(texts.HELP_HEADING, texts.HELP_BUTTONS),
            Line(),
            *as_texts(texts.HELP_COMMANDS),
            Line(),
            *as_texts(texts.HELP_GOOD_TO_KNOW, texts.help_limits(limits)),
        ],
    )


def details_page(
    details: JobDetails, viewer_id: int, content: Content = EVERYTHING
) -> LayoutMessage:
    """All about a job. Words that Discord refuses come as a file, if it takes that."""
    job = details.job
    instead = texts.WORDS_IN_FILE if content.files else texts.WORDS_WITHHELD
    prompt, files = quoted_prompt(job, DETAILS_PROMPT_MAX, content, instead)
    if not content.words and content.files:
        files = [prompt_file(job)]
    blocks = [texts.DETAILS_HEADING, prompt, "\n".join(_facts(details, viewer_id, content))]
    if content.links and job.images:
        links = texts.image_links((one.image_no, link_address(one)) for one in job.images)
        if len(links) > DETAILS_LINKS_MAX:
            links = texts.LINKS_IN_FILE
            files.append(links_file(job.images))
        blocks.append(links)
    if details.children and content.words:
        children = [_child(child) for child in details.children]
        blocks.append("\n".join([texts.CHILDREN, *children]))
    return container_page(AT_WORK, [*as_texts(*blocks), *as_files(files)], files)


def _facts(details: JobDetails, viewer_id: int, content: Content) -> Iterable[str]:
    job = details.job
    yield texts.details_line(Fact.ASKED_BY, f"<@{job.author_id}>")
    for option in texts.options_of(job.request):
        yield texts.details_line(*option)
    if (source := job.request.source) is not None:
        yield texts.details_line(Fact.MADE_FROM, _parent(source, details))
        if details.parent is not None or viewer_id == job.author_id:
            yield texts.details_line(Fact.SOURCE_JOB, f"`{source.job_id}`")
    if job.provider_job_id:
        yield texts.details_line(Fact.JOB_ID, f"`{job.provider_job_id}`")
    if job.task_id:
        yield texts.details_line(Fact.TASK_ID, f"`{job.task_id}`")
    yield texts.details_line(Fact.LOG_NUMBER, str(job.id))
    yield texts.course(job.created_at, job.submitted_at, job.finished_at, job.delivered_at)
    cost = texts.cost_line(job.cost_usd, job.reserved_usd, job.multiplier)
    yield texts.details_line(Fact.COST, cost)
    if job.request.callback and content.words and viewer_id == job.author_id:
        callback = shown(job.request.callback, CALLBACK_MAX)
        yield texts.details_line(Fact.CALLBACK, callback)


def _parent(source: Source, details: JobDetails) -> str:
    link = details.origin
    if details.parent is None and link is None:
        return texts.NO_PARENT_KNOWN
    return texts.parent_image(source, link.url if link else None)


def _child(child: Job) -> str:
    link = child.posted or child.message
    prompt = shown(in_one_line(child.request.prompt), CHILD_PROMPT_MAX)
    return texts.child(child.request.source, prompt, link.url if link else None)


def delete_page(message_id: int) -> LayoutMessage:
    """Whether a result shall be deleted."""
    button = ButtonId(Verb.CONFIRM_DELETE, message_id)
    return _question(texts.DELETE_QUESTION, button, texts.DELETE, texts.CANCEL)


def forget_page(author_id: int, ended: int, under_way: int) -> LayoutMessage:
    """Whether everything of this person shall be forgotten."""
    button = ButtonId(Verb.FORGET, author_id)
    question = texts.forget_question(ended, under_way)
    return _question(question, button, texts.FORGET_ME, texts.CANCEL)


def stop_page(job: Job) -> LayoutMessage:
    """Whether a job that the API has shall be stopped."""
    button = ButtonId(Verb.STOP_ANYWAY, job.interaction_id)
    return _question(texts.STOP_QUESTION, button, texts.STOP_ANYWAY, texts.KEEP_GOING)


def _question(question: str, button: ButtonId, yes: str, no: str) -> LayoutMessage:
    """A question with the *button* that does it, and one that does nothing, by their labels."""
    does = Button(button, yes, discord.ButtonStyle.danger)
    keep = Button(ButtonId(Verb.KEEP, button.number), no)
    return container_page(FAILED, [*as_texts(question), Row(does, keep)])


def notice_text_page(sentence: str) -> LayoutMessage:
    """What came of it."""
    return container_page(AT_WORK, as_texts(sentence))


def choose_page(images: Sequence[Image], *, private: bool) -> LayoutMessage:
    """Which image to go on with."""
    buttons = in_layout(choice_buttons(images, private=private))
    return container_page(AT_WORK, [*as_texts(texts.CHOOSE_IMAGE), *buttons])


def usage_page(mine: Usage, theirs: Usage | None, limits: Limits) -> LayoutMessage:
    """What a person has used; *theirs* is what the server has, for who may see that."""
    items = as_texts(texts.USAGE_HEADING, *_used(mine, limits.person))
    if theirs is None:
        return container_page(AT_WORK, items)
    server = [texts.USAGE_SERVER_HEADING, *_used(theirs, limits.server)]
    if theirs.by_person:
        people = [(f"<@{who}>", spent) for who, spent in theirs.by_person]
        server.append(_bars(texts.USAGE_BY_PERSON, people))
    return container_page(AT_WORK, [*items, Line(), *as_texts(*server)])


def _used(usage: Usage, allowance: Quota) -> list[str]:
    day, month = usage.day, usage.month
    if not month.jobs and not month.usd:
        return [texts.USAGE_NOTHING]
    per_day = (allowance.jobs_per_day, allowance.usd_per_day)
    blocks = [
        texts.usage_line(texts.LAST_DAY, day.jobs, day.usd, *per_day)
        + "\n"
        + texts.usage_line(texts.LAST_MONTH, month.jobs, month.usd, 0, allowance.usd_per_month)
    ]
    if usage.by_day:
        days = [(texts.day_name(day), spent) for day, spent in usage.by_day]
        blocks.append(_bars(texts.USAGE_BY_DAY, days))
    return blocks


def _bars(heading: str, parts: Sequence[tuple[str, Spending]]) -> str:
    """A bar for each part, the longest one for the most expensive."""
    most = max(spent.usd for _, spent in parts)
    bars = [
        texts.usage_bar(float(spent.usd / most) if most else 0.0, spent.jobs, spent.usd, name)
        for name, spent in parts
    ]
    return "\n".join([heading, *bars])
