"""The server refuses the messages, modals, commands and files that Discord refuses."""

import pytest

from discord_server.things import JsonObject
from raw_client import V2, RawDiscord, error, wrong

FILE = ("a.png", b"painted")


def text(length: int) -> JsonObject:
    return {"type": 10, "content": "a" * length}


def button(number: int, label: str = "go") -> JsonObject:
    return {"type": 2, "style": 1, "label": label, "custom_id": f"id:{number}"}


def row(*buttons: JsonObject) -> JsonObject:
    return {"type": 1, "components": list(buttons)}


def option(number: int, **more: object) -> JsonObject:
    return {"label": f"choice {number}", "value": str(number), **more}


def select(count: int = 2, **changes: object) -> JsonObject:
    options = [option(number) for number in range(count)]
    return {"type": 3, "custom_id": "menu", "options": options, **changes}


def thumbnail(url: str) -> JsonObject:
    accessory = {"type": 11, "media": {"url": url}}
    return {"type": 9, "components": [text(1)], "accessory": accessory}


def gallery(*urls: str) -> JsonObject:
    return {"type": 12, "items": [{"media": {"url": url}} for url in urls]}


ELSEWHERE = "https://example.org/a.png"
BAD_LAYOUTS: dict[str, tuple[list[JsonObject], str]] = {
    "nothing": ([], "components BASE_TYPE_BAD_LENGTH"),
    "41 components": ([text(1)] * 41, "components BASE_TYPE_BAD_LENGTH"),
    "41 components, nested": (
        [{"type": 17, "components": [text(1)] * 40}],
        "components BASE_TYPE_BAD_LENGTH",
    ),
    "4001 characters": (
        [text(4000), text(1)],
        "components COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    ),
    "an empty text": ([text(0)], "components.0.content BASE_TYPE_BAD_LENGTH"),
    "an empty gallery": ([gallery()], "components.0.items BASE_TYPE_BAD_LENGTH"),
    "11 images": ([gallery(*[ELSEWHERE] * 11)], "components.0.items BASE_TYPE_BAD_LENGTH"),
    "a file that did not come": (
        [gallery("attachment://a.png")],
        "components.0.items.0.media.url UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
    ),
    "6 buttons in a row": (
        [row(*map(button, range(6)))],
        "components.0.components BASE_TYPE_BAD_LENGTH",
    ),
    "a long label": (
        [row(button(1, "a" * 81))],
        "components.0.components.0.label BASE_TYPE_BAD_LENGTH",
    ),
    "a long custom id": (
        [row({**button(1), "custom_id": "a" * 101})],
        "components.0.components.0.custom_id BASE_TYPE_BAD_LENGTH",
    ),
    "no custom id": (
        [row({"type": 2, "style": 1, "label": "go"})],
        "components.0.components.0.custom_id BASE_TYPE_REQUIRED",
    ),
    "a custom id twice": (
        [row(button(1)), {"type": 17, "components": [row(button(1))]}],
        "components.1.components.0.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
    "a button outside a row": ([button(1)], "components.0.type UNION_TYPE_CHOICES"),
    "a select beside a button": (
        [row(select(), button(1))],
        "components.0.components BASE_TYPE_BAD_LENGTH",
    ),
    "a select without choices": (
        [row(select(0))],
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    "26 choices": (
        [row(select(26))],
        "components.0.components.0.options BASE_TYPE_BAD_LENGTH",
    ),
    "the same choice twice": (
        [row(select(options=[option(1), option(1)]))],
        "components.0.components.0.options OPTION_VALUE_DUPLICATED",
    ),
    "a long choice": (
        [row(select(options=[option(1, description="a" * 101)]))],
        "components.0.components.0.options.0.description BASE_TYPE_BAD_LENGTH",
    ),
    "two choices chosen of one": (
        [row(select(options=[option(1, default=True), option(2, default=True)]))],
        "components.0.components.0.options TOO_MANY_DEFAULTS",
    ),
    "more choices than there are": (
        [row(select(max_values=3))],
        "components.0.components.0.max_values NUMBER_TYPE_MAX",
    ),
    "a long placeholder": (
        [row(select(placeholder="a" * 151))],
        "components.0.components.0.placeholder BASE_TYPE_BAD_LENGTH",
    ),
    "a thumbnail that moves": (
        [thumbnail("https://example.org/a.mp4?from=here")],
        "components.0.accessory.media UNFURLED_MEDIA_ITEM_TYPE_INVALID",
    ),
    "a container in a container": (
        [{"type": 17, "components": [{"type": 17, "components": [text(1)]}]}],
        "components.0.components.0.type UNION_TYPE_CHOICES",
    ),
}


@pytest.mark.parametrize("case", BAD_LAYOUTS)
async def test_a_broken_layout_is_refused(raw: RawDiscord, case: str) -> None:
    components, problem = BAD_LAYOUTS[case]
    layout: JsonObject = {"flags": V2, "components": components}
    assert wrong(await raw.ask("POST", raw.messages, layout)) == [problem]
    answer = await raw.ask("POST", raw.interaction(), {"type": 4, "data": layout})
    assert wrong(answer) == [f"data.{problem}"]


async def test_a_layout_up_to_the_limits_is_taken(raw: RawDiscord) -> None:
    images = gallery("attachment://a.png", *[ELSEWHERE] * 9)
    rows = [row(*(button(number * 5 + place, "a" * 80) for place in range(5))) for number in (1, 2)]
    menu = row(select(25, min_values=0, max_values=25, placeholder="a" * 150))
    beside = thumbnail("http://example.org/a.png")
    inside = [text(2000), text(1999), images, *rows, menu, beside, *[{"type": 14}] * 19]
    layout: JsonObject = {
        "flags": V2,
        "components": [{"type": 17, "components": inside}],
        "attachments": [{"id": 0, "filename": "a.png", "description": "one"}],
    }
    status, answer = await raw.ask("POST", raw.messages, layout, FILE)
    assert status == 200, answer
    assert answer["attachments"] == []
    media = answer["components"][0]["components"][2]["items"][0]["media"]
    assert media["url"].startswith(raw.server.url)


async def test_a_video_is_shown_in_a_gallery_and_as_a_file(raw: RawDiscord) -> None:
    name = "attachment://a.mp4"
    layout: JsonObject = {
        "flags": V2,
        "components": [gallery(name), {"type": 13, "file": {"url": name}}],
        "attachments": [{"id": 0, "filename": "a.mp4"}],
    }
    status, _ = await raw.ask("POST", raw.messages, layout, ("a.mp4", b"moving"))
    assert status == 200
    (seen,) = raw.ann.messages(raw.channel)
    assert [image.content for image in seen.images] == [b"moving"]
    assert [(file.name, file.content_type) for file in seen.files] == [("a.mp4", "video/mp4")]


async def test_an_image_must_be_named_among_the_attachments(raw: RawDiscord) -> None:
    layout: JsonObject = {"flags": V2, "components": [gallery("attachment://a.png")]}
    refused = await raw.ask("POST", raw.messages, layout, FILE)
    assert wrong(refused) == [BAD_LAYOUTS["a file that did not come"][1]]


async def test_components_v2_stay_and_take_no_content(raw: RawDiscord) -> None:
    layout: JsonObject = {"flags": V2, "components": [text(1)]}
    both = await raw.ask("POST", raw.messages, {**layout, "content": "hi"})
    assert wrong(both) == ["content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"]
    message = await raw.posted(layout)
    path = f"{raw.messages}/{message.id}"
    assert wrong(await raw.ask("PATCH", path, {"content": "hi", "flags": 0})) == [
        "content MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"
    ]
    assert (await raw.ask("PATCH", path, {"components": [text(2)]}))[1]["flags"] == V2


async def test_components_v2_need_their_flag(raw: RawDiscord) -> None:
    refused = await raw.ask("POST", raw.messages, {"components": [text(1)]})
    assert wrong(refused) == ["components.0.type UNION_TYPE_CHOICES"]


async def test_an_empty_message_is_refused(raw: RawDiscord) -> None:
    assert error(await raw.ask("POST", raw.messages, {"content": ""})) == (400, 50006)


def labelled(**component: object) -> JsonObject:
    return {"type": 18, "label": "Prompt", "component": {"custom_id": "x"} | component}


PROMPT = labelled(type=4, style=2)
BAD_MODALS: dict[str, tuple[JsonObject, str]] = {
    "a long title": ({"title": "a" * 46}, "data.title BASE_TYPE_BAD_LENGTH"),
    "no parts": ({"components": []}, "data.components BASE_TYPE_BAD_LENGTH"),
    "six parts": ({"components": [text(1)] * 6}, "data.components BASE_TYPE_BAD_LENGTH"),
    "a long value": (
        {"components": [labelled(type=4, style=2, value="a" * 4001)]},
        "data.components.0.component.value BASE_TYPE_BAD_LENGTH",
    ),
    "one choice": (
        {"components": [labelled(type=21, options=[{"label": "a", "value": "1"}])]},
        "data.components.0.component.options BASE_TYPE_BAD_LENGTH",
    ),
    "a button": (
        {"components": [labelled(type=2, style=1, label="go")]},
        "data.components.0.component UNION_TYPE_CHOICES",
    ),
    "a disabled select": (
        {"components": [labelled(**select(disabled=True))]},
        "data.components.0.component.disabled BASE_TYPE_BAD_VALUE",
    ),
    "no box to tick": (
        {"components": [labelled(type=22, options=[])]},
        "data.components.0.component.options BASE_TYPE_BAD_LENGTH",
    ),
    "11 boxes": (
        {"components": [labelled(type=22, options=list(map(option, range(11))))]},
        "data.components.0.component.options BASE_TYPE_BAD_LENGTH",
    ),
    "boxes that must and need not be ticked": (
        {"components": [labelled(type=22, options=[option(1)], min_values=0)]},
        "data.components.0.component.required BASE_TYPE_BAD_VALUE",
    ),
    "11 files": (
        {"components": [labelled(type=19, max_values=11)]},
        "data.components.0.component.max_values NUMBER_TYPE_MAX",
    ),
    "an id twice": (
        {"components": [PROMPT, PROMPT]},
        "data.components.1.component.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
    ),
}


@pytest.mark.parametrize("case", BAD_MODALS)
async def test_a_broken_modal_is_refused(raw: RawDiscord, case: str) -> None:
    change, problem = BAD_MODALS[case]
    good: JsonObject = {"title": "a" * 45, "custom_id": "form", "components": [PROMPT]}
    callback = raw.interaction()
    refused = await raw.ask("POST", callback, {"type": 9, "data": {**good, **change}})
    assert wrong(refused) == [problem]
    assert error(await raw.ask("POST", callback, {"type": 9, "data": good})) == (200, 0)


async def test_commands_are_checked_when_they_are_synced(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    optional: JsonObject = {"type": 3, "name": "a", "description": "a"}
    required: JsonObject = {**optional, "name": "b", "required": True}
    bad: JsonObject = {"name": "Big", "description": "", "options": [optional, required]}
    assert wrong(await raw.ask("PUT", path, [bad])) == [
        "0.name APPLICATION_COMMAND_INVALID_NAME",
        "0.description BASE_TYPE_BAD_LENGTH",
        "0.options APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
    ]


async def test_a_command_keeps_its_id(raw: RawDiscord) -> None:
    path = f"/applications/{raw.server.world.application_id}/commands"
    command: JsonObject = {"name": "remix", "description": "Again"}
    synced: list[list[JsonObject]] = []
    for _ in range(2):
        assert (await raw.ask("PUT", path, [command]))[0] == 200
        synced.append(raw.server.world.commands[None])
    (before,), (after,) = synced
    assert before["id"] == after["id"]
    assert before["version"] != after["version"]


# ------------------------------------------------------------------ files


async def test_a_file_over_the_limit_is_too_large(raw: RawDiscord) -> None:
    raw.server.world.file_limit_bytes = 100
    fits = await raw.ask("POST", raw.messages, {}, ("a.txt", b"a" * 100))
    assert error(fits) == (200, 0)
    too_large = ("a.txt", b"a" * 101)
    assert error(await raw.ask("POST", raw.messages, {}, too_large)) == (413, 40005)
    callback: JsonObject = {"type": 4, "data": {}}
    refused = await raw.ask("POST", raw.interaction(), callback, too_large)
    assert error(refused) == (413, 40005)


async def test_a_request_over_25_mib_is_too_large(raw: RawDiscord) -> None:
    files = [(f"{number}.bin", bytes(9 * 1024 * 1024)) for number in range(3)]
    assert error(await raw.ask("POST", raw.messages, {}, *files)) == (413, 40005)


async def test_a_file_name_is_plain(raw: RawDiscord) -> None:
    refused = await raw.ask("POST", raw.messages, {}, ("a b.txt", b"a"))
    assert wrong(refused) == ["attachments.0.filename BASE_TYPE_BAD_VALUE"]


async def test_an_edit_keeps_the_files_that_it_names(raw: RawDiscord) -> None:
    _, sent = await raw.ask("POST", raw.messages, {}, ("a.txt", b"a"), ("b.txt", b"b"))
    path = f"{raw.messages}/{sent['id']}"
    _, same = await raw.ask("PATCH", path, {"content": "hi"})
    assert [each["filename"] for each in same["attachments"]] == ["a.txt", "b.txt"]
    _, fewer = await raw.ask("PATCH", path, {"attachments": [sent["attachments"][1]]})
    assert [each["filename"] for each in fewer["attachments"]] == ["b.txt"]
    unknown = await raw.ask("PATCH", path, {"attachments": [sent["attachments"][0]]})
    assert wrong(unknown) == ["attachments.0.id ATTACHMENT_NOT_FOUND"]


async def test_an_edit_that_lists_no_attachments_deletes_the_images(raw: RawDiscord) -> None:
    layout: JsonObject = {
        "flags": V2,
        "components": [gallery("attachment://a.png")],
        "attachments": [{"id": 0, "filename": "a.png"}],
    }
    _, sent = await raw.ask("POST", raw.messages, layout, FILE)
    (seen,) = raw.ann.messages(raw.channel)
    assert seen.images[0].content == b"painted"
    await raw.ask("PATCH", f"{raw.messages}/{sent['id']}", {"attachments": []})
    assert seen.images[0].file is None
