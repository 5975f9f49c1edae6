"""One bot's session on the gateway, and the websocket that it speaks through at the moment."""

import json
import secrets
import zlib
from dataclasses import dataclass, field

from aiohttp import web

from discord_server.answers import cut
from discord_server.things import JsonObject

DISPATCH = 0


class Wire:
    """One websocket in the transport that the bot asked for: plain text or ``zlib-stream``."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.session: Session | None = None
        """What it identified as, or resumed."""
        self._request = request
        compressed = request.query.get("compress") == "zlib-stream"
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

    def cut(self) -> None:
        """Reset the connection, without a closing frame."""
        cut(self._request)


@dataclass(eq=False)
class Session:
    """What one IDENTIFY began. It outlives its websocket, and keeps every event."""

    shard: tuple[int, int]
    """Its number, and of how many."""
    wire: Wire | None = None
    """``None`` while the bot is away."""
    away_since: float | None = None
    """On the clock's `monotonic`."""
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sent: list[JsonObject] = field(default_factory=list[JsonObject])
    """Every event so far; the first one's ``s`` is 1."""

    def covers(self, guild_id: int | None) -> bool:
        """Whether it hears of a guild; of direct messages (``None``) only shard 0 does."""
        number, total = self.shard
        return ((guild_id or 0) >> 22) % total == number

    async def dispatch(self, event: str, data: JsonObject) -> None:
        """Tell it now, or when it is back."""
        frame: JsonObject = {"op": DISPATCH, "t": event, "s": len(self.sent) + 1, "d": data}
        self.sent.append(frame)
        if self.wire is not None:
            await self.wire.send(frame)

    def attach(self, wire: Wire) -> None:
        self.wire, self.away_since, wire.session = wire, None, self

    def detach(self, now: float) -> None:
        self.wire, self.away_since = None, now

    async def resume(self, wire: Wire, heard: int) -> None:
        """Send through a new websocket what came after event number *heard*."""
        self.wire = None
        while heard < len(self.sent):
            await wire.send(self.sent[heard])
            heard += 1
        # No await since the last look: what is dispatched from here on goes out behind the rest.
        self.attach(wire)
        await self.dispatch("RESUMED", {})
