"""HTTP answers exactly as discord.py takes them."""

import json

from aiohttp import web

from tests.discord_server.things import JsonObject


def answer(body: JsonObject | list[JsonObject], status: int = 200) -> web.Response:
    """JSON under exactly ``application/json``: with a charset, discord.py reads it as text."""
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def nothing() -> web.Response:
    """204, the answer to deletions."""
    return web.Response(status=204)
