"""Pages by which people find again what was made: lists, family trees, images in one file."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import discord

from bot.actions import find_action
from bot.errors import ImageUnavailable, JobStopped, RemixbotError
from bot.job_search import JobSearch
from bot.jobs.archive import Archive
from bot.jobs.image_loader import plain_name
from bot.model import Job, JobState
from bot.pictures.tree import TreeNode
from bot.services.families import Family
from bot.services.favorites import FavoriteList
from bot.services.history import JobList
from bot.texts import Texts
from bot.ui.attachments import link_address, links_file, upload
from bot.ui.buttons import Button, Row
from bot.ui.content import EVERYTHING, Content
from bot.ui.custom_ids import ButtonId, Verb
from bot.ui.escape import in_one_line, shorten, shown
from bot.ui.layouts import (
    AT_WORK,
    LINKS_MAX,
    Item,
    LayoutMessage,
    as_files,
    as_texts,
    container_page,
)
from bot.ui.selects import JobSelect

if TYPE_CHECKING:
    from bot.pictures.tree import Thumbnail

LISTED_PROMPT_MAX = 80
SEARCH_MAX = 200
OPTIONS_MAX = 25
"""Of a choice, at Discord; each of its words have 100 characters."""
OPTION_MAX = 100
FAMILY_ALT_MAX = 1000
"""Discord takes 1024."""
PROBLEM_MAX = 80


def find_again_buttons(t: Texts, job: Job) -> list[Button]:
    """What is done with a result to have it again."""
    number = job.interaction_id
    return [
        Button(ButtonId(Verb.FAVORITE, number), t.favorite),
        Button(ButtonId(Verb.DOWNLOAD, number), t.download),
        Button(ButtonId(Verb.FAMILY, number), t.family),
    ]


def list_page(t: Texts, listed: JobList, content: Content = EVERYTHING) -> LayoutMessage:
    """One page of somebody's jobs, with the buttons to the pages beside it."""
    search, blocks = listed.search, [t.jobs_heading]
    if search is not None:
        words = shown(" ".join(search.words), SEARCH_MAX) if content.words else ""
        action = find_action(search.action) if search.action else None
        blocks.append(t.looked_for(words, action, favorites=search.favorites))
        blocks += [t.search_shortened] if listed.shortened else []
    blocks += [_listed(t, job, content) for job in listed.jobs]
    if not listed.jobs:
        blocks.append(t.no_jobs if search is None else t.no_jobs_found)
    elif not content.words:
        blocks.append(t.prompts_left_out)
    return container_page(AT_WORK, [*as_texts(*blocks), *_turns(t, Verb.JOBS, listed, search)])


def favorites_page(t: Texts, listed: FavoriteList, content: Content = EVERYTHING) -> LayoutMessage:
    """One page of what somebody has kept, with the buttons to the pages beside it."""
    blocks = [t.favorites_heading]
    blocks += [_listed(t, job, content) if job else t.favorite_unseen for job in listed.jobs]
    if not listed.jobs:
        blocks.append(t.no_favorites)
    elif not content.words:
        blocks.append(t.prompts_left_out)
    return container_page(AT_WORK, [*as_texts(*blocks), *_turns(t, Verb.FAVORITES, listed)])


def _listed(t: Texts, job: Job, content: Content) -> str:
    link = job.posted or job.message
    # What only its author saw cannot be jumped to, unless it is in direct messages.
    in_dms = job.posted is not None and job.posted.guild_id is None
    about = t.job_line(
        request=job.request,
        state=_state(t, job),
        created_at=job.created_at,
        message_url=link.url if link and (in_dms or not job.destination.private) else None,
        private=job.destination.private,
    )
    prompt = shown(in_one_line(job.request.prompt), LISTED_PROMPT_MAX)
    return f"{prompt}\n{about}" if content.words and prompt else about


def _state(t: Texts, job: Job) -> str:
    if job.stopped_at is not None and job.state in {JobState.SUBMITTING, JobState.RUNNING}:
        return t.stopped_sent
    if job.failure == JobStopped.failure:
        return t.stopped_unsent
    if job.state is JobState.DELIVERED:
        return t.counted(job.request.action.media, len(job.images))
    if job.state is JobState.UNDELIVERABLE:
        return t.kept(shown(job.delivery_problem or "", PROBLEM_MAX))
    return t.state(job.state)


