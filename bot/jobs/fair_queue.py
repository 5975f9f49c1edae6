"""A line of those who wait, in which people take turns: every step in O(log n) of how many wait.

Over it are limits on how much runs at once: of everybody, of one person, of one server. Who is next
is the first person, in the order of the people, who may have something started, with what they
asked for first of that. Then it is everybody else's turn before theirs comes again.

Each person has a lane for each place they wait in (a server, or the direct messages). A place keeps
its lanes, and the line its places, in a heap by who would be next. An entry of a heap may be out of
date, but never too late: what is next only moves back. So it is looked at again when it is on top.
What a limit holds back is taken out, and put in again when the limit has room.
"""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from heapq import heappop, heappush, heapreplace
from itertools import count
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from bot.limits import LimitScope

Scope = tuple[LimitScope, int | None]
"""One person, one server, or all of them."""
EVERYBODY: Scope = (LimitScope.EVERYBODY, None)

_Key = tuple[int, int]
"""When somebody's turn comes: the rank of the person, then the number of what they wait with."""


class Waiting(Protocol):
    """What can stand in a line; hashable, each equal to itself alone."""

    @property
    def author_id(self) -> int: ...
    @property
    def guild_id(self) -> int | None: ...
    @property
    def scopes(self) -> tuple[Scope, ...]:
        """Whose limits it counts against."""
        ...


T = TypeVar("T", bound=Waiting)


@dataclass(slots=True, eq=False)
class _Place(Generic[T]):
    scope: Scope | None
    """Whose limit holds back what waits here, besides the others."""
    heap: list[tuple[_Key, int, "_Lane[T]"]] = field(
        default_factory=list[tuple[_Key, int, "_Lane[T]"]]
    )
    key: _Key | None = None
    """Of the one entry in the line's heap that counts."""


@dataclass(slots=True, eq=False)
class _Person(Generic[T]):
    rank: int
    scope: Scope
    waiting: int = 0
    lanes: dict[int | None, "_Lane[T]"] = field(default_factory=dict[int | None, "_Lane[T]"])
    held_back: list["_Lane[T]"] = field(default_factory=list["_Lane[T]"])


@dataclass(slots=True, eq=False)
class _Lane(Generic[T]):
    person: _Person[T]
    place: _Place[T]
    items: deque[tuple[int, T]] = field(default_factory=deque[tuple[int, T]])
    """Some of them may have left."""
    in_heap: bool = False
    """Or held back by the person's limit."""

    @property
    def key(self) -> _Key:
        return self.person.rank, self.items[0][0]


