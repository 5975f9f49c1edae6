"""The order in which people take turns, as plainly as it can be said: it looks at everybody."""

from collections import Counter, deque
from collections.abc import Mapping

from bot.jobs.fair_queue import EVERYBODY, Scope
from bot.jobs.queue import Ticket
from bot.limits import LimitScope


class PlainLine:
    """What `bot.jobs.fair_queue.Line` does, in time that grows with all who wait."""

    def __init__(self, running: Mapping[LimitScope, int]) -> None:
        self._limits = running
        self._counts = Counter[Scope]()
        self._waiting: dict[int, deque[Ticket]] = {}

    def has_room(self, ticket: Ticket) -> bool:
        return all(self._is_room(scope) for scope in ticket.scopes)

    def start(self, ticket: Ticket) -> None:
        self._counts.update(ticket.scopes)

    def end(self, ticket: Ticket) -> None:
        self._counts.subtract(ticket.scopes)

    def add(self, ticket: Ticket) -> None:
        self._waiting.setdefault(ticket.author_id, deque()).append(ticket)

    def discard(self, ticket: Ticket) -> None:
        theirs = self._waiting.get(ticket.author_id, deque[Ticket]())
        if ticket in theirs:
            theirs.remove(ticket)
            if not theirs:
                del self._waiting[ticket.author_id]

    def take(self) -> Ticket | None:
        following = self._next()
        if following is not None:
            theirs = self._waiting.pop(following.author_id)
            theirs.remove(following)
            if theirs:
                self._waiting[following.author_id] = theirs
        return following

    def _next(self) -> Ticket | None:
        if not self._is_room(EVERYBODY):
            return None
        for theirs in self._waiting.values():
            for ticket in theirs:
                if self.has_room(ticket):
                    return ticket
        return None

    def _is_room(self, scope: Scope) -> bool:
        limit = self._limits[scope[0]]
        return not limit or self._counts[scope] < limit
