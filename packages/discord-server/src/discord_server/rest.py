"""The REST side: around every request, and the files.

What the routes do is in `accounts`, `commands`, `channels`, `history` and `webhooks`. Every request
is recorded; a route that is not here is answered with 404 and recorded as unknown.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from discord_server.accounts import Accounts
from discord_server.answers import answer, cut
from discord_server.channels import Channels
from discord_server.commands import Commands
from discord_server.contract import Contract
from discord_server.faults import Faults
from discord_server.history import History
from discord_server.limits import Limited, Limits
from discord_server.posting import RECEIVED
from discord_server.rules import Refused
from discord_server.things import Request
from discord_server.webhooks import Webhooks
from discord_server.world import World

BASE = "/api/v10"
BY_THEIR_OWN_TOKEN = (f"{BASE}/webhooks/", f"{BASE}/interactions/")
CALLBACK = re.compile(rf"{BASE}/interactions/\d+/([^/]+)/callback")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Rest:
    """All routes below `BASE`, and the files."""

    def __init__(self, world: World, contract: Contract) -> None:
        self._world = world
        self.requests: list[Request] = []
        self.unknown_routes: list[str] = []
        self.faults = Faults()
        self.limits = Limits(world.clock)
        self.contract = contract
        self._ended = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        world = self._world
        return [
            *Accounts(world).routes(BASE),
            *Commands(world).routes(BASE),
            *Channels(world, self.limits).routes(BASE),
            *History(world).routes(BASE),
            *Webhooks(world).routes(BASE),
            web.get("/attachments/{file}/{name}", self.file),
        ]

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Around every request: what goes wrong, and word of it to all who wait."""
        at = self._world.clock.now()
        fault = self.faults.next(request.method, request.path.removeprefix(BASE))
        response: web.StreamResponse | None = None
        if fault is None or fault.done_first:
            response = await self._done(request, handler)
        if fault is not None:
            response = fault.answer() if fault.answer else None
        status = response.status if response else 0
        name = fault.name if fault else None
        self.requests.append(Request(request.method, request.path, at, status, name))
        if RECEIVED in request:
            path = request.path.removeprefix(BASE)
            self.contract.note(request.method, path, request[RECEIVED], status)
        if fault is not None and (fault.silent or (status < 500 and status != 429)):
            self._refuse_answer(request.path)
        await self._world.announce()
        if fault is not None and fault.silent:
            await self._ended.wait()
        return response or cut(request)

    def _refuse_answer(self, path: str) -> None:
        """Note it where an interaction's answer is what went wrong."""
        if (callback := CALLBACK.fullmatch(path)) and callback[1] in self._world.interactions:
            self._world.interactions[callback[1]].refused.set()

    async def _done(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What Discord does when nothing goes wrong."""
        headers: dict[str, str] = {}
        try:
            self._authorise(request)
            if request.path.startswith(BASE):
                headers = self.limits.admit(request.method, request.path.removeprefix(BASE))
            response = await handler(request)
        except Limited as limited:
            response = limited.response
        except Refused as refused:
            response = answer(refused.body, refused.status)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            self.unknown_routes.append(f"{request.method} {request.path}")
            response = answer({"message": "404: Not Found", "code": 0}, 404)
        if not response.prepared:
            response.headers.update(headers)
        return response

    def end(self) -> None:
        """Let go of those who are still waiting for an answer."""
        self._ended.set()

    def _authorise(self, request: web.Request) -> None:
        if not request.path.startswith(BASE) or request.path.startswith(BY_THEIR_OWN_TOKEN):
            return
        if request.headers.get("Authorization") != f"Bot {self._world.token}":
            raise Refused(401, 0, "401: Unauthorized")

    async def file(self, request: web.Request) -> web.Response:
        file = self._world.files.get(int(request.match_info["file"]))
        if file is None or file.name != request.match_info["name"]:
            return web.Response(status=404)
        return web.Response(body=file.content, content_type=file.content_type)
