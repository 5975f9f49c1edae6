"""What happens to a job, step by step: all the points at which a kill can come, and its end then.

Names of points are those of `tests.process.points`; their order is that of a quiet machine. Where
the bot writes down, asks or says something more, it has its place here.

A kill leaves nothing but what was written. So kills between two writes are all the same, and one of
them stands for the others: the one right after the first of the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.process.points import writes
from tests.process.world import Ask, Ending, World

PROMPT = "a fox sandbox:seconds=0.3"


async def imagine(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=PROMPT)


async def imagine_privately(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=PROMPT, private=True)


async def imagine_in_vain(world: World) -> None:
    await world.author.slash(world.channel, "imagine", prompt=f"{PROMPT} sandbox:fail")


async def remix_by_form(world: World) -> None:
    form = await world.author.click(world.old_message, "✏️ 2")
    await world.author.submit(form, {"Prompt": PROMPT, "Remix strength": "1"})


def around(events: Sequence[str]) -> list[str]:
    """The points before and after each of *events*."""
    return [f"{side} {event}" for event in events for side in ("before", "after")]


def after_writes(events: Sequence[str]) -> list[str]:
    """The points that follow on those of *events* that write."""
    return [f"after {event}" for event in events if writes(event)]


@dataclass(frozen=True, kw_only=True)
class Life:
    """How a job is asked for, what happens where nothing goes wrong, and its end."""

    ask: Ask
    events: tuple[str, ...]
    """Commits and requests; around each of them are two points."""
    ending: Ending = Ending.IMAGES
    own_kills: tuple[str, ...] = ()
    """Where a kill leaves what no kill in the first life does; none named: everywhere."""

    @property
    def points(self) -> list[str]:
        return around(self.events)

    @property
    def kills(self) -> list[str]:
        """A point for each state in which a kill can leave the world, and no other life does."""
        return [*self.own_kills] or [self.points[0], *after_writes(self.events)]

    def ending_at(self, point: str) -> Ending:
        """What a kill at *point* leaves to be seen."""
        if not _reached("commit accept", point, self.points):
            return Ending.NOTHING
        return Ending.DOUBT if _on_its_way(point, self.points) else self.ending


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a start does for a job that kills have left open."""

    life: Life
    kills: tuple[str, ...]
    """Where the earlier processes were killed, the first of which was asked for the job."""
    events: tuple[str, ...]
    """All but the `BEGINNING`."""
    late: bool = False
    """It comes when the interaction's token is worth nothing."""
    own_kills: tuple[str, ...] | None = None
    """Where a further kill leaves what none in another start does; ``None``: everywhere."""

    @property
    def points(self) -> list[str]:
        return around(self.events)

    @property
    def further_kills(self) -> list[str]:
        """A point for each state in which a kill can leave the world, but the one it starts in."""
        return after_writes(self.events) if self.own_kills is None else [*self.own_kills]

    @property
    def ending(self) -> Ending:
        """What is seen if this start comes through."""
        first, *others = self.kills
        in_doubt = any(point in IN_DOUBT for point in others)
        return Ending.DOUBT if in_doubt else self.life.ending_at(first)

    def ending_at(self, point: str) -> Ending:
        """What a further kill at *point* leaves to be seen."""
        return Ending.DOUBT if _on_its_way(point, self.points) else self.ending


def _reached(event: str, point: str, points: list[str]) -> bool:
    after = f"after {event}"
    return after in points and points.index(after) <= points.index(point)


def _on_its_way(point: str, points: list[str]) -> bool:
    """Whether all that is written down is that the API was about to get the job."""
    submitting = _reached("commit begin_submit", point, points)
    return submitting and not _reached("commit begin_run", point, points)


BEGINNING = (
    "GET users/@me",
    "GET oauth2/applications/@me",
    "GET applications/*/commands",
    "commit erase_tokens",
    "GET gateway/bot",
    "GET gateway",
    "GET gateway/bot",
)
"""What every start does, whatever there is to go on with."""

SUBMIT = ("commit begin_submit", "POST submit", "commit begin_run")
IN_DOUBT = around(SUBMIT)[1:-1]
FINISH = ("commit finish", "GET image")
AT_WORK = (
    "commit accept",
    "POST answer: progress",
    *SUBMIT,
    "PATCH answer: progress",
    "GET task",
)
SHOWN = ("PATCH answer: images", "commit mark_delivered")
TOLD = ("PATCH answer: failure", "commit mark_notified")
LOOK = ("GET history", "GET users/*", "POST users/@me/channels")
"""Whether its end is in a message of its own, where the job has none or it cannot be read."""
PING = "POST message: reply"

IMAGINE = Life(ask=imagine, events=(*AT_WORK, *FINISH, *SHOWN, PING))
PRIVATE = Life(ask=imagine_privately, events=(*AT_WORK, *FINISH, *SHOWN))
FAILING = ("commit fail", *TOLD, PING)
IN_VAIN = Life(
    ask=imagine_in_vain,
    events=(*AT_WORK, *FAILING),
    ending=Ending.FAILURE,
    own_kills=(*after_writes(FAILING),),
)
REMIX = Life(
    ask=remix_by_form,
    events=("POST answer: form", *IMAGINE.events),
    own_kills=("after POST answer: form", "after commit accept"),
)

LIVES = {"imagine": IMAGINE, "remix": REMIX, "private": PRIVATE, "in vain": IN_VAIN}

STARTS = {
    "accepted": Start(
        life=IMAGINE,
        kills=("after commit accept",),
        events=(
            "GET answer",  # there is none
            *LOOK,
            *SUBMIT,
            "GET task",
            *FINISH,
            "POST message: images",
            "commit mark_delivered",
        ),
    ),
    "accepted privately": Start(
        life=PRIVATE,
        kills=("after commit accept",),
        own_kills=("after commit begin_run", "after POST message: images"),
        events=(
            "GET answer",
            *LOOK,
            *SUBMIT,
            "GET task",
            *FINISH,
            "POST message: images",
            "commit mark_delivered",
        ),
    ),
    "answered, late": Start(
        life=IMAGINE,
        kills=("after POST answer: progress",),
        late=True,
        events=(
            "GET history",
            *SUBMIT,
            "PATCH message: progress",
            "GET task",
            *FINISH,
            "PATCH message: images",
            "commit mark_delivered",
            PING,
        ),
    ),
    "submitting": Start(
        life=IMAGINE,
        kills=("after POST submit",),
        events=("GET answer", "commit mark_unknown", *TOLD, PING),
    ),
    "running": Start(
        life=IMAGINE,
        kills=("after commit begin_run",),
        events=(*BEGINNING, "GET answer", "GET task", *FINISH, *SHOWN, PING),
    ),
    "finished": Start(
        life=IMAGINE,
        kills=("after commit finish",),
        own_kills=(),  # "running" has been here
        events=("GET answer", "GET image", "PATCH answer: images", "commit mark_delivered", PING),
    ),
    "failed": Start(
        life=IN_VAIN,
        kills=("after commit fail",),
        events=("GET answer", "commit fail", *TOLD, PING),
    ),
    "submitting, without a message": Start(
        life=IMAGINE,
        kills=("after commit accept", "after POST submit"),
        events=(
            "GET answer",
            "commit mark_unknown",
            "GET history",
            "POST message: failure",
            "commit mark_notified",
        ),
    ),
}
