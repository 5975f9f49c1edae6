"""HTTP answers exactly as discord.py takes them."""

import json
import socket
import struct

from aiohttp import web

from discord_server.things import JsonObject


def answer(body: JsonObject | list[JsonObject], status: int = 200) -> web.Response:
    """JSON under exactly ``application/json``: with a charset, discord.py reads it as text."""
    headers = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=headers)


def nothing() -> web.Response:
    """204, the answer to deletions."""
    return web.Response(status=204)


def cut(request: web.Request) -> web.Response:
    """Reset the connection; what is returned goes nowhere, but aiohttp wants something."""
    if request.transport is not None:
        own: socket.socket = request.transport.get_extra_info("socket")
        # Closing with a linger of 0 s sends RST, as a host does that lost the connection.
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    return nothing()
