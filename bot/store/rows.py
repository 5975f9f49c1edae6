"""From the nouns of `bot.model` to rows and back: the only place that knows both."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from bot.actions import MediaKind, find_action
from bot.model import (
    Destination,
    Draft,
    Image,
    Job,
    JobState,
    MessageLink,
    NewJob,
    Request,
    Source,
)
from bot.store.tables import Asked, DraftRow, ImageRow, JobRow


def new_row(new: NewJob, reserved_usd: Decimal, created_at: datetime) -> JobRow:
    """The row of a job that was just accepted."""
    row = JobRow(
        interaction_id=new.interaction_id,
        state=JobState.ACCEPTED.value,
        author_id=new.author_id,
        guild_id=new.destination.guild_id,
        channel_id=new.destination.channel_id,
        private=new.destination.private,
        file_limit_bytes=new.destination.file_limit_bytes,
        application_id=new.application_id,
        interaction_token=new.interaction_token,
        created_at=created_at,
        multiplier=new.multiplier,
        reserved_usd=reserved_usd,
        reachable=new.destination.bot_is_member,
        locale=new.locale,
        images=[],
    )
    _put_asked(row, new.request, new.origin)
    return row


def draft_row(draft: Draft, guild_id: int | None, created_at: datetime) -> DraftRow:
    """The row of a draft."""
    row = DraftRow(
        id=draft.id,
        author_id=draft.author_id,
        guild_id=guild_id,
        private=draft.private,
        created_at=created_at,
    )
    _put_asked(row, draft.request, draft.origin)
    return row


def _put_asked(row: Asked, request: Request, origin: MessageLink | None) -> None:
    if origin is not None:
        row.origin_guild_id = origin.guild_id
        row.origin_channel_id = origin.channel_id
        row.origin_message_id = origin.message_id
    row.prompt = request.prompt
    row.callback = request.callback
    row.action = request.action.key
    row.options = dict(request.options)
    if request.source is not None:
        row.source_job_id = request.source.job_id
        row.source_image_no = request.source.image_no


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
        )
        for position, image in enumerate(images)
    ]


def to_job(row: JobRow | Row[Any], images: Sequence[ImageRow | Row[Any]] | None = None) -> Job:
    """The job that *row* and its image rows keep; a row of columns needs its *images*, in order."""
    shown: Sequence[ImageRow | Row[Any]] = row.images if images is None else images
    return Job(
        id=row.id,
        interaction_id=row.interaction_id,
        request=_request(row),
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
        reserved_usd=row.reserved_usd,
        stopped_at=row.stopped_at,
        origin=_origin(row),
        application_id=row.application_id,
        interaction_token=row.interaction_token,
        state=JobState(row.state),
        created_at=row.created_at,
        submitted_at=row.submitted_at,
        finished_at=row.finished_at,
        delivered_at=row.delivered_at,
        delivery_problem=row.delivery_problem,
        told_at=row.told_at,
        message_id=row.message_id,
        task_id=row.task_id,
        provider_job_id=row.provider_job_id,
        cost_usd=row.cost_usd,
        failure=row.failure,
        images=tuple(map(_image, shown)),
        posted=_posted(shown),
    )


def to_draft(row: DraftRow) -> Draft:
    """The draft that *row* keeps."""
    return Draft(
        id=row.id,
        author_id=row.author_id,
        request=_request(row),
        private=row.private,
        origin=_origin(row),
    )


def _request(row: Asked | Row[Any]) -> Request:
    source = None
    if row.source_job_id is not None:
        source = Source(job_id=row.source_job_id, image_no=row.source_image_no)
    return Request(
        action=find_action(row.action),
        source=source,
        prompt=row.prompt,
        options=row.options,
        callback=row.callback,
    )


def _origin(row: Asked | Row[Any]) -> MessageLink | None:
    if row.origin_channel_id is None or row.origin_message_id is None:
        return None
    return MessageLink(
        guild_id=row.origin_guild_id,
        channel_id=row.origin_channel_id,
        message_id=row.origin_message_id,
    )


def _posted(images: Iterable[ImageRow | Row[Any]]) -> MessageLink | None:
    """Where these images are."""
    for image in images:
        if image.posted_channel_id is not None and image.posted_message_id is not None:
            return MessageLink(
                guild_id=image.posted_guild_id,
                channel_id=image.posted_channel_id,
                message_id=image.posted_message_id,
            )
    return None


def _image(row: ImageRow | Row[Any]) -> Image:
    return Image(
        job_id=row.provider_job_id,
        image_no=row.image_no,
        url=row.url,
        kind=MediaKind(row.kind),
    )
