"""The gateway: websockets over which the bot is told what people do.

Each session keeps what it was sent by sequence number. A session cannot be resumed: a bot that asks
is told to identify again.
"""

import json
import secrets
import zlib
from dataclasses import dataclass, field
from typing import cast

from aiohttp import WSCloseCode, WSMsgType, web

from tests.discord_server import payloads
from tests.discord_server.things import JsonObject
from tests.discord_server.world import World

DISPATCH, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 0, 9, 10, 11
HEARTBEAT_EVERY_MS = 41_250
AUTHENTICATION_FAILED = 4004


class Wire:
    """One websocket in the transport that the bot asked for: plain text or ``zlib-stream``."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self._compressor = zlib.compressobj() if compressed else None

    async def send(self, frame: JsonObject) -> None:
        """Send a frame; one that finds the socket closed is dropped, as on a network."""
        text = json.dumps(frame)
        if self.socket.closed:
            return
        try:
            if self._compressor is None:
                await self.socket.send_str(text)
            else:
                # No await between the two: the context's order is the order of the frames.
                block = self._compressor.compress(text.encode())
                await self.socket.send_bytes(block + self._compressor.flush(zlib.Z_SYNC_FLUSH))
        except ConnectionError:
            return


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began."""

    wire: Wire
    shard: tuple[int, int]
    """Its number, and of how many."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: list[JsonObject] = field(default_factory=list[JsonObject])
    """Every event so far; the first one's ``s`` is 1."""

    def covers(self, guild_id: int | None) -> bool:
        """Whether it hears of a guild; of direct messages (``None``) only shard 0 does."""
        number, total = self.shard
        return ((guild_id or 0) >> 22) % total == number

    async def dispatch(self, event: str, data: JsonObject) -> None:
        frame: JsonObject = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        await self.wire.send(frame)


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.sessions: dict[str, Session] = {}
        """Those whose socket is open, by id."""
        self.copies = 1
        """How often the bot is told of each interaction. Discord promises once, not only once."""
        self._sockets: set[web.WebSocketResponse] = set()

    def reaches(self, guild_id: int | None) -> bool:
        """Whether a bot is connected that hears of this guild."""
        return any(session.covers(guild_id) for session in self.sessions.values())

    async def dispatch(self, guild_id: int | None, event: str, data: JsonObject) -> None:
        """Tell every session that covers this guild."""
        for session in list(self.sessions.values()):
            if session.covers(guild_id):
                await session.dispatch(event, data)

    async def close(self) -> None:
        """End every connection."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def connect(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one websocket until it ends."""
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        wire = Wire(socket, compressed=request.query.get("compress") == "zlib-stream")
        self._sockets.add(socket)
        mine: list[Session] = []
        try:
            await wire.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_EVERY_MS}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    frame = cast("JsonObject", json.loads(message.data))
                    await self._receive(wire, frame, mine)
        finally:
            self._sockets.discard(socket)
            for session in mine:
                del self.sessions[session.id]
            await self._world.announce()
        return socket

    async def _receive(self, wire: Wire, frame: JsonObject, mine: list[Session]) -> None:
        match frame["op"]:
            case 1:  # heartbeat
                await wire.send({"op": HEARTBEAT_ACK})
            case 2:  # identify
                await self._identify(wire, frame["d"], mine)
            case 6:  # resume
                await wire.send({"op": INVALID_SESSION, "d": False})
            case _:
                pass  # presence and the like: nobody here looks at it

    async def _identify(self, wire: Wire, asked: JsonObject, mine: list[Session]) -> None:
        if asked["token"] != self._world.token:
            await wire.socket.close(code=AUTHENTICATION_FAILED, message=b"Authentication failed.")
            return
        number, total = asked.get("shard") or (0, 1)
        session = Session(wire, (number, total))
        mine.append(session)
        guilds = [guild for guild in self._world.guilds.values() if session.covers(guild.id)]
        ready: JsonObject = {
            "v": 10,
            "user": payloads.user(self._world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self._world.cdn.replace("http", "ws", 1) + "/gateway",
            "application": {"id": str(self._world.application_id), "flags": 0},
            "shard": [number, total],
        }
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", payloads.guild(guild, self._world))
        self.sessions[session.id] = session
        await self._world.announce()
