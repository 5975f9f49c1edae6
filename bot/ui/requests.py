"""Lets each of discord.py's requests come to an end by itself, soon, and as something it knows.

discord.py waits for five minutes where nothing is answered, and sleeps as long as a 429 asks for,
be it a quarter of an hour. Whoever cancels it meanwhile leaves its locks taken for ever, so nobody
here does: instead a request fails in time, and discord.py cleans up after it. It also stumbles
over answers that are not Discord's.
"""

import asyncio
from collections.abc import Coroutine, Mapping
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import aiohttp
import discord

T = TypeVar("T")

LONGEST_WAIT_S = 10.0
"""For how long a 429 about a message may ask us to wait."""
OF_MESSAGES = ("/channels/", "/webhooks/", "/interactions/")
OF_THE_API = "/api/"
"""In the path of all requests but those for files."""
JSON = "application/json"


class NotDiscord(aiohttp.ClientError):
    """Something between us and Discord answered in its place."""


def ended_in_time(timeout_s: float) -> aiohttp.TraceConfig:
    """What a client is given as ``http_trace``: its requests take *timeout_s* at the most.

    A request about messages that Discord puts off for longer than ten seconds raises what
    discord.py raises for a 429 that stays one. The limit of all requests together is waited for.
    An answer that says neither what it is nor what is wrong raises `NotDiscord`.
    """
    timeout = aiohttp.ClientTimeout(total=timeout_s)

    async def begin(
        session: aiohttp.ClientSession,
        context: SimpleNamespace,  # noqa: ARG001  # aiohttp's signature
        params: aiohttp.TraceRequestStartParams,  # noqa: ARG001  # aiohttp's signature
    ) -> None:
        # From the next request on: discord.py lets nobody else set it.
        session._timeout = timeout  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]

    async def end(
        session: aiohttp.ClientSession,  # noqa: ARG001  # aiohttp's signature
        context: SimpleNamespace,  # noqa: ARG001  # aiohttp's signature
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        response = params.response
        if _is_foreign(response):
            raise NotDiscord
        if response.status == 429 and response.content_type == JSON and "Via" in response.headers:
            told = await _told(response)
            if not _says_when(told) or _is_put_off(response):
                raise discord.HTTPException(response, told)

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(begin)
    trace.on_request_end.append(end)
    return trace


async def within(seconds: float, call: Coroutine[Any, Any, T]) -> T:
    """What *call* returns. Raises `TimeoutError` if that takes longer; *call* itself goes on."""
    task = asyncio.create_task(call)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if not done:
        task.add_done_callback(_forget)
        raise TimeoutError
    return task.result()


def _forget(task: asyncio.Task[Any]) -> None:
    """Nobody wants to hear of it any more, nor of its failure."""
    if not task.cancelled():
        task.exception()


def _is_foreign(response: aiohttp.ClientResponse) -> bool:
    """Whether this is a success that tells nothing, where only Discord's JSON can be one."""
    asked = response.history[0] if response.history else response
    of_the_api = OF_THE_API in asked.url.path
    return of_the_api and response.ok and response.status != 204 and response.content_type != JSON


async def _told(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """What a 429 says."""
    try:
        told = await response.json()
    except ValueError:
        told = None
    return cast("dict[str, Any]", told) if isinstance(told, dict) else {}


def _says_when(told: Mapping[str, Any]) -> bool:
    """Whether there is the number of seconds that discord.py will wait for."""
    return isinstance(told.get("retry_after"), int | float)


def _is_put_off(response: aiohttp.ClientResponse) -> bool:
    """Whether this 429 asks for a long wait; the limit of all requests together does not count."""
    headers = response.headers
    about_messages = any(part in response.url.path for part in OF_MESSAGES)
    if "X-RateLimit-Global" in headers or not about_messages:
        return False
    try:
        return float(headers.get("Retry-After", "0")) > LONGEST_WAIT_S
    except ValueError:
        return False
