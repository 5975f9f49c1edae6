"""The buttons under a result. Their ids alone say what to do, so they work for ever.

A press is passed on as the client event ``image_button``; what it does is not known here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import discord

from bot import texts
from bot.actions import REMIX, SOURCE_IMAGES
from bot.model import Image, Job, Source
from bot.ui.deeds import PREFIX, AnyButton, ControlAction, ControlButton

UNKNOWN_JOB = "-"
"""Stands where a job has no id of the provider's yet."""

_JOB_ID = r"[A-Za-z0-9_-]{1,56}"
_ROW_MAX = 5

Row = discord.ui.ActionRow[Any]


class ButtonAction(StrEnum):
    """What a button does."""

    REMIX = "remix"
    """Open the form for one of the result's own images."""
    AGAIN = "again"
    """The same prompt and mode once more, on the image that the id names."""
    IMAGINE = "imagine"
    """The same text once more, from nothing."""
    EDIT = "edit"
    """Open the form for the same once more, filled in; on no image where it was from nothing."""
    REMIX_PUBLIC = "pick"
    """Open the form for an image of another message than the one with this button."""


@dataclass(frozen=True, slots=True)
class ButtonId:
    """What the id of a pressed button says."""

    verb: ButtonAction
    source: Source

    @property
    def custom_id(self) -> str:
        return f"{PREFIX}{self.verb}:{self.source.job_id}:{self.source.image_no}"


class ImageButton(
    discord.ui.DynamicItem[AnyButton],
    # `\Z`: discord.py looks for a match first and dispatches on a full match
    template=rf"{PREFIX}(?P<verb>{'|'.join(ButtonAction)}):(?P<job>{_JOB_ID}):(?P<image>[0-3])\Z",
):
    """Any of our buttons."""

    def __init__(
        self,
        press: ButtonId,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
    ) -> None:
        super().__init__(AnyButton(label=label, style=style, custom_id=press.custom_id))
        self.press = press

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],  # noqa: ARG003  # discord.py's signature
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(ButtonId(ButtonAction(match["verb"]), Source(match["job"], int(match["image"]))))

    async def callback(self, interaction: discord.Interaction) -> None:
        interaction.client.dispatch("image_button", interaction, self.press)


ButtonRows = Sequence[Sequence[discord.ui.DynamicItem[AnyButton]]]


def result_buttons(job: Job) -> ButtonRows:
    """What is under a result: chain on its images; the same idea once more; about it."""
    about = [_details_button(job)]
    if job.destination.bot_can_post:
        about.append(ControlButton(ControlAction.DELETE, job.interaction_id, texts.DELETE))
    repeats = _repeats(job, texts.AGAIN, parents=True)
    fits = len(repeats) + len(about) <= _ROW_MAX
    below = [[*repeats, *about]] if fits else [repeats, about]
    return [*remix_buttons(job.images), *below]


def remix_buttons(images: Sequence[Image], verb: ButtonAction = ButtonAction.REMIX) -> ButtonRows:
    """What is under images of which nothing else is known."""
    return _rows(
        [
            ImageButton(
                ButtonId(verb, press.source),
                texts.action_name(texts.words_for(REMIX).button, press.source),
                discord.ButtonStyle.primary,
            )
            for press in _remix_presses(images)
        ]
    )


def retry_buttons(job: Job, *, kept: bool = False) -> ButtonRows:
    """What is under a failure; with *kept*, under a stopped job whose images were made."""
    [retry] = _repeats(job, texts.RETRY_PAID if kept else texts.RETRY, parents=False)
    source = retry.press.source
    if retry.press.verb is ButtonAction.IMAGINE:
        source = Source(UNKNOWN_JOB, 0)
    again = [retry, ImageButton(ButtonId(ButtonAction.EDIT, source), texts.EDIT)]
    if not kept:
        return [again]
    style = discord.ButtonStyle.primary
    return [[ControlButton(ControlAction.SHOW, job.interaction_id, texts.SHOW_KEPT, style), *again]]


