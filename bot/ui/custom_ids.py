"""The custom ids of all our buttons and forms: they alone say what to do, so they work for ever.

A button's is ``remix:<verb>:<number>`` or ``remix:<verb>:<job>:<image>``: about a job it has the
number of the interaction that it was asked for in, about an image the provider's job id and the
image number. Behind the verb, and a point, may stand which of its kinds is meant: the preset of an
action, or an image number. One that turns the pages of what was looked for says that at its end:
``:<f for favorites>:<action>:<words>``. What was ever posted is read for ever: see `_ALIASES`.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self

from bot.actions import ACTIONS, REMIX, Action, SourceKind
from bot.errors import Reason, Rejected
from bot.job_search import JobSearch
from bot.model import Source

PREFIX = "remix:"
"""Every custom id of ours starts with this."""


class Verb(StrEnum):
    """What a button does, besides opening the form of an action, whose verb is its key."""

    AGAIN = "again"
    """The same as a job did once more; on the image that the id names, if it names one."""
    EDIT = "edit"
    """Open the form for the same once more, filled in; on that image."""
    EDIT_UNCHARGED = "editfree"
    """The same under a failure that says that nothing was charged, which is known by that."""
    ON_SOURCE = "onsource"
    """Open the form for the same as a job did, filled in, for this other image of its source."""

    # about the job that was asked for in the interaction with this number
    STOP = "stop"
    STOP_ANYWAY = "stopanyway"
    """Although the API has it."""
    SHOW = "show"
    """Post its images again; nothing is paid."""
    MORE = "details"
    """Open the panel with all that can be done with its images, the one of this number chosen."""
    CHOOSE = "choose"
    """Let that panel be about another image."""
    DETAILS = "about"
    """Tell all about it."""
    DOWNLOAD = "download"
    """Answer with all its images in one file."""
    FAMILY = "family"
    """Answer with what it was made from and what was made from it, as a picture."""
    FAVORITE = "favorite"
    """Keep it to find it again, or keep it no longer."""

    # about a message
    DELETE = "delete"
    """Ask whether the message with the button shall be deleted: under older results."""
    ASK_TO_DELETE = "askdelete"
    """Ask whether the message of the channel with this number shall be deleted."""
    CONFIRM_DELETE = "takedown"
    KEEP = "keep"
    """Do nothing of what the message with the button asks; the number is nobody's."""

    # about the draft with this number
    CONFIRM_COST = "go"
    """Do what it asks for, whatever it costs."""
    RETRY = "retry"
    EDIT_DRAFT = "redo"
    CANCEL = "cancel"

    JOBS = "jobs"
    """Turn to this page of the list of one's jobs."""
    SETTINGS = "settings"
    """Open the form for this part of one's own settings."""
    RESET_SETTINGS = "resetsettings"
    """Forget all of them; the number is nobody's."""
    USE_AS_STYLE = "style"
    """Let this image be the style reference of all that one asks for."""
    FAVORITES = "favorites"
    """Turn to this page of the list of what one has kept."""
    FORGET = "forget"
    """Forget the person with this number."""


JOB_ID = r"[A-Za-z0-9_-]{1,56}"
"""The provider's job ids that a custom id can hold."""
_ALIASES = (
    (re.compile(rf"imagine:{JOB_ID}:[0-3]"), Verb.AGAIN),
    (re.compile(r"edit:-:[0-3]"), Verb.EDIT),
)
"""Posted by earlier versions, about the job that the message with the button shows."""
_PICK = "pick"
"""What earlier versions called the button for a remix in an answer to one person, of an image that
all see."""
_FROM_JOBS = [key for key, action in ACTIONS.items() if action.source is not SourceKind.NONE]
_IMAGES_ONLY = (Verb.ON_SOURCE, Verb.USE_AS_STYLE)
_ABOUT_IMAGES = [*_FROM_JOBS, Verb.AGAIN, Verb.EDIT, Verb.EDIT_UNCHARGED, *_IMAGES_ONLY, _PICK]
_ABOUT_NUMBERS = [verb for verb in Verb if verb not in _IMAGES_ONLY]

BUTTON = (
    rf"{PREFIX}(?:(?P<about_number>{'|'.join(_ABOUT_NUMBERS)})(?:\.(?P<kind>[0-3]))?"
    rf":(?P<number>[0-9]{{1,20}})(?P<shown>p)?"
    rf"|{Verb.JOBS}:(?P<page>[0-9]{{1,5}}):(?P<kept>f?):(?P<found>[a-z_]{{0,13}}):(?P<words>.{{0,60}})"
    rf"|(?P<about_image>{'|'.join(_ABOUT_IMAGES)}|imagine)(?:\.(?P<preset>[a-z0-9]{{1,8}}))?"
    rf":(?P<job>{JOB_ID}):(?P<image>[0-3])(?P<public>p)?)\Z"
)
"""Every button of ours. ``\\Z``: discord.py looks for a match and dispatches on a full match."""
SELECT = rf"{PREFIX}select:(?P<number>[0-9]{{1,20}})\Z"
"""Every choice among jobs: it does what the button for the details of the chosen one does."""
_FORM = re.compile(
    rf"{PREFIX}form:(?:(?P<action>{'|'.join(ACTIONS)}):)?(?:(?P<job>{JOB_ID}):(?P<image>[0-3]):)?"
    r"(?P<place>public|private):(?P<nonce>[0-9a-f]{8})"
)
"""The form for a remix had no action in earlier versions."""