class Line(Generic[T]):
    """Nobody waits at first. *running*: how many may run at once, 0 for no limit."""

    def __init__(self, running: Mapping[LimitScope, int]) -> None:
        self._limits = running
        self.running = Counter[Scope]()
        """How many run."""
        self.waiting = Counter[Scope]()
        """How many wait."""
        self._lanes: dict[T, _Lane[T]] = {}
        """Of all that wait."""
        self._people: dict[int, _Person[T]] = {}
        """Of those who wait, in the order of their next turns."""
        self._places: dict[int | None, _Place[T]] = {}
        self._heap: list[tuple[_Key, int, _Place[T]]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return len(self._lanes)

    def __iter__(self) -> Iterator[T]:
        """All that wait: person by person, as they asked for it."""
        for person in self._people.values():
            items = [one for lane in person.lanes.values() for one in lane.items]
            items.sort(key=itemgetter(0))
            yield from (item for _, item in items if item in self._lanes)

    # ------------------------------------------------------------------ what runs

    def has_room(self, item: T) -> bool:
        """Whether *item* may run now."""
        return all(self._is_room(scope) for scope in item.scopes)

    def start(self, item: T) -> None:
        """*item* runs from now on."""
        for scope in item.scopes:
            self.running[scope] += 1

    def end(self, item: T) -> None:
        """*item* runs no more: what its limits held back may be next."""
        for scope in item.scopes:
            self.running[scope] -= 1
            if not self.running[scope]:
                del self.running[scope]
        person = self._people.get(item.author_id)
        if person is not None and self._is_room(person.scope):
            held_back, person.held_back = person.held_back, []
            for lane in held_back:
                lane.in_heap = False
                self._offer(lane)
        place = self._places.get(item.guild_id)
        if place is not None and place.heap:
            self._announce(place, place.heap[0][0])

    # ------------------------------------------------------------------ what waits

    def add(self, item: T) -> None:
        """*item* waits behind all that its author waits with."""
        person = self._people.get(item.author_id)
        if person is None:
            person = _Person[T](next(self._numbers), (LimitScope.PERSON, item.author_id))
            self._people[item.author_id] = person
        place = self._places.get(item.guild_id)
        if place is None:
            scope = None if item.guild_id is None else (LimitScope.SERVER, item.guild_id)
            place = self._places[item.guild_id] = _Place[T](scope)
        lane = person.lanes.get(item.guild_id)
        if lane is None:
            lane = person.lanes[item.guild_id] = _Lane[T](person, place)
        lane.items.append((next(self._numbers), item))
        self._lanes[item] = lane
        person.waiting += 1
        for scope in item.scopes:
            self.waiting[scope] += 1
        self._offer(lane)

    def discard(self, item: T) -> None:
        """*item* waits no more; does nothing where it does not."""
        lane = self._lanes.pop(item, None)
        if lane is None:
            return
        lane.person.waiting -= 1
        if not lane.person.waiting:
            del self._people[item.author_id]
        for scope in item.scopes:
            self.waiting[scope] -= 1
            if not self.waiting[scope]:
                del self.waiting[scope]

    def take(self) -> T | None:
        """Take out what is next and may run now; its author is the last of all people then."""
        lane = self._next_lane()
        if lane is None:
            return None
        _, item = lane.items.popleft()
        self.discard(item)
        person = lane.person
        if person.waiting:
            person.rank = next(self._numbers)
            self._people[item.author_id] = self._people.pop(item.author_id)
        return item

    def position_of_last(self, author_id: int) -> int:
        """The place in line, from 1, of what this person asked for last.

        As far as people take turns and nothing else is in the way; 0 where they do not wait.
        """
        own = self._people.get(author_id)
        if own is None:
            return 0
        before = sum(
            min(other.waiting, own.waiting - 1 if other.rank > own.rank else own.waiting)
            for other in self._people.values()
            if other is not own
        )
        return before + own.waiting

    # ------------------------------------------------------------------ how it is done

    def _is_room(self, scope: Scope) -> bool:
        limit = self._limits[scope[0]]
        return not limit or self.running[scope] < limit

    def _offer(self, lane: _Lane[T]) -> None:
        """Put *lane* into the heap of its place, unless it is there or has nothing."""
        self._clean(lane)
        if lane.in_heap or not lane.items:
            return
        lane.in_heap = True
        heappush(lane.place.heap, (lane.key, next(self._numbers), lane))
        self._announce(lane.place, lane.key)

    def _announce(self, place: _Place[T], key: _Key) -> None:
        """Put *place* into the heap of the line, where it is not there as early as that."""
        if place.key is None or key < place.key:
            place.key = key
            heappush(self._heap, (key, next(self._numbers), place))

    def _next_lane(self) -> _Lane[T] | None:
        if not self._is_room(EVERYBODY):
            return None
        while self._heap:
            key, _, place = self._heap[0]
            if key != place.key:
                heappop(self._heap)
                continue
            lane = self._first_lane(place)
            if lane is None:
                heappop(self._heap)
                place.key = None
            elif lane.key != key:
                place.key = lane.key
                heapreplace(self._heap, (lane.key, next(self._numbers), place))
            else:
                return lane
        return None

    def _first_lane(self, place: _Place[T]) -> _Lane[T] | None:
        """Of the lanes of *place* that may have something started, the one whose turn is first."""
        if place.scope is not None and not self._is_room(place.scope):
            return None
        while place.heap:
            key, _, lane = place.heap[0]
            self._clean(lane)
            if not lane.items:
                heappop(place.heap)
                lane.in_heap = False
            elif not self._is_room(lane.person.scope):
                heappop(place.heap)
                lane.person.held_back.append(lane)
            elif lane.key != key:
                heapreplace(place.heap, (lane.key, next(self._numbers), lane))
            else:
                return lane
        return None

    def _clean(self, lane: _Lane[T]) -> None:
        """Forget what has left, as far as it is first."""
        while lane.items and lane.items[0][1] not in self._lanes:
            lane.items.popleft()