def plain_retry_buttons(job: Job, *, kept: bool = False) -> ButtonRows:
    """The same with a button by whose id the message of this very job can be found again."""
    [buttons] = retry_buttons(job, kept=kept)
    return [[*buttons, _details_button(job)]]


def stop_button(job: Job) -> Row:
    """What is under a job on its way."""
    return Row(_stop_button(job))


def stop_id(job: Job) -> str:
    """The id of the button under a job on its way."""
    return _stop_button(job).item.custom_id or ""


def own_id(job: Job) -> str:
    """The id of the button that every message has which ends this job without a mark."""
    return _details_button(job).item.custom_id or ""


def remixed_by(custom_ids: Iterable[str]) -> list[tuple[str, int]]:
    """The images that these buttons remix: the job's id at the provider's, and the number."""
    pattern = rf"{PREFIX}{ButtonAction.REMIX}:({_JOB_ID}):([0-3])"
    presses = (re.fullmatch(pattern, custom_id) for custom_id in custom_ids)
    return [(press[1], int(press[2])) for press in presses if press]


def is_under_failure(custom_id: str) -> bool:
    """Whether only what ended without images has this button."""
    return custom_id.startswith(f"{PREFIX}{ButtonAction.EDIT}:")


def draft_buttons(draft_id: int, *, asks: bool) -> ButtonRows:
    """What is under a refusal, or under the question whether a job may cost so much."""
    edit = ControlButton(ControlAction.EDIT_DRAFT, draft_id, texts.EDIT)
    if not asks:
        return [[ControlButton(ControlAction.RETRY, draft_id, texts.RETRY), edit]]
    go = ControlButton(
        ControlAction.CONFIRM_COST, draft_id, texts.GO_AHEAD, discord.ButtonStyle.primary
    )
    return [[go, edit, ControlButton(ControlAction.CANCEL, draft_id, texts.CANCEL)]]


def in_layout(rows: ButtonRows) -> list[Row]:
    """*rows* for a message of components."""
    return [Row(*row) for row in rows]


def in_view(rows: ButtonRows) -> discord.ui.View:
    """*rows* for a classic message."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            button.row = number
            view.add_item(button)
    return view


def _stop_button(job: Job) -> ControlButton:
    return ControlButton(ControlAction.STOP, job.interaction_id, texts.STOP)


def _details_button(job: Job) -> ControlButton:
    return ControlButton(ControlAction.DETAILS, job.interaction_id, texts.DETAILS)


def _remix_presses(images: Sequence[Image]) -> list[ButtonId]:
    return [
        ButtonId(ButtonAction.REMIX, Source(image.job_id, image.image_no))
        for image in images
        if _can_be_remixed(image)
    ]


def _can_be_remixed(image: Image) -> bool:
    return image.offers(REMIX) and re.fullmatch(_JOB_ID, image.job_id) is not None


def _repeats(job: Job, label: str, *, parents: bool) -> list[ImageButton]:
    source = job.request.source
    if source is None:
        own_id = job.provider_job_id or UNKNOWN_JOB
        if not re.fullmatch(_JOB_ID, own_id):
            own_id = UNKNOWN_JOB
        return [ImageButton(ButtonId(ButtonAction.IMAGINE, Source(own_id, 0)), label)]
    buttons = [ImageButton(ButtonId(ButtonAction.AGAIN, source), label)]
    if parents:
        buttons += [
            ImageButton(
                ButtonId(ButtonAction.AGAIN, Source(source.job_id, image_no)),
                texts.parent_button(image_no),
            )
            for image_no in SOURCE_IMAGES
            if image_no != source.image_no
        ]
    return buttons


def _rows(buttons: Sequence[ImageButton]) -> ButtonRows:
    return [buttons[start : start + _ROW_MAX] for start in range(0, len(buttons), _ROW_MAX)]
