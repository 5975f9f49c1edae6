"""A network between a store and its PostgreSQL server that can fall silent, lose or be cut."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Self

from sqlalchemy.engine import URL, make_url


class Relay:
    """Passes on what both sides send. Comes from `before`."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._flows = asyncio.Event()
        self._flows.set()
        self._open = True
        self._deaf = False
        self._delayed: bytes | None = None
        self.delayed = asyncio.Event()
        self._arrives = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._ends: list[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = []
        """Of each connection, to the store and to the server."""
        self._left_open: set[asyncio.StreamWriter] = set()
        self.url = ""
        """The address of the database, by way of here."""

    @staticmethod
    def address(url: str, port: int) -> str:
        """The address of the database at *url*, by way of a relay at *port*."""
        through = make_url(url).set(host="127.0.0.1", port=port, query={})
        return through.render_as_string(hide_password=False)

    @classmethod
    @asynccontextmanager
    async def before(cls, url: str, port: int = 0) -> AsyncGenerator[Self]:
        """A relay before the database at *url*."""
        relay = cls(make_url(url))
        server = await asyncio.start_server(relay._connected, "127.0.0.1", port)
        relay.url = cls.address(url, server.sockets[0].getsockname()[1])
        try:
            yield relay
        finally:
            server.close()
            relay._flows.set()
            relay._arrives.set()
            for task in relay._tasks:
                task.cancel()
            await asyncio.gather(*relay._tasks, return_exceptions=True)
            for writer in relay._left_open:
                writer.close()

    def freeze(self) -> None:
        """Pass nothing on, and say nothing about it."""
        self._flows.clear()

    def thaw(self) -> None:
        """Pass on again, also what came meanwhile."""
        self._flows.set()

    def delay(self, words: bytes) -> None:
        """Let what the store says next with these *words* in it arrive late, where all else passes.

        `delayed` is set then.
        """
        self._delayed = words

    def let_arrive(self) -> None:
        """Now; also where the store has hung up meanwhile."""
        self._arrives.set()

    def lose_connections(self) -> None:
        """Every connection ends for the store, and goes on for the server."""
        for store, server in self._ends:
            self._left_open.add(server)
            store.close()

    def go_away(self) -> None:
        """End every connection for both sides, and let nobody connect."""
        self._open = False
        for ends in self._ends:
            for writer in ends:
                writer.transport.abort()

    def forget_answers(self) -> None:
        """Go away as soon as the server answers: nobody hears of that."""
        self._deaf = True

    def come_back(self) -> None:
        """Let everybody connect, and hear."""
        self._open, self._deaf = True, False

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._open:
            writer.transport.abort()
            return
        folder = self._server.query.get("host")
        if isinstance(folder, str):
            there = await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")
        else:
            there = await asyncio.open_connection(self._server.host, self._server.port or 5432)
        self._ends.append((writer, there[1]))
        for source, target, answers in ((reader, there[1], False), (there[0], writer, True)):
            task = asyncio.create_task(self._pass_on(source, target, answers=answers))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, answers: bool
    ) -> None:
        try:
            while block := await source.read(65536):
                await self._flows.wait()
                if answers and self._deaf:
                    self.go_away()
                    break
                if self._delayed is not None and self._delayed in block:
                    self._delayed = None
                    self.delayed.set()
                    await self._arrives.wait()
                target.write(block)
                await target.drain()
        except ConnectionError:
            pass
        finally:
            if target not in self._left_open:
                target.close()
