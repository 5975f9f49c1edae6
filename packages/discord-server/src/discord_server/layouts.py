"""What Discord takes as the layout of a message or a modal.

Pure checks on decoded JSON; the limits are those of Discord's documentation of components.
"""

from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from discord_server.rules import Form, Refused
from discord_server.things import COMPONENTS_V2, JsonObject, objects

CONTENT_MAX = 2000
TEXT_MAX = 4000
COMPONENTS_MAX = 40

ROW, BUTTON, TEXT_INPUT, SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR = (
    *(1, 2, 4, 9, 10, 11, 12, 13, 14),
)
CONTAINER, LABEL, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 17, 18, 19, 21, 22, 23
STRING_SELECT = 3
SELECTS = frozenset({STRING_SELECT, 5, 6, 7, 8})
LINK_STYLE, PREMIUM_STYLE = 5, 6
IN_CONTAINER = frozenset({ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR})
CHILDREN: dict[int, frozenset[int]] = {
    ROW: SELECTS | {BUTTON},
    SECTION: frozenset({TEXT}),
    CONTAINER: IN_CONTAINER,
}
IN_LABEL = SELECTS | {TEXT_INPUT, UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX}
ATTACHMENT = "attachment://"
LENGTHS: dict[int, tuple[tuple[str, int, int], ...]] = {
    ROW: (("components", 1, 5),),
    BUTTON: (("label", 0, 80),),
    TEXT_INPUT: (("custom_id", 1, 100), ("placeholder", 0, 100)),
    SECTION: (("components", 1, 3),),
    TEXT: (("content", 1, TEXT_MAX),),
    GALLERY: (("items", 1, 10),),
    CONTAINER: (("components", 1, COMPONENTS_MAX),),
    LABEL: (("label", 1, 45), ("description", 0, 100)),
    RADIO_GROUP: (("custom_id", 1, 100), ("options", 2, 10)),
    CHECKBOX_GROUP: (("custom_id", 1, 100), ("options", 1, 10)),
    CHECKBOX: (("custom_id", 1, 100),),
    UPLOAD: (("custom_id", 1, 100),),
    STRING_SELECT: (("custom_id", 1, 100), ("placeholder", 0, 150), ("options", 1, 25)),
    **dict.fromkeys(
        SELECTS - {STRING_SELECT},
        (("custom_id", 1, 100), ("placeholder", 0, 150), ("default_values", 0, 25)),
    ),
}
"""How few and how many characters or items each field of a component has."""
VALUES_MAX = {**dict.fromkeys(SELECTS, 25), CHECKBOX_GROUP: 10, UPLOAD: 10}
"""How many choices or files a component takes at most."""
VIDEOS = (".mp4", ".webm", ".mov")


def walk(components: Sequence[JsonObject], path: str) -> Iterator[tuple[str, JsonObject]]:
    """Every component in display order with its path, parents first."""
    for index, component in enumerate(components):
        yield from _branch(component, f"{path}.{index}")


def _branch(component: JsonObject, path: str) -> Iterator[tuple[str, JsonObject]]:
    yield path, component
    yield from walk(objects(component, "components"), f"{path}.components")
    for single in ("accessory", "component"):
        if inner := component.get(single):
            yield from _branch(inner, f"{path}.{single}")


def media(component: JsonObject) -> Iterator[tuple[str, JsonObject, str]]:
    """Where a component holds media: path in it, holder, and the holder's key for the media."""
    match component["type"]:
        case 11:
            yield "media", component, "media"
        case 12:
            for index, item in enumerate(objects(component, "items")):
                yield f"items.{index}.media", item, "media"
        case 13:
            yield "file", component, "file"
        case _:
            pass


def displayed_texts(components: Sequence[JsonObject]) -> list[str]:
    """What the text displays say, in order."""
    return [inner["content"] for _, inner in walk(components, "") if inner["type"] == TEXT]


def displayed_text(content: str, components: Sequence[JsonObject]) -> str:
    """All text that a message shows, joined by line breaks."""
    return "\n".join(filter(None, [content, *displayed_texts(components)]))


