"""A PostgreSQL server that lets nobody in, and says why."""

import asyncio
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

_ASKS_FOR_TLS = 80877103


@asynccontextmanager
async def turning_away(sqlstate: str, port: int = 0) -> AsyncGenerator[str]:
    """The address of a database there."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                length, code = struct.unpack("!ii", await reader.readexactly(8))
                if code != _ASKS_FOR_TLS:
                    break
                writer.write(b"N")
            await reader.readexactly(length - 8)
            fields = f"SFATAL\0C{sqlstate}\0Mno\0\0".encode()
            writer.write(b"E" + struct.pack("!i", len(fields) + 4) + fields)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", port)
    try:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql+asyncpg://bot:hidden@127.0.0.1:{port}/remixbot"
    finally:
        server.close()
