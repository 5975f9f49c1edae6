"""All our buttons, and which of them are under what. Their custom ids alone say what they do."""

import re
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from typing import Any, Protocol, Self

import discord

from bot.actions import ACTIONS, REMIX, SOURCE_IMAGES, Action, MediaKind, SourceKind
from bot.errors import ConsentMissing, UserError
from bot.model import Image, Job, Source
from bot.texts import Texts
from bot.ui.custom_ids import BUTTON, ButtonId, Verb, holds

_ROW_MAX = 5
_PRIMARY = discord.ButtonStyle.primary
_SECONDARY = discord.ButtonStyle.secondary

Row = discord.ui.ActionRow[Any]
AnyButton = discord.ui.Button[Any]

Press = Callable[[discord.Interaction[Any], ButtonId], Awaitable[None]]
"""Does what a pressed button says. Raises nothing: nobody would hear of it."""


class HandlesPresses(Protocol):
    """The client, as buttons know it."""

    press: Press


class Button(discord.ui.DynamicItem[AnyButton], template=BUTTON):
    """Any of our buttons: discord.py finds them by their ids."""

    def __init__(
        self,
        button: ButtonId,
        label: str = "",
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        *,
        custom_id: str | None = None,
    ) -> None:
        """*custom_id*: as it was posted, where an earlier version had another one."""
        custom_id = custom_id or button.custom_id
        super().__init__(AnyButton(label=label, style=style, custom_id=custom_id))
        self.button = button

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction,  # noqa: ARG003  # discord.py's signature
        item: discord.ui.Item[Any],  # noqa: ARG003  # discord.py's signature
        match: re.Match[str],
        /,
    ) -> Self:
        return cls(ButtonId.of(match), custom_id=match.string)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: HandlesPresses = interaction.client
        await client.press(interaction, self.button)


ButtonRows = Sequence[Sequence[Button]]


def result_buttons(t: Texts, job: Job, off: Collection[str] = ()) -> ButtonRows:
    """What is under a result: chain on its images; the same idea once more; all that is rarer.

    Nothing for actions that are *off*, by key.
    """
    repeats = [Button(_once_more(Verb.AGAIN, job), t.reroll)]
    source, action = job.request.source, job.request.action
    if source is not None and source.image_no is not None and action.has_form:
        repeats += [
            Button(ButtonId(Verb.ON_SOURCE, Source(source.job_id, image_no)), t.reroll_on(image_no))
            for image_no in SOURCE_IMAGES
            if image_no != source.image_no
        ]
    below, more = list(action_buttons(t, job.images, action, off)), _more_button(t, job)
    if len(repeats) == 1:
        return [*below, [*repeats, more]]
    below.insert(1, repeats)
    if below[-1] is not repeats and len(below[-1]) < _ROW_MAX:
        return [*below[:-1], [*below[-1], more]]
    return [*below, [more]]


def action_buttons(
    t: Texts, images: Sequence[Image], made_by: Action | None = None, off: Collection[str] = ()
) -> ButtonRows:
    """What can be made from these results of *made_by*, as far as it has its buttons there."""
    shown = (one for one in ACTIONS.values() if one.on_result and one.key not in off)
    return [row for action in shown for row in _rows(t, action, images, made_by)]


def found_buttons(t: Texts, images: Sequence[Image], off: Collection[str] = ()) -> ButtonRows:
    """What is under images of which nothing else is known."""
    wholes = [
        Button(ButtonId(action.key, Source(images[0].job_id)), t.words_for(action).button)
        for action in ACTIONS.values()
        if action.source is SourceKind.JOB and images[0].kind is action.media
        if action.key not in off
    ]
    return [
        *action_buttons(t, images, off=off),
        *([wholes] if wholes and holds(images[0].job_id) else []),
    ]


def panel_buttons(t: Texts, job: Job, image: Image, off: Collection[str] = ()) -> ButtonRows:
    """All that can be made from this *image* of *job*, but for what has its button under it, and
    for actions that are *off*, by key."""
    source, public = Source(image.job_id, image.image_no), not job.destination.private
    rows, single = list[list[Button]](), list[Button]()
    for action in ACTIONS.values():
        possible = holds(image.job_id) and image.offers(action, job.request.action)
        if not possible or action.key in off:
            continue
        row = [
            Button(ButtonId(action.key, source, one, public), t.preset_button(action, one))
            for one in action.presets
        ]
        if action.has_form and not action.on_result:
            button = ButtonId(action.key, source, public=public)
            row.append(Button(button, t.action_button(action, source)))
        if len(row) > 1:
            rows.append(row)
        else:
            single += row
    return [*rows, single] if single else rows


