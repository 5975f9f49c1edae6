"""From the nouns of `bot.model` to rows and back: the only place that knows both."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from bot.actions import MediaKind, find_action
from bot.model import (
    Destination,
    Image,
    Job,
    JobState,
    MessageLink,
    NewJob,
    Request,
    Source,
)
from bot.store.tables import ImageRow, JobRow


def new_row(new: NewJob, created_at: datetime) -> dict[str, Any]:
    """The columns of a job that was just accepted."""
    source, origin = new.request.source, new.origin
    return {
        "interaction_id": new.interaction_id,
        "state": JobState.ACCEPTED,
        "action": new.request.action.key,
        "options": dict(new.request.options),
        "prompt": new.request.prompt,
        "parameters": new.request.parameters,
        "callback": new.request.callback,
        "author_id": new.author_id,
        "guild_id": new.destination.guild_id,
        "channel_id": new.destination.channel_id,
        "private": new.destination.private,
        "file_limit_bytes": new.destination.file_limit_bytes,
        "application_id": new.application_id,
        "interaction_token": new.interaction_token,
        "created_at": created_at,
        "multiplier": new.multiplier,
        "reachable": new.destination.bot_is_member,
        "locale": new.locale,
        "depth": new.depth,
        "source_job_id": source.job_id if source else None,
        "source_image_no": source.image_no if source else None,
        "origin_guild_id": origin.guild_id if origin else None,
        "origin_channel_id": origin.channel_id if origin else None,
        "origin_message_id": origin.message_id if origin else None,
    }


def image_rows(job_id: int, images: Iterable[Image]) -> list[ImageRow]:
    """The rows of the images of job *job_id*, posted nowhere yet."""
    return [
        ImageRow(
            job_id=job_id,
            position=position,
            image_no=image.image_no,
            provider_job_id=image.job_id,
            url=image.url,
            kind=image.kind.value,
            available=None if image.available is None else sorted(image.available),
        )
        for position, image in enumerate(images)
    ]


def to_job(row: JobRow | Row[Any], images: Sequence[ImageRow | Row[Any]] | None = None) -> Job:
    """The job that *row* and its image rows keep; a row of columns needs its *images*, in order."""
    shown: Sequence[ImageRow | Row[Any]] = row.images if images is None else images
    source = None
    if row.source_job_id is not None:
        source = Source(job_id=row.source_job_id, image_no=row.source_image_no)
    posted = (
        _link(image.posted_guild_id, image.posted_channel_id, image.posted_message_id)
        for image in shown
    )
    return Job(
        id=row.id,
        interaction_id=row.interaction_id,
        request=Request(
            action=find_action(row.action),
            source=source,
            prompt=row.prompt,
            parameters=row.parameters,
            options=row.options,
            callback=row.callback,
        ),
        author_id=row.author_id,
        destination=Destination(
            guild_id=row.guild_id,
            channel_id=row.channel_id,
            private=row.private,
            file_limit_bytes=row.file_limit_bytes,
            bot_is_member=row.reachable,
        ),
        locale=row.locale,
        multiplier=row.multiplier,
        depth=row.depth,
        reserved_usd=row.reserved_usd,
        stopped_at=row.stopped_at,
        origin=_link(row.origin_guild_id, row.origin_channel_id, row.origin_message_id),
        application_id=row.application_id,
        interaction_token=row.interaction_token,
        state=JobState(row.state),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        finished_at=row.finished_at,
        delivery_problem=row.delivery_problem,
        ended_at=row.ended_at,
        message_id=row.message_id,
        task_id=row.task_id,
        provider_job_id=row.provider_job_id,
        cost_usd=row.cost_usd,
        failure=row.failure,
        images=tuple(
            Image(
                job_id=image.provider_job_id,
                image_no=image.image_no,
                url=image.url,
                kind=MediaKind(image.kind),
                available=None if image.available is None else frozenset(image.available),
            )
            for image in shown
        ),
        posted=next(filter(None, posted), None),
    )


def _link(
    guild_id: int | None, channel_id: int | None, message_id: int | None
) -> MessageLink | None:
    if channel_id is None or message_id is None:
        return None
    return MessageLink(guild_id=guild_id, channel_id=channel_id, message_id=message_id)
