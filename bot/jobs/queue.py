"""Who may run now, and who is next: a fair queue for what the API makes at the same time.

Jobs over a limit wait. Whenever there is room, people take turns (`bot.jobs.fair_queue`): nobody
waits for the twenty jobs of somebody else. Everything happens in memory, in one step each, so that
no limit can be passed by many who come at once. What a job is, is not known here.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import count

from bot.clock import Clock
from bot.errors import WaitingLimitReached
from bot.jobs.fair_queue import EVERYBODY, Line, Scope
from bot.limits import Limits, LimitScope

TELL_EVERY_S = 1.0
"""So often at most people are told how they stand."""
TELL_ONE_S = 0.001
"""So much longer it takes for each of those who are told: ten thousand hear every ten seconds."""
FEW = 100
"""While no more wait, turns are foreseen whenever one is asked for, else before people are told."""
SLICE = 100
"""So many of those who wait are seen to before everything else has its turn."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    position: int
    """From 1, in the order in which jobs start if nothing else comes."""
    starts_at: datetime


class Ticket:
    """A place among those who wait, then among those who run. Made by `JobQueue`."""

    def __init__(self, queue: "JobQueue", author_id: int, guild_id: int | None) -> None:
        self._queue = queue
        self.author_id = author_id
        self.guild_id = guild_id
        theirs: list[Scope] = [EVERYBODY, (LimitScope.PERSON, author_id)]
        if guild_id is not None:
            theirs.append((LimitScope.SERVER, guild_id))
        self.scopes = tuple(theirs)
        """Whose limits it counts against; outside of servers there is none of those."""
        self.running_since: datetime | None = None
        self.left = False
        self._news: asyncio.Future[None] | None = None

    @property
    def runs(self) -> bool:
        return self.running_since is not None

    @property
    def waits(self) -> bool:
        """Its turn has not come, and nobody left the queue with it."""
        return not self.runs and not self.left

    @property
    def position(self) -> QueuePosition | None:
        """How it stands, while it waits."""
        return self._queue.position_of(self) if self.waits else None

    def leave(self) -> None:
        """Make room; more than once does no harm."""
        if not self.left:
            self.left = True
            self._queue.remove(self)

    async def wait_changed(self) -> None:
        """Wait until its turn has come, or something has changed for those who wait."""
        if self._news is None or self._news.done():
            self._news = asyncio.get_running_loop().create_future()
        await self._queue.clock.until(self._news)

    def notify(self) -> None:
        if self._news is not None and not self._news.done():  # who waited may be cancelled
            self._news.set_result(None)


class JobQueue:
    """The queue of the whole bot, within *limits*.

    *usual_s* says how many seconds a job takes, to tell people when theirs is likely to start.
    """

    def __init__(self, *, limits: Limits, clock: Clock, usual_s: Callable[[], float]) -> None:
        self.clock = clock
        self._usual_s = usual_s
        self._allowances = {
            LimitScope.EVERYBODY: limits.everybody,
            LimitScope.PERSON: limits.person,
            LimitScope.SERVER: limits.server,
        }
        self._running: dict[Ticket, None] = {}
        self._line = self._new_line()
        self._turns: dict[Ticket, QueuePosition] = {}
        """As they were foreseen last."""
        self._is_news = False
        """Something has changed since then."""
        self._foreseeing = asyncio.Lock()
        self._to_tell = asyncio.get_running_loop().create_future()
        """Done once something has changed since people were told."""

    def join(self, author_id: int, guild_id: int | None, *, forced: bool = False) -> Ticket:
        """A ticket for a job that is to be sent: it runs at once where there is room.

        *forced*: the job was accepted before, so it waits however many do. Raises
        `WaitingLimitReached`.
        """
        ticket = Ticket(self, author_id, guild_id)
        if self._line.has_room(ticket):
            self._run(ticket)
            return ticket
        for scope in () if forced else reversed(ticket.scopes):
            limit = self._allowances[scope[0]].waiting
            if limit and self._line.waiting[scope] >= limit:
                raise WaitingLimitReached(whose=scope[0], limit=limit)
        self._line.add(ticket)
        self._changed()
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
            self._line.end(ticket)
        else:
            self._line.discard(ticket)
        while (following := self._line.take()) is not None:
            self._run(following)
            following.notify()
        ticket.notify()
        self._changed()

    def position_of(self, ticket: Ticket) -> QueuePosition:
        """How *ticket* stands, which waits; a guess where it came after turns were foreseen."""
        if self._is_news and len(self._line) <= FEW:
            self._is_news = False
            self._turns = dict(filter(None, self._forecast_steps()))
        if ticket in self._turns:
            return self._turns[ticket]
        position = self._line.position_of_last(ticket.author_id)
        rounds = -(-position // max(len(self._running), 1))
        wait = timedelta(seconds=rounds * self._usual_s())
        return QueuePosition(max(position, 1), self.clock.now() + wait)

    async def notify_waiting(self) -> None:
        """Tell those who wait of changes, once a second at most; never ends."""
        while True:
            await self.clock.until(self._to_tell)
            self._to_tell = asyncio.get_running_loop().create_future()
            if len(self._line) > FEW:
                await self.forecast()
            told = 0
            for told, ticket in enumerate(tuple(self._line), start=1):
                if ticket.waits:
                    ticket.notify()
                if told % SLICE == 0:
                    await asyncio.sleep(0)
            await self.clock.sleep(max(TELL_EVERY_S, told * TELL_ONE_S))

    async def forecast(self) -> None:
        """Foresee the turns of all who wait, besides everything else that there is to do.

        Whoever asks while that is being done waits for it; nothing new is worth no second time.
        """
        async with self._foreseeing:
            if not self._is_news:
                return
            self._is_news = False
            turns: dict[Ticket, QueuePosition] = {}
            for step, found in enumerate(self._forecast_steps()):
                if found is not None:
                    turns[found[0]] = found[1]
                if step % SLICE == 0:
                    await asyncio.sleep(0)
            self._turns = turns

    def _forecast_steps(self) -> Iterator[tuple[Ticket, QueuePosition] | None]:
        """Those who wait in the order of their turns, if every job takes as long as usual.

        ``None``: a step on the way there.
        """
        now, usual = self.clock.now(), timedelta(seconds=self._usual_s())
        numbers = count()  # of two that end in one moment the first one goes first
        line, waiting = self._new_line(), tuple(self._line)
        ends: list[tuple[datetime, int, Ticket]] = []
        for one in tuple(self._running):
            line.start(one)
            ends.append((max((one.running_since or now) + usual, now), next(numbers), one))
            yield None
        heapify(ends)
        for one in waiting:
            line.add(one)
            yield None
        position = 0
        while ends and line:
            at, _, ended = heappop(ends)
            line.end(ended)
            while (following := line.take()) is not None:
                line.start(following)
                heappush(ends, (at + usual, next(numbers), following))
                position += 1
                yield following, QueuePosition(position, at)

    def _changed(self) -> None:
        self._is_news = True
        if not self._to_tell.done():
            self._to_tell.set_result(None)

    def _new_line(self) -> Line[Ticket]:
        return Line({whose: allowed.running for whose, allowed in self._allowances.items()})

    def _run(self, ticket: Ticket) -> None:
        ticket.running_since = self.clock.now()
        self._running[ticket] = None
        self._line.start(ticket)
        self._is_news = True
