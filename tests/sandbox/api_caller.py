"""A client for the sandbox API that hands back exactly what came over HTTP, and a clock to move."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

from aiohttp import ClientSession

from sandbox.api import GenerationServer
from sandbox.api.chaos import Chaos

KEY = "a-test-key"


class HandClock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self._seconds = 1000.0
        self._unix = 1_760_000_000.0

    def monotonic(self) -> float:
        return self._seconds

    def unix(self) -> float:
        return self._unix

    def advance(self, seconds: float) -> None:
        self._seconds += seconds
        self._unix += seconds


@dataclass(frozen=True)
class Answer:
    """Status, headers and text of one answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    def at(self, *path: str | int) -> object:
        """The JSON value at a path of keys and indexes. Raises `KeyError` where there is none."""
        value: object = json.loads(self.text)
        for step in path:
            if isinstance(step, int):
                value = cast("list[object]", value)[step]
            else:
                value = cast("dict[str, object]", value)[step]
        return value

    def has(self, key: str) -> bool:
        """Whether the JSON object has this key."""
        return key in cast("dict[str, object]", json.loads(self.text))

    @property
    def task_id(self) -> str:
        return str(self.at("id"))

    @property
    def images(self) -> list[Mapping[str, str]]:
        """The content of a completed task."""
        return cast("list[Mapping[str, str]]", self.at("output", 0, "content"))

    @property
    def image_urls(self) -> list[str]:
        return [image["url"] for image in self.images]


class Caller:
    """Calls one server, with a good key unless told otherwise."""

    def __init__(self, server: GenerationServer, session: ClientSession, clock: HandClock) -> None:
        self.server = server
        self.session = session
        self.clock = clock

    async def post(self, body: object, authorization: str | None = f"Bearer {KEY}") -> Answer:
        """POST any JSON value to the submit address."""
        headers = {"Authorization": authorization} if authorization is not None else {}
        url = f"{self.server.url}/generation"
        async with self.session.post(url, json=body, headers=headers) as response:
            return Answer(response.status, response.headers, await response.text())

    async def post_raw(self, body: bytes, content_type: str) -> Answer:
        """POST any bytes to the submit address."""
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": content_type}
        url = f"{self.server.url}/generation"
        async with self.session.post(url, data=body, headers=headers) as response:
            return Answer(response.status, response.headers, await response.text())

    async def submit(self, model: str, params: Mapping[str, object]) -> Answer:
        return await self.post({"model": model, "input": [{"params": params}]})

    async def imagine(self, text: str) -> Answer:
        return await self.submit("midjourney_diffusion", {"text": text})

    async def remix(
        self, job_id: str, image_no: int = 0, prompt: str = "now in winter", mode: int = 0
    ) -> Answer:
        params = {"jobId": job_id, "imageNo": image_no, "remixPrompt": prompt, "mode": mode}
        return await self.submit("midjourney_remix", params)

    async def read(self, task_id: str, key: str = KEY) -> Answer:
        headers = {"Authorization": f"Bearer {key}"}
        url = f"{self.server.url}/generation/task/{task_id}"
        async with self.session.get(url, headers=headers) as response:
            return Answer(response.status, response.headers, await response.text())

    async def imagine_and_finish(self, text: str) -> Answer:
        """The task after its end, however long it took."""
        return await self.finish(await self.imagine(text))

    async def finish(self, submitted: Answer) -> Answer:
        assert submitted.status == 200, submitted.text
        self.clock.advance(15.0)
        return await self.read(submitted.task_id)

    async def image(self, url: str) -> tuple[int, bytes]:
        async with self.session.get(url) as response:
            return response.status, await response.read()


@asynccontextmanager
async def open_api(*, speed: float = 1.0, chaos: Chaos | None = None) -> AsyncGenerator[Caller]:
    """A server on a free port, a clock of its own, and a caller."""
    clock = HandClock()
    async with (
        GenerationServer(speed=speed, clock=clock.monotonic, now=clock.unix, chaos=chaos) as server,
        ClientSession() as session,
    ):
        yield Caller(server, session, clock)
