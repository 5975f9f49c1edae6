"""The bot's end of a gateway connection, without discord.py: plain text, one frame at a time."""

from types import TracebackType
from typing import Self, cast

import aiohttp

from discord_server.things import JsonObject
from raw_client import RawDiscord

HEARTBEAT, IDENTIFY, RESUME, HELLO, HEARTBEAT_ACK = 1, 2, 6, 10, 11


class RawGateway:
    """One websocket; ``async with`` connects it and waits for HELLO."""

    def __init__(self, raw: RawDiscord) -> None:
        self._raw = raw
        self._http = aiohttp.ClientSession()
        self.session_id = ""
        self.heard = 0
        """The ``s`` of the last event."""

    async def __aenter__(self) -> Self:
        self.socket = await self._http.ws_connect(f"{self._raw.server.url}/gateway")
        assert (await self.frame())["op"] == HELLO
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def frame(self) -> JsonObject:
        """The next frame, whatever it is."""
        frame = cast("JsonObject", await self.socket.receive_json())
        self.heard = frame.get("s") or self.heard
        return frame

    async def identify(self, **asked: object) -> JsonObject:
        """Begin a session; gives the data of its READY."""
        identity: JsonObject = {"token": self._raw.server.token, **asked}
        await self.socket.send_json({"op": IDENTIFY, "d": identity})
        ready = await self.event("READY")
        self.session_id = ready["session_id"]
        return ready

    async def resume(self, earlier: "RawGateway", heard: int | None = None) -> list[JsonObject]:
        """Go on with a session of before; gives what it missed, up to and with RESUMED."""
        seq = earlier.heard if heard is None else heard
        asked = {"token": self._raw.server.token, "session_id": earlier.session_id, "seq": seq}
        await self.socket.send_json({"op": RESUME, "d": asked})
        self.session_id, self.heard = earlier.session_id, seq
        missed = [await self.frame()]
        while missed[-1].get("t") != "RESUMED":
            missed.append(await self.frame())
        return missed

    async def event(self, name: str) -> JsonObject:
        """The data of the next event of this name; others before it are skipped."""
        while (frame := await self.frame()).get("t") != name:
            pass
        return cast("JsonObject", frame["d"])

    async def events_so_far(self) -> list[str]:
        """The names of all events that were under way, asked for by a heartbeat."""
        await self.socket.send_json({"op": HEARTBEAT, "d": self.heard})
        names: list[str] = []
        while (frame := await self.frame())["op"] != HEARTBEAT_ACK:
            names.append(frame["t"])
        return names
