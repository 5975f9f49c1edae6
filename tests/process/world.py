"""The world that outlives the bot, and what became of a job there: for people, bill and row."""

import asyncio
import json
import re
import signal
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path

from bot.clock import Clock
from bot.model import JobState
from bot.store import lookups, open_store
from bot.texts import ENGLISH
from discord_server.people import DidNotRespond, Person
from discord_server.seen import SeenMessage
from discord_server.server import DiscordServer
from discord_server.things import Channel, Message
from sandbox.api import GenerationServer
from tests.flow.sim import DOT, KEY
from tests.patience import EASY
from tests.process.fork_server import ForkedBot, ForkServer
from tests.process.kill_launch import CONSTANTS, ENDED, KILL_AT, KILLED, PASSED
from tests.process.stepping import States, SteppingBot

WAITS = {
    **EASY,
    "bot.jobs.forecast.FIRST_READ_S": (0.05, 0.1),
    "bot.jobs.forecast.SHORTEST_GAP_S": 0.1,
    "bot.jobs.forecast.LONGEST_GAPS_S": ((1e9, 0.1),),
    "bot.delivery.status_message.PING_AFTER_S": 0.0,
}
"""Jobs are read at once, and all of them took long enough for a ping."""
UP = "Logged in as"
GOES_ON = "resumed, was"


class Ending(Enum):
    """What its author sees of a job in the end."""

    NOTHING = auto()
    """It was never accepted: Discord says that the bot did not respond."""
    IMAGES = auto()
    FAILURE = auto()
    DOUBT = auto()
    """It may have been charged anyway; nobody can tell."""