def choice_buttons(t: Texts, images: Sequence[Image], *, private: bool) -> ButtonRows:
    """What is under the question which image to go on with, which one person alone sees; unless
    *private*, what comes of it is for all."""
    return list(_rows(t, REMIX, images, public=not private))


def style_buttons(t: Texts, job: Job) -> Sequence[Button]:
    """One for each image that may be a style reference, as many as fit in a row."""
    images = [image for image in job.images if image.kind is MediaKind.IMAGE]
    return [
        Button(ButtonId(Verb.USE_AS_STYLE, source), t.style_button(image.image_no))
        for image in images[:_ROW_MAX]
        if image.image_no in SOURCE_IMAGES and holds(image.job_id)
        for source in [Source(image.job_id, image.image_no)]
    ]


def retry_buttons(t: Texts, job: Job, *, kept: bool = False, uncharged: bool = False) -> ButtonRows:
    """What is under a failure; with *kept*, under a stopped job whose images were made."""
    retry = Button(_once_more(Verb.AGAIN, job), t.retry_paid if kept else t.retry)
    edit = Verb.EDIT_UNCHARGED if uncharged else Verb.EDIT
    again = [retry]
    if job.request.action.has_form:
        again.append(Button(_once_more(edit, job), t.edit))
    if not kept:
        return [again]
    return [[Button(ButtonId(Verb.SHOW, job.interaction_id), t.show_kept, _PRIMARY), *again]]


def plain_retry_buttons(
    t: Texts, job: Job, *, kept: bool = False, uncharged: bool = False
) -> ButtonRows:
    """The same with a button by whose id the message of this very job can be found again."""
    [buttons] = retry_buttons(t, job, kept=kept, uncharged=uncharged)
    return [[*buttons, _more_button(t, job)]]


def stop_button(t: Texts, job: Job) -> Row:
    """What is under a job on its way."""
    return Row(Button(ButtonId(Verb.STOP, job.interaction_id), t.stop))


def own_id(job: Job) -> str:
    """The id of the button that every message has which ends this job without a mark."""
    return ButtonId(Verb.MORE, job.interaction_id).custom_id


def draft_buttons(t: Texts, refusal: UserError, draft_id: int) -> ButtonRows:
    """What is under a refusal, or under the question whether something shall be made as it is."""
    edit = [Button(ButtonId(Verb.EDIT_DRAFT, draft_id), t.edit)] if refusal.editable else []
    if not isinstance(refusal, ConsentMissing):
        retry = Verb.CONFIRM_COST if refusal.consented else Verb.RETRY
        return [[Button(ButtonId(retry, draft_id), t.retry), *edit]]
    label = t.send_as_it_is if refusal.doubts else t.go_ahead
    go = Button(ButtonId(Verb.CONFIRM_COST, draft_id), label, _PRIMARY)
    return [[go, *edit, Button(ButtonId(Verb.CANCEL, draft_id), t.cancel)]]


def in_layout(rows: ButtonRows) -> list[Row]:
    return [Row(*row) for row in rows]


def in_view(rows: ButtonRows) -> discord.ui.View:
    """*rows* for a classic message."""
    view = discord.ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            button.row = number
            view.add_item(button)
    return view


def _once_more(verb: Verb, job: Job) -> ButtonId:
    """About its source, if any: with that a form opens where nobody knows the job any more."""
    source = job.request.source
    named = source is not None and source.image_no is not None and holds(source.job_id)
    return ButtonId(verb, source if named else job.interaction_id)


def _more_button(t: Texts, job: Job) -> Button:
    return Button(ButtonId(Verb.MORE, job.interaction_id), t.more)


def _rows(
    t: Texts,
    action: Action,
    images: Sequence[Image],
    made_by: Action | None = None,
    *,
    public: bool = False,
) -> Iterator[Sequence[Button]]:
    """Buttons for *action* on those images that offer it."""
    buttons: list[Button] = []
    style = _PRIMARY if action.has_form else _SECONDARY
    for image in images:
        if image.offers(action, made_by) and holds(image.job_id):
            source = Source(image.job_id, image.image_no)
            label = t.action_button(action, source)
            buttons.append(Button(ButtonId(action.key, source, public=public), label, style))
    for start in range(0, len(buttons), _ROW_MAX):
        yield buttons[start : start + _ROW_MAX]