def holds(job_id: str) -> bool:
    """Whether there can be buttons about this job of the provider's."""
    return re.fullmatch(JOB_ID, job_id) is not None


@dataclass(frozen=True, slots=True)
class ButtonId:
    """What the custom id of a button says."""

    verb: str
    """A `Verb`, or the key of an action."""
    about: int | Source | None = None
    """``None``: the job that the message with the button shows."""
    kind: str = ""
    """The preset of an action, or the number of an image, where the verb has kinds."""
    public: bool = False
    """In an answer that one person alone sees, but about what all see in that channel: what comes
    of it is for all."""
    search: JobSearch | None = None
    """What the list that it turns the pages of was looked for by."""

    @property
    def custom_id(self) -> str:
        if (search := self.search) is not None:
            kept, words = "f" if search.favorites else "", " ".join(search.words)
            return f"{PREFIX}{self.verb}:{self.about}:{kept}:{search.action or ''}:{words}"
        verb = f"{PREFIX}{self.verb}.{self.kind}" if self.kind else f"{PREFIX}{self.verb}"
        end = "p" if self.public else ""
        if isinstance(self.about, Source):
            return f"{verb}:{self.about.job_id}:{self.about.image_no or 0}{end}"
        return f"{verb}:{self.about}{end}"

    @property
    def number(self) -> int:
        """The number that it is about; 0 where it is about none."""
        return self.about if isinstance(self.about, int) else 0

    @property
    def source(self) -> Source | None:
        """The image that it is about."""
        return self.about if isinstance(self.about, Source) else None

    @classmethod
    def read(cls, custom_id: str) -> Self | None:
        """``None`` where this version has no such button."""
        match = re.fullmatch(BUTTON, custom_id)
        return None if match is None else cls.of(match)

    @classmethod
    def of(cls, match: re.Match[str]) -> Self:
        """What a custom id says that fits `BUTTON`."""
        for alias, verb in _ALIASES:
            if alias.fullmatch(match.string, len(PREFIX)):
                return cls(verb)
        if match["page"]:
            words, action = tuple(match["words"].split()), match["found"] or None
            search = JobSearch(words=words, action=action, favorites=bool(match["kept"]))
            return cls(Verb.JOBS, int(match["page"]), search=search)
        if match["number"]:
            number, kind = int(match["number"]), match["kind"] or ""
            return cls(match["about_number"], number, kind, public=bool(match["shown"]))
        verb, image_no = match["about_image"], int(match["image"])
        is_whole = verb in ACTIONS and ACTIONS[verb].source is SourceKind.JOB
        source = Source(match["job"], None if is_whole else image_no)
        if verb == _PICK:
            return cls(REMIX.key, source, public=True)
        return cls(verb, source, match["preset"] or "", public=bool(match["public"]))


def read_all(custom_ids: Iterable[str]) -> Iterator[ButtonId]:
    """Those of our buttons among *custom_ids*."""
    return filter(None, map(ButtonId.read, custom_ids))


def remixed_by(custom_ids: Iterable[str]) -> list[tuple[str, int]]:
    """The images that these buttons remix: the job's id at the provider's, and the number."""
    return [
        (source.job_id, source.image_no)
        for button in read_all(custom_ids)
        if button.verb == REMIX.key and (source := button.source) and source.image_no is not None
    ]


def under_failure(custom_ids: Iterable[str]) -> Verb | None:
    """That one of these buttons which only what ended without images has."""
    verbs = {button.verb for button in read_all(custom_ids)}
    return next((verb for verb in (Verb.EDIT_UNCHARGED, Verb.EDIT) if verb in verbs), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormId:
    """What a form is for; kept in its custom id."""

    action: Action
    source: Source | None = None
    """What it is made from, where the action takes a source."""
    private: bool
    nonce: str = field(default_factory=lambda: secrets.token_hex(4))
    """Every opening has an id of its own, or two open forms would answer for each other."""

    @property
    def custom_id(self) -> str:
        source = f"{self.source.job_id}:{self.source.image_no}:" if self.source else ""
        place = "private" if self.private else "public"
        return f"{PREFIX}form:{self.action.key}:{source}{place}:{self.nonce}"

    @classmethod
    def read(cls, custom_id: str) -> Self:
        """Raises `Rejected` where this version knows no such form."""
        match = _FORM.fullmatch(custom_id)
        if match is None:
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        action = ACTIONS[match["action"] or REMIX.key]
        source = Source(match["job"], int(match["image"])) if match["job"] else None
        if (source is None) is not (action.source is SourceKind.NONE):
            raise Rejected(Reason.UNSUPPORTED_COMPONENT)
        private = match["place"] == "private"
        return cls(action=action, source=source, private=private, nonce=match["nonce"])
