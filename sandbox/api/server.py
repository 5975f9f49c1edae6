"""The HTTP server: routes, keys, and the scripted accidents of a connection."""

import asyncio
import json
import re
import socket
import struct
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Literal, NoReturn, Self

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL

from sandbox.api import refusals, wire
from sandbox.api.album import Album, Painter
from sandbox.api.chaos import Chaos
from sandbox.api.jobs import RUN_AT_ONCE, Job, JobBook
from sandbox.api.models import Model, Order
from sandbox.api.painting.paint import paint
from sandbox.api.refusals import Refusal
from sandbox.api.script import Key, Script, Word
from sandbox.api.table import MODELS
from sandbox.api.validate import check_source, read_order

Call = Literal["submit", "read", "image"]
Interfere = Callable[[Call, Job, web.Request], Awaitable[web.StreamResponse | None]]

_BASE_PATH = "/model/v1"
_BODY_MAX_BYTES = 256 * 1024
_DRIP_S = 1.0
_LAST_WORDS_S = 0.1
"""How long an answer may still take when the server ends; then its connection is closed."""


async def _close_afterwards(_: web.Request, response: web.StreamResponse) -> None:
    response.headers["Connection"] = "close"


class GenerationServer:
    """The generation API on this machine: ``async with GenerationServer() as server``.

    *port* 0 takes a free one. *speed* 2.0 makes jobs twice as quick. *clock* (seconds, never
    backwards) moves the jobs, *now* (unix seconds) dates them; nothing else tells the time, so a
    test that owns both decides what a job is doing. *painter* makes the image files. Of one
    account *run_at_once* jobs run at the same time. *models* are those that there are, by name.
    *chaos* adds faults by chance.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        speed: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        painter: Painter = paint,
        run_at_once: int = RUN_AT_ONCE,
        models: Mapping[str, Model] = MODELS,
        chaos: Chaos | None = None,
        keeps_connections: bool = True,
    ) -> None:
        self._keeps_connections = keeps_connections
        self.submits: list[Job] = []
        """Every accepted job, in order."""
        self.submit_calls = 0
        """How often a submit was asked for, refused ones included."""
        self.reads: Counter[str] = Counter()
        """How often each task was read, by task id."""
        self.interfere: Interfere | None = None
        """Asked about each call that concerns a job, once it has had its effect: its answer, if
        any, goes out instead of ours."""
        self._host = host
        self._port = port
        self._speed = speed
        self._clock = clock
        self._book = JobBook(clock=clock, now=now, speed=speed, run_at_once=run_at_once)
        self._models = models
        self._album = Album(painter)
        self._chaos = chaos
        self._happened = asyncio.Condition()
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=_LAST_WORDS_S,
        )

    @property
    def url(self) -> str:
        """The base URL that a client is given, up to ``/model/v1``; known once it is entered."""
        return str(self._origin) + _BASE_PATH

    def add_finished_job(
        self, *, prompt: str, job_id: str | None = None, task_id: str | None = None
    ) -> Job:
        """A completed job that nobody submitted; any key may read and remix it.

        Ids that are not given are invented. Raises `ValueError` if one exists already.
        """
        return self._book.add_finished(prompt, job_id, task_id)

    def image_urls(self, job: Job) -> dict[int, str]:
        """Where the images of a job are (once it is completed), by image number."""
        return {number: str(wire.image_url(job, number, self._origin)) for number in job.scenes}

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait until *seen* is true; it is asked now and after each submit and each read."""
        async with self._happened:
            await self._happened.wait_for(seen)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self._runner.cleanup()
            raise
        self._port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._runner.cleanup()

    @property
    def _origin(self) -> URL:
        return URL.build(scheme="http", host=self._host, port=self._port)

    def _application(self) -> web.Application:
        around = [_envelopes] if self._chaos is None else [self._chaos.around(drop), _envelopes]
        application = web.Application(middlewares=around, client_max_size=_BODY_MAX_BYTES)
        if not self._keeps_connections:
            application.on_response_prepare.append(_close_afterwards)
        application.router.add_post(f"{_BASE_PATH}/generation", self._submit)
        application.router.add_get(f"{_BASE_PATH}/generation/task/{{task_id}}", self._read)
        application.router.add_get("/images/{job_id}/{name}", self._image)
        return application

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        self.submit_calls += 1
        account = _account(request)
        order = read_order(await _json(request), self._models)
        source = self._book.source_of(order)
        if source:
            check_source(order, source.scenes)
        script = self._book.script_of(order, source)
        _refuse_scripted(order, script)
        job = self._book.accept(order, account, source)
        self.submits.append(job)
        await self._tell()
        if Word.HANG in script:
            await _silence()
        if Word.RESET in script:
            return drop(request)
        return await self._interfered("submit", job, request) or web.json_response(
            self._task(job, request)
        )

    async def _read(self, request: web.Request) -> web.StreamResponse:
        account = _account(request)
        job = self._book.task(request.match_info["task_id"], account)
        if job is None:
            raise refusals.task_not_found()
        self.reads[job.task_id] += 1
        await self._tell()
        if interfered := await self._interfered("read", job, request):
            return interfered
        script = job.script
        if self.reads[job.task_id] <= (script.number(Word.UNPAID) or 0):
            raise refusals.no_credit()
        if Word.LOST in script:
            raise refusals.task_not_found()
        if Word.FLAKY in script and self.reads[job.task_id] % 2 == 0:
            raise refusals.internal_error()
        if Word.SILENCE in script:
            await _silence()
        body = json.dumps(self._task(job, request)).encode()
        if Word.TRUNCATED in script:
            body = body[: len(body) // 2]
        if Word.DRIP in script:
            return await self._drip(request, body)
        return web.Response(body=body, content_type="application/json")

    async def _image(self, request: web.Request) -> web.StreamResponse:
        job_id, name = request.match_info["job_id"], request.match_info["name"]
        job, number = self._book.stored(job_id), re.search(r"_(\d{1,2})\.\w+\Z", name)
        if job is None or number is None or name != wire.image_name(job, int(number[1])):
            raise web.HTTPNotFound
        scene = job.scenes.get(int(number[1]))
        if scene is None:
            raise web.HTTPNotFound
        if job.account is not None and (
            interfered := await self._interfered("image", job, request)
        ):
            return interfered
        file = await self._album.file(scene, big=Word.BIG in job.script)
        return web.Response(body=file, content_type=job.model.makes.content_type)

    async def _interfered(
        self, call: Call, job: Job, request: web.Request
    ) -> web.StreamResponse | None:
        return await self.interfere(call, job, request) if self.interfere else None

    async def _tell(self) -> None:
        async with self._happened:
            self._happened.notify_all()

    def _task(self, job: Job, request: web.Request) -> dict[str, object]:
        origin = request.url.origin()
        return wire.task(job, at=self._clock(), origin=origin, models=self._models)

    async def _drip(self, request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse()
        response.content_type = "application/json"
        response.content_length = len(body)
        await response.prepare(request)
        for index in range(len(body)):
            await response.write(body[index : index + 1])
            await asyncio.sleep(_DRIP_S / self._speed)
        return response


@web.middleware
async def _envelopes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every refusal, ours and aiohttp's own (404, 405, 413), into JSON."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPException as error:
        return web.json_response({"message": error.reason}, status=error.status)


def _account(request: web.Request) -> str:
    """The key of a request, which stands for its account. Raises `Refusal`."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not key:
        raise refusals.key_missing_or_invalid()
    if key == Key.REFUSED.form:
        raise refusals.key_missing_or_invalid()
    if key == Key.EMPTY.form:
        raise refusals.no_credit()
    if key == Key.FORBIDDEN.form:
        raise refusals.no_permission()
    return key


async def _json(request: web.Request) -> object:
    if request.content_type != "application/json":
        raise refusals.not_json()
    try:
        body: object = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise refusals.not_json() from None
    return body


def _refuse_scripted(order: Order, script: Script) -> None:
    if Word.BUSY in script:
        raise refusals.rate_limited()
    if Word.NOMODEL in script:
        raise refusals.unknown_model(order.model.name)
    if Word.DOWN in script:
        raise refusals.unavailable(order.model)
    if Word.HTML in script:
        raise refusals.bad_gateway()
    if Word.MODERATED in script:
        raise refusals.moderated()


async def _silence() -> NoReturn:
    """Say nothing until the caller goes away or the server ends, which cancels the handler."""
    await asyncio.Event().wait()
    raise AssertionError("nobody sets this event")


def drop(request: web.Request) -> web.Response:
    """Reset the connection; the response that is returned reaches nobody."""
    transport = request.transport
    if transport is not None:
        # lingering for zero seconds makes the kernel send a reset instead of a polite end
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response()
