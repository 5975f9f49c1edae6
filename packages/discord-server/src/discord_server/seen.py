"""Messages and modals as a person sees them.

Views of live state: what they say changes when the bot edits the message.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from discord_server import layouts, payloads
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
class Select:
    """A menu of choices under a message."""

    raw: JsonObject

    @property
    def custom_id(self) -> str:
        return self.raw["custom_id"]

    @property
    def options(self) -> dict[str, str]:
        """Labels and values."""
        return {option["label"]: option["value"] for option in objects(self.raw, "options")}

    @property
    def chosen(self) -> list[str]:
        """The values that are chosen as the message comes."""
        return [each["value"] for each in objects(self.raw, "options") if each.get("default")]


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
    def selects(self) -> list[Select]:
        """The menus of choices that can be opened, in order."""
        there = self._components(layouts.STRING_SELECT)
        return [Select(each) for each in there if not each.get("disabled")]

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


Upload = tuple[str, bytes]
"""A file that is given: its name and content."""
Filled = str | bool | Sequence[str] | Sequence[Upload] | None
"""What somebody puts into a field: a text or a choice, a tick, several choices, or files."""


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
        """What a group or a select offers: labels and values."""
        return {option["label"]: option["value"] for option in objects(self.raw, "options")}

    @property
    def value(self) -> str | None:
        """What it holds when the modal opens; ``None`` for a group with nothing chosen."""
        if self.raw["type"] == layouts.TEXT_INPUT:
            return self.raw.get("value") or ""
        return next(iter(self.values), None)

    @property
    def values(self) -> list[str]:
        """What is chosen when the modal opens."""
        return [each["value"] for each in objects(self.raw, "options") if each.get("default")]

    def opened_with(self) -> Filled:
        """What it holds until somebody changes it."""
        kind = self.raw["type"]
        if kind == layouts.CHECKBOX:
            return bool(self.raw.get("default"))
        return self.value if kind in {layouts.TEXT_INPUT, layouts.RADIO_GROUP} else self.values

    def filled(self, given: Filled, world: World) -> JsonObject:
        """What the client submits for it; files go to *world*.

        Raises:
            CannotSend: the client would mark the field red.
        """
        kept = {key: self.raw[key] for key in ("type", "custom_id")}
        shell = {**kept, "id": self.raw.get("id", 0)}
        kind = self.raw["type"]
        if kind == layouts.CHECKBOX:
            return {**shell, "value": bool(given)}
        if kind in {layouts.STRING_SELECT, layouts.CHECKBOX_GROUP}:
            return {**shell, "values": self._choices(_several(given))}
        if kind == layouts.UPLOAD:
            files = [one for one in _several(given) if not isinstance(one, str)]
            self._check_number(len(files))
            return {**shell, "values": [str(world.add_file(*one).id) for one in files]}
        return {**shell, "value": self._text(given if isinstance(given, str) else None)}

    def _text(self, typed: str | None) -> str | None:
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
        return typed

    def _choices(self, given: Sequence[str | Upload]) -> list[str]:
        values = chosen(self.options, [str(one) for one in given], self.label)
        self._check_number(len(values))
        return values

    def _check_number(self, number: int) -> None:
        low, high = layouts.counts(self.raw)
        is_left_empty = number == 0 and not self.raw.get("required", True)
        if not (is_left_empty or low <= number <= high):
            raise CannotSend(f"{self.label} takes {low} to {high}, not {number}")


def chosen(options: Mapping[str, str], given: Sequence[str], label: str) -> list[str]:
    """The values of choices that are given by label or value.

    Raises:
        CannotSend: one of them is not offered.
    """
    values = [options.get(one, one) for one in given]
    if unknown := set(values) - set(options.values()):
        raise CannotSend(f"{label} offers {list(options)}, not {sorted(unknown)}")
    return values


def _several(given: Filled) -> Sequence[str | Upload]:
    if given is None or isinstance(given, bool):
        return []
    return [given] if isinstance(given, str) else given


class Modal:
    """A form that the bot opened."""

    def __init__(self, raw: JsonObject, source: Message | None, world: World) -> None:
        self.raw = raw
        self.source = source
        """The message whose button opened it."""
        self._world = world
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

    def submitted(self, values: Mapping[str, Filled]) -> JsonObject:
        """The ``data`` of a submit; a field that is not named stays as it was prefilled."""
        given = {self[name].custom_id: value for name, value in values.items()}
        inputs = iter(self.fields)
        components: list[JsonObject] = []
        files: JsonObject = {}
        for number, part in enumerate(self.raw["components"], start=1):
            shell: JsonObject = {"type": part["type"], "id": part.get("id", number)}
            if part["type"] == layouts.LABEL:
                each = next(inputs)
                value = given.get(each.custom_id, each.opened_with())
                shell["component"] = each.filled(value, self._world)
                if part["component"]["type"] == layouts.UPLOAD:
                    uploaded = [self._world.files[int(one)] for one in shell["component"]["values"]]
                    files |= {str(file.id): payloads.attachment(file) for file in uploaded}
            components.append(shell)
        data: JsonObject = {"custom_id": self.custom_id, "components": components}
        return data | ({"resolved": {"attachments": files}} if files else {})
