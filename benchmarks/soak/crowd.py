"""The people: they ask for jobs at a steady pace, whether the bot is there or not."""

import asyncio
import math
import re
from dataclasses import dataclass
from enum import Enum
from itertools import count
from random import Random
from time import monotonic

from discord_server.people import DidNotRespond, Handle, Person
from discord_server.server import DiscordServer
from discord_server.things import Channel

GUILDS, CHANNELS_EACH, PEOPLE_EACH = 10, 8, 20
PER_SECOND = 40.0
ASKING_AT_ONCE = 40
"""People who wait for their first answer; more only come when some have theirs."""

MEDIAN_S, SIGMA = 150.0, 0.25
SHORTEST_S, LONGEST_S = 100.0, 240.0

SOURCE = "11111111-2222-3333-4444-555555555555"
"""The job that is remixed."""
NUMBERED = re.compile(r"soak job (\d{5})")
SUBJECT = (
    "a quiet harbour at dawn, fishing boats, mist over the water, warm light in a few windows, "
    "painted in oil with broad strokes, a single gull in the foreground"
)


class Answer(Enum):
    """What a command was answered with."""

    NONE = "did not respond"
    TURNED_AWAY = "turned away"
    TAKEN = "taken"


@dataclass(frozen=True)
class Command:
    """One command that somebody gave."""

    number: int
    """It is in the prompt, by which it is known everywhere."""
    asked_at: float
    answer: Answer


def job_number(text: str) -> int | None:
    """Whose prompt this is."""
    found = NUMBERED.search(text)
    return None if found is None else int(found[1])


def usual_duration_s(rng: Random) -> float:
    duration_s = rng.lognormvariate(math.log(MEDIAN_S), SIGMA)
    return min(max(duration_s, SHORTEST_S), LONGEST_S)


class Crowd:
    """People in several channels of several servers, half of whom imagine and half remix."""

    def __init__(self, discord: DiscordServer, rng: Random) -> None:
        self.commands: list[Command] = []
        self._rng = rng
        self._numbers = count()
        self._seats: list[tuple[Person, Channel]] = []
        for guild_no in range(GUILDS):
            guild = discord.add_guild(f"server {guild_no}")
            channels = [guild.add_channel(f"channel {number}") for number in range(CHANNELS_EACH)]
            people = [guild.add_person(f"person {number}") for number in range(PEOPLE_EACH)]
            self._seats += [(person, channel) for person in people for channel in channels]

    async def ask_for(self, duration_s: float) -> None:
        """One command, for a job that takes the API so long; returns with the answer."""
        number = next(self._numbers)
        person, channel = self._rng.choice(self._seats)
        prompt = f"soak job {number:05}: {SUBJECT} sandbox:seconds={duration_s:.1f}"
        asked_at = monotonic()
        try:
            handle = await (
                person.slash(channel, "imagine", prompt=prompt)
                if number % 2
                else person.slash(channel, "remix", job_id=SOURCE, image=2, prompt=prompt)
            )
        except DidNotRespond:
            answer = Answer.NONE
        else:
            answer = _kind(handle)
        self.commands.append(Command(number, asked_at, answer))

    async def ask_for_many(self, durations_s: list[float]) -> None:
        """So many commands, at the usual pace or what the bot can answer, whichever is slower."""
        room = asyncio.Semaphore(ASKING_AT_ONCE)

        async def ask(duration_s: float) -> None:
            try:
                await self.ask_for(duration_s)
            finally:
                room.release()

        async with asyncio.TaskGroup() as context:
            for duration_s in durations_s:
                await room.acquire()
                context.create_task(ask(duration_s))
                await asyncio.sleep(1 / PER_SECOND)


def _kind(handle: Handle) -> Answer:
    shown = handle.raw.response
    return Answer.TURNED_AWAY if shown is None or shown.ephemeral else Answer.TAKEN
