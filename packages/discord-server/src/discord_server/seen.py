"""Messages and modals as a person sees them.

Views of live state: what they say changes when the bot edits the message.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from discord_server import layouts
from discord_server.options import CannotSend
from discord_server.things import COMPONENTS_V2, JsonObject, Message, StoredFile, objects
from discord_server.world import World


@dataclass(frozen=True)
class Button:
    """A button that is not a link."""

    label: str
    custom_id: str
    disabled: bool
    component_id: int


@dataclass(frozen=True)
class Image:
    """One item of a media gallery, or a thumbnail."""

    url: str
    description: str | None
    file: StoredFile | None
    """Its file on the CDN; ``None`` for an image from elsewhere, or one that was deleted."""

    @property
    def filename(self) -> str:
        return urlsplit(self.url).path.rsplit("/", 1)[-1]

    @property
    def content(self) -> bytes:
        """The bytes that a viewer gets from the CDN."""
        assert self.file is not None, f"nothing of ours is at {self.url}"
        return self.file.content


class SeenMessage:
    """One message on somebody's screen."""

    def __init__(self, world: World, message: Message) -> None:
        self._world = world
        self.raw = message

    @property
    def id(self) -> int:
        return self.raw.id

    @property
    def link(self) -> str:
        """Its address, as "Copy Message Link" gives it."""
        channel = self.raw.channel
        return f"https://discord.com/channels/{channel.guild_id or '@me'}/{channel.id}/{self.id}"

    @property
    def deleted(self) -> bool:
        return self.id not in self._world.messages

    @property
    def thinking(self) -> bool:
        """Deferred, nothing to read yet."""
        return self.raw.loading

    @property
    def ephemeral(self) -> bool:
        return self.raw.ephemeral

    @property
    def reference(self) -> int | None:
        """The id of the message that it replies to."""
        return self.raw.reference

    @property
    def pinged(self) -> set[int]:
        """Ids of everybody whom it ever notified."""
        return self.raw.pinged

    @property
    def edits(self) -> list[datetime]:
        """When it was edited; filling a deferred answer counts."""
        return self.raw.edits

    @property
    def text(self) -> str:
        """All text it shows, in order: content, text displays, and what embeds say."""
        embedded = [
            str(embed[part])
            for embed in self.raw.embeds
            for part in ("title", "description")
            if embed.get(part)
        ]
        shown = layouts.displayed_text(self.raw.content, self.raw.components)
        return "\n".join([shown, *embedded]) if embedded else shown

    def _components(self, kind: int) -> Iterator[JsonObject]:
        everything = layouts.walk(self.raw.components, "")
        return (component for _, component in everything if component["type"] == kind)

    @property
    def all_buttons(self) -> list[Button]:
        """Every button that is not a link, in order, disabled ones too."""
        return [
            Button(
                label=button.get("label") or "",
                custom_id=button["custom_id"],
                disabled=bool(button.get("disabled")),
                component_id=button["id"],
            )
            for button in self._components(layouts.BUTTON)
            if "custom_id" in button
        ]

    @property
    def buttons(self) -> dict[str, str]:
        """Labels of the buttons that can be pressed, with their custom ids."""
        return {each.label: each.custom_id for each in self.all_buttons if not each.disabled}

    @property
    def links(self) -> dict[str, str]:
        """Labels of the link buttons, with their URLs."""
        buttons = self._components(layouts.BUTTON)
        return {each.get("label") or "": each["url"] for each in buttons if "url" in each}

    @property
    def images(self) -> list[Image]:
        """The items of its media galleries, in order."""
        items: list[JsonObject] = [
            item for gallery in self._components(layouts.GALLERY) for item in gallery["items"]
        ]
        return [
            Image(url := item["media"]["url"], item.get("description"), self._world.file_at(url))
            for item in items
        ]

    @property
    def thumbnails(self) -> list[Image]:
        """The small images beside its text, in order."""
        return [
            Image(url := one["media"]["url"], one.get("description"), self._world.file_at(url))
            for one in self._components(layouts.THUMBNAIL)
        ]

    @property
    def files(self) -> list[StoredFile]:
        """Files to download: of a Components V2 message only those that a component shows."""
        if not self.raw.flags & COMPONENTS_V2:
            return list(self.raw.files)
        shown = {component["file"]["url"] for component in self._components(layouts.FILE)}
        return [file for file in self.raw.files if file.url in shown]

    def __repr__(self) -> str:
        state = "deleted " if self.deleted else "thinking " if self.thinking else ""
        return (
            f"<{state}message {self.id}{' ephemeral' if self.ephemeral else ''}"
            f" buttons={list(self.buttons)} images={[each.filename for each in self.images]}"
            f" pinged={self.pinged}>\n{self.text}"
        )


