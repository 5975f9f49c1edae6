"""Raw requests to the server: what a bot could send, without a bot."""

import json
from contextlib import AbstractAsyncContextManager
from io import BytesIO
from typing import cast

import aiohttp

from discord_server import payloads
from discord_server.clock import MovableClock
from discord_server.server import DiscordServer
from discord_server.things import Interaction, JsonObject, Message

V2, PRIVATE = 32768, 64
"""Flags of messages."""


class RawDiscord:
    """A server with one channel and one person, and raw requests to it."""

    def __init__(
        self, server: DiscordServer, clock: MovableClock, http: aiohttp.ClientSession
    ) -> None:
        self.server = server
        self.clock = clock
        self._http = http
        self.guild = server.add_guild("studio")
        self.channel = self.guild.add_channel("images")
        self.ann = self.guild.add_person("ann")
        self.strays: list[str] = []
        """What is sent on purpose that Discord does not know."""
        self.messages = f"/channels/{self.channel.id}/messages"

    def interaction(self, kind: int = payloads.COMMAND, source: Message | None = None) -> str:
        """One that was sent just now; gives the path of its callback."""
        world = self.server.world
        made = Interaction(
            id=world.new_id(),
            token=f"token-{len(world.interactions)}",
            type=kind,
            user=self.ann.user,
            channel=self.channel,
            data={},
            source=source,
            sent_at=self.clock.monotonic(),
        )
        world.interactions[made.token] = made
        return f"/interactions/{made.id}/{made.token}/callback"

    def hook(self, callback: str) -> str:
        """The webhook that belongs to a callback."""
        return f"/webhooks/{self.server.world.application_id}/{callback.split('/')[3]}"

    def asked(
        self,
        method: str,
        path: str,
        body: JsonObject | list[JsonObject] | None = None,
        *files: tuple[str, bytes],
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """One request with the bot's token; the answer as it came."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(body))
        for index, (name, content) in enumerate(files):
            form.add_field(f"files[{index}]", BytesIO(content), filename=name)
        return self._http.request(
            method,
            f"{self.server.url}/api/v10{path}",
            headers={"Authorization": f"Bot {self.server.token}"},
            json=None if files else body,
            data=form if files else None,
        )

    async def ask(
        self,
        method: str,
        path: str,
        body: JsonObject | list[JsonObject] | None = None,
        *files: tuple[str, bytes],
    ) -> tuple[int, JsonObject]:
        """One request with the bot's token; status and body of the answer."""
        async with self.asked(method, path, body, *files) as response:
            if response.status == 204:
                return response.status, {}
            assert response.headers["Content-Type"] == "application/json"
            return response.status, cast("JsonObject", await response.json())

    async def listed(self, query: str = "") -> list[JsonObject]:
        """The channel's history."""
        status, page = await self.ask("GET", f"{self.messages}{query}")
        assert status == 200, page
        return cast("list[JsonObject]", page)

    async def posted(self, body: JsonObject) -> Message:
        """A message that the bot sent into the channel."""
        status, answer = await self.ask("POST", self.messages, body)
        assert status == 200, answer
        return self.server.world.messages[int(answer["id"])]


def error(answer: tuple[int, JsonObject]) -> tuple[int, int]:
    """Status and Discord's code."""
    return answer[0], answer[1].get("code", 0)


def wrong(answer: tuple[int, JsonObject]) -> list[str]:
    """The paths that an Invalid Form Body names, each with its code."""
    assert error(answer) == (400, 50035), answer

    def leaves(node: JsonObject, path: str) -> list[str]:
        found: list[str] = []
        for key, value in node.items():
            if key == "_errors":
                found += [f"{path.strip('.')} {each['code']}" for each in value]
            else:
                found += leaves(value, f"{path}.{key}")
        return found

    return leaves(answer[1]["errors"], "")
