"""Lets each of discord.py's requests come to an end by itself, soon, and as something it knows.

discord.py waits for five minutes where nothing is answered, and sleeps as long as a 429 asks for,
be it a quarter of an hour. Whoever cancels it meanwhile leaves its locks taken for ever, so nobody
here does: instead a request fails in time, and discord.py cleans up after it. It also stumbles
over answers that are not Discord's.
"""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
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
        response, headers = params.response, params.response.headers
        is_json = response.content_type == JSON
        asked = response.history[0] if response.history else response
        if OF_THE_API in asked.url.path and response.ok and response.status != 204 and not is_json:
            raise NotDiscord
        if response.status != 429 or not is_json or "Via" not in headers:
            return
        said, wait_s = None, 0.0
        with suppress(ValueError):
            said = await response.json()
        told = cast("dict[str, Any]", said) if isinstance(said, dict) else {}
        with suppress(ValueError):
            wait_s = float(headers.get("Retry-After", "0"))
        # discord.py waits for so many seconds; what all requests share is waited for.
        says_when = isinstance(told.get("retry_after"), int | float)
        is_shared = "X-RateLimit-Global" in headers
        about_messages = any(part in response.url.path for part in OF_MESSAGES)
        if not says_when or (about_messages and not is_shared and wait_s > LONGEST_WAIT_S):
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
        # Nobody wants to hear of it any more, nor of its failure.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        raise TimeoutError
    return task.result()
