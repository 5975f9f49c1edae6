"""The fields of a form in which people choose a part of an image, and what comes back from them.

A mask from a file is kept by reference: a box that is checked says whose mask it stays.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import discord

from bot.actions import Option
from bot.errors import Reason, Rejected
from bot.pictures.areas import AREAS, Mask, parse_mask
from bot.pictures.mask_files import FILE_MAX_BYTES
from bot.services.masks import MaskChoice
from bot.texts import Texts
from bot.ui import discord_errors
from bot.ui.requests import within

FILE_READ_S = 10.0

_KEPT = re.compile(r"as:([0-9]{1,20})")

Label = discord.ui.Label[discord.ui.Modal]
CheckboxGroup = discord.ui.CheckboxGroup[discord.ui.Modal]
FileUpload = discord.ui.FileUpload[discord.ui.Modal]


def mask_labels(t: Texts, option: Option, text: str, kept: int | None) -> Iterator[Label]:
    """Nine boxes, those checked that *text* has, and room for a file.

    *kept*: the interaction in which was asked for what has this mask; if it's no choice of areas, a
    tenth box keeps it.
    """
    mask = _read(text)
    boxes = [
        discord.CheckboxGroupOption(
            label=t.area_names[area],
            value=str(area),
            default=mask is not None and area in mask.areas,
        )
        for area in AREAS
    ]
    if mask is not None and not mask.areas and kept is not None:
        label = t.keep_mask(t.part_named(text))
        boxes.append(discord.CheckboxGroupOption(label=label, value=f"as:{kept}", default=True))
    group = CheckboxGroup(
        custom_id=option.name, options=boxes, required=False, min_values=0, max_values=len(boxes)
    )
    yield Label(text=t.areas_label, description=t.areas_hint, component=group)
    file = FileUpload(custom_id=_file_id(option), required=False, min_values=0, max_values=1)
    yield Label(text=t.mask_label, description=t.mask_hint, component=file)


def _read(text: str) -> Mask | None:
    try:
        return parse_mask(text)
    except ValueError:
        return None


def _file_id(option: Option) -> str:
    return f"{option.name}-file"


def read_choice(
    interaction: discord.Interaction[Any],
    option: Option,
    chosen: Mapping[str, list[str]],
    files: Mapping[str, Mapping[str, Any]],
) -> MaskChoice:
    """What was *chosen* in each field, where *files* are what was attached, by their ids."""
    boxes = chosen.get(option.name, [])
    areas = tuple(int(one) for one in boxes if one in map(str, AREAS))
    kept = next(filter(None, map(_KEPT.fullmatch, boxes)), None)
    choice = MaskChoice(areas=areas, kept=int(kept[1]) if kept else None)
    for file_id in chosen.get(_file_id(option), [])[:1]:
        choice = replace(choice, read_file=partial(_fetch, interaction, files.get(file_id, {})))
    return choice


async def _fetch(interaction: discord.Interaction[Any], file: Mapping[str, Any]) -> bytes:
    """The content of what was attached. Raises `Rejected`."""
    if not 0 < int(file.get("size", 0)) <= FILE_MAX_BYTES:
        raise Rejected(Reason.MASK_UNREADABLE)
    try:
        return await within(FILE_READ_S, interaction.client.http.get_from_cdn(str(file["url"])))
    except discord_errors.FAULTS:
        raise Rejected(Reason.MASK_UNREADABLE) from None
