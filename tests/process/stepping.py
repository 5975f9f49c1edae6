"""A bot that waits at each point until the world around it was looked at."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from types import TracebackType

from discord_server.server import DiscordServer
from sandbox.api import GenerationServer
from tests.process.fork_server import ForkedBot, ForkServer
from tests.process.kill_launch import GO_ON, PASSED
from tests.process.points import writes


class SteppingBot(ForkedBot):
    """Calls *look* with the name of each point while the bot waits there."""

    def __init__(
        self,
        server: ForkServer,
        discord: DiscordServer,
        *,
        cwd: Path,
        env: Mapping[str, str],
        look: Callable[[str], None],
    ) -> None:
        gate = cwd / "gate"
        os.mkfifo(gate)
        super().__init__(server, discord, cwd=cwd, env={**env, GO_ON: str(gate)})
        self._gate = os.open(gate, os.O_RDWR)  # for reading too, so that nobody waits for a reader
        self._look = look

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await super().__aexit__(exc_type, exc, traceback)
        os.close(self._gate)

    async def _note(self, line: str) -> None:
        await super()._note(line)
        if line.startswith(PASSED):
            self._look(line.removeprefix(PASSED))
            os.write(self._gate, b".")


class States:
    """In which state the world was at each point that a bot has passed."""

    def __init__(self, database: Path, discord: DiscordServer, api: GenerationServer) -> None:
        self._database = database
        self._discord = discord
        self._api = api
        self._states: list[tuple[str, str]] = []

    def look(self, point: str) -> None:
        """Note how the world is, while a bot waits at *point*."""
        with closing(sqlite3.connect(self._database)) as database:
            rows = "\n".join(database.iterdump())
        world = self._discord.world
        messages = [
            (one.id, one.flags, one.content, one.components, len(one.files), one.edits, one.pinged)
            for one in world.messages.values()
        ]
        places = [*world.channels, *self._api.submits]
        self._states.append((point, f"{rows}\n{messages}\n{places}"))

    @property
    def different(self) -> int:
        return len({state for _, state in self._states})

    def changed_unseen(self) -> list[str]:
        """The points before which the world changed while nothing that writes was under way."""
        changed: list[str] = []
        under_way = Counter[str]()
        before: str | None = None
        for point, state in self._states:
            if before not in (None, state) and not under_way.total():
                changed.append(point)
            side, _, event = point.partition(" ")
            if writes(event):
                under_way[event] += 1 if side == "before" else -1
            before = state
        return changed