def check_message(
    *,
    content: str,
    embeds: Sequence[JsonObject],
    components: Sequence[JsonObject],
    flags: int,
    attached: Collection[str],
    files: int,
    prefix: str = "",
) -> None:
    """Whether a message may look like this.

    *attached* are the names in the request's ``attachments``, *files* counts all that the message
    then has, *prefix* is the path of the message inside the request body.
    """
    form = Form()
    path = f"{prefix}components"
    if flags & COMPONENTS_V2:
        legacy = {"content": content, "embeds": embeds}
        for name in (name for name, value in legacy.items() if value):
            code = "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
            form.wrong(f"{prefix}{name}", code, "Cannot be used with IS_COMPONENTS_V2")
        form.length(path, list(walk(components, "")), 1, COMPONENTS_MAX)
        if sum(map(len, displayed_texts(components))) > TEXT_MAX:
            code = "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"
            form.wrong(path, code, f"The displayed text is longer than {TEXT_MAX}")
        top = IN_CONTAINER | {CONTAINER}
    else:
        if not (content or embeds or components or files):
            raise Refused(400, 50006, "Cannot send an empty message")
        form.length(f"{prefix}content", content, 0, CONTENT_MAX)
        form.length(f"{prefix}embeds", embeds, 0, 10)
        form.length(path, components, 0, 5)
        top = frozenset({ROW})
    _check_nesting(form, components, path, top)
    for where, component in walk(components, path):
        _check_component(form, where, component, attached)
    _check_custom_ids(form, walk(components, path))
    form.done()


def check_modal(modal: JsonObject) -> None:
    """Whether a modal may look like this; it is the ``data`` of a callback."""
    form = Form()
    form.length("data.title", modal.get("title"), 1, 45)
    form.length("data.custom_id", modal.get("custom_id"), 1, 100)
    parts = objects(modal, "components")
    form.length("data.components", parts, 1, 5)
    _check_nesting(form, parts, "data.components", frozenset({LABEL, TEXT}))
    for where, component in walk(parts, "data.components"):
        _check_component(form, where, component, ())
        _check_required(form, where, component)
    _check_custom_ids(form, walk(parts, "data.components"))
    form.done()


def _check_nesting(
    form: Form, components: Sequence[JsonObject], path: str, allowed: frozenset[int]
) -> None:
    for index, component in enumerate(components):
        kind, where = component["type"], f"{path}.{index}"
        if kind not in allowed:
            form.wrong(f"{where}.type", "UNION_TYPE_CHOICES", f"Must be one of {sorted(allowed)}")
        inner = objects(component, "components")
        if kind == ROW and len(inner) > 1 and any(one["type"] in SELECTS for one in inner):
            form.wrong(f"{where}.components", "BASE_TYPE_BAD_LENGTH", "A select fills its row")
        _check_nesting(form, inner, f"{where}.components", CHILDREN.get(kind, frozenset()))


def _check_component(
    form: Form, where: str, component: JsonObject, attached: Collection[str]
) -> None:
    for name, low, high in LENGTHS.get(component["type"], ()):
        form.length(f"{where}.{name}", component.get(name), low, high)
    match component["type"]:
        case 2:
            _check_button(form, where, component)
        case 4:
            _check_text_input(form, where, component)
        case 9 if component.get("accessory", {}).get("type") not in {BUTTON, THUMBNAIL}:
            form.wrong(f"{where}.accessory", "UNION_TYPE_CHOICES", "A button or a thumbnail")
        case 18 if component.get("component", {}).get("type") not in IN_LABEL:
            form.wrong(f"{where}.component", "UNION_TYPE_CHOICES", "Not allowed in a label")
        case 3 | 21 | 22:
            _check_options(form, where, component)
        case 11:
            _check_thumbnail(form, where, component)
        case _:
            pass
    if component["type"] in VALUES_MAX:
        _check_counts(form, where, component)
    for place, holder, key in media(component):
        _check_media(form, f"{where}.{place}", holder, key, attached)


def _check_button(form: Form, where: str, button: JsonObject) -> None:
    if not (button.get("label") or button.get("emoji")):
        form.wrong(where, "BUTTON_COMPONENT_INVALID", "A button needs a label or an emoji")
    if button["style"] == LINK_STYLE:
        form.length(f"{where}.url", button.get("url"), 1, 512)
    elif button["style"] != PREMIUM_STYLE:
        form.length(f"{where}.custom_id", button.get("custom_id"), 1, 100)


