"""Two servers that answer as a test tells them: proper HTTP, and raw bytes on a socket."""

import asyncio
import json
import socket
import struct
from collections import deque
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Self

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the scripted server says to one request."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    @classmethod
    def of(
        cls, document: object, *, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Self:
        """*document* as JSON."""
        return cls(status=status, body=json.dumps(document).encode(), headers=headers or {})


@dataclass(frozen=True, kw_only=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    """As it stood in the request line."""
    headers: Mapping[str, str]
    body: bytes


class ScriptedServer:
    """Answers with the test's answers in order, the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = deque(answers)
        self.seen: list[Seen] = []
        self.url = ""

    async def handle(self, request: web.BaseRequest) -> web.Response:
        self.seen.append(
            Seen(
                method=request.method,
                path=request.raw_path,
                headers=request.headers.copy(),
                body=await request.read(),
            )
        )
        answer = self._answers.popleft() if len(self._answers) > 1 else self._answers[0]
        return web.Response(status=answer.status, body=answer.body, headers=answer.headers)


@asynccontextmanager
async def scripted(*answers: Answer) -> AsyncGenerator[ScriptedServer]:
    """A server on loopback that gives *answers*."""
    script = ScriptedServer(*answers)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.handle)
    async with TestServer(app) as server:
        script.url = str(server.make_url("/")).rstrip("/")
        yield script


class Then(Enum):
    """What the raw server does with the connection after its bytes."""

    KEEP = auto()
    CLOSE = auto()
    RESET = auto()
    STAY_SILENT = auto()
    DRIP = auto()
    """Single bytes without end, until the client has had enough."""


@dataclass(frozen=True)
class Reply:
    """Raw bytes for one request, and what follows."""

    content: bytes = b""
    then: Then = Then.CLOSE


def raw(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    """The bytes of an HTTP answer; *length* may promise another length than *body* has."""
    promised = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {promised}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


class RawServer:
    """Reads whole requests and gives the test's replies in order, the last one again and again."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = deque(replies)
        self._open: set[asyncio.StreamWriter] = set()
        self._stopped = asyncio.Event()
        self._asked = asyncio.Condition()
        self.seen: list[bytes] = []
        """The head of every request, of whatever connection."""
        self.connections = 0
        self.url = ""

    async def until_asked(self, times: int) -> None:
        """Wait for that many requests."""
        async with self._asked:
            await self._asked.wait_for(lambda: len(self.seen) >= times)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        self.connections += 1
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while await self._answer(reader, writer):
                pass
        self._open.discard(writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Whether the connection stays open."""
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        self.seen.append(head)
        async with self._asked:
            self._asked.notify_all()
        reply = self._replies.popleft() if len(self._replies) > 1 else self._replies[0]
        writer.write(reply.content)
        await writer.drain()
        if reply.then is Then.STAY_SILENT:
            await self._stopped.wait()
        while reply.then is Then.DRIP:
            writer.write(b"\0")
            await writer.drain()
            await asyncio.sleep(0)
        if reply.then is Then.RESET:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return reply.then is Then.KEEP

    async def stop(self) -> None:
        self._stopped.set()
        for writer in tuple(self._open):
            writer.close()


@asynccontextmanager
async def raw_server(*replies: Reply) -> AsyncGenerator[RawServer]:
    """A server on loopback that gives *replies*, byte for byte."""
    script = RawServer(*replies)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    script.url = f"http://{host}:{port}"
    async with server:
        yield script
        await script.stop()


class HastyServer:
    """Keeps a connection alive after one answer, and closes it just when it is used once more."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self.posts = 0
        """Those that arrived."""
        self.cut_off = 0
        """Connections that were closed while a further request was on its way."""
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.posts += head.startswith(b"POST")
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    await reader.readexactly(int(line.partition(b":")[2]))
            writer.write(self._answer)
            if await reader.read(1):  # unread, as far as anybody could tell
                self.cut_off += 1
        writer.transport.abort()


@asynccontextmanager
async def hasty_server(answer: bytes) -> AsyncGenerator[HastyServer]:
    """A server on loopback that gives *answer* once on each connection."""
    script = HastyServer(answer)
    server = await asyncio.start_server(script.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    script.url = f"http://{host}:{port}"
    async with server:
        yield script


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
