"""The account of every command: what the API did for it, and what people saw of it in the end.

Pure: it compares what the API, Discord and the database know, and asks nobody.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from benchmarks.soak.crowd import Answer, Command, job_number
from bot.model import JobState
from bot.texts import ENGLISH
from discord_server import layouts
from discord_server.things import Message
from sandbox.api import Job
from sandbox.api.chaos import Fault, Struck

ASKING_S = 10.0
"""From the command to its submit, at the most; a kill meanwhile explains what became of it."""
ANSWERING_S = 5.0
"""From the submit to the moment at which the bot has written down how it went."""
IMAGES = 4


class Shown(Enum):
    """What a message about a job says."""

    IMAGES = "images"
    MAYBE_CHARGED = "failed, may have been charged"
    NOTHING_CHARGED = "failed, nothing was charged"
    UNCLEAR = "failed, nothing said about the bill"
    PROGRESS = "still progress"


@dataclass(frozen=True)
class Row:
    """A job as the database has it at the end."""

    number: int
    state: str
    ended_at: float | None
    """Unix seconds."""

    @property
    def ended(self) -> bool:
        return self.ended_at is not None

    @property
    def delivered_at(self) -> float | None:
        return self.ended_at if self.state == JobState.DELIVERED else None


@dataclass(frozen=True)
class Evidence:
    """All that is known when everything is over."""

    commands: Sequence[Command]
    submits: Sequence[Job]
    struck: Sequence[Struck]
    messages: Sequence[Message]
    rows: Sequence[Row]
    kills: Sequence[float]
    """On the monotonic clock."""


@dataclass
class Case:
    """One command and everything that belongs to it."""

    command: Command
    accepted: list[Job] = field(default_factory=list[Job])
    faults: list[Fault] = field(default_factory=list[Fault])
    """What its submits met with."""
    messages: list[Message] = field(default_factory=list[Message])
    rows: list[Row] = field(default_factory=list[Row])
    pings: int = 0
    killed: bool = False
    """There was a kill between the command and the moment at which its task was written down."""

    @property
    def shown(self) -> list[Shown]:
        return [what_is_shown(message) for message in self.messages]

    @property
    def ends(self) -> list[Shown]:
        """All ends that people saw; it should be one."""
        return [shown for shown in self.shown if shown is not Shown.PROGRESS]

    @property
    def lost(self) -> bool:
        """The API or the bot has taken it, and nobody ever heard what became of it."""
        return not self.ends and (bool(self.accepted) or self.command.answer is Answer.TAKEN)

    @property
    def doubled(self) -> bool:
        """Submitted twice, or ended twice."""
        refused = sum(not fault.carried_out for fault in self.faults)
        return len(self.accepted) + refused > 1 or len(self.ends) > 1 or len(self.rows) > 1

    @property
    def hung(self) -> bool:
        """A message still shows progress, or the database still counts it as open."""
        return Shown.PROGRESS in self.shown or not all(row.ended for row in self.rows)

    @property
    def misled(self) -> bool:
        """It failed for no reason, or its author was told something wrong about the bill."""
        if Shown.NOTHING_CHARGED in self.ends and self.accepted:
            return True
        failed = any(end is not Shown.IMAGES for end in self.ends)
        return Shown.UNCLEAR in self.ends or (failed and not (self.faults or self.killed))

    @property
    def pinged_twice(self) -> bool:
        return self.pings > 1

    @property
    def delivered_after_s(self) -> float | None:
        """From the end on the API's side to the end of the delivery; ``None`` for no images."""
        if len(self.accepted) != 1 or len(self.rows) != 1 or self.rows[0].delivered_at is None:
            return None
        job = self.accepted[0]
        return self.rows[0].delivered_at - (job.created_at + job.ends_at - job.starts_at)

    @property
    def outcome(self) -> str:
        """In one word or two."""
        if self.ends:
            return self.ends[0].value
        return "lost" if self.lost else self.command.answer.value

    @property
    def by_link(self) -> int:
        """Images of its result that came without a file."""
        whole = (each for each in self.messages if what_is_shown(each) is Shown.IMAGES)
        return sum(max(IMAGES - images(each), 0) for each in whole)


def images(message: Message) -> int:
    """How many images a message shows, whatever its layout."""
    components = (component for _, component in layouts.walk(message.components, ""))
    attached = sum(len(each["items"]) for each in components if each["type"] == layouts.GALLERY)
    return attached or sum(file.name.endswith(".png") for file in message.files)


def what_is_shown(message: Message) -> Shown:
    text = _text(message)
    if ENGLISH.failure_heading in text:
        if ENGLISH.maybe_charged in text:
            return Shown.MAYBE_CHARGED
        return Shown.NOTHING_CHARGED if ENGLISH.nothing_charged in text else Shown.UNCLEAR
    return Shown.IMAGES if images(message) else Shown.PROGRESS


def cases(evidence: Evidence) -> list[Case]:
    """One case for each command, in the order in which they were given."""
    ordered = sorted(evidence.commands, key=lambda command: command.number)
    found = {command.number: Case(command) for command in ordered}
    for job in evidence.submits:
        found[_number(job.prompt)].accepted.append(job)
    for struck in submits_struck(evidence.struck):
        found[_number(struck.body.decode())].faults.append(struck.fault)
    for row in evidence.rows:
        found[row.number].rows.append(row)
    for number, message in _about_jobs(evidence.messages):
        found[number].messages.append(message)
    pings = _replies(evidence.messages)
    for case in found.values():
        case.pings = sum(pings[message.id] for message in case.messages)
        case.killed = any(_around_submit(case, at) for at in evidence.kills)
    return list(found.values())


def submits_struck(struck: Sequence[Struck]) -> list[Struck]:
    return [one for one in struck if one.method == "POST"]


def _number(text: str) -> int:
    number = job_number(text)
    assert number is not None, text
    return number


def _text(message: Message) -> str:
    return layouts.displayed_text(message.content, message.components)


def _about_jobs(messages: Sequence[Message]) -> Iterator[tuple[int, Message]]:
    for message in messages:
        number = None if message.ephemeral else job_number(_text(message))
        if number is not None:
            yield number, message


def _replies(messages: Sequence[Message]) -> defaultdict[int, int]:
    """How many messages reply to one, by its id: each of them has pinged somebody."""
    replies = defaultdict[int, int](int)
    for message in messages:
        if message.reference is not None:
            replies[message.reference] += 1
    return replies


def _around_submit(case: Case, killed_at: float) -> bool:
    asked_at = case.command.asked_at
    submitted_at = [job.starts_at for job in case.accepted]
    return asked_at <= killed_at <= max([asked_at + ASKING_S, *submitted_at]) + ANSWERING_S
