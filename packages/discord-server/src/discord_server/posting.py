"""From the body of a request to a message: read it, check it, write it.

A message is checked as it would look afterwards, so that an edit cannot break what it leaves alone.
"""

import json
from dataclasses import dataclass
from typing import cast

from aiohttp import BodyPartReader, web

from discord_server import layouts, rules
from discord_server.things import (
    COMPONENTS_V2,
    LOADING,
    MENTION_EVERYONE,
    JsonObject,
    Message,
    StoredFile,
    objects,
)
from discord_server.world import World

SUPPRESS_EMBEDS, SUPPRESS_NOTIFICATIONS = 1 << 2, 1 << 12
SETTABLE = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2
"""Flags that any new message may ask for; only an interaction's can also be ephemeral."""
SETTABLE_LATER = SUPPRESS_EMBEDS | COMPONENTS_V2

RECEIVED = web.RequestKey("received", bytes)
"""The key under which a request keeps its JSON as it came."""

NewFile = tuple[str, bytes, str | None]
"""Name, content and description."""


@dataclass(frozen=True)
class Body:
    """What came with a request."""

    payload: JsonObject
    uploads: dict[int, tuple[str, bytes]]
    """Names and contents of files, by the number that ``attachments`` calls them by."""

    def inside(self, key: str) -> "Body":
        """The same uploads with an object inside the payload."""
        return Body(self.payload.get(key) or {}, self.uploads)


async def read_body(request: web.Request, world: World) -> Body:
    """Read JSON, or a form with ``payload_json`` and ``files[n]``; sizes and names are checked."""
    if request.content_type != "multipart/form-data":
        return Body(cast("JsonObject", _decoded(request, await request.read())), {})
    payload: JsonObject = {}
    uploads: dict[int, tuple[str, bytes]] = {}
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise rules.Refused(400, 50109, "The request body contains invalid JSON.")
        content = await part.read()
        if part.name == "payload_json":
            payload = cast("JsonObject", _decoded(request, bytes(content)))
        else:
            index = int((part.name or "").removeprefix("files[").removesuffix("]"))
            uploads[index] = (part.filename or "", bytes(content))
    rules.check_uploads(uploads, world.file_limit_bytes)
    return Body(payload, uploads)


async def read_list(request: web.Request) -> list[JsonObject]:
    """Read a body that is a JSON list."""
    return cast("list[JsonObject]", _decoded(request, await request.read()))


def _decoded(request: web.Request, text: bytes) -> object:
    try:
        payload: object = json.loads(text or b"{}")
    except ValueError:
        raise rules.Refused(400, 50109, "The request body contains invalid JSON.") from None
    request[RECEIVED] = text or b"{}"
    return payload


def write(
    world: World, message: Message, body: Body, *, replied_to: int | None = None, prefix: str = ""
) -> None:
    """Write a body into a new message, a deferred one or one that is edited.

    Only a message that had nothing to read so far notifies people: an edit pings nobody.
    *prefix* is the path of the message inside the request body, for the error.

    Raises:
        Refused: nothing was changed then.
    """
    payload = body.payload
    new = message.id not in world.messages
    wanted = int(payload.get("flags") or 0) & (SETTABLE if new else SETTABLE_LATER)
    flags = (message.flags & ~LOADING) | wanted
    content = str((payload.get("content") if "content" in payload else message.content) or "")
    embeds = _given(payload, "embeds", message.embeds)
    components = _given(payload, "components", message.components)
    kept, added = _files(message, body, prefix)
    attached = {file.name for file in kept} | {name for name, _, _ in added}
    layouts.check_message(
        content=content,
        embeds=embeds,
        components=components,
        flags=flags,
        attached=attached if "attachments" in payload else set(),
        files=len(kept) + len(added),
        prefix=prefix,
    )
    text = layouts.displayed_text(content, components)
    described = [about or "" for _, _, about in added]
    world.filters.check(message.channel, [text, *described], [name for name, _, _ in added])
    notified = _notified(world, message, text, payload, replied_to)
    if new or message.loading:
        message.pinged |= notified
    if not new:
        message.edits.append(world.clock.now())
    for removed in (file for file in message.files if file not in kept):
        world.files.pop(removed.id, None)
    message.files = [*kept, *(world.add_file(*each) for each in added)]
    message.flags, message.content, message.embeds = flags, content, embeds
    message.components = components
    _settle(message)
    world.messages[message.id] = message


def _given(payload: JsonObject, key: str, before: list[JsonObject]) -> list[JsonObject]:
    return list(payload[key] or []) if key in payload else before


def _files(message: Message, body: Body, prefix: str) -> tuple[list[StoredFile], list[NewFile]]:
    """Which files stay and which come: without ``attachments`` all do, with it only those named."""
    if body.payload.get("attachments") is None:
        uploads: list[NewFile] = [(*body.uploads[index], None) for index in sorted(body.uploads)]
        return ([] if "attachments" in body.payload else message.files), uploads
    form = rules.Form()
    before = {file.id: file for file in message.files}
    kept: list[StoredFile] = []
    added: list[NewFile] = []
    for place, entry in enumerate(objects(body.payload, "attachments")):
        named = int(entry["id"])
        if named in body.uploads:
            added.append((*body.uploads[named], entry.get("description")))
        elif named in before:
            kept.append(before[named])
        else:
            code = "ATTACHMENT_NOT_FOUND"
            form.wrong(f"{prefix}attachments.{place}.id", code, "Attachment data not found")
    form.done()
    return kept, added


def _notified(
    world: World, message: Message, text: str, payload: JsonObject, replied_to: int | None
) -> set[int]:
    """Whom this text reaches: never the bot itself; an ephemeral one only who sees it.

    What comes directly notifies whether or not it mentions anybody, unless it answers what that
    person just did.
    """
    channel = message.channel
    members = world.guilds[channel.guild_id].members if channel.guild_id is not None else []
    may_call_all = channel.bot_permissions & MENTION_EVERYONE
    everyone = {user.id for user in members} if may_call_all else set[int]()
    allowed: JsonObject | None = payload.get("allowed_mentions")
    people = rules.pinged(text, allowed, replied_to=replied_to, everyone=everyone)
    silent = int(payload.get("flags") or 0) & SUPPRESS_NOTIFICATIONS
    if channel.recipient is not None and message.interaction is None and not silent:
        people.add(channel.recipient.id)
    return {user_id for user_id in people - {message.author.id} if message.visible_to(user_id)}


def _settle(message: Message) -> None:
    """Do to a stored layout what Discord does: number the components, put URLs for attachments."""
    everything = [component for _, component in layouts.walk(message.components, "")]
    taken = {component.get("id") for component in everything}
    free = (number for number in range(1, 10_000) if number not in taken)
    for component in everything:
        component["id"] = component.get("id") or next(free)
        for _, holder, key in layouts.media(component):
            holder[key] = _shown(message, holder[key]["url"])


def _shown(message: Message, url: str) -> JsonObject:
    """One media item, resolved."""
    name = url.removeprefix(layouts.ATTACHMENT)
    file = next((file for file in message.files if name in (file.name, file.url)), None)
    if file is None:
        return {"url": url, "proxy_url": url}
    return {
        "url": file.url,
        "proxy_url": file.url,
        "content_type": file.content_type,
        "attachment_id": str(file.id),
    }
