"""The line that is quick lets people go in the same order as the one that looks at everybody."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs.fair_queue import Line
from bot.jobs.queue import JobQueue, Ticket
from bot.limits import Limits, LimitScope
from tests.clock import ManualClock
from tests.jobs.plain_queue import PlainLine

LIMITS = st.fixed_dictionaries({whose: st.integers(0, 3) for whose in LimitScope})
JOIN = st.tuples(st.just("join"), st.integers(1, 4), st.sampled_from([None, 10, 20, 30]))
END = st.tuples(st.just("end"), st.integers(0, 30), st.none())
LEAVE = st.tuples(st.just("leave"), st.integers(0, 30), st.none())
RESUME = st.tuples(st.just("resume"), st.integers(1, 4), st.sampled_from([None, 10, 20, 30]))
Step = tuple[str, int, int | None]


class Both:
    """The two lines, with the same happening to both."""

    def __init__(self, limits: dict[LimitScope, int]) -> None:
        self._tickets = JobQueue(limits=Limits(), clock=ManualClock(), usual_s=lambda: 1.0)
        self.quick, self.plain = Line[Ticket](limits), PlainLine(limits)
        self.running: list[Ticket] = []
        self.waiting: list[Ticket] = []
        self.started: list[Ticket] = []

    def _start(self, ticket: Ticket) -> None:
        self.quick.start(ticket)
        self.plain.start(ticket)
        self.running.append(ticket)

    def join(self, author_id: int, guild_id: int | None) -> None:
        ticket = Ticket(self._tickets, author_id, guild_id)
        assert self.quick.has_room(ticket) == self.plain.has_room(ticket)
        if self.plain.has_room(ticket):
            self._start(ticket)
        else:
            self.quick.add(ticket)
            self.plain.add(ticket)
            self.waiting.append(ticket)

    def resume(self, author_id: int, guild_id: int | None) -> None:
        self._start(Ticket(self._tickets, author_id, guild_id))

    def end(self, number: int) -> None:
        if self.running:
            ticket = self.running.pop(number % len(self.running))
            self.quick.end(ticket)
            self.plain.end(ticket)
            self._let_in()

    def leave(self, number: int) -> None:
        if self.waiting:
            ticket = self.waiting.pop(number % len(self.waiting))
            self.quick.discard(ticket)
            self.plain.discard(ticket)
            self._let_in()

    def _let_in(self) -> None:
        while (following := self.plain.take()) is not None:
            assert self.quick.take() is following
            self.waiting.remove(following)
            self._start(following)
        assert self.quick.take() is None


@settings(max_examples=300, deadline=None)
@given(LIMITS, st.lists(st.one_of(JOIN, JOIN, END, LEAVE, RESUME), max_size=60))
async def test_people_take_turns_in_the_same_order_whatever_happens(
    limits: dict[LimitScope, int], steps: list[Step]
) -> None:
    both = Both(limits)
    for step, number, guild_id in steps:
        match step:
            case "join":
                both.join(number, guild_id)
            case "resume":
                both.resume(number, guild_id)
            case "end":
                both.end(number)
            case _:
                both.leave(number)
        assert len(both.quick) == len(both.waiting)
        assert set(both.quick) == set(both.waiting)
        waiting = Counter(scope for one in both.waiting for scope in one.scopes)
        assert both.quick.waiting == waiting
    while both.running:
        both.end(0)
    assert not both.waiting, "nobody is forgotten"


@given(st.lists(st.integers(1, 5), min_size=1, max_size=30))
async def test_a_place_in_line_is_what_taking_turns_makes_of_it(people: list[int]) -> None:
    both = Both({LimitScope.EVERYBODY: 1, LimitScope.PERSON: 0, LimitScope.SERVER: 0})
    both.join(9, None)
    for person in people:
        both.join(person, None)
    last = {one.author_id: one for one in both.waiting}
    said = {one: both.quick.position_of_last(author_id) for author_id, one in last.items()}
    assert both.quick.position_of_last(77) == 0
    order: list[Ticket] = []
    while both.running:
        both.end(0)
        order += both.running
    assert {one: order.index(one) + 1 for one in said} == said
