"""A list of somebody's jobs, page by page, and the choices that a half-typed job id gets."""

from datetime import datetime

import discord

from bot import texts
from bot.errors import JobStopped
from bot.model import Job, JobState, Suggestion
from bot.services import JobList
from bot.ui.buttons import Button, Row
from bot.ui.content import EVERYTHING, Content
from bot.ui.custom_ids import ButtonId, Verb
from bot.ui.escape import in_one_line, shorten, shown
from bot.ui.layouts import AT_WORK, LayoutMessage, Text, container_page

PROMPT_MAX = 80
PROBLEM_MAX = 80
CHOICE_MAX = 100
"""Discord's limit for the name and for the value of a choice."""


def list_page(listed: JobList, content: Content = EVERYTHING) -> LayoutMessage:
    """One page of a list, with the buttons to the pages beside it."""
    blocks = [texts.JOBS_HEADING, *(_entry(job, content) for job in listed.jobs)]
    if not listed.jobs:
        blocks.append(texts.NO_JOBS)
    elif not content.words:
        blocks.append(texts.WORDS_LEFT_OUT)
    turns = [Button(ButtonId(Verb.JOBS, listed.page - 1), texts.NEWER)] if listed.page else []
    if listed.more:
        turns.append(Button(ButtonId(Verb.JOBS, listed.page + 1), texts.OLDER))
    return container_page(AT_WORK, [*map(Text, blocks), *([Row(*turns)] if turns else [])])


def choices(
    suggestions: list[Suggestion], now: datetime, content: Content = EVERYTHING
) -> list[discord.app_commands.Choice[str]]:
    """What Discord offers to somebody who types a job id."""
    return [
        discord.app_commands.Choice(name=_choice(one, now, content), value=one.job_id)
        for one in suggestions
        if len(one.job_id) <= CHOICE_MAX
    ]


def _choice(one: Suggestion, now: datetime, content: Content) -> str:
    age = texts.age(now - one.created_at)
    name = in_one_line(one.prompt) if content.words else texts.job_choice(one.job_id)
    return f"{shorten(name, CHOICE_MAX - len(age) - 3)} · {age}"


def _entry(job: Job, content: Content) -> str:
    link = job.posted or job.message
    about = texts.job_line(
        request=job.request,
        state=_state(job),
        created_at=job.created_at,
        message_url=link.url if link and _is_there(job) else None,
        private=job.destination.private,
    )
    if not content.words:
        return about
    prompt = shown(in_one_line(job.request.prompt), PROMPT_MAX)
    return f"{prompt}\n{about}"


def _is_there(job: Job) -> bool:
    """Whether its message can be jumped to: one that only its author saw is gone for links."""
    return not job.destination.private or (job.posted is not None and job.posted.guild_id is None)


def _state(job: Job) -> str:
    if job.stopped_at is not None and job.state in texts.STOPPED_STATES:
        return texts.STOPPED_STATES[job.state]
    if job.failure == JobStopped.__name__:
        return texts.STOPPED_UNSENT
    if job.state is JobState.DELIVERED:
        return texts.image_count(len(job.images))
    if job.state is JobState.FINISHED and job.delivery_problem:
        return texts.kept(shown(job.delivery_problem, PROBLEM_MAX))
    return texts.STATES[job.state]
