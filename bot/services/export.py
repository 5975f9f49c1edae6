"""Everything that is kept about somebody, as files of JSON for themselves.

What it looks like is in `docs/privacy.md`. No secret is in it: an interaction's token never leaves
the database but to answer.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.clock import Clock
from bot.errors import ListUnavailable
from bot.model import Image, Job
from bot.services.lookups import StoreDeadline
from bot.store import Store, exporting
from bot.store.preferences import preferences_of

SCHEMA = 1
"""Of the files; it changes with what they look like."""
JOBS_PER_FILE = 5000
FILES_MAX = 5
FILE_MAX_BYTES = 4 * 1024 * 1024
"""All files go in one request, for which Discord has a limit too."""
BATCH = 250
LISTED_MAX = 5000
"""Of favorites, and of what limits count."""
_HEAD_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    files: list[bytes]
    """The newest jobs first."""
    jobs: int
    cut: bool
    """There are older ones, which had no room."""


class Export:
    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def of(self, person_id: int, *, limit_bytes: int) -> Exported:
        """All about this person, in files of *limit_bytes* at the most.

        Raises `ListUnavailable`.
        """
        head = await self._head(person_id)
        room = min(limit_bytes, FILE_MAX_BYTES) - len(head) - _HEAD_BYTES
        parts: list[list[bytes]] = [[]]
        used, cut = 0, False
        before: int | None = None
        while not cut and (jobs := await self._jobs(person_id, before)):
            before = jobs[-1].id
            for line in await asyncio.to_thread(_lines, jobs):
                if parts[-1] and (used + len(line) > room or len(parts[-1]) == JOBS_PER_FILE):
                    if cut := len(parts) == FILES_MAX:
                        break
                    parts.append([])
                    used = 0
                parts[-1].append(line)
                used += len(line) + 2
        files = [
            head + b',\n"part": %d, "jobs": [\n' % number + b",\n".join(lines) + b"\n]}\n"
            for number, lines in enumerate(parts, start=1)
        ]
        return Exported(files=files, jobs=sum(map(len, parts)), cut=cut)

    async def _head(self, person_id: int) -> bytes:
        """What every file begins with, without its end."""
        async with StoreDeadline(ListUnavailable).spend():
            chosen = await self._store.read(preferences_of, person_id)
            usage = await self._store.read(exporting.usage_of, person_id, limit=LISTED_MAX)
            favorites = await self._store.read(exporting.favorites_of, person_id, limit=LISTED_MAX)
        counted = [
            {
                "job": row.job_id,
                "at": row.at,
                "guild_id": _id(row.guild_id),
                "action": row.action,
                "usd": row.usd,
            }
            for row in usage
        ]
        about: dict[str, Any] = {
            "schema": SCHEMA,
            "exported_at": self._clock.now(),
            "person_id": _id(person_id),
            "preferences": asdict(chosen),
            "favorites": [{"job": row.job_id, "at": row.at} for row in favorites],
            "usage": counted,
        }
        return (await asyncio.to_thread(_encoded, about))[:-1]

    async def _jobs(self, person_id: int, before: int | None) -> Sequence[Job]:
        async with StoreDeadline(ListUnavailable).spend():
            return await self._store.read(exporting.jobs_before, person_id, before, limit=BATCH)


def _lines(jobs: Sequence[Job]) -> list[bytes]:
    return [_encoded(_told(job)) for job in jobs]


def _encoded(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, default=_plain).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _id(snowflake: int | None) -> str | None:
    """As text: many programs have no numbers of 64 bits."""
    return None if snowflake is None else str(snowflake)


def _told(job: Job) -> dict[str, Any]:
    request, place = job.request, job.destination
    return {
        "number": job.id,
        "state": job.state.value,
        "action": request.action.key,
        "prompt": request.prompt,
        "parameters": request.parameters,
        "options": dict(request.options),
        "source": request.source and asdict(request.source),
        "callback": request.callback,
        "interaction_id": _id(job.interaction_id),
        "application_id": _id(job.application_id),
        "guild_id": _id(place.guild_id),
        "channel_id": _id(place.channel_id),
        "private": place.private,
        "bot_is_member": place.bot_is_member,
        "file_limit_bytes": place.file_limit_bytes,
        "locale": job.locale,
        "message": job.message and job.message.url,
        "result_message": job.posted and job.posted.url,
        "made_from_message": job.origin and job.origin.url,
        "chain": job.depth,
        "task_id": job.task_id,
        "job_id": job.provider_job_id,
        "cost_usd": job.cost_usd,
        "reserved_usd": job.reserved_usd,
        "multiplier": job.multiplier,
        "failure": job.failure,
        "delivery_problem": job.delivery_problem,
        "created_at": job.created_at,
        "submitted_at": job.submitted_at,
        "finished_at": job.finished_at,
        "stopped_at": job.stopped_at,
        "ended_at": job.ended_at,
        "images": [_image(one) for one in job.images],
    }


def _image(image: Image) -> dict[str, Any]:
    available = None if image.available is None else sorted(image.available)
    told = {"job_id": image.job_id, "image_no": image.image_no, "url": image.url}
    return {**told, "kind": image.kind.value, "available": available}
