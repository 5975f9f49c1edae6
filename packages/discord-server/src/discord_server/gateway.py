"""The gateway: websockets over which the bot is told what people do.

A session whose websocket is lost can be resumed for a few minutes on the world's clock: it hears
then what it missed. Tests break connections with `Gateway.drop`, `reset`, `ask_to_reconnect`,
`invalidate` and `away`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

from aiohttp import WSCloseCode, WSMsgType, web

from discord_server import payloads
from discord_server.sessions import Session, Wire
from discord_server.things import JsonObject
from discord_server.world import World

IDENTIFY, RESUME = 2, 6
RECONNECT, INVALID_SESSION, HELLO, HEARTBEAT_ACK = 7, 9, 10, 11
HEARTBEAT_EVERY_MS = 41_250
UNKNOWN_ERROR, AUTHENTICATION_FAILED, INVALID_SEQUENCE = 4000, 4004, 4007
WEBSOCKET_CODES = 1000
"""Where they begin; HTTP statuses are below."""
RESUMABLE_S = 3 * 60.0
GOODBYES = (WSCloseCode.OK, WSCloseCode.GOING_AWAY)
"""Close codes by which a bot ends its session; after any other it may resume."""


class Gateway:
    """All sessions of the bot."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._sessions: dict[str, Session] = {}
        self.identified, self.resumed = 0, 0
        """How often a session began, and how often one was resumed."""
        self.copies = 1
        """How often the bot is told of each interaction. Discord promises once, not only once."""
        self.refuses: list[int] = []
        """What the next attempts to connect get: an HTTP status, or a code to close with."""
        self.resume_at: str | None = None
        """The address that the bot is told for resuming, where that is not our own."""
        self.leaves_unsaid: list[int] = []
        """What it leaves unsaid or unanswered, once each, one after the other: `HELLO`, `IDENTIFY`
        or `RESUME`."""
        self.leaves_out: set[int] = set()
        """Guilds that a READY does not name although the bot is in them."""
        self._wires: set[Wire] = set()
        self._admits = asyncio.Event()
        self._admits.set()

    # ------------------------------------------------------------------ telling

    @property
    def sessions(self) -> list[Session]:
        """All that are connected or can still be resumed."""
        now = self._world.clock.monotonic()
        for session in list(self._sessions.values()):
            if session.away_since is not None and now - session.away_since > RESUMABLE_S:
                del self._sessions[session.id]
        return list(self._sessions.values())

    @property
    def connected(self) -> list[Session]:
        """Those whose websocket is open."""
        return [session for session in self.sessions if session.wire is not None]

    def reaches(self, guild_id: int | None) -> bool:
        """Whether a bot hears of this guild, now or when it is back."""
        return any(session.covers(guild_id) for session in self.sessions)

    async def dispatch(self, guild_id: int | None, event: str, data: JsonObject) -> None:
        """Tell every session that covers this guild."""
        for session in self.sessions:
            if session.covers(guild_id):
                await session.dispatch(event, data)

    # ------------------------------------------------------------------ losing touch

    async def drop(self, code: int = UNKNOWN_ERROR) -> None:
        """Close every websocket; the sessions can be resumed."""
        wires = [self._let_go(session) for session in self.connected]
        await asyncio.gather(*(wire.socket.close(code=code) for wire in wires))

    async def reset(self) -> None:
        """Reset every connection, as a network does."""
        for session in self.connected:
            self._let_go(session).cut()

    @asynccontextmanager
    async def away(self, code: int = UNKNOWN_ERROR) -> AsyncGenerator[None]:
        """Close every websocket, and let nobody connect meanwhile."""
        self._admits.clear()
        try:
            await self.drop(code)
            yield
        finally:
            self._admits.set()

    async def ask_to_reconnect(self) -> None:
        """Send everybody op 7: connect again, and resume."""
        await self._send_all({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool) -> None:
        """Send everybody op 9; unless *resumable*, the sessions and what they missed are gone."""
        wires = [session.wire for session in self.connected]
        if not resumable:
            self._sessions.clear()
        for wire in filter(None, wires):
            await wire.send({"op": INVALID_SESSION, "d": resumable})

    async def _send_all(self, frame: JsonObject) -> None:
        for session in self.connected:
            if session.wire is not None:
                await session.wire.send(frame)

    def _let_go(self, session: Session) -> Wire:
        wire = session.wire
        assert wire is not None
        session.detach(self._world.clock.monotonic())
        return wire

    async def close(self) -> None:
        """End every connection."""
        self._admits.set()
        for wire in list(self._wires):
            await wire.socket.close(code=WSCloseCode.GOING_AWAY)

    # ------------------------------------------------------------------ serving

    async def connect(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it ends."""
        await self._admits.wait()
        if self.refuses and self.refuses[0] < WEBSOCKET_CODES:
            return web.Response(status=self.refuses.pop(0))
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        wire = Wire(request, socket)
        self._wires.add(wire)
        try:
            if not await self._leaves_unsaid(HELLO):
                await wire.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_EVERY_MS}})
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._receive(wire, cast("JsonObject", json.loads(message.data)))
        finally:
            self._wires.discard(wire)
            self._end(wire)
            await self._world.announce()
        return socket

    def _end(self, wire: Wire) -> None:
        """What becomes of the session whose websocket ended."""
        session = wire.session
        if session is None or session.wire is not wire:
            return
        session.detach(self._world.clock.monotonic())
        if wire.socket.close_code in GOODBYES:
            self._sessions.pop(session.id, None)

    async def _leaves_unsaid(self, op: int) -> bool:
        if not self.leaves_unsaid or self.leaves_unsaid[0] != op:
            return False
        self.leaves_unsaid.pop(0)
        await self._world.announce()
        return True

    async def _receive(self, wire: Wire, frame: JsonObject) -> None:
        if await self._leaves_unsaid(frame["op"]):
            return
        match frame["op"]:
            case 1:  # heartbeat
                await wire.send({"op": HEARTBEAT_ACK})
            case 2 | 6 if frame["d"]["token"] != self._world.token:
                reason = b"Authentication failed."
                await wire.socket.close(code=AUTHENTICATION_FAILED, message=reason)
            case 2 if self.refuses:
                await wire.socket.close(code=self.refuses.pop(0))
            case 2:
                await self._identify(wire, frame["d"])
            case 6:
                await self._resume(wire, frame["d"])
            case _:
                pass  # presence and the like: nobody here looks at it

    async def _identify(self, wire: Wire, asked: JsonObject) -> None:
        number, total = asked.get("shard") or (0, 1)
        session = Session((number, total))
        session.attach(wire)
        guilds = [
            guild
            for guild in self._world.guilds.values()
            if guild.with_bot and session.covers(guild.id) and guild.id not in self.leaves_out
        ]
        ready: JsonObject = {
            "v": 10,
            "user": payloads.user(self._world.bot),
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds],
            "session_id": session.id,
            "resume_gateway_url": self.resume_at
            or self._world.cdn.replace("http", "ws", 1) + "/gateway",
            "application": {"id": str(self._world.application_id), "flags": 0},
            "shard": [number, total],
        }
        await session.dispatch("READY", ready)
        for guild in guilds:
            await session.dispatch("GUILD_CREATE", payloads.guild(guild, self._world))
        self._sessions[session.id] = session
        self.identified += 1
        await self._world.announce()

    async def _resume(self, wire: Wire, asked: JsonObject) -> None:
        heard: int = asked["seq"]
        named = (each for each in self.sessions if each.id == asked["session_id"])
        session = next(named, None)
        if session is None:
            await wire.send({"op": INVALID_SESSION, "d": False})
        elif not 0 <= heard <= len(session.sent):
            await wire.socket.close(code=INVALID_SEQUENCE, message=b"Invalid seq.")
        else:
            await session.resume(wire, heard)
            self.resumed += 1
            await self._world.announce()