def _check_text_input(form: Form, where: str, field: JsonObject) -> None:
    longest = field.get("max_length") or TEXT_MAX
    if not 1 <= longest <= TEXT_MAX:
        form.wrong(f"{where}.max_length", "NUMBER_TYPE_MAX", f"Between 1 and {TEXT_MAX}")
    form.length(f"{where}.value", field.get("value"), 0, min(longest, TEXT_MAX))


def _check_options(form: Form, where: str, group: JsonObject) -> None:
    options = objects(group, "options")
    for index, option in enumerate(options):
        for name, low in (("label", 1), ("value", 1), ("description", 0)):
            form.length(f"{where}.options.{index}.{name}", option.get(name), low, 100)
    if len({option.get("value") for option in options}) < len(options):
        form.wrong(f"{where}.options", "OPTION_VALUE_DUPLICATED", "The values must be unique")
    _, most = counts(group)
    if sum(bool(option.get("default")) for option in options) > most:
        form.wrong(f"{where}.options", "TOO_MANY_DEFAULTS", f"At most {most} by default")


def counts(component: JsonObject) -> tuple[int, int]:
    """How few and how many choices or files a component takes."""
    low, high = component.get("min_values"), component.get("max_values")
    several = component["type"] == CHECKBOX_GROUP
    usual = len(objects(component, "options")) if several else 1
    return 1 if low is None else low, usual if high is None else high


def _check_counts(form: Form, where: str, component: JsonObject) -> None:
    most = VALUES_MAX[component["type"]]
    most = min(most, len(objects(component, "options")) or most)
    low, high = component.get("min_values"), component.get("max_values")
    if low is not None and not 0 <= low <= most:
        form.wrong(f"{where}.min_values", "NUMBER_TYPE_MAX", f"Between 0 and {most}")
    if high is not None and not max(1, low or 0) <= high <= most:
        form.wrong(
            f"{where}.max_values", "NUMBER_TYPE_MAX", f"Between {max(1, low or 0)} and {most}"
        )


def _check_required(form: Form, where: str, component: JsonObject) -> None:
    """What may be left empty must not be required, and nothing in a modal is disabled."""
    may_be_empty = component["type"] in VALUES_MAX and component.get("min_values") == 0
    if may_be_empty and component.get("required", True):
        form.wrong(f"{where}.required", "BASE_TYPE_BAD_VALUE", "Not with min_values 0")
    if component["type"] in SELECTS and component.get("disabled"):
        form.wrong(f"{where}.disabled", "BASE_TYPE_BAD_VALUE", "Not in a modal")


def _check_thumbnail(form: Form, where: str, thumbnail: JsonObject) -> None:
    """A gallery plays videos, a thumbnail does not."""
    url = str(thumbnail.get("media", {}).get("url", ""))
    if urlsplit(url).path.endswith(VIDEOS) or url.endswith(VIDEOS):
        form.wrong(f"{where}.media", "UNFURLED_MEDIA_ITEM_TYPE_INVALID", "Not a video")


def _check_media(
    form: Form, where: str, item: JsonObject, key: str, attached: Collection[str]
) -> None:
    form.length(f"{where}.description", item.get("description"), 0, 1024)
    url = str(item.get(key, {}).get("url", ""))
    if not url.startswith((ATTACHMENT, "http://", "https://")):
        form.wrong(f"{where}.url", "URL_TYPE_INVALID_SCHEME", "Not a URL that is shown")
    elif url.startswith(ATTACHMENT) and url.removeprefix(ATTACHMENT) not in attached:
        code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
        form.wrong(f"{where}.url", code, f"{url} is not among the attachments")


def _check_custom_ids(form: Form, components: Iterator[tuple[str, JsonObject]]) -> None:
    seen: set[str] = set()
    for where, component in components:
        custom_id = component.get("custom_id")
        if custom_id is not None and custom_id in seen:
            code = "COMPONENT_CUSTOM_ID_DUPLICATED"
            form.wrong(f"{where}.custom_id", code, "Component custom id cannot be duplicated")
        elif custom_id is not None:
            seen.add(custom_id)