@dataclass(frozen=True)
class Field:
    """One input of a modal."""

    label: str
    raw: JsonObject

    @property
    def custom_id(self) -> str:
        return self.raw["custom_id"]

    @property
    def options(self) -> dict[str, str]:
        """What a radio group offers: labels and values."""
        return {option["label"]: option["value"] for option in objects(self.raw, "options")}

    @property
    def value(self) -> str | None:
        """What it holds when the modal opens; ``None`` for a group with nothing chosen."""
        if self.raw["type"] == layouts.TEXT_INPUT:
            return self.raw.get("value") or ""
        options = objects(self.raw, "options")
        return next((each["value"] for each in options if each.get("default")), None)

    def filled(self, typed: str | None) -> JsonObject:
        """What the client submits for it.

        Raises:
            CannotSend: the client would mark the field red.
        """
        if self.raw["type"] == layouts.RADIO_GROUP:
            typed = self.options.get(typed or "", typed)
            if typed is not None and typed not in self.options.values():
                raise CannotSend(f"{self.label} offers {list(self.options)}, not {typed!r}")
        elif self.raw["type"] == layouts.TEXT_INPUT:
            longest = self.raw.get("max_length") or layouts.TEXT_MAX
            shortest = self.raw.get("min_length") or 0
            if typed and not shortest <= len(typed) <= longest:
                raise CannotSend(f"{self.label} takes {shortest} to {longest} characters")
        else:
            raise CannotSend(f"people here cannot fill in {self.label}")
        if self.raw.get("required", True) and not typed:
            raise CannotSend(f"{self.label} must be filled in")
        kept = {key: self.raw[key] for key in ("type", "custom_id")}
        return {**kept, "id": self.raw.get("id", 0), "value": typed}


class Modal:
    """A form that the bot opened."""

    def __init__(self, raw: JsonObject, source: Message | None) -> None:
        self.raw = raw
        self.source = source
        """The message whose button opened it."""
        self.title: str = raw["title"]
        self.custom_id: str = raw["custom_id"]
        labels = [part for part in raw["components"] if part["type"] == layouts.LABEL]
        self.fields = [Field(part["label"], part["component"]) for part in labels]

    @property
    def text(self) -> str:
        """What it says besides its fields."""
        return layouts.displayed_text("", self.raw["components"])

    def __getitem__(self, name: str) -> Field:
        """A field by its label or custom id."""
        for each in self.fields:
            if name in (each.label, each.custom_id):
                return each
        raise CannotSend(f"no field {name!r} in {self.title!r}: {[f.label for f in self.fields]}")

    def submitted(self, values: Mapping[str, str]) -> JsonObject:
        """The ``data`` of a submit; a field that is not named stays as it was prefilled."""
        typed = {self[name].custom_id: value for name, value in values.items()}
        inputs = iter(self.fields)
        components: list[JsonObject] = []
        for number, part in enumerate(self.raw["components"], start=1):
            shell: JsonObject = {"type": part["type"], "id": part.get("id", number)}
            if part["type"] == layouts.LABEL:
                each = next(inputs)
                shell["component"] = each.filled(typed.get(each.custom_id, each.value))
            components.append(shell)
        return {"custom_id": self.custom_id, "components": components}