class World:
    """Discord and the API, the folder with the database, and somebody who asks."""

    def __init__(
        self,
        *,
        fork_server: ForkServer,
        discord: DiscordServer,
        api: GenerationServer,
        channel: Channel,
        author: Person,
        folder: Path,
    ) -> None:
        self._fork_server = fork_server
        self._folder = folder
        self.discord = discord
        self.api = api
        self.channel = channel
        self.author = author
        self.old_message = self._result_of_long_ago()

    def _result_of_long_ago(self) -> SeenMessage:
        """A message with a button, of which the bot's database knows nothing."""
        parent = self.api.add_finished_job(prompt="the parent")
        button = {"type": 2, "id": 2, "style": 1, "label": "✏️ 2"}
        button["custom_id"] = f"remix:remix:{parent.job_id}:1"
        row = {"type": 1, "id": 1, "components": [button]}
        world = self.discord.world
        message = Message(world.new_id(), self.channel, world.bot, components=[row])
        world.messages[message.id] = message
        return SeenMessage(world, message)

    def bot(
        self, *, kill_at: str = "", late: bool = False, states: States | None = None
    ) -> ForkedBot:
        """A bot, not started yet; *late*: as if the tokens of interactions were past their time.

        *states* are noted at each point that it passes.
        """
        waits = {**WAITS, "bot.jobs.maintenance.TOKEN_LIFE_S": 0.0} if late else WAITS
        env = {
            "VTRIX_API_KEY": KEY,
            "VTRIX_API_URL": self.api.url,
            "MAX_READS_PER_SECOND": "100",
            CONSTANTS: json.dumps(waits),
            KILL_AT: kill_at,
        }
        if states is None:
            return ForkedBot(self._fork_server, self.discord, cwd=self._folder, env=env)
        return SteppingBot(
            self._fork_server, self.discord, cwd=self._folder, env=env, look=states.look
        )

    def states(self) -> States:
        """None yet."""
        return States(self._folder / "data" / "remixbot.db", self.discord, self.api)

    @property
    def seen(self) -> list[SeenMessage]:
        """All that the author was sent, oldest first."""
        author = self.author
        shown = [*author.messages(self.channel), *author.direct_messages()]
        return [message for message in shown if message.id != self.old_message.id]

    # ------------------------------------------------------------------ what happens

    async def live(
        self, ask: "Ask", *, kill_at: str = "", states: States | None = None
    ) -> list[str]:
        """A bot that is asked for a job, to the end of the job or its own; the points it passed."""
        async with self.bot(kill_at=kill_at, states=states) as bot:
            await bot.wait_for_line(UP)
            before = len(bot.lines)
            async with asyncio.TaskGroup() as group:
                context = group.create_task(self._ask(ask))
                await (_die(bot, kill_at) if kill_at else _finish(bot))
                context.cancel()
            return passed(bot.lines[before:])

    async def _ask(self, ask: "Ask") -> None:
        with suppress(DidNotRespond):
            await ask(self)

    async def go_on(
        self, *, kill_at: str = "", late: bool = False, states: States | None = None
    ) -> list[str]:
        """A bot that brings what is open to its end, or dies; the points it passed."""
        async with self.bot(kill_at=kill_at, late=late, states=states) as bot:
            if kill_at:
                await _die(bot, kill_at)
            else:
                await bot.wait_for_line(UP)
                await _finish(bot, anything=GOES_ON in bot.output)
            return passed(bot.lines)

    async def has_nothing_to_do(self) -> None:
        """A start changes nothing for anybody."""
        asked, before = len(self.discord.requests), self._traffic()
        async with self.bot() as bot:
            await bot.wait_for_line(UP)  # what goes on is said before that
            assert GOES_ON not in bot.output
        paths = [request.path for request in self.discord.requests[asked:]]
        assert not [path for path in paths if "channels" in path or "webhooks" in path]
        assert self._traffic() == before

    def _traffic(self) -> tuple[int, int]:
        return self.api.submit_calls, self.api.reads.total()

    # ------------------------------------------------------------------ what became of it

    async def ended_once(self, ending: Ending) -> None:
        """Its author, its bill and its row all say the same: it ended so, and once."""
        assert self.api.submit_calls <= 1, "it was paid for twice"
        if ending is not Ending.DOUBT:
            assert self.api.submit_calls == (ending is not Ending.NOTHING)
        self._was_told(ending)
        database = f"sqlite+aiosqlite:///{self._folder}/data/remixbot.db"
        async with open_store(database, clock=Clock()) as store:
            assert await store.open_jobs() == []
            job = await store.read(lookups.get, 1)
        assert (job is None) is (ending is Ending.NOTHING)
        if job is not None:
            assert (job.state is JobState.DELIVERED) is (ending is Ending.IMAGES)
            assert job.ended_at is not None
            assert job.interaction_token is None, "a secret outlives its use"

    def _was_told(self, ending: Ending) -> None:
        seen = self.seen
        at_work = [one for one in seen if "· started <t:" in one.text]
        assert not at_work, f"somebody waits for ever: {seen}"
        results = [one for one in seen if one.images]
        failures = [one for one in seen if ENGLISH.failure_heading in one.text]
        ends = [*results, *failures]
        assert len(ends) == (ending is not Ending.NOTHING), seen
        assert len(results) == (ending is Ending.IMAGES), seen
        for result in results:
            assert [image.content for image in result.images] == [DOT] * 4
        doubts = [one for one in failures if "may have been charged" in one.text]
        assert len(doubts) == (ending is Ending.DOUBT), seen
        replies = [one for one in seen if one.reference in [end.id for end in ends]]
        assert len(seen) == len({one.id for one in (*ends, *replies)}), f"what is this? {seen}"
        pings = [one for one in seen if self.author.id in one.pinged]
        assert len(pings) <= 1, f"pinged twice: {seen}"


Ask = Callable[[World], Awaitable[object]]


async def _die(bot: ForkedBot, kill_at: str) -> None:
    await bot.wait_for_line(f"^{KILLED}{re.escape(kill_at)}$")
    assert await bot.wait() == -signal.SIGKILL


async def _finish(bot: ForkedBot, *, anything: bool = True) -> None:
    """Wait for the end of the job, if there is *anything* to do."""
    if anything:
        await bot.wait_for_line(f"^{ENDED}job")
    await bot.kill()
    assert "Traceback" not in bot.output


def passed(lines: Iterable[str]) -> list[str]:
    """The points in what a bot wrote, each when it was first passed."""
    found = (line.removeprefix(PASSED) for line in lines if line.startswith(PASSED))
    return list(dict.fromkeys(found))
