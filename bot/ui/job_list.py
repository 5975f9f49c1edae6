"""A list of somebody's jobs, page by page, and the choices that a half-typed job id gets."""

from datetime import datetime

import discord

from bot.errors import JobStopped
from bot.model import Job, JobState, Suggestion
from bot.services import JobList
from bot.texts import Texts
from bot.ui.buttons import Button, Row
from bot.ui.content import EVERYTHING, Content
from bot.ui.custom_ids import ButtonId, Verb
from bot.ui.escape import in_one_line, shorten, shown
from bot.ui.layouts import AT_WORK, LayoutMessage, Text, container_page

PROMPT_MAX = 80
PROBLEM_MAX = 80
CHOICE_MAX = 100
"""Discord's limit for the name and for the value of a choice."""


def list_page(t: Texts, listed: JobList, content: Content = EVERYTHING) -> LayoutMessage:
    """One page of a list, with the buttons to the pages beside it."""
    blocks = [t.jobs_heading, *(_entry(t, job, content) for job in listed.jobs)]
    if not listed.jobs:
        blocks.append(t.no_jobs)
    elif not content.words:
        blocks.append(t.prompts_left_out)
    turns = [Button(ButtonId(Verb.JOBS, listed.page - 1), t.newer)] if listed.page else []
    if listed.more:
        turns.append(Button(ButtonId(Verb.JOBS, listed.page + 1), t.older))
    return container_page(AT_WORK, [*map(Text, blocks), *([Row(*turns)] if turns else [])])


def choices(
    t: Texts, suggestions: list[Suggestion], now: datetime, content: Content = EVERYTHING
) -> list[discord.app_commands.Choice[str]]:
    """What Discord offers to somebody who types a job id."""
    return [
        discord.app_commands.Choice(name=_choice(t, one, now, content), value=one.job_id)
        for one in suggestions
        if len(one.job_id) <= CHOICE_MAX
    ]


def _choice(t: Texts, one: Suggestion, now: datetime, content: Content) -> str:
    age = t.age(now - one.created_at)
    name = in_one_line(one.prompt) if content.words else t.job_choice(one.job_id)
    return f"{shorten(name, CHOICE_MAX - len(age) - 3)} · {age}"


def _entry(t: Texts, job: Job, content: Content) -> str:
    link = job.posted or job.message
    about = t.job_line(
        request=job.request,
        state=_state(t, job),
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


def _state(t: Texts, job: Job) -> str:
    if job.stopped_at is not None and job.state in {JobState.SUBMITTING, JobState.RUNNING}:
        return t.stopped_sent
    if job.failure == JobStopped.failure:
        return t.stopped_unsent
    if job.state is JobState.DELIVERED:
        return t.images_counted(len(job.images))
    if job.state is JobState.UNDELIVERABLE:
        return t.kept(shown(job.delivery_problem or "", PROBLEM_MAX))
    return t.state(job.state)
