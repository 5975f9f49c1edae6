"""Answers of a generation API that breaks down, is cut off or talks nonsense."""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from sandbox.api import Job
from sandbox.api.server import Call, drop

Accident = Callable[[web.Request], Awaitable[web.StreamResponse]]

MEGABYTE = bytes(1024 * 1024)


def status(code: int, body: str = "", kind: str = "application/json", **headers: str) -> Accident:
    """An answer with this status, body and headers."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=code, text=body, content_type=kind, headers=named)

    return answer


def html(code: int) -> Accident:
    return status(code, "<html><title>Bad gateway</title></html>", "text/html")


def nonsense(document: object) -> Accident:
    """JSON under 200 that is no task."""
    return status(200, json.dumps(document))


async def reset(request: web.Request) -> web.StreamResponse:
    return drop(request)


async def reset_in_the_body(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    response.content_length = 1000
    await response.prepare(request)
    await response.write(b'{"id": "')
    return drop(request)


async def silence(_: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


async def drip(request: web.Request) -> web.StreamResponse:
    """One byte at a time, for longer than anybody waits."""
    response = web.StreamResponse()
    response.content_length = 1000
    await response.prepare(request)
    for _ in range(1000):
        await response.write(b" ")
        await asyncio.sleep(0.1)
    return response


def endless(megabytes: int, kind: str = "application/json") -> Accident:
    """A body without a length that goes on and on."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = kind
        await response.prepare(request)
        for _ in range(megabytes):
            await response.write(MEGABYTE)
        return response

    return answer


async def bomb(_: web.Request) -> web.StreamResponse:
    """A hundred megabytes that are small on the wire."""
    body = gzip.compress(bytes(100 * 1024 * 1024), compresslevel=1)
    headers = {"Content-Encoding": "gzip"}
    return web.Response(body=body, content_type="application/json", headers=headers)


class Script:
    """Lets jobs meet with accidents at one kind of call, each with the one that its prompt names.

    It names it by being its key. An accident happens to the first *times* such calls of a job.
    """

    def __init__(self, call: Call, accidents: Mapping[str, Accident], *, times: int) -> None:
        self._call = call
        self._accidents = accidents
        self._times = times
        self.happened = Counter[str]()

    async def interfere(
        self, call: Call, job: Job, request: web.Request
    ) -> web.StreamResponse | None:
        """The `interfere` of a `GenerationServer`."""
        accident = self._accidents.get(job.prompt)
        if call != self._call or accident is None or self.happened[job.prompt] >= self._times:
            return None
        self.happened[job.prompt] += 1
        return await accident(request)