def _turns(
    t: Texts, verb: Verb, listed: JobList | FavoriteList, search: JobSearch | None = None
) -> list[Row]:
    pages = [(listed.page - 1, t.newer)] if listed.page else []
    pages += [(listed.page + 1, t.older)] if listed.more else []
    turns = [Button(ButtonId(verb, page, search=search), label) for page, label in pages]
    return [Row(*turns)] if turns else []


def family_nodes(t: Texts, family: Family, thumbnails: "Mapping[int, Thumbnail]") -> list[TreeNode]:
    """*family* as it is drawn, with those images of it that could be had."""
    return [
        TreeNode(
            parent=one.parent,
            label=t.family_edge(one.job.request),
            thumbnail=thumbnails.get(place),
            marked=place == family.nearest[0],
        )
        for place, one in enumerate(family.members)
    ]


def family_page(
    t: Texts, family: Family, drawn: bytes, content: Content = EVERYTHING
) -> LayoutMessage:
    """The family tree as it was *drawn*, and a choice of which member to see the details."""
    members, chosen = family.members, family.nearest[0] + 1
    if len(members) == 1:
        return container_page(AT_WORK, as_texts(t.family_heading, t.family_alone))
    alt = t.family_alt(
        (
            (number, one.job.request, None if one.parent is None else one.parent + 1)
            for number, one in enumerate(members, 1)
        ),
        chosen,
    )
    options = [
        discord.SelectOption(
            label=shorten(t.family_member(place + 1, members[place].job.request), OPTION_MAX),
            value=str(members[place].job.interaction_id),
            description=shorten(in_one_line(members[place].job.request.prompt), OPTION_MAX) or None
            if content.words
            else None,
        )
        for place in sorted(family.nearest[:OPTIONS_MAX])
    ]
    files, gallery = list[discord.File](), list[Item]()
    if content.files:
        files = [upload("family-tree.png", drawn, description=shorten(alt, FAMILY_ALT_MAX))]
        pictures = discord.ui.MediaGallery[discord.ui.LayoutView]
        gallery = [pictures(discord.MediaGalleryItem(files[0]))]
    select = JobSelect(members[chosen - 1].job.interaction_id, t.family_select, options)
    items = [
        *as_texts(t.family_heading, t.family_about(len(members), chosen)),
        *gallery,
        *as_texts(t.family_more if family.more else ""),
        Row(select),
    ]
    return container_page(AT_WORK, items, files)


def archive_page(
    t: Texts, job: Job, archive: Archive, content: Content = EVERYTHING
) -> LayoutMessage:
    """All images of a job in one file, and the links of those that are not in it."""
    reasons = {one.image: _left_out(t, one.problem) for one in archive.left_out}
    files = list[discord.File]()
    if archive.file is not None and content.files:
        archive.file.seek(0)
        name = plain_name(job.provider_job_id or str(job.id))
        files = [discord.File(archive.file, filename=f"{name}.zip")]
    elif archive.file is not None:
        reasons = {one: reasons.get(one, t.archive_refused) for one in job.images}
    blocks = [t.archive_heading]
    if files:
        packed = len(job.images) - len(reasons)
        blocks.append(t.archive_about(t.counted(job.request.action.media, packed)))
    if reasons:
        blocks.append(t.archive_partly if files else t.archive_empty)
    links = "\n".join(
        t.image_by_link(one, link_address(one), reason) for one, reason in reasons.items()
    )
    if reasons and not content.links:
        links = t.links_withheld if files else t.images_withheld
    elif len(links) > LINKS_MAX:
        files.append(links_file(reasons))
        links = t.links_in_file_below
    return container_page(AT_WORK, [*as_texts(*blocks, links), *as_files(files)], files)


def _left_out(t: Texts, problem: RemixbotError | None) -> str:
    return t.not_downloaded if isinstance(problem, ImageUnavailable) else t.too_large_to_post
