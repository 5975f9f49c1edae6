"""A line of those who wait, in which people take turns. No step looks at all who wait.

Over it are limits on how much runs at once: of everybody, of one person, of one server. Who is next
is the first person, in the order of the people, who may have something started, with what they
asked for first of that. Then it is everybody else's turn before theirs comes again.

Each person has a lane for each place they wait in (a server, or the direct messages). What is first
in a lane stands in the sorted list of its place, unless the person's limit holds it back. What is
first in a place stands in that of the line, unless the server's limit holds it back.
"""

from bisect import bisect_left, insort
from collections import Counter, OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Generic, Protocol, TypeVar

from bot.limits import LimitScope

Scope = tuple[LimitScope, int | None]
"""One person, one server, or all of them."""
EVERYBODY: Scope = (LimitScope.EVERYBODY, None)


class Waiting(Protocol):
    """What can stand in a line; hashable, each equal to itself alone."""

    author_id: int
    guild_id: int | None
    scopes: tuple[Scope, ...]
    """Whose limits it counts against."""


T = TypeVar("T", bound=Waiting)
_First = tuple[int, int, T]
"""What is first of a lane, after the person's rank and the item's number: it sorts by its turn."""


@dataclass(slots=True, eq=False)
class _Place(Generic[T]):
    scope: Scope
    firsts: list[_First[T]] = field(default_factory=list[_First[T]])
    listed: _First[T] | None = None
    """As it stands in the line's list."""


@dataclass(slots=True, eq=False)
class _Lane(Generic[T]):
    place: _Place[T]
    numbers: OrderedDict[T, int] = field(default_factory=OrderedDict[T, int])
    listed: _First[T] | None = None
    """As it stands in the place's list."""


@dataclass(slots=True, eq=False)
class _Person(Generic[T]):
    scope: Scope
    rank: int
    waiting: int = 0
    lanes: dict[int | None, _Lane[T]] = field(default_factory=dict[int | None, _Lane[T]])


class Line(Generic[T]):
    """Nobody waits at first. *running*: how many may run at once, 0 for no limit."""

    def __init__(self, running: Mapping[LimitScope, int]) -> None:
        self._limits = running
        self._running = Counter[Scope]()
        self.waiting = Counter[Scope]()
        """How many wait."""
        self._people: dict[int, _Person[T]] = {}
        """Of those who wait, in the order of their next turns."""
        self._places: dict[int | None, _Place[T]] = {}
        self._firsts: list[_First[T]] = []
        self._numbers = count()

    def __len__(self) -> int:
        return self.waiting[EVERYBODY]

    def __iter__(self) -> Iterator[T]:
        """All that wait: person by person, as they asked for it."""
        for person in self._people.values():
            lanes = person.lanes.values()
            theirs = [(number, item) for lane in lanes for item, number in lane.numbers.items()]
            theirs.sort()
            yield from (item for _, item in theirs)

    def has_room(self, item: T) -> bool:
        return all(self._is_room(scope) for scope in item.scopes)

    def start(self, item: T) -> None:
        self._count_running(item, 1)

    def end(self, item: T) -> None:
        """*item* runs no more: what its limits held back may be next."""
        self._count_running(item, -1)

    def add(self, item: T) -> None:
        """*item* waits behind all that its author waits with."""
        author_id, guild_id = item.author_id, item.guild_id
        person = self._people.get(author_id)
        if person is None:
            person = _Person[T]((LimitScope.PERSON, author_id), next(self._numbers))
            self._people[author_id] = person
        lane = person.lanes.get(guild_id)
        if lane is None:
            place = self._places.get(guild_id)
            if place is None:
                place = self._places[guild_id] = _Place[T]((LimitScope.SERVER, guild_id))
            lane = person.lanes[guild_id] = _Lane[T](place)
        lane.numbers[item] = next(self._numbers)
        person.waiting += 1
        _count(self.waiting, item, 1)
        self._sort(person)

    def discard(self, item: T) -> None:
        """*item* waits no more; does nothing where it does not."""
        person = self._people.get(item.author_id)
        lane = None if person is None else person.lanes.get(item.guild_id)
        if person is None or lane is None or lane.numbers.pop(item, None) is None:
            return
        person.waiting -= 1
        _count(self.waiting, item, -1)
        self._sort(person)
        if not person.waiting:
            del self._people[item.author_id]

    def take(self) -> T | None:
        """Take out what is next and may run now; its author is the last of all people then."""
        if not self._firsts or not self._is_room(EVERYBODY):
            return None
        _, _, item = self._firsts[0]
        person = self._people[item.author_id] = self._people.pop(item.author_id)
        person.rank = next(self._numbers)
        self.discard(item)
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

    def _is_room(self, scope: Scope) -> bool:
        limit = self._limits[scope[0]]
        return not limit or self._running[scope] < limit

    def _count_running(self, item: T, by: int) -> None:
        _count(self._running, item, by)
        if (person := self._people.get(item.author_id)) is not None:
            self._sort(person)
        if (place := self._places.get(item.guild_id)) is not None:
            self._sort_place(place)

    def _sort(self, person: _Person[T]) -> None:
        """Put what *person* may have next in its places, after anything has changed for them."""
        is_room = self._is_room(person.scope)
        for lane in person.lanes.values():
            first = None
            if is_room and lane.numbers:
                item, number = next(iter(lane.numbers.items()))
                first = (person.rank, number, item)
            if first != lane.listed:
                _replace(lane.place.firsts, lane.listed, first)
                lane.listed = first
                self._sort_place(lane.place)

    def _sort_place(self, place: _Place[T]) -> None:
        first = place.firsts[0] if place.firsts and self._is_room(place.scope) else None
        if first != place.listed:
            _replace(self._firsts, place.listed, first)
            place.listed = first


def _count(counts: Counter[Scope], item: Waiting, by: int) -> None:
    for scope in item.scopes:
        counts[scope] += by
        if not counts[scope]:
            del counts[scope]


def _replace(firsts: list[_First[T]], old: _First[T] | None, new: _First[T] | None) -> None:
    if old is not None:
        del firsts[bisect_left(firsts, old)]
    if new is not None:
        insort(firsts, new)
