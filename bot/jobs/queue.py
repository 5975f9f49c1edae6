"""Who may run now, and who is next: a fair queue for what the API makes at the same time.

Jobs over a limit wait. Whenever there is room, people take turns: nobody waits for the twenty jobs
of somebody else. Everything happens in memory, in one step each, so that no limit can be passed by
many who come at once. What a job is, is not known here.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from bot.clock import Clock
from bot.errors import WaitingLimitReached
from bot.limits import Limits, Whose

Scope = tuple[Whose, int | None]
"""One person, one server, or all of them."""


@dataclass(frozen=True, slots=True)
class Turn:
    """How somebody who waits stands."""

    position: int
    """From 1, in the order in which jobs start if nothing else comes."""
    starts_at: datetime
    """When it is likely to start."""


class Ticket:
    """A place among those who wait, then among those who run. Made by `JobQueue`."""

    def __init__(self, queue: "JobQueue", author_id: int, guild_id: int | None) -> None:
        self._queue = queue
        self.author_id = author_id
        self.guild_id = guild_id
        self.running_since: datetime | None = None
        self.left = False
        self._news = asyncio.get_running_loop().create_future()

    @property
    def runs(self) -> bool:
        """Its turn has come."""
        return self.running_since is not None

    @property
    def waits(self) -> bool:
        """Its turn has not come, and nobody left the queue with it."""
        return not self.runs and not self.left

    @property
    def turn(self) -> Turn | None:
        """How it stands, while it waits."""
        return self._queue.turn_of(self)

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Whose limits it counts against; outside of servers there is none of those."""
        theirs: list[Scope] = [(Whose.EVERYBODY, None), (Whose.PERSON, self.author_id)]
        if self.guild_id is not None:
            theirs.append((Whose.SERVER, self.guild_id))
        return tuple(theirs)

    def leave(self) -> None:
        """Make room; more than once does no harm."""
        if not self.left:
            self.left = True
            self._queue.remove(self)

    async def news(self) -> None:
        """Wait until something has changed for those who wait."""
        await self._queue.clock.until(self._news)

    def tell(self) -> None:
        """Something has changed for those who wait."""
        if not self._news.done():  # whoever waited may have been cancelled
            self._news.set_result(None)
        self._news = asyncio.get_running_loop().create_future()


class JobQueue:
    """The queue of the whole bot, within *limits*.

    *usual_s* says how many seconds a job takes, to tell people when theirs is likely to start.
    """

    def __init__(self, *, limits: Limits, clock: Clock, usual_s: Callable[[], float]) -> None:
        self.clock = clock
        self._usual_s = usual_s
        self._allowances = {
            Whose.EVERYBODY: limits.everybody,
            Whose.PERSON: limits.person,
            Whose.SERVER: limits.server,
        }
        self._running: dict[Ticket, None] = {}
        self._counts = Counter[Scope]()
        """Of those who run."""
        self._waiting: dict[int, deque[Ticket]] = {}
        """By person; the order of the people is the order of their next turns."""
        self._turns: dict[Ticket, Turn] | None = None
        """As people were told last; ``None`` once something has changed."""

    # ------------------------------------------------------------------ coming and going

    def join(self, author_id: int, guild_id: int | None, *, forced: bool = False) -> Ticket:
        """A ticket for a job that is to be sent: it runs at once where there is room.

        *forced*: the job was accepted before, so it waits however many do. Raises
        `WaitingLimitReached`.
        """
        ticket = Ticket(self, author_id, guild_id)
        if self._has_room(ticket, self._counts):
            self._run(ticket)
            return ticket
        if not forced:
            self._refuse_over_limits(ticket)
        self._waiting.setdefault(author_id, deque()).append(ticket)
        self._tell()
        return ticket

    def resume(self, author_id: int, guild_id: int | None) -> Ticket:
        """A ticket for a job that the API has already: it runs, whatever the limits are."""
        ticket = Ticket(self, author_id, guild_id)
        self._run(ticket)
        return ticket

    def remove(self, ticket: Ticket) -> None:
        """Take *ticket* out, and let in whoever there is room for now."""
        if ticket in self._running:
            del self._running[ticket]
            self._counts.subtract(ticket.scopes)
        elif ticket in self._waiting.get(ticket.author_id, ()):
            _take(self._waiting, ticket, last=False)
        while (following := self._next(self._waiting, self._counts)) is not None:
            _take(self._waiting, following)
            self._run(following)
            following.tell()
        ticket.tell()
        self._tell()

    # ------------------------------------------------------------------ what people are told

    def turn_of(self, ticket: Ticket) -> Turn | None:
        """How *ticket* stands; ``None`` where it does not wait."""
        if self._turns is None:
            self._turns = dict(self._foresee())
        return self._turns.get(ticket)

    def _foresee(self) -> Iterator[tuple[Ticket, Turn]]:
        """Those who wait in the order of their turns, if every job takes as long as usual."""
        now, usual = self.clock.now(), timedelta(seconds=self._usual_s())
        waiting = {author: deque(theirs) for author, theirs in self._waiting.items()}
        counts = self._counts.copy()
        numbers = count()  # of two that end in one moment the first one goes first
        ends = [
            (max((one.running_since or now) + usual, now), next(numbers), one)
            for one in self._running
        ]
        heapify(ends)
        position = 0
        while ends and waiting:
            at, _, ended = heappop(ends)
            counts.subtract(ended.scopes)
            while (following := self._next(waiting, counts)) is not None:
                _take(waiting, following)
                counts.update(following.scopes)
                heappush(ends, (at + usual, next(numbers), following))
                position += 1
                yield following, Turn(position, at)

    def _tell(self) -> None:
        self._turns = None
        for theirs in self._waiting.values():
            for ticket in theirs:
                ticket.tell()

    # ------------------------------------------------------------------ how it is done

    def _run(self, ticket: Ticket) -> None:
        ticket.running_since = self.clock.now()
        self._running[ticket] = None
        self._counts.update(ticket.scopes)
        self._turns = None

    def _next(self, waiting: dict[int, deque[Ticket]], counts: Counter[Scope]) -> Ticket | None:
        """Of the first person who may run something, what they asked for first."""
        if not self._is_room(_EVERYBODY, counts):
            return None
        for author_id, theirs in waiting.items():
            if self._is_room((Whose.PERSON, author_id), counts):
                for ticket in theirs:
                    if self._has_room(ticket, counts):
                        return ticket
        return None

    def _has_room(self, ticket: Ticket, counts: Counter[Scope]) -> bool:
        return all(self._is_room(scope, counts) for scope in ticket.scopes)

    def _is_room(self, scope: Scope, counts: Counter[Scope]) -> bool:
        limit = self._allowances[scope[0]].running
        return not limit or counts[scope] < limit

    def _refuse_over_limits(self, ticket: Ticket) -> None:
        counts = Counter(
            scope for theirs in self._waiting.values() for one in theirs for scope in one.scopes
        )
        for scope in reversed(ticket.scopes):
            limit = self._allowances[scope[0]].waiting
            if limit and counts[scope] >= limit:
                raise WaitingLimitReached(whose=scope[0], limit=limit)


def _take(waiting: dict[int, deque[Ticket]], ticket: Ticket, *, last: bool = True) -> None:
    """Take *ticket* out of *waiting*; *last*: its author had a turn, so all others come before."""
    theirs = waiting[ticket.author_id]
    theirs.remove(ticket)
    if last or not theirs:
        del waiting[ticket.author_id]
    if last and theirs:
        waiting[ticket.author_id] = theirs


_EVERYBODY: Scope = (Whose.EVERYBODY, None)
